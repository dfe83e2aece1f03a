; Named pieces of code. A definition reaches from its first keyword to its end; mere
; declarations are left out.

(function_definition
  declarator: (function_declarator declarator: (identifier) @name)) @definition.function

; `char *name(…)`, `char **name(…)`
(function_definition
  declarator: (pointer_declarator
    declarator: (function_declarator declarator: (identifier) @name))) @definition.function

(function_definition
  declarator: (pointer_declarator
    declarator: (pointer_declarator
      declarator: (function_declarator declarator: (identifier) @name)))) @definition.function

; A macro with arguments is called by its name, as a function is.
(preproc_function_def name: (identifier) @name) @definition.function

(struct_specifier name: (type_identifier) @name body: (_)) @definition.class
(union_specifier name: (type_identifier) @name body: (_)) @definition.class
(enum_specifier name: (type_identifier) @name body: (_)) @definition.class

; `typedef struct {…} shape;`, where the structure itself has no name.
(type_definition
  type: [
    (struct_specifier !name body: (_))
    (union_specifier !name body: (_))
    (enum_specifier !name body: (_))
  ]
  declarator: (type_identifier) @name) @definition.class
