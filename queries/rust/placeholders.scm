((macro_invocation macro: (identifier) @_macro) @placeholder.stub
  (#match? @_macro "^(todo|unimplemented)$"))

; `Err(_) => {}` and `Err(_) => ()`; a comment does nothing about it.
(match_arm
  pattern: (match_pattern (tuple_struct_pattern type: (identifier) @_err))
  value: [(block) (unit_expression)] @_body
  (#eq? @_err "Err")
  (#match? @_body "^(\\{\\s*(//[^\\n]*\\n\\s*|/\\*([^*]|\\*+[^*/])*\\*+/\\s*)*\\}|\\(\\))$")) @placeholder.swallowed

; `if let Err(_) = … {}`
(if_expression
  condition: (let_condition
    pattern: (tuple_struct_pattern type: (identifier) @_err))
  consequence: (block) @_body
  (#eq? @_err "Err")
  (#match? @_body "^\\{\\s*(//[^\\n]*\\n\\s*|/\\*([^*]|\\*+[^*/])*\\*+/\\s*)*\\}$")) @placeholder.swallowed

; `….ok();` as a statement: the value goes nowhere.
(expression_statement
  (call_expression
    function: (field_expression field: (field_identifier) @_ok)
    arguments: (arguments . "(" . ")" .))
  (#eq? @_ok "ok")) @placeholder.swallowed

(call_expression
  function: (field_expression field: (field_identifier) @_unwrap) @placeholder.unwrap
  (#match? @_unwrap "^(unwrap|expect)$"))

((line_comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
((block_comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
