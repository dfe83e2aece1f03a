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
; A method that does nothing, of a class with a base, takes away what the base does, or is
; there for others to put something in its place; so is one that is named as a hook.
(class_definition
  superclasses: (argument_list) @_bases
  body: (block
    (function_definition
      body: (block
        .
        (expression_statement (string))?
        .
        [(pass_statement) (expression_statement (ellipsis))] @placeholder.allowed
        .)))
  (#not-match? @_bases "^\\(\\s*(object)?\\s*,?\\s*\\)$"))
(class_definition
  body: (block
    (function_definition
      name: (identifier) @_name
      body: (block
        .
        (expression_statement (string))?
        .
        [(pass_statement) (expression_statement (ellipsis))] @placeholder.allowed
        .)))
  (#match? @_name "^(on|before|after|pre|post)_|_hook$"))

(except_clause
  (block . [(pass_statement) (expression_statement (ellipsis))] .)) @placeholder.swallowed

((comment) @placeholder.todo
  (#match? @placeholder.todo "\\b(TODO|FIXME|XXX|HACK)\\b"))
