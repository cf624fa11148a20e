//! The wasm target without rustup's servers: Debian's compiler, and a standard library built here
//! from the source that Debian ships with it.
//!
//! Compiler and library source must be of the same version, so Debian's source cannot serve the
//! toolchain that rustup installed, and Debian's compiler builds the wasm modules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::setup::apt;
use crate::setup::wasm_target::TARGET;
use crate::{cargo, process, repository};

/// Debian's compiler; never the one of rustup, which comes first on the search path.
pub const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

const PACKAGES: [&str; 5] = [
    "cargo-web",
    "lld-22",
    "rust-web-llvm",
    "rust-web-src",
    "rustc-web",
];

/// The sysroot that an earlier start built, if it fits today's compiler.
pub fn present() -> Option<PathBuf> {
    let built_by = fs::read_to_string(stamp()).ok()?;
    let compiler = process::answer(Command::new(RUSTC).arg("-vV"))?;
    (built_by == compiler && Path::new(CARGO).is_file()).then(sysroot)
}

/// Installs Debian's compiler and builds the standard library into a sysroot of our own.
///
/// # Errors
/// When the packages cannot be installed or the library cannot be built.
pub fn build() -> Result<PathBuf> {
    apt::ensure(&PACKAGES, "compiling to wasm")?;
    println!("  building Rust's standard library for wasm from Debian's source, once");
    let compiler = process::answer(Command::new(RUSTC).arg("-vV"))
        .with_context(|| format!("{RUSTC} does not start"))?;

    let package = repository::target().join("wasm-std");
    fs::create_dir_all(package.join("src"))?;
    // `workspace` keeps cargo from taking the package for a part of ours.
    fs::write(
        package.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    fs::write(package.join("src/lib.rs"), "#![no_std]\n")?;
    let mut command = Command::new(CARGO);
    cargo::free_of_surroundings(&mut command);
    command
        .current_dir(&package)
        .env("RUSTC", RUSTC)
        // Unstable options are allowed for this one build; the project itself is built without.
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTUP_TOOLCHAIN")
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro")
        .arg("--target-dir")
        .arg(package.join("target"));
    process::run(&mut command)?;

    let built = package.join("target").join(TARGET).join("release/deps");
    let libraries = sysroot().join("lib/rustlib").join(TARGET).join("lib");
    // A library of an earlier compiler beside the new one would make the compiler see double.
    if sysroot().exists() {
        fs::remove_dir_all(sysroot())?;
    }
    fs::create_dir_all(&libraries)?;
    let mut count = 0;
    for entry in fs::read_dir(&built).with_context(|| format!("no folder {}", built.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libempty-") {
            fs::copy(entry.path(), libraries.join(&name))?;
            count += 1;
        }
    }
    ensure!(count > 0, "cargo built no library in {}", built.display());
    fs::write(stamp(), compiler)?;
    fs::remove_dir_all(&package)?;
    Ok(sysroot())
}

/// Debian's cargo, with its own compiler, linter and documentation tool, and with `sysroot`.
pub fn cargo(subcommand: &str, sysroot: &Path) -> Command {
    let mut command = cargo::clean(CARGO, subcommand);
    let flags = [format!("--sysroot={}", sysroot.display())];
    let rustup = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        std::iter::once(PathBuf::from("/usr/bin")).chain(std::env::split_paths(&rustup)),
    );
    if let Ok(path) = path {
        // Cargo looks for its linter on the search path, and rustup's comes first there.
        command.env("PATH", path);
    }
    command
        .env("RUSTC", RUSTC)
        .env("RUSTDOC", "/usr/bin/rustdoc")
        .env_remove("RUSTUP_TOOLCHAIN")
        .args(["--config", &cargo::compiler_flags(&flags)])
        .args(["--config", &cargo::documentation_flags(&flags)]);
    command
}

fn sysroot() -> PathBuf {
    repository::target().join("wasm-sysroot")
}

fn stamp() -> PathBuf {
    sysroot().join("built-by")
}
