//! Which files of the site a browser loads for whom, found by following the files from `index.html`.
//!
//! A quoted path in a file that leads to another file counts as a reference, whatever the language
//! does with it: an import, `new URL(…, import.meta.url)`, a link. So a file may be counted that is
//! not loaded, but hardly one be missed that is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::{Result, bail};

use crate::wasm_module::{DEMO, ROUTES};

/// Where a browser begins.
const ENTRY: &str = "index.html";

/// When a file is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// By everybody, before the first upload.
    First,
    /// When a module or a person needs more than the upload of a file to a BG95.
    Routes,
    /// When the demo is chosen.
    Demo,
    /// By nobody, or in place of one that counts, as messages in another language are.
    Other,
}

/// What is loaded on demand.
const ON_DEMAND: [Load; 2] = [Load::Routes, Load::Demo];

impl Load {
    /// The folder of files that are loaded only then.
    const fn folder(self) -> Option<&'static str> {
        match self {
            Self::Routes => Some(ROUTES.folder),
            Self::Demo => Some(DEMO.folder),
            Self::First | Self::Other => None,
        }
    }
}

/// The text and the weight of a file. A file that refers to nothing may come without its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct File<'a> {
    /// What it says.
    pub text: &'a str,
    /// What it weighs. Of files that stand in for each other, the heaviest counts.
    pub weight: u64,
}

/// When each of `files`, which are named by their place in the site, is loaded.
///
/// # Errors
/// When a script imports a file that is not there.
pub fn loads<'a>(files: &BTreeMap<&'a str, File<'_>>) -> Result<BTreeMap<&'a str, Load>> {
    let mut loads: BTreeMap<&str, Load> = files.keys().map(|name| (*name, Load::Other)).collect();
    let mut deferred: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for load in [Load::First, Load::Routes, Load::Demo] {
        let mut queue: VecDeque<&str> = match load.folder() {
            None => files
                .get_key_value(ENTRY)
                .map(|(name, _)| *name)
                .into_iter()
                .collect(),
            Some(folder) => deferred
                .get(folder)
                .into_iter()
                .flatten()
                .copied()
                .collect(),
        };
        while let Some(name) = queue.pop_front() {
            let Some(known) = loads.get_mut(name).filter(|known| **known == Load::Other) else {
                continue;
            };
            *known = load;
            for reference in references(files[name].text) {
                let Some(target) = target(name, &reference, files)? else {
                    continue;
                };
                let folder = target.split_once('/').map_or("", |(folder, _)| folder);
                let is_of = |load: &Load| load.folder() == Some(folder);
                // What a deferred file leads to in its own folder belongs to it.
                if reference.is_deferred && ON_DEMAND.iter().any(is_of) && !is_of(&load) {
                    deferred.entry(folder).or_default().insert(target);
                } else {
                    queue.push_back(target);
                }
            }
        }
    }
    Ok(loads)
}

/// A quoted piece of text that may be a path.
#[derive(Debug, PartialEq, Eq)]
struct Reference<'a> {
    path: &'a str,
    /// Between the brackets of an `import(…)`.
    is_deferred: bool,
    /// Behind `import` or `from`, or in an `import(…)`.
    is_import: bool,
}

fn references(text: &str) -> Vec<Reference<'_>> {
    // Every quote is taken for an opening one: a scanner that counts them loses its step at the first
    // quote in a regular expression. What lies between two strings is no path.
    text.char_indices()
        .filter(|(_, character)| matches!(character, '"' | '\'' | '`'))
        .filter_map(|(at, quote)| {
            let (before, rest) = (text[..at].trim_end(), &text[at + 1..]);
            let end = rest.find(|character: char| !is_of_path(character))?;
            let path = &rest[..end];
            (rest[end..].starts_with(quote) && !path.is_empty()).then(|| {
                let is_deferred = before
                    .strip_suffix('(')
                    .is_some_and(|before| before.trim_end().ends_with("import"));
                Reference {
                    path,
                    is_deferred,
                    is_import: is_deferred
                        || before.ends_with("from")
                        || before.ends_with("import"),
                }
            })
        })
        .collect()
}

