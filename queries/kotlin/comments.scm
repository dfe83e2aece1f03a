; KDoc: two stars and no third, which makes a ruler.
((block_comment) @doc
  (#match? @doc "^/\\*\\*[^*/]"))

(block_comment) @comment
(line_comment) @comment
(shebang) @comment
