; Kotlin has no literal lists; these calls are what others have them for.
((call_expression
  (identifier) @_call
  (value_arguments) @data.list)
  (#match? @_call "^((mutable)?(list|set|map)Of|(\\w+A|a)rrayOf)$"))

; Literals that are texts when they span lines.
(multiline_string_literal) @data.text