fn is_of_path(character: char) -> bool {
    character.is_ascii_alphanumeric() || "./_-${}()".contains(character)
}

/// The file that `reference` in `from` leads to; of several that fit a template, the heaviest.
fn target<'a>(
    from: &str,
    reference: &Reference<'_>,
    files: &BTreeMap<&'a str, File<'_>>,
) -> Result<Option<&'a str>> {
    let path = resolved(from, reference.path);
    let target = match path.split_once("${") {
        // What a template puts in is unknown.
        Some((start, rest)) => {
            let end = rest.rsplit_once('}').map_or("", |(_, end)| end);
            files
                .iter()
                .filter(|(name, _)| {
                    name.strip_prefix(start)
                        .is_some_and(|name| name.ends_with(end) && !name.contains('/'))
                })
                .max_by_key(|(_, file)| file.weight)
                .map(|(name, _)| *name)
        }
        None => files.get_key_value(path.as_str()).map(|(name, _)| *name),
    };
    if target.is_none() && reference.is_import && from.ends_with(".js") {
        bail!("{from} imports {}, which is not there", reference.path);
    }
    Ok(target)
}

/// `path`, as written in the file `from`, from the site's folder.
fn resolved(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: [(&str, &str); 12] = [
        (
            "index.html",
            "<link rel=\"icon\" href=\"icon.svg\"><link rel=stylesheet href='style.css'>\
             <script type=\"module\" src=\"page.js\"></script>",
        ),
        ("icon.svg", ""),
        ("style.css", ""),
        (
            "page.js",
            "import{a}from\"./steps/a.js\";import'./b.js';const q=/[\"']/;\
             async()=>{await import(\"./wasm/core.js\");await import(\"./simulator/port.js\")}",
        ),
        ("steps/a.js", "export*from\"../b.js\";"),
        (
            "b.js",
            "fetch(new URL(`./messages/${l}.json`,import.meta.url))",
        ),
        ("messages/en.json", ""),
        ("messages/xx.json", ""),
        ("wasm/core.js", "new URL('core_bg.wasm',import.meta.url)"),
        ("wasm/core_bg.wasm", ""),
        ("simulator/port.js", "import\"./more.js\";import\"../b.js\""),
        ("simulator/more.js", ""),
    ];

    fn loads_of(page: &[(&'static str, &'static str)]) -> Result<Vec<(&'static str, Load)>> {
        let files = page
            .iter()
            .map(|(name, text)| {
                let weight = if name.contains("xx") { 2 } else { 1 };
                (*name, File { text, weight })
            })
            .collect();
        Ok(loads(&files)?.into_iter().collect())
    }

    fn loaded(page: &[(&'static str, &'static str)], load: Load) -> Vec<&'static str> {
        let mut names: Vec<_> = loads_of(page).unwrap();
        names.retain(|(_, of)| *of == load);
        names.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn whatever_the_page_refers_to_is_loaded_first() {
        assert_eq!(
            loaded(&PAGE, Load::First),
            [
                "b.js",
                "icon.svg",
                "index.html",
                "messages/xx.json",
                "page.js",
                "steps/a.js",
                "style.css",
                "wasm/core.js",
                "wasm/core_bg.wasm",
            ]
        );
    }

    #[test]
    fn the_demo_is_what_only_an_import_on_demand_leads_to() {
        assert_eq!(
            loaded(&PAGE, Load::Demo),
            ["simulator/more.js", "simulator/port.js"]
        );
        let mut eager = PAGE;
        eager[5].1 = "import\"./simulator/more.js\"";
        assert_eq!(loaded(&eager, Load::Demo), ["simulator/port.js"]);
        assert!(loaded(&eager, Load::First).contains(&"simulator/more.js"));
    }

    #[test]
    fn one_language_counts_the_heaviest() {
        assert_eq!(loaded(&PAGE, Load::Other), ["messages/en.json"]);
    }

    #[test]
    fn an_import_of_nothing_is_an_error() {
        let page = [PAGE[0], ("page.js", "import\"./gone.js\"")];
        let error = loads_of(&page).unwrap_err().to_string();
        assert!(error.contains("page.js imports ./gone.js"), "{error}");
    }
}
