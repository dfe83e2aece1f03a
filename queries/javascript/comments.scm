; JSDoc: two stars and no third, which makes a ruler.
((comment) @doc
  (#match? @doc "^/\\*\\*[^*/]"))

(comment) @comment

; `#!/usr/bin/env node`
(hash_bang_line) @comment
