(if_expression) @branch
(if_expression "else" @else)
(if_expression "else" . (if_expression) @else_if)

(for_statement) @loop
(while_statement) @loop
(do_while_statement) @loop

(when_expression) @switch
(when_entry condition: (_)) @case

(catch_block) @catch

(binary_expression operator: "&&" @and) @boolean
(binary_expression operator: "||" @or) @boolean

(lambda_literal) @nested
(anonymous_function) @nested

(function_declaration (function_value_parameters (parameter) @parameter))
