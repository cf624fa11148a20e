//! The simulated module on a pty.

use anyhow::{Context, Result, ensure};

use crate::cargo;

/// Runs the simulated module with `arguments`, which it explains itself.
///
/// # Errors
/// When it does not compile, or fails.
pub fn module(arguments: &[std::ffi::OsString]) -> Result<()> {
    let status = cargo::native("run")
        .args(["--quiet", "--package", "simulated-module", "--"])
        .args(arguments)
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the simulated module ended: {status}");
    Ok(())
}
