(throw_expression
  (object_creation_expression
    (arguments . (argument [(string) (encapsed_string)] @_text)))
  (#match? @_text "(?i)\\b(not (yet )?implemented|unimplemented|todo)\\b")) @placeholder.stub

(catch_clause body: (compound_statement . "{" . "}" .)) @placeholder.swallowed

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
