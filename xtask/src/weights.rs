//! What the page weighs, and the bars that it has to stay under.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::fs;
use std::iter::Sum;
use std::ops::Add;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::references::{self, File, Load};
use crate::{process, repository};

/// Everything that a first upload on real hardware needs, in bytes after brotli.
const FIRST_UPLOAD_BAR: u64 = 90_000;

/// The wasm within it, in bytes after brotli.
const WASM_BAR: u64 = 60_000;

/// Kinds of files without which nothing can be uploaded: where none is found, the search is wrong.
const INDISPENSABLE: [&str; 4] = [".css", ".js", ".json", ".wasm"];

/// The size of something, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// As it is.
    pub raw: u64,
    /// After gzip.
    pub gzip: u64,
    /// After brotli.
    pub brotli: u64,
}

impl Add for Size {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            raw: self.raw + other.raw,
            gzip: self.gzip + other.gzip,
            brotli: self.brotli + other.brotli,
        }
    }
}

impl Sum for Size {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        sizes.fold(Self::default(), Add::add)
    }
}

/// Every file of the site, with its size.
#[derive(Debug)]
pub struct Weights {
    files: Vec<(String, Load, Size)>,
}

impl Weights {
    /// Weighs the files of `site`.
    ///
    /// # Errors
    /// When a file cannot be read, Node.js fails, or what the page loads cannot be made out.
    pub fn of(site: &Path) -> Result<Self> {
        let paths = repository::files(site)?;
        let sizes = weigh(&paths)?;
        let mut files = Vec::new();
        for (path, size) in paths.iter().zip(sizes) {
            let place = path.strip_prefix(site)?;
            let name: Vec<_> = place.iter().map(OsStr::to_string_lossy).collect();
            // Nothing in wasm looks like a path that a browser follows.
            let text = match path.extension() {
                Some(extension) if extension == "wasm" => String::new(),
                _ => fs::read_to_string(path)
                    .with_context(|| format!("cannot read {}", repository::short(path)))?,
            };
            files.push((name.join("/"), text, size));
        }
        Self::of_files(&files)
    }

    /// The same for the names, texts and sizes of files.
    fn of_files(files: &[(String, String, Size)]) -> Result<Self> {
        let by_name = files
            .iter()
            .map(|(name, text, size)| {
                let weight = size.brotli;
                (name.as_str(), File { text, weight })
            })
            .collect();
        let loads = references::loads(&by_name)?;
        for kind in INDISPENSABLE {
            ensure!(
                loads
                    .iter()
                    .any(|(name, load)| *load == Load::First && name.ends_with(kind)),
                "no {kind} file was found that a first upload needs: xtask/src/references.rs does \
                 not see how the page refers to it"
            );
        }
        let files = files
            .iter()
            .map(|(name, _, size)| (name.clone(), loads[name.as_str()], *size))
            .collect();
        Ok(Self { files })
    }

    /// Everything that a first upload on real hardware needs.
    pub fn first_upload(&self) -> Size {
        self.total(|_, load| load == Load::First)
    }

    /// The same and the demo.
    pub fn with_demo(&self) -> Size {
        self.total(|_, load| matches!(load, Load::First | Load::Demo))
    }

    fn first_wasm(&self) -> Size {
        self.total(|name, load| load == Load::First && name.ends_with(".wasm"))
    }

    fn total(&self, counts: impl Fn(&str, Load) -> bool) -> Size {
        self.files
            .iter()
            .filter(|(name, load, _)| counts(name, *load))
            .map(|(_, _, size)| *size)
            .sum()
    }

    /// One line for each bar that is broken.
    pub fn broken_bars(&self) -> Vec<String> {
        self.bars()
            .into_iter()
            .filter(|(_, size, bar)| size > bar)
            .map(|(what, size, bar)| {
                format!("{what} weighs {size} bytes after brotli, more than the bar of {bar}")
            })
            .collect()
    }

