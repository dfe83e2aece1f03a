(if_statement) @branch
(if_statement "else" @else)
(if_statement alternative: (if_statement) @else_if)

(for_statement) @loop
(enhanced_for_statement) @loop
(while_statement) @loop
(do_statement) @loop

(switch_expression) @switch
(switch_label (_)) @case
(guard) @decision

(catch_clause) @catch
(ternary_expression) @ternary

(binary_expression operator: "&&" @and) @boolean
(binary_expression operator: "||" @or) @boolean

(break_statement (identifier)) @jump
(continue_statement (identifier)) @jump

(lambda_expression) @nested

(method_declaration parameters: (formal_parameters (_) @parameter))
(constructor_declaration parameters: (formal_parameters (_) @parameter))

(method_declaration !body) @declaration
