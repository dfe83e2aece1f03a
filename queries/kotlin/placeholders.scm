(call_expression . (identifier) @_todo (value_arguments) (#eq? @_todo "TODO")) @placeholder.stub

(catch_block (block . "{" . "}" .)) @placeholder.swallowed

; `value!!`
(unary_expression "!!") @placeholder.unwrap

((line_comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
((block_comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
