; pytest collects functions named `test_…` at the top of a module.
(module
  (function_definition
    name: (identifier) @_name
    (#match? @_name "^test_")) @test)

(module
  (decorated_definition
    definition: (function_definition
      name: (identifier) @_name
      (#match? @_name "^test_"))) @test)

; It collects classes named `Test…`, but a class of that name without a test method is
; more often part of the product (`TestRunner`).
((class_definition
  name: (identifier) @_class
  body: (block
    [
      (function_definition name: (identifier) @_method)
      (decorated_definition
        definition: (function_definition name: (identifier) @_method))
    ])) @test
  (#match? @_class "^Test")
  (#match? @_method "^test_"))

; `unittest.TestCase` and the cases that other frameworks derive from it.
(class_definition
  superclasses: (argument_list [(identifier) (attribute)] @_base)
  (#match? @_base "TestCase$")) @test

; Fixtures serve tests alone.
((decorated_definition
  (decorator [
    (attribute) @_decorator
    (call function: (attribute) @_decorator)
  ])
  definition: (function_definition)) @test
  (#match? @_decorator "^pytest(_asyncio)?\\.fixture$"))
