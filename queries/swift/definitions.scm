; Named pieces of code. A definition reaches from its attributes to its end. Extensions
; are left out, as blocks of implementation are elsewhere; their functions are not.

(class_body (function_declaration name: (simple_identifier) @name) @definition.method)
(enum_class_body (function_declaration name: (simple_identifier) @name) @definition.method)

; Those of a protocol have no body.
(protocol_function_declaration name: (simple_identifier) @name) @definition.method

(init_declaration "init" @name) @definition.method
(deinit_declaration "deinit" @name) @definition.method

(class_declaration
  declaration_kind: ["class" "struct" "enum" "actor"]
  name: (type_identifier) @name) @definition.class

(protocol_declaration name: (type_identifier) @name) @definition.class

; Every other function, nested ones too.
(function_declaration name: (simple_identifier) @name) @definition.function
