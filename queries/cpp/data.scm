; A literal that is a table when it is long.
(initializer_list) @data.list

; Texts that span lines: raw strings, strings that go on behind a backslash, and strings
; in a row. The grammar knows the second with plain line ends only.
(raw_string_literal) @data.text
(string_literal) @data.text
(concatenated_string) @data.text
