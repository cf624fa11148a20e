//! Cargo without what the surroundings would smuggle into it.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use crate::repository;
use crate::setup::wasm_target::TARGET;

/// Variables that replace flags of the project or move its output. The first two would silently
/// drop the flags of `.cargo/config.toml`.
const INHERITED: [&str; 9] = [
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "RUSTC_WORKSPACE_WRAPPER",
];

/// Variables that describe the package of this very program, which cargo set to start it.
const OURS: [&str; 2] = ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"];

/// The cargo that started this program.
pub fn program() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// The compiler that belongs to [`program`].
pub fn compiler() -> PathBuf {
    std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from)
}

/// `cargo` with a subcommand, for this machine.
pub fn native(subcommand: &str) -> Command {
    clean(program(), subcommand)
}

/// `program` with a subcommand, in the repository, freed from inherited settings.
pub fn clean(program: impl AsRef<OsStr>, subcommand: &str) -> Command {
    let mut command = Command::new(program);
    free_of_surroundings(&mut command);
    command
        .current_dir(repository::root())
        .env("CARGO_TERM_COLOR", "never")
        .arg(subcommand);
    if subcommand != "fmt" {
        command.arg("--locked");
    }
    command
}

/// Removes what would replace the project's flags or move its output.
pub fn free_of_surroundings(command: &mut Command) {
    for variable in INHERITED.iter().chain(&OURS) {
        command.env_remove(variable);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
}

/// A value for cargo's `--config` that adds compiler flags for the wasm target to those of
/// `.cargo/config.toml`; a variable would replace them.
pub fn compiler_flags(flags: &[String]) -> String {
    target_flags("rustflags", flags)
}

/// The same for the documentation tool.
pub fn documentation_flags(flags: &[String]) -> String {
    target_flags("rustdocflags", flags)
}

fn target_flags(key: &str, flags: &[String]) -> String {
    let list: Vec<String> = flags
        .iter()
        // Rust's string literals for paths are TOML's.
        .map(|flag| format!("{flag:?}"))
        .collect();
    format!("target.{TARGET}.{key}=[{}]", list.join(","))
}
