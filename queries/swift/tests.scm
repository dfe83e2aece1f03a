; `class ShapeTests: XCTestCase`
((class_declaration
  (inheritance_specifier inherits_from: (user_type) @_base)) @test
  (#match? @_base "^(XCTestCase|QuickSpec|AsyncSpec)$"))

; `@Test func sides()`, `@Suite struct ShapeTests` of Swift Testing.
((function_declaration
  (modifiers (attribute (user_type) @_attribute))) @test
  (#eq? @_attribute "Test"))

((class_declaration
  (modifiers (attribute (user_type) @_attribute))) @test
  (#eq? @_attribute "Suite"))
