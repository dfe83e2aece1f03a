(call
  method: (identifier) @_raise
  arguments: (argument_list . (constant) @_error)
  (#eq? @_raise "raise")
  (#eq? @_error "NotImplementedError")) @placeholder.stub

; `rescue` with nothing after it.
(rescue !body) @placeholder.swallowed
(rescue body: (then . (nil) .)) @placeholder.swallowed
(rescue_modifier handler: (nil)) @placeholder.swallowed

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
