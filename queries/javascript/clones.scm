; The names of what is called stay when code is compared under other names: without them
; every chain of calls would equal every other. TypeScript calls alike.
(call_expression
  function: [
    (identifier) @callee
    (member_expression property: (property_identifier) @callee)
  ])

(new_expression
  constructor: [
    (identifier) @callee
    (member_expression property: (property_identifier) @callee)
  ])
