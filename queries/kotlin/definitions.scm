; Named pieces of code. A definition reaches from its modifiers, annotations among them,
; to its end.

(class_body (function_declaration name: (identifier) @name) @definition.method)
(enum_class_body (function_declaration name: (identifier) @name) @definition.method)

(class_declaration name: (identifier) @name) @definition.class
(object_declaration name: (identifier) @name) @definition.class

; Every other function, those of extensions and nested ones too.
(function_declaration name: (identifier) @name) @definition.function
