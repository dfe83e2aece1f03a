; `#[test] fn`, `#[tokio::test] async fn`.
((attribute_item
  (attribute [(identifier) (scoped_identifier)] @_attribute)) @test.attribute
  (#match? @_attribute "^(.*::)?(test|bench|rstest|test_case|quickcheck|wasm_bindgen_test)$"))

; `#[cfg(test)]` and `#[cfg(all(test, …))]` on anything: mostly `mod tests`, but helpers
; and imports too. `any(test, …)` and `not(test)` are compiled into the product.
((attribute_item
  (attribute (identifier) @_cfg arguments: (token_tree) @_when)) @test.attribute
  (#eq? @_cfg "cfg")
  (#match? @_when "[(,]\\s*test\\s*[,)]")
  (#not-match? @_when "\\b(any|not)\\s*\\("))

; Property tests are written inside a macro.
(macro_invocation
  macro: [(identifier) (scoped_identifier)] @_macro
  (#match? @_macro "^(proptest::)?proptest$")) @test
