; PHPDoc: two stars and no third, which makes a ruler.
((comment) @doc
  (#match? @doc "^/\\*\\*[^*/]"))

(comment) @comment
