(if_statement) @branch
(else_if_clause) @else @else_if
(else_clause "else" @else)
(else_clause body: (if_statement) @else_if)

(for_statement) @loop
(foreach_statement) @loop
(while_statement) @loop
(do_statement) @loop

(switch_statement) @switch
(match_expression) @switch
(case_statement) @case
(match_conditional_expression) @case

(catch_clause) @catch
(conditional_expression) @ternary

(binary_expression operator: ["&&" "and"] @and) @boolean
(binary_expression operator: ["||" "or"] @or) @boolean

(goto_statement) @jump
(break_statement (_)) @jump
(continue_statement (_)) @jump

(anonymous_function) @nested
(arrow_function) @nested

(method_declaration parameters: (formal_parameters (_) @parameter))
(function_definition parameters: (formal_parameters (_) @parameter))

(method_declaration !body) @declaration
