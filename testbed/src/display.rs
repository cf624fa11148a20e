//! A display without a screen: the browser's own list of ports does not exist in headless mode.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::browser::find_program;

/// An X server that draws into memory. It ends with the value.
#[derive(Debug)]
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts one under a number that is free.
    pub fn start() -> io::Result<Self> {
        let program = find_program("XVFB", "Xvfb", "xvfb")?;
        let mut server = Command::new(&program)
            .args(["-displayfd", "1", "-screen", "0", "1280x1000x24"])
            .args(["-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut number = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout).read_line(&mut number)?;
        }
        let display = Self {
            server,
            name: format!(":{}", number.trim()),
        };
        if number.trim().is_empty() {
            return Err(io::Error::other(format!(
                "{} does not start",
                program.display()
            )));
        }
        Ok(display)
    }

    /// The variable by which programs find it.
    pub(crate) fn environment(&self) -> (&'static str, &str) {
        ("DISPLAY", &self.name)
    }

    /// Presses a key, by its name in X, for the window that has the focus.
    pub fn press(&self, key: &str) -> io::Result<()> {
        let program = find_program("XDOTOOL", "xdotool", "xdotool")?;
        let (variable, name) = self.environment();
        let status = Command::new(&program)
            .args(["key", key])
            .env(variable, name)
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!(
                "{} cannot press {key}: {status}",
                program.display()
            )))
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
