; "Go Doc Comments": those right above a declaration at the top of a file, and above what
; it holds.
(source_file
  [
    (package_clause)
    (function_declaration)
    (method_declaration)
    (type_declaration)
    (const_declaration)
    (var_declaration)
  ] @documented)

(source_file (type_declaration (type_spec) @documented))
(source_file (const_declaration (const_spec) @documented))
(source_file (var_declaration (var_spec_list (var_spec) @documented)))
(field_declaration) @documented
(method_elem) @documented

(comment) @comment
