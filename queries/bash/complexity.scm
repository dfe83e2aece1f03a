(if_statement) @branch
(elif_clause) @else @else_if
(else_clause) @else

(for_statement) @loop
(c_style_for_statement) @loop
(while_statement) @loop

(case_statement) @switch
; A plain `*` is the default.
(case_item value: (_) @_pattern (#not-eq? @_pattern "*")) @case

(ternary_expression) @ternary

(list "&&" @and) @boolean
(list "||" @or) @boolean
(binary_expression operator: "&&" @and) @boolean
(binary_expression operator: "||" @or) @boolean
