//! The tools that come as npm packages, in the versions of `package-lock.json`.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::{process, repository};

/// The oldest Node.js that runs every tool.
const NODE: (u32, u32) = (20, 19);

const REMEDY: &str = "Install Node.js 20.19 or newer with npm, from https://nodejs.org/ or your \
    distribution";

/// The tools of `package.json`, installed.
#[derive(Clone, Debug)]
pub struct Tools {
    modules: PathBuf,
}

impl Tools {
    /// Installs the packages of the lock file, unless they are there.
    ///
    /// # Errors
    /// When Node.js is missing or too old, or npm fails.
    pub fn ensure() -> Result<Self> {
        let version = process::answer(Command::new("node").arg("--version"))
            .with_context(|| format!("Node.js is missing. {REMEDY}"))?;
        ensure!(
            is_recent(&version),
            "Node.js {version} is too old. {REMEDY}"
        );
        let lock_path = repository::root().join("package-lock.json");
        let lock = fs::read_to_string(&lock_path)
            .with_context(|| format!("cannot read {}", lock_path.display()))?;
        let modules = repository::root().join("node_modules");
        // npm's own record has another form, so a copy tells whether the lock has changed since.
        let installed = modules.join(".deltaport-lock.json");
        if fs::read_to_string(&installed).is_ok_and(|copy| copy == lock) {
            return Ok(Self { modules });
        }
        println!("  installing the tools of package-lock.json with `npm ci`");
        let mut command = Command::new("npm");
        command.current_dir(repository::root()).arg("ci");
        process::run(&mut command).with_context(|| {
            format!("`npm ci` must succeed in the repository's folder. {REMEDY}")
        })?;
        fs::write(installed, lock)?;
        Ok(Self { modules })
    }

    /// Node.js about to run `script` of `package`.
    ///
    /// # Errors
    /// When the package lacks the script.
    pub fn script(&self, package: &str, script: &str) -> Result<Command> {
        let file = self.modules.join(package).join(script);
        if !file.is_file() {
            bail!(
                "{} is missing. Remove node_modules and start this command again",
                repository::short(&file)
            );
        }
        Ok(node(file))
    }

    /// Node.js about to run a script of this repository that uses the packages.
    pub fn own_script(&self, script: &str) -> Command {
        node(script)
    }
}

fn node(script: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("node");
    command.current_dir(repository::root()).arg(script);
    command
}

/// Whether Node's version, like `v20.19.2`, is at least [`NODE`].
fn is_recent(version: &str) -> bool {
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map_while(|number| number.parse::<u32>().ok());
    numbers
        .next()
        .zip(numbers.next())
        .is_some_and(|version| version >= NODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_node_is_recognised() {
        assert!(is_recent("v20.19.0") && is_recent("v24.1.0"));
        assert!(!is_recent("v20.18.9") && !is_recent("v18.20.4") && !is_recent("node"));
    }

    #[test]
    fn the_lock_file_names_no_registry() {
        let lock = fs::read_to_string(repository::root().join("package-lock.json")).unwrap();
        assert!(!lock.contains("\"resolved\""));
    }
}
