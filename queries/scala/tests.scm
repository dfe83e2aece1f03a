; `class ShapeTest extends AnyFunSuite`, `object ShapeSpec extends Properties("…")`.
(([(class_definition extend: (extends_clause type: (_) @_base))
   (object_definition extend: (extends_clause type: (_) @_base))]) @test
  (#match? @_base "(Suite|Spec|Specification|Properties)$"))

; JUnit, below Scala.
((function_definition
  (annotation name: (_) @_annotation)) @test
  (#match? @_annotation "^(Test|(Before|After)(Each|All|Class)?)$"))
