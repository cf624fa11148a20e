//! The page's files as they are served: in fewer bytes, scripts that are loaded together joined.
//!
//! What is written by hand stays as it is and runs unminified too.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::setup::npm::Tools;
use crate::{process, repository};

/// How files are made small: an input like any other.
const RECIPE: [&str; 2] = [include_str!("minify.rs"), include_str!("minify.mjs")];

/// The script that does it, from the repository's folder.
const SCRIPT: &str = "xtask/src/minify.mjs";

/// What [`SCRIPT`] makes small. Other files are served as they are.
const EXTENSIONS: [&str; 3] = ["css", "js", "json"];

/// Makes `files`, which are named by their place in the site, small and returns where each of them
/// is now. Nothing is done if nothing that goes into them has changed.
///
/// # Errors
/// When a file cannot be read or is not valid.
pub fn minified(
    files: BTreeMap<PathBuf, PathBuf>,
    tools: &Tools,
) -> Result<BTreeMap<PathBuf, PathBuf>> {
    let output = repository::target().join("minified");
    let stamp = output.with_extension("stamp");
    let inputs = inputs(&files)?;
    let is_fresh =
        output.is_dir() && fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == inputs);
    let (sources, mut others): (BTreeMap<_, _>, _) =
        files.into_iter().partition(|(place, _)| is_minified(place));
    if !is_fresh {
        if output.exists() {
            fs::remove_dir_all(&output)?;
        }
        println!("  making the page's files small");
        run(&sources, &output, tools)?;
        fs::write(stamp, inputs)?;
    }
    for small in repository::files(&output)? {
        others.insert(small.strip_prefix(&output)?.to_owned(), small);
    }
    Ok(others)
}

fn is_minified(place: &Path) -> bool {
    EXTENSIONS
        .iter()
        .any(|extension| place.extension().is_some_and(|found| found == *extension))
}

/// Makes the files, which are named by their place in the site, small and writes them below `output`.
/// The script reads their names from a list, since a command line would be too long for people and
/// for some systems.
fn run(files: &BTreeMap<PathBuf, PathBuf>, output: &Path, tools: &Tools) -> Result<()> {
    let named: BTreeMap<String, String> = files
        .iter()
        .map(|(place, file)| {
            let parts: Vec<_> = place.iter().map(OsStr::to_string_lossy).collect();
            (parts.join("/"), repository::short(file))
        })
        .collect();
    let text = json!({ "output": repository::short(output), "files": named });
    let list = output.with_extension("json");
    if let Some(folder) = list.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&list, text.to_string())
        .with_context(|| format!("cannot write {}", repository::short(&list)))?;
    process::run(tools.own_script(SCRIPT).arg(&list))
        .context("the page's files must go through the minifiers")?;
    Ok(())
}

/// A digest of everything that goes into the small files.
fn inputs(files: &BTreeMap<PathBuf, PathBuf>) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    RECIPE.hash(&mut hasher);
    fs::read(repository::root().join("package-lock.json"))?.hash(&mut hasher);
    for (place, source) in files.iter().filter(|(place, _)| is_minified(place)) {
        let bytes = fs::read(source)
            .with_context(|| format!("cannot read {}", repository::short(source)))?;
        (place, bytes).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A script beside the one that is looked at.
    const MORE: (&str, &str) = (
        "words.js",
        "// Why.\nexport const words = { shown: \"in words\" };\nexport const unused = 1;\n",
    );

    /// What the minifiers make of `text` in a file called `name`.
    fn small(name: &str, text: &str) -> Result<String> {
        let tools = {
            let _installing = repository::lock()?;
            Tools::ensure()?
        };
        let folder = repository::target().join("tmp/minify").join(name);
        fs::create_dir_all(&folder)?;
        let output = folder.join("out");
        let mut files = BTreeMap::new();
        for (place, text) in [(name, text), MORE] {
            let file = folder.join(place);
            fs::write(&file, text)?;
            files.insert(PathBuf::from(place), file);
        }
        run(&files, &output, &tools)?;
        Ok(fs::read_to_string(output.join(name))?)
    }

    #[test]
    fn a_script_takes_its_imports_in_and_keeps_the_rest() {
        let script = small(
            "page.js",
            "// Why.\nimport { words } from \"./words.js\";\n\
             export class Page {\n  #shown = words;\n  async openPort(port) {\n    \
             const core = await import(\"./words.js\");\n    \
             return core.connectTo(port, new URL(\"./a.json\", import.meta.url), this.#shown);\n  }\n}\n",
        )
        .unwrap();
        for kept in [
            "in words",
            "new URL(\"./a.json\",import.meta.url)",
            "as Page}",
            "openPort(",
            ".connectTo(",
        ] {
            assert!(script.contains(kept), "{kept} is not in {script}");
        }
        assert!(!script.contains("Why"), "{script}");
    }

    #[test]
    fn a_style_sheet_is_not_rewritten_for_older_browsers() {
        let sheet = small(
            "page.css",
            "/* Why. */\n.a {\n  container: page / inline-size;\n  \
             color: light-dark(#fff, #101214);\n  .b {\n    height: 100dvh;\n  }\n}\n\
             @container page (width < 30rem) {\n  .a {\n    display: grid;\n  }\n}\n\
             @media (forced-colors: active) {\n  .a {\n    forced-color-adjust: none;\n    \
             border-color: CanvasText;\n  }\n}\n",
        )
        .unwrap();
        for kept in [
            "color:light-dark(#fff,#101214)",
            "& .b{height:100dvh}",
            "@container page (width<30rem){",
            "@media (forced-colors:active){",
            "forced-color-adjust:none",
            "border-color:canvastext",
        ] {
            assert!(
                sheet.to_lowercase().contains(kept),
                "{kept} is not in {sheet}"
            );
        }
        assert!(!sheet.contains("Why"), "{sheet}");
    }

    #[test]
    fn messages_keep_their_words() {
        let json = small(
            "en.json",
            "{\n  \"a.b\": \"2 > 1 – “yes”\",\n  \"c\": \"{n}\"\n}\n",
        );
        assert_eq!(json.unwrap(), "{\"a.b\":\"2 > 1 – “yes”\",\"c\":\"{n}\"}");
    }

    #[test]
    fn a_file_that_is_not_valid_is_named_with_its_line() {
        let error = small("broken.js", "let a;\nlet = ;\n").unwrap_err();
        assert!(
            format!("{error:#}").contains("broken.js/broken.js:2:"),
            "{error:#}"
        );
        let error = small("broken.css", "a {\n  color: red;\n}\n{\n").unwrap_err();
        assert!(
            format!("{error:#}").contains("broken.css/broken.css:4:"),
            "{error:#}"
        );
    }
}
