; Named pieces of code. A definition reaches from its first keyword, or from its name
; where it is assigned, to its end. Overloads of functions are left out: the function
; itself follows them.

(method_definition
  name: [(property_identifier) (private_property_identifier) (string)] @name) @definition.method

; Those of an interface and abstract ones have no body.
(interface_body (method_signature name: (property_identifier) @name) @definition.method)
(abstract_method_signature name: (property_identifier) @name) @definition.method

; `area = () => …` in a class, and `area: function () {…}` in an object.
(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  value: [(arrow_function) (function_expression)]) @definition.method

(pair
  key: [(property_identifier) (string)] @name
  value: [(arrow_function) (function_expression) (generator_function)]) @definition.method

(class_declaration name: (type_identifier) @name) @definition.class
(abstract_class_declaration name: (type_identifier) @name) @definition.class
(interface_declaration name: (type_identifier) @name) @definition.class
(enum_declaration name: (identifier) @name) @definition.class

; `namespace Shapes {…}`, `declare module "shapes" {…}`
(internal_module name: (_) @name) @definition.module
(module name: (_) @name) @definition.module

; `const Shape = class {…}`, and the same for functions.
(variable_declarator name: (identifier) @name value: (class)) @definition.class

(variable_declarator
  name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)]) @definition.function

; `exports.area = …`, `Shape.prototype.area = …`: what stands before the equals sign.
(assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function) (function_expression) (generator_function)]) @definition.function

(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
