; Docstrings: a string that is the first statement of a module, class or function.
; Comments may stand before it. Bytes and f-strings are not documentation (PEP 257).
(module
  .
  (comment)*
  .
  (expression_statement . (string . (string_start) @_start) @doc .)
  (#match? @_start "^[rRuU]?[\"']"))

(class_definition
  body: (block
    .
    (comment)*
    .
    (expression_statement . (string . (string_start) @_start) @doc .))
  (#match? @_start "^[rRuU]?[\"']"))

(function_definition
  body: (block
    .
    (comment)*
    .
    (expression_statement . (string . (string_start) @_start) @doc .))
  (#match? @_start "^[rRuU]?[\"']"))

(comment) @comment
