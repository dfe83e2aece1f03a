; Javadoc: two stars and no third, which makes a ruler; or `///` (JEP 467).
((block_comment) @doc
  (#match? @doc "^/\\*\\*[^*/]"))

((line_comment) @doc
  (#match? @doc "^///([^/]|$)"))

(block_comment) @comment
(line_comment) @comment
