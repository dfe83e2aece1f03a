; Conditions of the preprocessor are none of the function.
(if_statement) @branch
(else_clause "else" @else)
(else_clause (if_statement) @else_if)

(for_statement) @loop
(while_statement) @loop
(do_statement) @loop

(switch_statement) @switch
(case_statement value: (_)) @case

(conditional_expression) @ternary

(binary_expression operator: "&&" @and) @boolean
(binary_expression operator: "||" @or) @boolean

(goto_statement) @jump

(function_definition
  declarator: (function_declarator
    parameters: (parameter_list (parameter_declaration) @parameter))
  (#not-eq? @parameter "void"))
(function_definition
  declarator: (pointer_declarator
    declarator: (function_declarator
      parameters: (parameter_list (parameter_declaration) @parameter)))
  (#not-eq? @parameter "void"))
(preproc_function_def parameters: (preproc_params (_) @parameter))
