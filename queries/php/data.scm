; A literal that is a table when it is long.
(array_creation_expression) @data.list

; Literals that are texts when they span lines.
(string) @data.text
(encapsed_string) @data.text
(heredoc) @data.text
(nowdoc) @data.text
