; Named pieces of code. A definition reaches from its attributes to its end. Properties
; are left out: most are fields with a word more.

(method_declaration name: (identifier) @name) @definition.method
(constructor_declaration name: (identifier) @name) @definition.method
(destructor_declaration name: (identifier) @name) @definition.method

(class_declaration name: (identifier) @name) @definition.class
(struct_declaration name: (identifier) @name) @definition.class
(interface_declaration name: (identifier) @name) @definition.class
(record_declaration name: (identifier) @name) @definition.class
(enum_declaration name: (identifier) @name) @definition.class

(namespace_declaration name: (_) @name) @definition.module

; A function inside another.
(local_function_statement name: (identifier) @name) @definition.function
