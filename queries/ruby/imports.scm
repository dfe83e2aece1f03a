((call
  !receiver
  method: (identifier) @_method) @import
  (#match? @_method "^(require|require_relative|load|autoload)$"))
