; Named pieces of code. A definition reaches from `def` or `class` to its last
; statement; decorators before it lie outside.

; Functions directly in a class body are methods.
(class_definition
  body: (block
    [
      (function_definition name: (identifier) @name) @definition.method
      (decorated_definition
        definition: (function_definition name: (identifier) @name) @definition.method)
    ]))

(class_definition name: (identifier) @name) @definition.class

; Every other function, nested ones too.
(function_definition name: (identifier) @name) @definition.function
