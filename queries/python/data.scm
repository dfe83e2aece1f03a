; Literals that are tables when they are long.
(list) @data.list
(tuple) @data.list
(set) @data.list
(dictionary) @data.list

; A literal that is a text when it spans lines.
(string) @data.text
