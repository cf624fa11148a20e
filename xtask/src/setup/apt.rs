//! Debian's packages.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;

/// Installs those of `packages` that are missing. `purpose` completes "needed for".
///
/// # Errors
/// When this machine has no apt, this user may not install, or the installation fails.
pub fn ensure(packages: &[&str], purpose: &str) -> Result<()> {
    if process::find("apt-get").is_none() || process::find("dpkg-query").is_none() {
        bail!(
            "{purpose} needs software that this program can install only where there is apt. \
             Debian's names for it: {}",
            packages.join(" ")
        );
    }
    let missing = missing(packages);
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let by_hand = format!("apt-get update && apt-get install --no-install-recommends {list}");
    if !is_root() {
        bail!("{purpose} needs packages that only root may install. Type: sudo sh -c '{by_hand}'");
    }
    println!("  installing {list} with apt, needed for {purpose}");
    process::run(&mut apt_get("update"))
        .and_then(|_| {
            process::run(
                apt_get("install")
                    .args(["--yes", "--no-install-recommends"])
                    .args(&missing),
            )
        })
        .with_context(|| format!("{purpose} needs Debian's packages. By hand: {by_hand}"))?;
    Ok(())
}

fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages
        .iter()
        .copied()
        .filter(|package| {
            let status = process::answer(Command::new("dpkg-query").args([
                "--show",
                "--showformat=${db:Status-Status}",
                package,
            ]));
            status.as_deref() != Some("installed")
        })
        .collect()
}

/// apt-get that asks nothing, and waits for another one that is at work.
fn apt_get(subcommand: &str) -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args([
        "-o",
        "DPkg::Lock::Timeout=300",
        subcommand,
    ]);
    command
}

fn is_root() -> bool {
    process::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}
