; `RSpec.describe Shape do`, `it "has sides" do`, `test "has sides" do`: a name and a
; block have to follow.
((call
  method: (identifier) @_method
  arguments: (argument_list . [(string) (constant) (scope_resolution)])
  block: (_)) @test
  (#match? @_method "^(describe|context|feature|shared_examples|shared_context|it|specify|scenario|test)$"))

; `class ShapeTest < Minitest::Test`, and the cases of Rails.
((class superclass: (superclass (_) @_base)) @test
  (#match? @_base "(Test|TestCase|Spec)$"))
