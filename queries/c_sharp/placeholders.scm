(throw_statement
  (object_creation_expression type: (_) @_type)
  (#match? @_type "NotImplementedException$")) @placeholder.stub
(throw_expression
  (object_creation_expression type: (_) @_type)
  (#match? @_type "NotImplementedException$")) @placeholder.stub

(catch_clause body: (block . "{" . "}" .)) @placeholder.swallowed

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
