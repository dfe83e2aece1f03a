; A function that says nothing, or that it is not there yet; documentation may stand first.
(function_definition
  body: (block
    .
    (expression_statement (string))?
    .
    [
      (pass_statement)
      (expression_statement (ellipsis))
      (raise_statement
        [
          (identifier) @_error
          (call function: (identifier) @_error)
        ]
        (#eq? @_error "NotImplementedError"))
    ] @placeholder.stub
    .))

; Where that is how an interface is written.
(decorated_definition
  (decorator [(identifier) (attribute)] @_decorator)
  (#match? @_decorator "(abstractmethod|abstractproperty|overload)$")) @placeholder.allowed
(class_definition
  superclasses: (argument_list (_) @_base)
  (#match? @_base "^([A-Za-z_]+\\.)?Protocol\\b")) @placeholder.allowed

(except_clause
  (block . [(pass_statement) (expression_statement (ellipsis))] .)) @placeholder.swallowed

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
