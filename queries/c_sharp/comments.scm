; `/// <summary>` and `/** … */`, and no ruler.
((comment) @doc
  (#match? @doc "^(/\\*\\*[^*/]|///([^/]|$))"))

(comment) @comment
