//! A machine policy that gives the page its ports without a chooser, which headless mode has not.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};

use serde_json::json;

/// Where Chromium reads policies from. The place is built into it.
const FOLDER: &str = "/etc/chromium/policies/managed";

/// How the policies of the testbed begin; the port of the origin follows.
const PREFIX: &str = "deltaport-testbed-";

/// A policy file for one origin on loopback. It goes when the value is dropped.
#[derive(Debug)]
pub struct Policy {
    file: PathBuf,
}

impl Policy {
    /// Lets the page at `http://127.0.0.1:<port>` use every serial port.
    pub fn allow_all_ports(port: u16) -> io::Result<Self> {
        let folder = Path::new(FOLDER);
        let explain = |error: io::Error| {
            io::Error::new(
                error.kind(),
                format!(
                    "{FOLDER} cannot be written ({error}): the page tests need a managed policy, \
                     and so must run as root"
                ),
            )
        };
        fs::create_dir_all(folder).map_err(explain)?;
        remove_stale(folder).map_err(explain)?;
        let file = folder.join(format!("{PREFIX}{port}.json"));
        let policy = json!({
            "SerialAllowAllPortsForUrls": [format!("http://127.0.0.1:{port}")],
            // Test programs that run at the same time have a file each. Without this the last wins.
            "PolicyListMultipleSourceMergeList": ["SerialAllowAllPortsForUrls"],
        });
        fs::write(&file, policy.to_string()).map_err(explain)?;
        Ok(Self { file })
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.file) {
            eprintln!("testbed: {} is left behind: {error}", self.file.display());
        }
    }
}

/// Removes what test programs that were killed have left: nobody listens on the port in the name.
fn remove_stale(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let port = name.to_str().and_then(|name| {
            name.strip_prefix(PREFIX)?
                .strip_suffix(".json")?
                .parse()
                .ok()
        });
        if let Some(port) = port
            && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err()
        {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
