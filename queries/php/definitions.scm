; Named pieces of code. A definition reaches from its attributes to its end.

(method_declaration name: (name) @name) @definition.method

(class_declaration name: (name) @name) @definition.class
(interface_declaration name: (name) @name) @definition.class
(trait_declaration name: (name) @name) @definition.class
(enum_declaration name: (name) @name) @definition.class

; `namespace Shapes {…}`; without braces it is a line.
(namespace_definition name: (namespace_name) @name body: (_)) @definition.module

(function_definition name: (name) @name) @definition.function
