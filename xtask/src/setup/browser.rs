//! The browser of the tests, its driver, and the library that mocks a USB bus for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::setup::apt;
use crate::{process, repository};

/// The packages of the browser. Without a font its pages, and so the screenshots, show no text.
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-liberation"];

const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// Chromium and the driver of the same version.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The browser's program.
    pub chromium: PathBuf,
    /// Its WebDriver server.
    pub chromedriver: PathBuf,
}

impl Browser {
    /// Finds both, or installs them. `CHROMIUM` and `CHROMEDRIVER` name others than those found.
    ///
    /// # Errors
    /// When one is missing and cannot be installed, or their versions differ.
    pub fn ensure() -> Result<Self> {
        let browser = match Self::find() {
            Some(browser) => browser,
            None => {
                apt::ensure(&PACKAGES, "the tests in a browser").context(
                    "Chromium and chromedriver are missing. Install both in the same version, \
                     or name them in the variables CHROMIUM and CHROMEDRIVER",
                )?;
                Self::find().context("apt installed Chromium, but it is not on the search path")?
            }
        };
        browser.check_versions()?;
        Ok(browser)
    }

    fn find() -> Option<Self> {
        let named = |variable| std::env::var_os(variable).map(PathBuf::from);
        Some(Self {
            chromium: named("CHROMIUM").or_else(|| NAMES.iter().find_map(process::find))?,
            chromedriver: named("CHROMEDRIVER").or_else(|| process::find("chromedriver"))?,
        })
    }

    /// A driver speaks only to the browser of its own major version.
    fn check_versions(&self) -> Result<()> {
        let browser = version_of(&self.chromium)?;
        let driver = version_of(&self.chromedriver)?;
        ensure!(
            browser == driver,
            "{} has version {browser}, but {} has version {driver}: they must be the same. \
             Upgrade both, or name a pair in the variables CHROMIUM and CHROMEDRIVER",
            self.chromium.display(),
            self.chromedriver.display()
        );
        Ok(())
    }

    /// Writes the capabilities of `webdriver.json` with this browser's place added, for a driver
    /// that would look elsewhere.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn capabilities(&self) -> Result<PathBuf> {
        let source = repository::root().join("webdriver.json");
        let text = fs::read_to_string(&source)
            .with_context(|| format!("cannot read {}", source.display()))?;
        let mut capabilities: Value =
            serde_json::from_str(&text).context("webdriver.json is not JSON")?;
        capabilities["goog:chromeOptions"]["binary"] = json!(self.chromium);
        let copy = repository::target().join("webdriver.json");
        fs::write(&copy, capabilities.to_string())?;
        Ok(copy)
    }
}

/// Installs the library that lets a browser take a pseudo-terminal for a USB serial port.
///
/// # Errors
/// When it is missing and cannot be installed.
pub fn ensure_mocked_bus() -> Result<()> {
    const LIBRARY: &str = "libumockdev-preload.so.0";
    let is_there = |folder: &Path| folder.join(LIBRARY).is_file();
    let mut folders: Vec<PathBuf> = vec!["/usr/lib".into(), "/usr/lib64".into(), "/lib".into()];
    // Debian keeps libraries in a folder for each architecture.
    folders.extend(
        fs::read_dir("/usr/lib")
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path()),
    );
    if folders.iter().any(|folder| is_there(folder)) {
        return Ok(());
    }
    if !cfg!(target_os = "linux") {
        bail!(
            "the page tests need Linux, where {LIBRARY} of umockdev lets the browser see a module"
        );
    }
    apt::ensure(&["umockdev"], "the mocked USB bus of the page tests")
        .with_context(|| format!("{LIBRARY} of umockdev is missing"))
}

/// Installs what shows the browser's own list of ports, which headless mode has not, and presses keys
/// in it.
///
/// # Errors
/// When it is missing and cannot be installed.
pub fn ensure_display() -> Result<()> {
    if ["Xvfb", "xdotool"]
        .into_iter()
        .all(|name| process::find(name).is_some())
    {
        return Ok(());
    }
    apt::ensure(
        &["xvfb", "xdotool"],
        "the page test of the browser's list of ports",
    )
    .context("Xvfb or xdotool is missing")
}

fn version_of(program: &Path) -> Result<u32> {
    let text = process::answer(Command::new(program).arg("--version"))
        .with_context(|| format!("{} does not tell its version", program.display()))?;
    major(&text).with_context(|| format!("{} tells no version in {text:?}", program.display()))
}

/// The first number of the first version in a text like `ChromeDriver 156.0.8078.79 (abc)`.
fn major(text: &str) -> Option<u32> {
    text.split_whitespace()
        .find_map(|word| word.split_once('.')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_programs_say() {
        let cases = [
            ("Chromium 156.0.8078.79 built on Debian GNU/Linux 12", 156),
            (
                "ChromeDriver 156.0.8078.79 (0a1b2c-refs/heads/8078@{#1})",
                156,
            ),
            ("Google Chrome 99.0.1.2", 99),
        ];
        for (text, version) in cases {
            assert_eq!(major(text), Some(version), "{text}");
        }
        assert_eq!(major("no version"), None);
    }

    #[test]
    fn webdriver_json_names_no_place_of_a_browser() {
        let text = fs::read_to_string(repository::root().join("webdriver.json")).unwrap();
        let capabilities: Value = serde_json::from_str(&text).unwrap();
        let options = &capabilities["goog:chromeOptions"];
        assert!(
            options["args"]
                .as_array()
                .is_some_and(|flags| !flags.is_empty())
        );
        assert!(options.get("binary").is_none());
    }
}
