(if_statement) @branch
(if_statement (else) @else)
(if_statement (else) . (if_statement) @else_if)
(guard_statement) @branch

(for_statement) @loop
(while_statement) @loop
(repeat_while_statement) @loop

(switch_statement) @switch
(switch_entry (switch_pattern)) @case

(catch_block) @catch
(ternary_expression) @ternary

(conjunction_expression op: "&&" @and) @boolean
(disjunction_expression op: "||" @or) @boolean

(lambda_literal) @nested

(function_declaration (parameter) @parameter)
(init_declaration (parameter) @parameter)

(protocol_function_declaration) @declaration

(class_declaration declaration_kind: "extension" name: (_) @scope.name) @scope
