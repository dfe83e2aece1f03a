; Named pieces of code. A definition reaches from its annotations to its end.

(template_body
  [
    (function_definition name: (_) @name)
    (function_declaration name: (_) @name)
  ] @definition.method)

(with_template_body (function_definition name: (_) @name) @definition.method)
(enum_body (function_definition name: (_) @name) @definition.method)
(extension_definition body: (function_definition name: (_) @name) @definition.method)

(class_definition name: (_) @name) @definition.class
(object_definition name: (_) @name) @definition.class
(trait_definition name: (_) @name) @definition.class
(enum_definition name: (_) @name) @definition.class

(package_object name: (_) @name) @definition.module

; Every other function, nested ones too.
(function_definition name: (_) @name) @definition.function
