; TSDoc: two stars and no third, which makes a ruler.
((comment) @doc
  (#match? @doc "^/\\*\\*[^*/]"))

(comment) @comment

; `#!/usr/bin/env -S deno run`
(hash_bang_line) @comment
