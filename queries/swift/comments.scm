; DocC: `///` and `/** */`, and no ruler.
((comment) @doc
  (#match? @doc "^///([^/]|$)"))

((multiline_comment) @doc
  (#match? @doc "^/\\*\\*[^*/]"))

(comment) @comment
(multiline_comment) @comment
(shebang_line) @comment
