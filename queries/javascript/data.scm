; Literals that are tables when they are long.
(array) @data.list
(object) @data.list

; Literals that are texts when they span lines.
(template_string) @data.text