    fn bars(&self) -> [(&'static str, u64, u64); 2] {
        [
            (
                "everything that a first upload needs",
                self.first_upload().brotli,
                FIRST_UPLOAD_BAR,
            ),
            (
                "the wasm that a first upload needs",
                self.first_wasm().brotli,
                WASM_BAR,
            ),
        ]
    }

    /// A table for people.
    pub fn table(&self) -> String {
        let mut rows = vec![row(
            "bytes",
            &["raw", "gzip", "brotli"].map(ToOwned::to_owned),
        )];
        for load in [Load::First, Load::Routes, Load::Demo, Load::Other] {
            let mut of_load: Vec<_> = self.files.iter().filter(|(_, of, _)| *of == load).collect();
            of_load.sort_by_key(|(_, _, size)| Reverse(size.brotli));
            rows.extend(of_load.iter().map(|(name, _, size)| match load {
                Load::Other => size_row(&format!("({name})"), *size),
                _ => size_row(name, *size),
            }));
            match load {
                Load::First => rows.push(size_row("= first upload", self.first_upload())),
                Load::Routes => rows.push(size_row(
                    "= every family and route",
                    self.total(|_, load| matches!(load, Load::First | Load::Routes)),
                )),
                Load::Demo => rows.push(size_row("= first upload with the demo", self.with_demo())),
                Load::Other if of_load.is_empty() => {}
                Load::Other => {
                    rows.push("(in brackets: never loaded, or another language instead)".into())
                }
            }
        }
        for (what, size, bar) in self.bars() {
            let sign = if size > bar { "BROKEN" } else { "kept" };
            rows.push(format!(
                "{sign}: {what}: {size} of {bar} bytes after brotli"
            ));
        }
        rows.join("\n")
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let files: serde_json::Map<String, Value> = self
            .files
            .iter()
            .filter(|(_, load, _)| *load != Load::Other)
            .map(|(name, _, size)| (name.clone(), size_json(*size)))
            .collect();
        json!({
            "files": files,
            "first_upload": size_json(self.first_upload()),
            "first_upload_wasm": size_json(self.first_wasm()),
            "with_demo": size_json(self.with_demo()),
            "bars": {
                "first_upload_brotli": FIRST_UPLOAD_BAR,
                "first_upload_wasm_brotli": WASM_BAR,
                "broken": self.broken_bars(),
            },
        })
    }
}

/// The sizes of files, by the compressors that Node.js has.
fn weigh(files: &[PathBuf]) -> Result<Vec<Size>> {
    let mut command = Command::new("node");
    command
        .arg(repository::root().join("xtask/src/weigh.mjs"))
        .args(files);
    let output = process::run(&mut command)?;
    let sizes = output
        .lines()
        .map(size_of_line)
        .collect::<Option<Vec<_>>>()
        .context("Node.js answered something else than sizes")?;
    ensure!(
        sizes.len() == files.len(),
        "Node.js weighed {} of {} files",
        sizes.len(),
        files.len()
    );
    Ok(sizes)
}

fn size_of_line(line: &str) -> Option<Size> {
    let mut numbers = line.split(' ').map(|number| number.parse().ok());
    Some(Size {
        raw: numbers.next()??,
        gzip: numbers.next()??,
        brotli: numbers.next()??,
    })
}

fn size_json(size: Size) -> Value {
    json!({ "raw": size.raw, "gzip": size.gzip, "brotli": size.brotli })
}

fn size_row(name: &str, size: Size) -> String {
    row(
        name,
        &[size.raw, size.gzip, size.brotli].map(|bytes| bytes.to_string()),
    )
}

fn row(name: &str, columns: &[String; 3]) -> String {
    let [raw, gzip, brotli] = columns;
    format!("{name:40} {raw:>9} {gzip:>9} {brotli:>9}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The weights of a page whose html and wasm weigh so much.
    fn weights(html: u64, wasm: u64) -> Weights {
        let files = [
            (
                "index.html",
                "<link href=\"a.css\"><script src=\"a.js\"></script>",
                html,
            ),
            ("a.css", "", 0),
            (
                "a.js",
                "import(\"./simulator/b.js\"),[`./${l}.json`,\"./a.wasm\"]",
                0,
            ),
            ("a.wasm", "", wasm),
            ("en.json", "", 0),
            ("simulator/b.js", "", 70_000),
        ]
        .map(|(name, text, brotli)| {
            let size = Size {
                raw: 3 * brotli,
                gzip: brotli + 1,
                brotli,
            };
            (name.to_owned(), text.to_owned(), size)
        });
        Weights::of_files(&files).unwrap()
    }

    #[test]
    fn the_demo_does_not_weigh_on_a_first_upload() {
        let weights = weights(30_000, 60_000);
        assert_eq!(weights.first_upload().brotli, 90_000);
        assert_eq!(weights.with_demo().brotli, 160_000);
        assert_eq!(weights.broken_bars(), Vec::<String>::new());
    }

    #[test]
    fn each_bar_is_checked() {
        let heavy_page = weights(31_000, 60_000).broken_bars();
        assert_eq!(heavy_page.len(), 1);
        assert!(heavy_page[0].contains("91000"));
        let heavy_wasm = weights(0, 60_001).broken_bars();
        assert_eq!(heavy_wasm.len(), 1);
        assert!(heavy_wasm[0].contains("the wasm"));
    }

    #[test]
    fn a_page_whose_wasm_is_not_found_is_not_light() {
        let html = (
            "index.html".to_owned(),
            "nothing".to_owned(),
            Size::default(),
        );
        let error = Weights::of_files(&[html]).unwrap_err();
        assert!(error.to_string().contains("references.rs"), "{error}");
    }

    #[test]
    fn sizes_are_read_from_the_lines_of_node() {
        let size = Size {
            raw: 30,
            gzip: 20,
            brotli: 10,
        };
        assert_eq!(size_of_line("30 20 10"), Some(size));
        assert_eq!(size_of_line("Error: no such file"), None);
    }
}
