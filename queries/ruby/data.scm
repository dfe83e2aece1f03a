; Literals that are tables when they are long.
(array) @data.list
(hash) @data.list

; Literals that are texts when they span lines.
(string) @data.text
(heredoc_body) @data.text
