; Scala has no literal lists; these calls are what others have them for.
((call_expression
  function: (identifier) @_call
  arguments: (arguments) @data.list)
  (#match? @_call "^(List|Seq|Vector|Array|Set|Map|IndexedSeq)$"))

; Literals that are texts when they span lines.
(string) @data.text
(interpolated_string_expression) @data.text
