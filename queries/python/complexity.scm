(if_statement) @branch
(elif_clause) @else @else_if
(else_clause) @else

(for_statement) @loop
(while_statement) @loop

(match_statement) @switch
; A plain `_` is the default.
(case_clause (case_pattern (_))) @case
(case_clause guard: (if_clause) @decision)

(except_clause) @catch
(conditional_expression) @ternary

; What a comprehension goes through, and what it asks for.
(for_in_clause) @decision
(list_comprehension (if_clause) @decision)
(set_comprehension (if_clause) @decision)
(dictionary_comprehension (if_clause) @decision)
(generator_expression (if_clause) @decision)

(boolean_operator operator: "and" @and) @boolean
(boolean_operator operator: "or" @or) @boolean

(lambda) @nested

(function_definition parameters: (parameters (_) @parameter))
