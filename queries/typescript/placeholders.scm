(throw_statement
  (new_expression arguments: (arguments . [(string) (template_string)] @_text))
  (#match? @_text "(?i)\\b(not (yet )?implemented|unimplemented|todo)\\b")) @placeholder.stub

; A comment does nothing about it.
(catch_clause
  body: (statement_block) @_body
  (#match? @_body "^\\{\\s*(//[^\\n]*\\n\\s*|/\\*([^*]|\\*+[^*/])*\\*+/\\s*)*\\}$")) @placeholder.swallowed

; `send().catch(() => {})`
(call_expression
  function: (member_expression
    object: (_) @_promise
    property: (property_identifier) @_catch)
  arguments: (arguments
    . "(" . (arrow_function body: (statement_block) @_body) . ")" .)
  (#not-match? @_promise "^[A-Za-z0-9_$]+$")
  (#eq? @_catch "catch")
  (#match? @_body "^\\{\\s*(//[^\\n]*\\n\\s*|/\\*([^*]|\\*+[^*/])*\\*+/\\s*)*\\}$")) @placeholder.swallowed

; Of a promise with a name only where that is what is waited for or given back: as a
; statement it says that the failure comes out where the promise is awaited.
([
  (await_expression
    (call_expression
      function: (member_expression
        object: (identifier)
        property: (property_identifier) @_catch)
      arguments: (arguments
        . "(" . (arrow_function body: (statement_block) @_body) . ")" .)))
  (return_statement
    (call_expression
      function: (member_expression
        object: (identifier)
        property: (property_identifier) @_catch)
      arguments: (arguments
        . "(" . (arrow_function body: (statement_block) @_body) . ")" .)))
] @placeholder.swallowed
  (#eq? @_catch "catch")
  (#match? @_body "^\\{\\s*(//[^\\n]*\\n\\s*|/\\*([^*]|\\*+[^*/])*\\*+/\\s*)*\\}$"))

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
