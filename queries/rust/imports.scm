(use_declaration) @import

; The edition 2015 way, and still the way to name `alloc`.
(extern_crate_declaration) @import
