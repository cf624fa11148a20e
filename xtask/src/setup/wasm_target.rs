//! A toolchain that compiles for `wasm32-unknown-unknown`.
//!
//! Most people have rustup, and `rustup target add` is all there is to it. Where rustup's servers
//! cannot be reached, Debian's compiler does it, see [`debian_std`].

use std::io::ErrorKind;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use crate::process::Patience;
use crate::setup::{apt, debian_std};
use crate::{cargo, process, repository};

/// The target's name.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// How long rustup may take to fetch the target, about 20 MB.
const RUSTUP: Patience = Patience {
    first_output: Duration::from_secs(20),
    end: Duration::from_secs(180),
};

/// How long rustup's server may take to accept a connection. rustup itself waits for minutes.
const REACH: Duration = Duration::from_secs(5);

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

    /// Cargo about to fetch the packages of the lock file, without those of other platforms.
    pub fn cargo_fetch(&self) -> Command {
        let mut command = match &self.kind {
            Kind::Ordinary => cargo::native("fetch"),
            Kind::Debian { sysroot } => debian_std::cargo("fetch", sysroot),
        };
        command.args(["--target", TARGET]);
        command
    }

    /// Cargo with a subcommand for the wasm target, with a target folder of its own.
    ///
    /// # Errors
    /// When the linter is asked for and Debian's cannot be installed.
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
    check_that_rustup_is_reachable()?;
    let mut command = Command::new("rustup");
    command
        .env("RUSTUP_MAX_RETRIES", "1")
        .env("RUST_BACKTRACE", "0")
        .args(["target", "add", TARGET, "--toolchain"])
        .arg(toolchain);
    let finished = process::watch(&mut command, Some(RUSTUP))?;
    if !finished.status.success() {
        let reason = finished.output.trim().replace('\n', "\n    ");
        bail!("rustup failed:\n    {reason}");
    }
    Ok(())
}

/// Where packets to rustup's server vanish, a connection that is given up soon tells it.
fn check_that_rustup_is_reachable() -> Result<()> {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let proxies = [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "http_proxy",
    ];
    if proxies.iter().any(is_set) {
        // The way leads through the proxy, which answers for itself.
        return Ok(());
    }
    let server = std::env::var("RUSTUP_DIST_SERVER")
        .unwrap_or_else(|_| "https://static.rust-lang.org".to_owned());
    let Some(address) = socket_address(&server) else {
        return Ok(());
    };
    let (answer, answers) = mpsc::channel();
    let looked_up = address.clone();
    // In a thread of its own, since looking up a name knows no time limit.
    thread::spawn(move || {
        let reached = looked_up.to_socket_addrs().and_then(|mut addresses| {
            addresses.next().map_or_else(
                || Err(ErrorKind::NotFound.into()),
                |address| TcpStream::connect_timeout(&address, REACH),
            )
        });
        // Nobody listens any more when the answer comes too late.
        let _ = answer.send(reached.map(drop));
    });
    answers
        .recv_timeout(REACH)
        .map_err(|_| anyhow!("no answer within {} s", REACH.as_secs()))
        .and_then(|reached| Ok(reached?))
        .with_context(|| format!("{address} cannot be reached"))
}

/// The host and port that a server's URL stands for.
fn socket_address(server: &str) -> Option<String> {
    let (scheme, rest) = server.split_once("://")?;
    let host = rest.split('/').next()?.rsplit('@').next()?;
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    match (has_port, scheme) {
        (true, _) => Some(host.to_owned()),
        (false, "https") => Some(format!("{host}:443")),
        (false, "http") => Some(format!("{host}:80")),
        (false, _) => None,
    }
}

fn version(compiler: &Path) -> Option<String> {
    process::answer(Command::new(compiler).arg("-vV"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_of_rustup_may_have_any_address() {
        let cases = [
            (
                "https://static.rust-lang.org",
                Some("static.rust-lang.org:443"),
            ),
            ("https://mirror.example/rust/", Some("mirror.example:443")),
            (
                "http://user@mirror.example:8080/x",
                Some("mirror.example:8080"),
            ),
            ("http://[::1]", Some("[::1]:80")),
            ("file:///srv/rust", None),
            ("nonsense", None),
        ];
        for (server, address) in cases {
            assert_eq!(socket_address(server).as_deref(), address, "{server}");
        }
    }
}
