; Named pieces of code. A definition reaches from its first keyword, or from its name
; where it is assigned, to its end.

(method_definition
  name: [(property_identifier) (private_property_identifier) (string)] @name) @definition.method

; `area = () => …` in a class, and `area: function () {…}` in an object.
(field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: [(arrow_function) (function_expression)]) @definition.method

(pair
  key: [(property_identifier) (string)] @name
  value: [(arrow_function) (function_expression) (generator_function)]) @definition.method

(class_declaration name: (identifier) @name) @definition.class

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
