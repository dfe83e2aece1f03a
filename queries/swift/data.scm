; Literals that are tables when they are long.
(array_literal) @data.list
(dictionary_literal) @data.list

; Literals that are texts when they span lines.
(multi_line_string_literal) @data.text
