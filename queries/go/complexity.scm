(if_statement) @branch
(if_statement "else" @else)
(if_statement alternative: (if_statement) @else_if)

(for_statement) @loop

(expression_switch_statement) @switch
(type_switch_statement) @switch
(select_statement) @switch
(expression_case) @case
(type_case) @case
(communication_case) @case

(binary_expression operator: "&&" @and) @boolean
(binary_expression operator: "||" @or) @boolean

(goto_statement) @jump
(break_statement (label_name)) @jump
(continue_statement (label_name)) @jump

(func_literal) @nested

(function_declaration
  parameters: (parameter_list (parameter_declaration name: (_) @parameter)))
(function_declaration
  parameters: (parameter_list (parameter_declaration !name) @parameter))
(function_declaration
  parameters: (parameter_list (variadic_parameter_declaration) @parameter))
(method_declaration
  parameters: (parameter_list (parameter_declaration name: (_) @parameter)))
(method_declaration
  parameters: (parameter_list (parameter_declaration !name) @parameter))
(method_declaration
  parameters: (parameter_list (variadic_parameter_declaration) @parameter))

(method_elem) @declaration
(function_declaration !body) @declaration

(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @scope.name))) @scope
