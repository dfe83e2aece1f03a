//! The languages whose syntax is read: a table, one row each.

/// A language whose syntax is read.
#[derive(Debug)]
pub struct Language {
    /// What people call it.
    pub name: &'static str,
    /// The extensions of its files, without the dot, as they are spelt.
    pub extensions: &'static [&'static str],
    /// What begins a comment that ends with its line.
    pub line_comment: &'static str,
    /// Its grammar, which stays inside this module.
    pub(super) grammar: fn() -> tree_sitter::Language,
    /// Its named pieces of code.
    pub(super) definitions: &'static str,
    /// Its comments and documentation.
    pub(super) comments: &'static str,
    /// Its import statements.
    pub(super) imports: &'static str,
    /// Its literals that may be tables or texts.
    pub(super) data: &'static str,
    /// Its code that tests other code.
    pub(super) tests: &'static str,
    /// What makes its functions complex.
    pub(super) complexity: &'static str,
    /// What stands in for code that is not written, and what hides that it failed.
    pub(super) placeholders: &'static str,
}

/// Every supported language. To add one, add a row, a folder in `queries/`
/// and a sample with its notes in `fixtures/languages/`.
pub static LANGUAGES: &[Language] = &[
    Language {
        name: "Rust",
        extensions: &["rs"],
        line_comment: "//",
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        definitions: include_str!("../../queries/rust/definitions.scm"),
        comments: include_str!("../../queries/rust/comments.scm"),
        imports: include_str!("../../queries/rust/imports.scm"),
        data: include_str!("../../queries/rust/data.scm"),
        tests: include_str!("../../queries/rust/tests.scm"),
        complexity: include_str!("../../queries/rust/complexity.scm"),
        placeholders: include_str!("../../queries/rust/placeholders.scm"),
    },
    Language {
        name: "Python",
        extensions: &["py", "pyi", "pyw"],
        line_comment: "#",
        grammar: || tree_sitter_python::LANGUAGE.into(),
        definitions: include_str!("../../queries/python/definitions.scm"),
        comments: include_str!("../../queries/python/comments.scm"),
        imports: include_str!("../../queries/python/imports.scm"),
        data: include_str!("../../queries/python/data.scm"),
        tests: include_str!("../../queries/python/tests.scm"),
        complexity: include_str!("../../queries/python/complexity.scm"),
        placeholders: include_str!("../../queries/python/placeholders.scm"),
    },
    Language {
        name: "JavaScript",
        extensions: &["js", "mjs", "cjs"],
        line_comment: "//",
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
        definitions: include_str!("../../queries/javascript/definitions.scm"),
        comments: include_str!("../../queries/javascript/comments.scm"),
        imports: include_str!("../../queries/javascript/imports.scm"),
        data: include_str!("../../queries/javascript/data.scm"),
        tests: include_str!("../../queries/javascript/tests.scm"),
        complexity: include_str!("../../queries/javascript/complexity.scm"),
        placeholders: include_str!("../../queries/javascript/placeholders.scm"),
    },
    Language {
        name: "JSX",
        extensions: &["jsx"],
        line_comment: "//",
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
        definitions: include_str!("../../queries/javascript/definitions.scm"),
        comments: include_str!("../../queries/javascript/comments.scm"),
        imports: include_str!("../../queries/javascript/imports.scm"),
        data: include_str!("../../queries/javascript/data.scm"),
        tests: include_str!("../../queries/javascript/tests.scm"),
        complexity: include_str!("../../queries/javascript/complexity.scm"),
        placeholders: include_str!("../../queries/javascript/placeholders.scm"),
    },
    Language {
        name: "TypeScript",
        extensions: &["ts", "mts", "cts"],
        line_comment: "//",
        grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        definitions: include_str!("../../queries/typescript/definitions.scm"),
        comments: include_str!("../../queries/typescript/comments.scm"),
        imports: include_str!("../../queries/typescript/imports.scm"),
        data: include_str!("../../queries/typescript/data.scm"),
        tests: include_str!("../../queries/typescript/tests.scm"),
        complexity: include_str!("../../queries/typescript/complexity.scm"),
        placeholders: include_str!("../../queries/typescript/placeholders.scm"),
    },
    Language {
        name: "TSX",
        extensions: &["tsx"],
        line_comment: "//",
        grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
        definitions: include_str!("../../queries/typescript/definitions.scm"),
        comments: include_str!("../../queries/typescript/comments.scm"),
        imports: include_str!("../../queries/typescript/imports.scm"),
        data: include_str!("../../queries/typescript/data.scm"),
        tests: include_str!("../../queries/typescript/tests.scm"),
        complexity: include_str!("../../queries/typescript/complexity.scm"),
        placeholders: include_str!("../../queries/typescript/placeholders.scm"),
    },
    Language {
        name: "Go",
        extensions: &["go"],
        line_comment: "//",
        grammar: || tree_sitter_go::LANGUAGE.into(),
        definitions: include_str!("../../queries/go/definitions.scm"),
        comments: include_str!("../../queries/go/comments.scm"),
        imports: include_str!("../../queries/go/imports.scm"),
        data: include_str!("../../queries/go/data.scm"),
        tests: include_str!("../../queries/go/tests.scm"),
        complexity: include_str!("../../queries/go/complexity.scm"),
        placeholders: include_str!("../../queries/go/placeholders.scm"),
    },
    Language {
        name: "Java",
        extensions: &["java"],
        line_comment: "//",
        grammar: || tree_sitter_java::LANGUAGE.into(),
        definitions: include_str!("../../queries/java/definitions.scm"),
        comments: include_str!("../../queries/java/comments.scm"),
        imports: include_str!("../../queries/java/imports.scm"),
        data: include_str!("../../queries/java/data.scm"),
        tests: include_str!("../../queries/java/tests.scm"),
        complexity: include_str!("../../queries/java/complexity.scm"),
        placeholders: include_str!("../../queries/java/placeholders.scm"),
    },
    Language {
        name: "C",
        extensions: &["c"],
        line_comment: "//",
        grammar: || tree_sitter_c::LANGUAGE.into(),
        definitions: include_str!("../../queries/c/definitions.scm"),
        comments: include_str!("../../queries/c/comments.scm"),
        imports: include_str!("../../queries/c/imports.scm"),
        data: include_str!("../../queries/c/data.scm"),
        tests: include_str!("../../queries/c/tests.scm"),
        complexity: include_str!("../../queries/c/complexity.scm"),
        placeholders: include_str!("../../queries/c/placeholders.scm"),
    },
    // Whether a header is one of C or of C++ its path does not tell. The grammar of C++
    // reads as much of C as that of C does.
    Language {
        name: "C header",
        extensions: &["h"],
        line_comment: "//",
        grammar: || tree_sitter_cpp::LANGUAGE.into(),
        definitions: include_str!("../../queries/cpp/definitions.scm"),
        comments: include_str!("../../queries/cpp/comments.scm"),
        imports: include_str!("../../queries/cpp/imports.scm"),
        data: include_str!("../../queries/cpp/data.scm"),
        tests: include_str!("../../queries/cpp/tests.scm"),
        complexity: include_str!("../../queries/cpp/complexity.scm"),
        placeholders: include_str!("../../queries/cpp/placeholders.scm"),
    },
    Language {
        name: "C++",
        extensions: &["cpp", "cc", "cxx", "hpp", "hh", "hxx"],
        line_comment: "//",
        grammar: || tree_sitter_cpp::LANGUAGE.into(),
        definitions: include_str!("../../queries/cpp/definitions.scm"),
        comments: include_str!("../../queries/cpp/comments.scm"),
        imports: include_str!("../../queries/cpp/imports.scm"),
        data: include_str!("../../queries/cpp/data.scm"),
        tests: include_str!("../../queries/cpp/tests.scm"),
        complexity: include_str!("../../queries/cpp/complexity.scm"),
        placeholders: include_str!("../../queries/cpp/placeholders.scm"),
    },
    Language {
        name: "C#",
        extensions: &["cs"],
        line_comment: "//",
        grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
        definitions: include_str!("../../queries/c_sharp/definitions.scm"),
        comments: include_str!("../../queries/c_sharp/comments.scm"),
        imports: include_str!("../../queries/c_sharp/imports.scm"),
        data: include_str!("../../queries/c_sharp/data.scm"),
        tests: include_str!("../../queries/c_sharp/tests.scm"),
        complexity: include_str!("../../queries/c_sharp/complexity.scm"),
        placeholders: include_str!("../../queries/c_sharp/placeholders.scm"),
    },
    Language {
        name: "Ruby",
        extensions: &["rb", "rake", "gemspec"],
        line_comment: "#",
        grammar: || tree_sitter_ruby::LANGUAGE.into(),
        definitions: include_str!("../../queries/ruby/definitions.scm"),
        comments: include_str!("../../queries/ruby/comments.scm"),
        imports: include_str!("../../queries/ruby/imports.scm"),
        data: include_str!("../../queries/ruby/data.scm"),
        tests: include_str!("../../queries/ruby/tests.scm"),
        complexity: include_str!("../../queries/ruby/complexity.scm"),
        placeholders: include_str!("../../queries/ruby/placeholders.scm"),
    },
    Language {
        name: "PHP",
        extensions: &["php"],
        line_comment: "//",
        grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
        definitions: include_str!("../../queries/php/definitions.scm"),
        comments: include_str!("../../queries/php/comments.scm"),
        imports: include_str!("../../queries/php/imports.scm"),
        data: include_str!("../../queries/php/data.scm"),
        tests: include_str!("../../queries/php/tests.scm"),
        complexity: include_str!("../../queries/php/complexity.scm"),
        placeholders: include_str!("../../queries/php/placeholders.scm"),
    },
    Language {
        name: "Bash",
        extensions: &["sh", "bash"],
        line_comment: "#",
        grammar: || tree_sitter_bash::LANGUAGE.into(),
        definitions: include_str!("../../queries/bash/definitions.scm"),
        comments: include_str!("../../queries/bash/comments.scm"),
        imports: include_str!("../../queries/bash/imports.scm"),
        data: include_str!("../../queries/bash/data.scm"),
        tests: include_str!("../../queries/bash/tests.scm"),
        complexity: include_str!("../../queries/bash/complexity.scm"),
        placeholders: include_str!("../../queries/bash/placeholders.scm"),
    },
    Language {
        name: "Kotlin",
        extensions: &["kt", "kts"],
        line_comment: "//",
        grammar: || tree_sitter_kotlin_ng::LANGUAGE.into(),
        definitions: include_str!("../../queries/kotlin/definitions.scm"),
        comments: include_str!("../../queries/kotlin/comments.scm"),
        imports: include_str!("../../queries/kotlin/imports.scm"),
        data: include_str!("../../queries/kotlin/data.scm"),
        tests: include_str!("../../queries/kotlin/tests.scm"),
        complexity: include_str!("../../queries/kotlin/complexity.scm"),
        placeholders: include_str!("../../queries/kotlin/placeholders.scm"),
    },
    Language {
        name: "Swift",
        extensions: &["swift"],
        line_comment: "//",
        grammar: || tree_sitter_swift::LANGUAGE.into(),
        definitions: include_str!("../../queries/swift/definitions.scm"),
        comments: include_str!("../../queries/swift/comments.scm"),
        imports: include_str!("../../queries/swift/imports.scm"),
        data: include_str!("../../queries/swift/data.scm"),
        tests: include_str!("../../queries/swift/tests.scm"),
        complexity: include_str!("../../queries/swift/complexity.scm"),
        placeholders: include_str!("../../queries/swift/placeholders.scm"),
    },
    Language {
        name: "Scala",
        extensions: &["scala", "sc"],
        line_comment: "//",
        grammar: || tree_sitter_scala::LANGUAGE.into(),
        definitions: include_str!("../../queries/scala/definitions.scm"),
        comments: include_str!("../../queries/scala/comments.scm"),
        imports: include_str!("../../queries/scala/imports.scm"),
        data: include_str!("../../queries/scala/data.scm"),
        tests: include_str!("../../queries/scala/tests.scm"),
        complexity: include_str!("../../queries/scala/complexity.scm"),
        placeholders: include_str!("../../queries/scala/placeholders.scm"),
    },
];

