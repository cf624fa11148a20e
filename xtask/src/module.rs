//! The simulated module on a pty.

use anyhow::{Context, Result};

use crate::cargo;

/// Runs the simulated module with `arguments`, and returns whether it ended well. It explains its
/// arguments and its errors itself.
///
/// # Errors
/// When cargo does not start.
pub fn module(arguments: &[std::ffi::OsString]) -> Result<bool> {
    let status = cargo::native("run")
        .args(["--quiet", "--package", "simulated-module", "--"])
        .args(arguments)
        .status()
        .context("cannot start cargo")?;
    Ok(status.success())
}
