//! Packages on disk, for the file chooser of the page.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use deltaport::simulator::{Settings, sample_package};

/// The version to which the packages lead.
pub const NEXT_VERSION: &str = "BG95M3LAR02A03_01.013.01.013";

/// A file in a folder of its own, which goes when the value is dropped.
#[derive(Debug)]
pub struct Package {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Package {
    /// A file with this name and content.
    pub fn new(name: &str, bytes: Vec<u8>) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = std::env::temp_dir().join(format!(
            "dppackage-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        ));
        fs::create_dir(&folder)?;
        let path = folder.join(name);
        fs::write(&path, &bytes)?;
        Ok(Self { path, bytes })
    }

    /// A package of `size` bytes that leads the simulated module to [`NEXT_VERSION`].
    pub fn fitting(module: &Settings, size: usize) -> io::Result<Self> {
        Self::between(&module.version, NEXT_VERSION, size)
    }

    /// A package that leads from one version to another.
    pub fn between(from: &str, to: &str, size: usize) -> io::Result<Self> {
        Self::new(
            &format!("{from}-TO-{to}.bin"),
            sample_package(from, to, size),
        )
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it held when it was made.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its length as the module counts it.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        if let Some(folder) = self.path.parent()
            && let Err(error) = fs::remove_dir_all(folder)
        {
            eprintln!("testbed: {} is left behind: {error}", folder.display());
        }
    }
}
