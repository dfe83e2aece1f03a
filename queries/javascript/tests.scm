; `describe("…", () => {…})`, `it.only("…", …)`, as Jest, Mocha, Jasmine, Vitest, QUnit
; and the runner of Node have them. A name and a function have to follow: `test(x)` is an
; ordinary call.
((call_expression
  function: [
    (identifier) @_call
    (member_expression object: (identifier) @_call)
  ]
  arguments: (arguments
    . [(string) (template_string)]
    [(arrow_function) (function_expression)])) @test
  (#match? @_call "^[fx]?(describe|context|suite|it|test|specify|bench)$"))

; `it.each(table)("…", …)`
((call_expression
  function: (call_expression
    function: (member_expression object: (identifier) @_call))
  arguments: (arguments
    . [(string) (template_string)]
    [(arrow_function) (function_expression)])) @test
  (#match? @_call "^[fx]?(describe|it|test)$"))

; What runs around each of them.
((call_expression
  function: (identifier) @_call
  arguments: (arguments . [(arrow_function) (function_expression)])) @test
  (#match? @_call "^(before|after)(Each|All)$"))
