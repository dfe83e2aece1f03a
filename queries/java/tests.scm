; `@Test`, `@ParameterizedTest`, `@BeforeEach` and the like of JUnit and TestNG.
((method_declaration
  (modifiers
    [
      (marker_annotation name: (identifier) @_name)
      (annotation name: (identifier) @_name)
    ])) @test
  (#match? @_name "^((Parameterized|Repeated)?Test|TestFactory|TestTemplate|(Before|After)(Each|All|Class|Method|Suite)?|DataProvider)$"))

; `class ShapeTest extends TestCase`, as JUnit 3 has it.
((class_declaration superclass: (superclass (type_identifier) @_base)) @test
  (#match? @_base "TestCase$"))
