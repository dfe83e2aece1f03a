; A literal that is a table when it is long.
(array_initializer) @data.list

; A text block.
(string_literal) @data.text
