//! The site: the page's files and both wasm modules, in one folder.
//!
//! No browser loads the modules' type declarations; they go to a folder beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::minify;
use crate::repository;
use crate::setup::npm::Tools;
use crate::setup::wasm_target::WasmToolchain;
use crate::wasm_module::{DEMO, FLASHER, ROUTES};

/// Builds the whole site, with all set-up that it needs, and returns its folder.
///
/// # Errors
/// When a tool fails or is missing, or the page lacks a file.
pub fn site() -> Result<PathBuf> {
    let _building = repository::lock()?;
    let tools = Tools::ensure()?;
    let toolchain = WasmToolchain::ensure()?;
    println!("Building the page.");
    for module in [FLASHER, ROUTES, DEMO] {
        module.build(&toolchain, &tools)?;
    }
    assemble(&tools)
}

/// Makes `to` hold exactly the files of `from`.
///
/// # Errors
/// When a file cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut wanted = BTreeMap::new();
    collect(from, Path::new(""), &mut wanted)?;
    mirror(&wanted, to)
}

/// Puts the page and the modules together.
fn assemble(tools: &Tools) -> Result<PathBuf> {
    let page = repository::page();
    ensure!(
        page.join("index.html").is_file(),
        "{} is missing: there is no page to serve",
        repository::short(&page.join("index.html"))
    );
    let mut wanted = BTreeMap::new();
    collect(&page, Path::new(""), &mut wanted)?;
    for module in [FLASHER, ROUTES, DEMO] {
        collect(&module.output(), Path::new(module.folder), &mut wanted)?;
    }
    let (mut types, wanted): (BTreeMap<_, _>, _) = wanted
        .into_iter()
        .partition(|(place, _)| place.to_string_lossy().ends_with(".d.ts"));
    types.retain(|_, source| !source.starts_with(&page));
    mirror(&types, &repository::types())?;
    let site = repository::site();
    mirror(&minify::minified(wanted, tools)?, &site)?;
    Ok(site)
}

/// Adds every file below `folder` to `wanted`, by its place in the site.
fn collect(folder: &Path, place: &Path, wanted: &mut BTreeMap<PathBuf, PathBuf>) -> Result<()> {
    for file in repository::files(folder)? {
        let inside = file.strip_prefix(folder)?;
        wanted.insert(place.join(inside), file);
    }
    Ok(())
}

/// Makes `folder` hold exactly the wanted files. Those that are right already keep their date.
fn mirror(wanted: &BTreeMap<PathBuf, PathBuf>, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for file in repository::files(folder)? {
        if !wanted.contains_key(file.strip_prefix(folder)?) {
            fs::remove_file(file)?;
        }
    }
    for (place, source) in wanted {
        let bytes = fs::read(source)?;
        let copy = folder.join(place);
        if fs::read(&copy).is_ok_and(|old| old == bytes) {
            continue;
        }
        if let Some(parent) = copy.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&copy, bytes).with_context(|| format!("cannot write {}", copy.display()))?;
    }
    Ok(())
}
