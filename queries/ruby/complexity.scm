(if) @branch
(unless) @branch
(if_modifier) @branch
(unless_modifier) @branch
(elsif) @else @else_if
(if alternative: (else) @else)
(elsif alternative: (else) @else)
(unless alternative: (else) @else)

(for) @loop
(while) @loop
(until) @loop
(while_modifier) @loop
(until_modifier) @loop

(case) @switch
(case_match) @switch
(when) @case
(in_clause) @case
(if_guard) @decision
(unless_guard) @decision

(rescue) @catch
(rescue_modifier) @catch
(conditional) @ternary

(binary operator: ["&&" "and"] @and) @boolean
(binary operator: ["||" "or"] @or) @boolean

(call block: (_) @nested)
(lambda) @nested

(method parameters: (method_parameters (_) @parameter))
(singleton_method parameters: (method_parameters (_) @parameter))