/// A row of [`LANGUAGES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageId(usize);

impl LanguageId {
    /// Every language, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len()).map(Self)
    }

    /// The row itself.
    pub fn language(self) -> &'static Language {
        &LANGUAGES[self.0]
    }

    /// The place of the row in the table.
    pub fn index(self) -> usize {
        self.0
    }
}

/// Returns the language a path is written in, judged by its extension alone; `None`
/// for languages that are not in the table and for names like `.rs`.
pub fn language_of(path: &[u8]) -> Option<LanguageId> {
    let name = path.rsplit(|&byte| byte == b'/').next()?;
    let dot = memchr::memrchr(b'.', name).filter(|&dot| dot > 0)?;
    let extension = &name[dot + 1..];
    LanguageId::all().find(|id| {
        id.language().extensions.iter().any(|known| known.as_bytes() == extension)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_distinct_and_have_no_dot() {
        let mut seen = std::collections::BTreeSet::new();
        for extension in LANGUAGES.iter().flat_map(|language| language.extensions) {
            assert!(!extension.is_empty() && !extension.contains('.'), "{extension}");
            assert!(seen.insert(extension), "{extension} is claimed twice");
        }
    }

    #[test]
    fn a_language_is_told_by_the_last_extension_of_the_file_name() {
        let name = |path: &str| language_of(path.as_bytes()).map(|id| id.language().name);
        assert_eq!(name("src/a.rs"), Some("Rust"));
        assert_eq!(name("a.tar.py"), Some("Python"));
        for unknown in ["", "a", "a.", ".rs", "src/.rs", "a.rs/b", "a.rs.bak", "a.RS"] {
            assert_eq!(name(unknown), None, "{unknown:?}");
        }
    }
}
