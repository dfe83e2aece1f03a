(call_expression
  function: (identifier) @_panic
  arguments: (argument_list . [(interpreted_string_literal) (raw_string_literal)] @_text)
  (#eq? @_panic "panic")
  (#match? @_text "(?i)\\b(not (yet )?implemented|unimplemented|todo)\\b")) @placeholder.stub

; `_ = err`
(assignment_statement
  left: (expression_list . (identifier) @_blank .)
  right: (expression_list . (identifier) @_err .)
  (#eq? @_blank "_")
  (#match? @_err "^err$|Err$")) @placeholder.swallowed

; `if err != nil {}`
(if_statement
  condition: (binary_expression
    left: (identifier) @_err
    operator: "!="
    right: (nil))
  consequence: (block . "{" . "}" .)
  (#match? @_err "^err$|Err$")) @placeholder.swallowed

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
