; Named pieces of code. A definition reaches from its first keyword to its end;
; attributes and doc comments before it lie outside.

; In `impl` blocks and traits, functions are methods. Those of a trait may lack a body.
(impl_item
  body: (declaration_list
    (function_item name: (identifier) @name) @definition.method))

(trait_item
  body: (declaration_list
    [
      (function_item name: (identifier) @name)
      (function_signature_item name: (identifier) @name)
    ] @definition.method))

(struct_item name: (type_identifier) @name) @definition.class
(enum_item name: (type_identifier) @name) @definition.class
(union_item name: (type_identifier) @name) @definition.class
(trait_item name: (type_identifier) @name) @definition.class

(mod_item name: (identifier) @name) @definition.module

; A macro is called by its name, as a function is.
(macro_definition name: (identifier) @name) @definition.function

; Every other function, nested ones too.
(function_item name: (identifier) @name) @definition.function
