; `static void test_area(void)`, as cmocka, Unity and plain programs name them. Others
; than these (`int test_bit(…)`) are more often part of the product.
((function_definition
  type: (primitive_type) @_type
  declarator: (function_declarator declarator: (identifier) @_name)) @test
  (#eq? @_type "void")
  (#match? @_name "^test_"))
