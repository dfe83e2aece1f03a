(if_statement) @branch
(if_statement "else" @else)
(if_statement alternative: (if_statement) @else_if)

(for_statement) @loop
(foreach_statement) @loop
(while_statement) @loop
(do_statement) @loop

(switch_statement) @switch
(switch_expression) @switch
(switch_section "case") @case
; A plain `_` is the default.
(switch_expression_arm . (_) @_pattern (#not-eq? @_pattern "_")) @case
(when_clause) @decision

(catch_clause) @catch
(catch_filter_clause) @decision
(conditional_expression) @ternary

(binary_expression operator: "&&" @and) @boolean
(binary_expression operator: "||" @or) @boolean

(goto_statement) @jump

(lambda_expression) @nested
(anonymous_method_expression) @nested

(method_declaration parameters: (parameter_list (_) @parameter))
(constructor_declaration parameters: (parameter_list (_) @parameter))
(local_function_statement parameters: (parameter_list (_) @parameter))

(method_declaration !body) @declaration
