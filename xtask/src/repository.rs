//! Where things are in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder that holds the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The page as it is written by hand.
pub fn page() -> PathBuf {
    root().join("www")
}

/// Everything that a command produces, apart from `dist`.
pub fn target() -> PathBuf {
    root().join("target")
}

/// The page as it is served: [`page`], minified, with both wasm modules.
pub fn site() -> PathBuf {
    target().join("site")
}

/// The type declarations of the wasm modules, each at its module's place in [`site`].
pub fn types() -> PathBuf {
    target().join("types")
}

/// Cargo's target folder for wasm, so that native builds keep their cache.
pub fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// A path as a person in the repository's folder would type it.
pub fn short(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Every file below `folder`, sorted.
///
/// # Errors
/// When a folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", short(&folder)))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Held while set-up or a build writes below [`target`], so that two commands started at once do
/// not write over each other. It is released when dropped.
///
/// # Errors
/// When the lock's file cannot be written.
pub fn lock() -> Result<fs::File> {
    fs::create_dir_all(target())?;
    let file = fs::File::create(target().join("xtask.lock"))?;
    if file.try_lock().is_err() {
        println!("Waiting for another command that is building.");
        file.lock()?;
    }
    Ok(file)
}
