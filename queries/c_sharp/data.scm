; Literals that are tables when they are long.
(initializer_expression) @data.list
(collection_expression) @data.list

; Literals that are texts when they span lines.
(verbatim_string_literal) @data.text
(raw_string_literal) @data.text
