; `func TestArea(t *testing.T)`, and every helper that takes a `testing.TB` or so: the
; package is for tests alone.
(function_declaration
  parameters: (parameter_list
    (parameter_declaration
      type: [
        (pointer_type (qualified_type package: (package_identifier) @_package))
        (qualified_type package: (package_identifier) @_package)
      ]))
  (#eq? @_package "testing")) @test

; Suites of testify: `func (s *Suite) TestArea()`.
(method_declaration
  name: (field_identifier) @_name
  parameters: (parameter_list . "(" . ")" .)
  (#match? @_name "^Test[A-Z]")) @test
