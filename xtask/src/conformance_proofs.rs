//! What the tests of the repository say they prove.

use std::fs;

use anyhow::{Context, Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::repository;

/// Where tests are.
const FOLDERS: [&str; 4] = ["src", "tests", "testbed", "xtask"];

/// A test and the rows that it proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Its file, from the repository's folder.
    pub file: String,
    /// Its name.
    pub test: String,
    /// The ids of rows, from its comment and from its name.
    pub ids: Vec<String>,
}

/// Every test in the repository that names a row.
///
/// # Errors
/// When a source file cannot be read, or is no Rust.
pub fn all() -> Result<Vec<Proof>> {
    let mut proofs = Vec::new();
    for folder in FOLDERS {
        for path in repository::files(&repository::root().join(folder))? {
            let file = repository::short(&path).replace('\\', "/");
            let is_built = file
                .split('/')
                .any(|part| matches!(part, "target" | "node_modules"));
            if !file.ends_with(".rs") || is_built {
                continue;
            }
            let text = fs::read_to_string(&path).with_context(|| file.clone())?;
            let found = in_source(&text).with_context(|| file.clone())?;
            proofs.extend(found.into_iter().map(|(test, ids)| Proof {
                file: file.clone(),
                test,
                ids,
            }));
        }
    }
    Ok(proofs)
}

/// The tests in `text` that name rows, and those rows. Tests that are ignored prove nothing.
fn in_source(text: &str) -> Result<Vec<(String, Vec<String>)>> {
    let tokens: TokenStream = text.parse().map_err(|error| anyhow!("no Rust: {error}"))?;
    let mut found = Vec::new();
    walk(tokens, &mut found);
    Ok(found)
}

/// What stands before an item.
#[derive(Default)]
struct Before {
    comment: String,
    is_test: bool,
    is_ignored: bool,
}

/// Goes through tokens rather than a syntax tree, because some tests stand within a macro.
fn walk(tokens: TokenStream, found: &mut Vec<(String, Vec<String>)>) {
    let mut before = Before::default();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Group(group)) = tokens.peek()
                    && group.delimiter() == Delimiter::Bracket
                {
                    before.take(group.stream());
                    tokens.next();
                }
            }
            TokenTree::Ident(word) if word == "fn" => {
                let before = std::mem::take(&mut before);
                if let Some(TokenTree::Ident(name)) = tokens.peek()
                    && before.is_test
                    && !before.is_ignored
                {
                    let name = name.to_string();
                    let mut ids = proved(&before.comment);
                    ids.extend(in_name(&name));
                    if !ids.is_empty() {
                        found.push((name, ids));
                    }
                }
            }
            TokenTree::Ident(word) if word == "pub" || word == "async" => {}
            TokenTree::Group(group) => {
                // That of pub(crate) changes nothing for what follows.
                if group.delimiter() == Delimiter::Brace {
                    before = Before::default();
                }
                walk(group.stream(), found);
            }
            _ => before = Before::default(),
        }
    }
}

impl Before {
    /// Takes in the inside of an attribute.
    fn take(&mut self, attribute: TokenStream) {
        let mut last = String::new();
        let mut is_doc = false;
        for token in attribute {
            match token {
                TokenTree::Ident(word) => {
                    last = word.to_string();
                    is_doc = last == "doc";
                }
                TokenTree::Literal(text) if is_doc => {
                    self.comment.push_str(text.to_string().trim_matches('"'));
                    self.comment.push(' ');
                }
                TokenTree::Punct(punct) if matches!(punct.as_char(), ':' | '=') => {}
                // The arguments of an attribute do not name it.
                _ => break,
            }
        }
        self.is_test |= last == "test" || last == "wasm_bindgen_test";
        self.is_ignored |= last == "ignore";
    }
}

/// The ids in `Proves N2-070, X-12.`
fn proved(comment: &str) -> Vec<String> {
    let Some((_, rest)) = comment.split_once("Proves ") else {
        return Vec::new();
    };
    let list = rest.split('.').next().unwrap_or_default();
    list.split(',')
        .map(|id| id.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|id| !id.is_empty())
        .collect()
}

/// The ids in a name: `..._n2_070_x_10` names N2-070 and X-10.
fn in_name(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split('_').collect();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    words
        .windows(2)
        .filter(|pair| matches!(pair[0], "g" | "x" | "n1" | "n2" | "n3" | "n4" | "n5"))
        .filter(|pair| is_number(pair[1]))
        .map(|pair| format!("{}-{}", pair[0].to_uppercase(), pair[1]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, Vec<String>)> {
        in_source(text).unwrap()
    }

    fn test(name: &str, ids: &[&str]) -> (String, Vec<String>) {
        (
            name.to_owned(),
            ids.iter().map(|id| (*id).to_owned()).collect(),
        )
    }

    #[test]
    fn tests_prove_by_comment_and_by_name_wherever_they_stand() {
        let text = r#"
            /// What it does.
            ///
            /// Proves N2-070,
            /// X-12. And more.
            #[test]
            fn plain() { let x = "/// Proves X-01."; }

            mod tests {
                #[test]
                fn a_name_n2_071_x_10() {}

                /// Proves G-01.
                #[tokio::test(flavor = "current_thread")]
                pub(crate) async fn asynchronous() {}
            }

            proptest! {
                /// Proves X-03.
                #[test]
                fn within_a_macro(n in 0..3) {}
            }

            /// Proves X-09.
            #[wasm_bindgen_test]
            async fn in_a_browser() {}
        "#;
        assert_eq!(
            found(text),
            [
                test("plain", &["N2-070", "X-12"]),
                test("a_name_n2_071_x_10", &["N2-071", "X-10"]),
                test("asynchronous", &["G-01"]),
                test("within_a_macro", &["X-03"]),
                test("in_a_browser", &["X-09"]),
            ]
        );
    }

    #[test]
    fn what_does_not_run_proves_nothing() {
        let text = "
            /// Proves X-01.
            fn helper() {}

            /// Proves X-02.
            #[cfg(test)]
            fn not_a_test() {}

            /// Proves X-03.
            #[test]
            #[ignore = \"slow\"]
            fn ignored() {}

            /// Proves X-04.
            struct Before;

            #[test]
            fn behind_it() {}
        ";
        assert_eq!(found(text), []);
    }

    #[test]
    fn numbers_without_a_source_are_no_ids() {
        assert_eq!(in_name("end_0_n2_060_to_071"), ["N2-060"]);
        assert_eq!(in_name("a_3_of_n6_01_x_and_x"), [""; 0]);
        assert_eq!(
            proved("Proves nothing of the kind"),
            ["nothing of the kind"]
        );
    }
}
