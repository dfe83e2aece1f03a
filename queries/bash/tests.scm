; `test_area() {…}`, as shUnit2 and bash_unit collect them.
((function_definition name: (word) @_name) @test
  (#match? @_name "^test_"))
