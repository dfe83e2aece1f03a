; Literals that are texts when they span lines.
(string) @data.text
(raw_string) @data.text
(heredoc_body) @data.text
