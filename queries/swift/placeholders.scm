(call_expression
  (simple_identifier) @_fatal
  (call_suffix (value_arguments . (value_argument value: (line_string_literal) @_text)))
  (#match? @_fatal "^(fatalError|preconditionFailure)$")
  (#match? @_text "(?i)\\b(not (yet )?implemented|unimplemented|todo)\\b")) @placeholder.stub

(catch_block (catch_keyword) . "{" . "}" .) @placeholder.swallowed

; `value!` and `try!`
(postfix_expression operation: (bang)) @placeholder.unwrap
((try_operator) @placeholder.unwrap (#eq? @placeholder.unwrap "try!"))

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
((multiline_comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
