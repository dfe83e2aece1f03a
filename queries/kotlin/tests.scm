; `@Test`, `@BeforeTest` and the like of kotlin.test and JUnit.
((function_declaration
  (modifiers (annotation [
    (user_type) @_name
    (constructor_invocation (user_type) @_name)
  ]))) @test
  (#match? @_name "^((Parameterized|Repeated|Before|After)?Test|(Before|After)(Each|All|Class)?)$"))

; `class ShapeSpec : StringSpec({…})` of Kotest.
((class_declaration
  (delegation_specifiers
    (delegation_specifier
      (constructor_invocation (user_type) @_base)))) @test
  (#match? @_base "^(Fun|String|Should|Word|Feature|Behavior|Describe|Free|Expect)Spec$"))
