(import_statement) @import

; `export … from "…"` brings in, too.
(export_statement source: (_)) @import

; `import path = require("path")` is an import statement; this is the way of CommonJS.
(program
  (lexical_declaration
    (variable_declarator
      value: (call_expression function: (identifier) @_require (#eq? @_require "require")))) @import)
