; RDoc and YARD: what stands right above a definition.
(method) @documented
(singleton_method) @documented
(class) @documented
(module) @documented

(comment) @comment
