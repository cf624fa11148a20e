//! Rows of the notes that the whole session keeps, and what may not be built in.

mod rig;

use std::fs;
use std::path::{Path, PathBuf};

use deltaport::simulator::Settings;
use deltaport::snapshot::{FindingCode, Level, Stage};
use deltaport::time::Duration;
use rig::Rig;

/// The commands that start an update or a download.
fn starts(rig: &Rig) -> Vec<&str> {
    rig.commands
        .iter()
        .map(|(_, line)| line.as_str())
        .filter(|line| {
            let value = line.strip_prefix("AT+QFOTADL=").unwrap_or_default();
            value == "1" || value.starts_with(['"']) && !value.starts_with("\"COM:\"")
        })
        .collect()
}

/// Proves N2-004.
#[test]
fn nothing_is_started_unless_a_person_says_so() {
    let day = Duration::from_secs(24 * 3600);
    let mut rig = Rig::new(Settings::default());
    rig.reach_module().pass(day);
    assert_eq!(rig.stage(), Stage::Module);
    rig.choose_package().pass(day);
    assert_eq!(starts(&rig), [""; 0], "a package alone starts nothing");
    rig.start();
    rig.until(Stage::Ready).pass(day);
    assert_eq!(starts(&rig), [""; 0], "an upload alone starts nothing");
    assert_eq!(rig.module.updates_started(), 0);
}

/// Proves N2-002.
#[test]
fn steady_power_is_asked_for_before_the_point_of_no_return() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_ready();
    let findings = rig.snapshot().findings;
    let power = findings.iter().find(|row| row.code == FindingCode::Power);
    assert_eq!(power.map(|row| row.level), Some(Level::Fine));
    for (language, word) in [("en", "power"), ("zh", "供电")] {
        let words = messages(language);
        for key in ["start.power", "finding.power.fine", "no-return.text"] {
            let text = words[key].as_str().unwrap_or_default();
            assert!(
                text.contains(word) || text.contains("Power") || text.contains("电源"),
                "{key}: {text}"
            );
        }
    }
}

/// Proves N2-003.
#[test]
fn a_watchdog_is_spoken_of_before_the_point_of_no_return() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_ready();
    let findings = rig.snapshot().findings;
    assert!(findings.iter().any(|row| row.code == FindingCode::Power));
    for (language, word) in [("en", "watchdog"), ("zh", "看门狗")] {
        let text = messages(language)["finding.power.fine"].clone();
        assert!(
            text.as_str().is_some_and(|text| text.contains(word)),
            "{text}"
        );
    }
}

/// Proves N2-005.
#[test]
fn a_package_that_is_too_large_comes_with_the_advice_of_a_version_in_between() {
    let words = messages("en");
    for key in [
        "finding.space.stop",
        "problem.package-too-large.do",
        "code.bg95.download.708.do",
    ] {
        let text = words[key].as_str().unwrap_or_default();
        assert!(text.contains("version in between"), "{key}: {text}");
    }
}

/// Proves G-13.
#[test]
fn no_server_is_built_in() {
    let mut checked = 0;
    for path in ["src", "www"].iter().flat_map(|folder| files(folder)) {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        checked += 1;
        for (at, _) in text.match_indices("://") {
            let host = text[at + 3..].split(['/', '"', '\'', '`', ' ', ':', '\n', '<']);
            let host = host.take(1).next().unwrap_or_default();
            assert!(!host.contains("quectel"), "{}: {host}", path.display());
        }
    }
    assert!(checked > 50, "only {checked} files were read");
}

/// The words of the page, those that are loaded on demand among them.
fn messages(language: &str) -> serde_json::Map<String, serde_json::Value> {
    let mut words = serde_json::Map::new();
    for folder in ["www/messages", "www/routes/messages"] {
        let path = root().join(format!("{folder}/{language}.json"));
        let text = fs::read_to_string(path).expect("the page's words");
        let part: serde_json::Map<_, _> = serde_json::from_str(&text).expect("words by name");
        words.extend(part);
    }
    words
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the repository") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}
