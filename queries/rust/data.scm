; Literals that are tables when they are long.
(array_expression) @data.list

; The arguments of a macro are not parsed; those of `vec![…]` are a list all the same.
(macro_invocation
  macro: (identifier) @_vec
  (token_tree) @data.list
  (#eq? @_vec "vec"))

; Literals that are texts when they span lines.
(string_literal) @data.text
(raw_string_literal) @data.text
