; Documentation: `///`, `//!`, `/** */`, `/*! */`. The markers are asked for, not the
; text, since an empty `///` line is documentation too.
(line_comment [(outer_doc_comment_marker) (inner_doc_comment_marker)]) @doc
(block_comment [(outer_doc_comment_marker) (inner_doc_comment_marker)]) @doc

; `#[doc = "…"]` is what those are sugar for. `#[doc(hidden)]` documents nothing and has
; no value.
(attribute_item
  (attribute (identifier) @_doc value: (_) (#eq? @_doc "doc"))) @doc

(inner_attribute_item
  (attribute (identifier) @_doc value: (_) (#eq? @_doc "doc"))) @doc

(line_comment) @comment
(block_comment) @comment
