; Decisions, what they nest, and whose they are. The arguments of macros are not parsed.
(if_expression) @branch
(else_clause "else" @else)
(else_clause (if_expression) @else_if)

; `let … else { … }`
(let_declaration alternative: (block) @branch)

(for_expression) @loop
(while_expression) @loop
(loop_expression) @loop

(match_expression) @switch
; A plain `_` is the default.
(match_arm pattern: (match_pattern (_))) @case
(match_pattern condition: (_) @decision)

(binary_expression operator: "&&" @and) @boolean
(binary_expression operator: "||" @or) @boolean
(let_chain "&&" @and) @boolean

(break_expression (label)) @jump
(continue_expression (label)) @jump

(closure_expression) @nested

(function_item parameters: (parameters (_) @parameter))
(function_signature_item) @declaration

(impl_item trait: (_)? @scope.name type: (_) @scope.name) @scope
