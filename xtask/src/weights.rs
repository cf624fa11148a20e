//! What the page weighs, and the bars that it has to stay under.

use std::iter::Sum;
use std::ops::Add;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::wasm_module::{DEMO, FLASHER};
use crate::{process, repository};

/// Everything that a first upload on real hardware needs, in bytes after brotli.
const FIRST_UPLOAD_BAR: u64 = 90_000;

/// The wasm within it, in bytes after brotli.
const WASM_BAR: u64 = 60_000;

/// Files of the site that no browser asks for.
const NEVER_LOADED: [&str; 1] = [".d.ts"];

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

/// When a file is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Load {
    /// By everybody, before the first upload.
    First,
    /// When the demo is chosen.
    Demo,
}

/// Every file of the site that a browser loads, with its size.
#[derive(Debug)]
pub struct Weights {
    files: Vec<(String, Load, Size)>,
}

impl Weights {
    /// Weighs the files of `site`.
    ///
    /// A file counts for the first load unless it belongs to the demo: nothing is left out because
    /// a search for references did not find it.
    ///
    /// # Errors
    /// When a file cannot be read or Node.js fails.
    pub fn of(site: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for path in repository::files(site)? {
            let name = path.strip_prefix(site)?.display().to_string();
            if !NEVER_LOADED.iter().any(|ending| name.ends_with(ending)) {
                files.push((name, path));
            }
        }
        let paths: Vec<&PathBuf> = files.iter().map(|(_, path)| path).collect();
        let sizes = weigh(&paths)?;
        let files = files
            .into_iter()
            .zip(sizes)
            .map(|((name, _), size)| (load_of(&name), name, size))
            .map(|(load, name, size)| (name, load, size))
            .collect();
        Ok(Self { files })
    }

    /// Everything that a first upload on real hardware needs.
    pub fn first_upload(&self) -> Size {
        self.total(|_, load| load == Load::First)
    }

    /// The same and the demo.
    pub fn with_demo(&self) -> Size {
        self.total(|_, _| true)
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
        for load in [Load::First, Load::Demo] {
            rows.extend(
                self.files
                    .iter()
                    .filter(|(_, of, _)| *of == load)
                    .map(|(name, _, size)| size_row(name, *size)),
            );
            rows.push(match load {
                Load::First => size_row("= first upload", self.first_upload()),
                Load::Demo => size_row("= with the demo", self.with_demo()),
            });
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

fn load_of(name: &str) -> Load {
    debug_assert_ne!(FLASHER.folder, DEMO.folder);
    if Path::new(name).starts_with(DEMO.folder) {
        Load::Demo
    } else {
        Load::First
    }
}

/// The sizes of files, by the compressors that Node.js has.
fn weigh(files: &[&PathBuf]) -> Result<Vec<Size>> {
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

    fn weights(files: &[(&str, u64)]) -> Weights {
        let files = files
            .iter()
            .map(|(name, brotli)| {
                let size = Size {
                    raw: 3 * brotli,
                    gzip: brotli + 1,
                    brotli: *brotli,
                };
                ((*name).to_owned(), load_of(name), size)
            })
            .collect();
        Weights { files }
    }

    #[test]
    fn the_demo_does_not_weigh_on_a_first_upload() {
        let weights = weights(&[
            ("index.html", 1000),
            ("wasm/deltaport_bg.wasm", 59_000),
            ("simulator/simulator_bg.wasm", 70_000),
        ]);
        assert_eq!(weights.first_upload().brotli, 60_000);
        assert_eq!(weights.with_demo().brotli, 130_000);
        assert_eq!(weights.broken_bars(), Vec::<String>::new());
    }

    #[test]
    fn each_bar_is_checked() {
        let heavy_page = weights(&[("index.html", 31_000), ("wasm/deltaport_bg.wasm", 60_000)]);
        assert_eq!(heavy_page.broken_bars().len(), 1);
        assert!(heavy_page.broken_bars()[0].contains("91000"));
        let heavy_wasm = weights(&[("wasm/deltaport_bg.wasm", 60_001)]);
        assert_eq!(heavy_wasm.broken_bars().len(), 1);
        assert!(heavy_wasm.broken_bars()[0].contains("the wasm"));
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
