; Named pieces of code. A definition reaches from `def`, `class` or `module` to its `end`.

; A method of the main object is a function to everyone.
(program (method name: (_) @name) @definition.function)

(method name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method

(class name: (_) @name) @definition.class
(module name: (_) @name) @definition.module
