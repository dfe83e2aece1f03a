; The names of what is called stay when code is compared under other names: without them
; every chain of calls would equal every other.
(call
  function: [
    (identifier) @callee
    (attribute attribute: (identifier) @callee)
  ])

; A decorator calls what it names.
(decorator
  [
    (identifier) @callee
    (attribute attribute: (identifier) @callee)
  ])

; A string that is a statement documents what stands around it, wherever it stands.
(expression_statement
  . (string . (string_start) @_start) @left_out .
  (#match? @_start "^[rRuU]?[\"']"))
