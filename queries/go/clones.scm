; The names of what is called stay when code is compared under other names: without them
; every chain of calls would equal every other.
(call_expression
  function: [
    (identifier) @callee
    (selector_expression field: (field_identifier) @callee)
  ])
