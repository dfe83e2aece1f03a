; A literal that is a table when it is long.
(initializer_list) @data.list

; Texts that span lines: strings that go on behind a backslash, and strings in a row. The
; grammar knows the former with plain line ends only.
(string_literal) @data.text
(concatenated_string) @data.text
