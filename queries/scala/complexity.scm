(if_expression) @branch
(if_expression "else" @else)
(if_expression alternative: (if_expression) @else_if)

(for_expression) @loop
(while_expression) @loop
(do_while_expression) @loop

(match_expression) @switch
; The cases of a `catch` are those of a `match`.
(catch_clause) @switch
; A plain `_` is the default.
(case_clause pattern: (_) @_pattern (#not-eq? @_pattern "_")) @case
(guard) @decision

(infix_expression operator: (operator_identifier) @and (#eq? @and "&&")) @boolean
(infix_expression operator: (operator_identifier) @or (#eq? @or "||")) @boolean

(lambda_expression) @nested

(function_definition parameters: (parameters (_) @parameter))

(function_declaration) @declaration
