; The names of what is called stay when code is compared under other names: without them
; every chain of calls would equal every other.
(call_expression
  function: [
    (identifier) @callee
    (scoped_identifier name: (identifier) @callee)
    (field_expression field: (field_identifier) @callee)
  ])

; `collect::<Vec<_>>()`
(generic_function
  function: [
    (identifier) @callee
    (scoped_identifier name: (identifier) @callee)
    (field_expression field: (field_identifier) @callee)
  ])

(macro_invocation
  macro: [
    (identifier) @callee
    (scoped_identifier name: (identifier) @callee)
  ])

; The arguments of a macro are not parsed; a name before brackets calls something.
(token_tree (identifier) @callee . (token_tree))

; Attributes and derive lists.
(attribute_item) @left_out
(inner_attribute_item) @left_out
