; Named pieces of code. A definition reaches from its first keyword (past `template <…>`)
; to its end; mere declarations are left out.

; Functions in the body of a class.
(field_declaration_list
  [
    (function_definition
      declarator: (function_declarator
        declarator: [(field_identifier) (identifier) (destructor_name) (operator_name)] @name))
    (function_definition
      declarator: (_
        (function_declarator
          declarator: [(field_identifier) (operator_name)] @name)))
  ] @definition.method)

(field_declaration_list
  (template_declaration
    (function_definition
      declarator: (function_declarator
        declarator: [(field_identifier) (identifier) (operator_name)] @name)) @definition.method))

; `int Shape::area() {…}`. Members cannot be told from functions of a namespace
; (`int shapes::area() {…}`), which are rarer by far.
(function_definition
  declarator: (function_declarator
    declarator: (qualified_identifier) @name)) @definition.method

; `Shape &Shape::grow() {…}`
(function_definition
  declarator: (_
    (function_declarator
      declarator: (qualified_identifier) @name))) @definition.method

(class_specifier name: (_) @name body: (_)) @definition.class
(struct_specifier name: (_) @name body: (_)) @definition.class
(union_specifier name: (_) @name body: (_)) @definition.class
(enum_specifier name: (_) @name body: (_)) @definition.class

; `typedef struct {…} shape;`, where the structure itself has no name.
(type_definition
  type: [
    (struct_specifier !name body: (_))
    (union_specifier !name body: (_))
    (enum_specifier !name body: (_))
  ]
  declarator: (type_identifier) @name) @definition.class

(namespace_definition name: (_) @name) @definition.module

; A macro with arguments is called by its name, as a function is.
(preproc_function_def name: (identifier) @name) @definition.function

; Every other function.
(function_definition
  declarator: (function_declarator
    declarator: [(identifier) (operator_name)] @name)) @definition.function

; `char *name(…)`, `char **name(…)`, `int &name(…)`
(function_definition
  declarator: (_
    (function_declarator
      declarator: [(identifier) (operator_name)] @name))) @definition.function

(function_definition
  declarator: (pointer_declarator
    declarator: (pointer_declarator
      declarator: (function_declarator declarator: (identifier) @name)))) @definition.function
