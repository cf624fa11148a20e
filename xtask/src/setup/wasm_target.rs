//! A toolchain that compiles for `wasm32-unknown-unknown`.
//!
//! Most people have rustup, and `rustup target add` is all there is to it. Where rustup's servers
//! cannot be reached, Debian's compiler does it, see [`debian_std`](super::debian_std).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::Patience;
use crate::setup::{apt, debian_std};
use crate::{cargo, process, repository};

/// The target's name.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// rustup is silent while it looks for its servers, so its first word tells that it found them.
const RUSTUP: Patience = Patience {
    first_output: Duration::from_secs(15),
    end: Duration::from_secs(180),
};

/// Cargo and a compiler that knows the wasm target.
#[derive(Clone, Debug)]
pub struct WasmToolchain {
    kind: Kind,
    version: String,
}

#[derive(Clone, Debug)]
enum Kind {
    /// The toolchain that also builds for this machine.
    Ordinary,
    /// Debian's, with a standard library that was built here.
    Debian { sysroot: PathBuf },
}

impl WasmToolchain {
    /// Finds the toolchain, or gets it.
    ///
    /// # Errors
    /// When neither rustup nor Debian's packages can provide the target.
    pub fn ensure() -> Result<Self> {
        if let Some(toolchain) = Self::ordinary() {
            return Ok(toolchain);
        }
        if let Some(sysroot) = debian_std::present() {
            return Self::debian(sysroot);
        }
        println!("The Rust target {TARGET} is missing.");
        match add_with_rustup() {
            Ok(()) => {
                if let Some(toolchain) = Self::ordinary() {
                    return Ok(toolchain);
                }
                println!("  rustup added the target, but the compiler does not find it");
            }
            Err(error) => println!("  that did not work: {error:#}"),
        }
        println!("  falling back to Debian's compiler and its source of the standard library");
        debian_std::build().and_then(Self::debian).with_context(|| {
            format!(
                "the Rust target {TARGET} is missing. Type: rustup target add {TARGET}; \
                 or, on Debian, run this command as root, so that it can install Debian's compiler"
            )
        })
    }

    /// Whether the compiler that builds for this machine knows the target already.
    fn ordinary() -> Option<Self> {
        let compiler = cargo::compiler();
        let libraries = process::answer(Command::new(&compiler).args([
            "--print",
            "target-libdir",
            "--target",
            TARGET,
        ]))?;
        let has_std = std::fs::read_dir(libraries).ok()?.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        });
        has_std.then_some(Self {
            kind: Kind::Ordinary,
            version: version(&compiler)?,
        })
    }

    fn debian(sysroot: PathBuf) -> Result<Self> {
        let version =
            version(Path::new(debian_std::RUSTC)).context("Debian's rustc does not start")?;
        Ok(Self {
            kind: Kind::Debian { sysroot },
            version,
        })
    }

    /// The compiler's version, so that a new one builds anew.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Cargo about to fetch the packages of the lock file.
    pub fn cargo_fetch(&self) -> Command {
        match &self.kind {
            Kind::Ordinary => cargo::native("fetch"),
            Kind::Debian { sysroot } => debian_std::cargo("fetch", sysroot),
        }
    }

    /// Cargo with a subcommand for the wasm target, with a target folder of its own.
    ///
    /// # Errors
    /// When a linter is asked for and Debian's cannot be installed.
    pub fn cargo(&self, subcommand: &str) -> Result<Command> {
        let mut command = match &self.kind {
            Kind::Ordinary => cargo::native(subcommand),
            Kind::Debian { sysroot } => {
                if subcommand == "clippy" {
                    apt::ensure(&["rust-web-clippy"], "the linter of the wasm code")?;
                }
                debian_std::cargo(subcommand, sysroot)
            }
        };
        command
            .args(["--target", TARGET, "--target-dir"])
            .arg(repository::wasm_target());
        Ok(command)
    }
}

fn add_with_rustup() -> Result<()> {
    // rustup's cargo names its toolchain to the programs that it starts; another cargo has none.
    let toolchain = std::env::var_os("RUSTUP_TOOLCHAIN")
        .context("this cargo was not installed by rustup, so rustup is not tried")?;
    println!("  trying `rustup target add {TARGET}`");
    let mut command = Command::new("rustup");
    command
        .env("RUSTUP_MAX_RETRIES", "1")
        .args(["target", "add", TARGET, "--toolchain"])
        .arg(toolchain);
    let finished = process::watch(&mut command, Some(RUSTUP))?;
    if !finished.status.success() {
        let reason = finished.output.trim().replace('\n', "\n    ");
        anyhow::bail!("rustup failed:\n    {reason}");
    }
    Ok(())
}

fn version(compiler: &Path) -> Option<String> {
    process::answer(Command::new(compiler).arg("-vV"))
}
