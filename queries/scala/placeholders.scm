((operator_identifier) @placeholder.stub (#eq? @placeholder.stub "???"))

; `case _: Exception =>` with nothing after it, or with `()`.
(catch_clause (case_block (case_clause !body))) @placeholder.swallowed
(catch_clause (case_block (case_clause body: (unit)))) @placeholder.swallowed

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
((block_comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
