(preproc_include) @import

; `using std::vector;`, `using namespace std;`
(using_declaration) @import
