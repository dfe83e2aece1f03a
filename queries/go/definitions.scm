; Named pieces of code. A definition reaches from `func` to its end, and a type from its
; name, since several may share one `type (…)`.

(method_declaration name: (field_identifier) @name) @definition.method

; Those of an interface have no body.
(method_elem name: (field_identifier) @name) @definition.method

; Other types (`type Celsius float64`) hold no code.
(type_spec
  name: (type_identifier) @name
  type: [(struct_type) (interface_type)]) @definition.class

(function_declaration name: (identifier) @name) @definition.function
