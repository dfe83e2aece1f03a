(throw_statement
  (object_creation_expression
    arguments: (argument_list . (string_literal) @_text))
  (#match? @_text "(?i)\\b(not (yet )?implemented|unimplemented|todo)\\b")) @placeholder.stub
(throw_statement
  (object_creation_expression type: (_) @_type)
  (#match? @_type "NotImplemented(Exception|Error)$")) @placeholder.stub

(catch_clause body: (block . "{" . "}" .)) @placeholder.swallowed

((line_comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
((block_comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
