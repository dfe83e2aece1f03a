; Literals that are tables when they are long.
(literal_value) @data.list

; Literals that are texts when they span lines.
(raw_string_literal) @data.text
