(if_statement) @branch
(else_clause "else" @else)
(else_clause (if_statement) @else_if)

(for_statement) @loop
(for_in_statement) @loop
(while_statement) @loop
(do_statement) @loop

(switch_statement) @switch
(switch_case) @case

(catch_clause) @catch
(ternary_expression) @ternary

(binary_expression operator: "&&" @and) @boolean
(binary_expression operator: "||" @or) @boolean

(break_statement label: (_)) @jump
(continue_statement label: (_)) @jump

(arrow_function) @nested
(function_expression) @nested
(generator_function) @nested

; The function that a definition gives a name to.
(variable_declarator
  value: [(arrow_function) (function_expression) (generator_function)] @function_value)
(assignment_expression
  left: (member_expression property: (property_identifier))
  right: [(arrow_function) (function_expression) (generator_function)] @function_value)
(pair
  key: [(property_identifier) (string)]
  value: [(arrow_function) (function_expression) (generator_function)] @function_value)
(public_field_definition
  name: [(property_identifier) (private_property_identifier)]
  value: [(arrow_function) (function_expression)] @function_value)

(method_definition parameters: (formal_parameters (_) @parameter))
(function_declaration parameters: (formal_parameters (_) @parameter))
(generator_function_declaration parameters: (formal_parameters (_) @parameter))
(arrow_function parameters: (formal_parameters (_) @parameter))
(function_expression parameters: (formal_parameters (_) @parameter))
(generator_function parameters: (formal_parameters (_) @parameter))
(arrow_function parameter: (_) @parameter)

(method_signature) @declaration
(abstract_method_signature) @declaration
