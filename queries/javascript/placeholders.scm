(throw_statement
  (new_expression arguments: (arguments . [(string) (template_string)] @_text))
  (#match? @_text "(?i)\\b(not (yet )?implemented|unimplemented|todo)\\b")) @placeholder.stub

(catch_clause body: (statement_block . "{" . "}" .)) @placeholder.swallowed

; `.catch(() => {})`
(call_expression
  function: (member_expression property: (property_identifier) @_catch)
  arguments: (arguments
    . "(" . (arrow_function body: (statement_block . "{" . "}" .)) . ")" .)
  (#eq? @_catch "catch")) @placeholder.swallowed

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
