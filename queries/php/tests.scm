; `class ShapeTest extends TestCase`
((class_declaration (base_clause [(name) (qualified_name)] @_base)) @test
  (#match? @_base "TestCase$"))

; `#[Test]` of PHPUnit, for where its cases have another name.
((method_declaration
  attributes: (attribute_list (attribute_group (attribute (_) @_attribute)))) @test
  (#match? @_attribute "^(PHPUnit\\\\Framework\\\\Attributes\\\\)?(Test|DataProvider|Before|After)$"))

; `it('has sides', function () {…});` of Pest.
((function_call_expression
  function: (name) @_call
  arguments: (arguments
    . (argument [(string) (encapsed_string)])
    (argument [(anonymous_function) (arrow_function)]))) @test
  (#match? @_call "^(describe|it|test)$"))
