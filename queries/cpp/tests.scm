; `TEST(Shape, Area) {…}` of GoogleTest and `BOOST_AUTO_TEST_CASE(area) {…}` of
; Boost.Test, which look like functions without a type.
((function_definition
  declarator: (function_declarator declarator: (identifier) @_macro)) @test
  (#match? @_macro "^((TYPED_)?TEST(_[FP])?|BOOST_(AUTO|FIXTURE)_TEST_CASE)$"))

; `class ShapeTest : public ::testing::Test`
((class_specifier (base_class_clause (qualified_identifier) @_base)) @test
  (#match? @_base "^(::)?testing::Test"))
