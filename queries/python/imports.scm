(import_statement) @import
(import_from_statement) @import

; `from __future__ import …` is a statement of its own.
(future_import_statement) @import
