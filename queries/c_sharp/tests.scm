; `[Fact]`, `[Test]`, `[TestMethod]` and the like of xUnit, NUnit and MSTest.
((method_declaration
  (attribute_list (attribute name: (_) @_name))) @test
  (#match? @_name "^(\\w+\\.)*(Fact|Theory|Test|TestCase|TestCaseSource|(Data)?TestMethod|(OneTime)?(SetUp|TearDown)|(Test|Class|Assembly)(Initialize|Cleanup))$"))

((class_declaration
  (attribute_list (attribute name: (_) @_name))) @test
  (#match? @_name "^(\\w+\\.)*(TestFixture|TestClass)$"))
