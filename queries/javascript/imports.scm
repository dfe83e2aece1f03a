(import_statement) @import

; `export … from "…"` brings in, too.
(export_statement source: (_)) @import

; `const fs = require("fs")`, as CommonJS has it; in the middle of other code it is a call.
(program
  (lexical_declaration
    (variable_declarator
      value: (call_expression function: (identifier) @_require (#eq? @_require "require")))) @import)

(program
  (variable_declaration
    (variable_declarator
      value: (call_expression function: (identifier) @_require (#eq? @_require "require")))) @import)
