; `assert(!"not implemented")`
(call_expression
  function: (identifier) @_assert
  arguments: (argument_list . (unary_expression argument: (string_literal) @_text))
  (#eq? @_assert "assert")
  (#match? @_text "(?i)\\b(not (yet )?implemented|unimplemented|todo)\\b")) @placeholder.stub

; `throw std::logic_error("not implemented")`
(throw_statement
  (call_expression arguments: (argument_list . (string_literal) @_text))
  (#match? @_text "(?i)\\b(not (yet )?implemented|unimplemented|todo)\\b")) @placeholder.stub

(catch_clause body: (compound_statement . "{" . "}" .)) @placeholder.swallowed

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
