//! Every scenario of the simulated module: it does what its name says, and has its words.

mod simulated_host;

use std::collections::BTreeSet;

use deltaport::simulator::{Route, SCENARIOS, Settings};
use simulated_host::{Host, answers, story};

fn words(language: &str) -> serde_json::Map<String, serde_json::Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/www/simulator");
    let text = std::fs::read_to_string(format!("{folder}/scenarios.{language}.json"));
    serde_json::from_str(&text.expect("a file of words")).expect("one flat object")
}

/// As `www/simulator/menu.js` groups what is no upload.
fn groups() -> BTreeSet<String> {
    SCENARIOS
        .iter()
        .filter(|scenario| scenario.route != Route::Com)
        .map(|scenario| match scenario.family() {
            family if family.starts_with("bc") => family.to_owned(),
            family => format!("{family}-{}", scenario.route.name()),
        })
        .collect()
}

#[test]
fn every_scenario_and_every_group_has_its_words() {
    let groups = groups()
        .into_iter()
        .map(|group| format!("demo.group.{group}"));
    let groups: BTreeSet<String> = groups.collect();
    let english: BTreeSet<String> = words("en").keys().cloned().collect();
    assert_eq!(english, groups);
    let names = SCENARIOS
        .iter()
        .map(|scenario| format!("scenario.{}", scenario.name));
    let wanted: BTreeSet<String> = names.chain(groups).collect();
    let chinese: BTreeSet<String> = words("zh").keys().cloned().collect();
    assert_eq!(chinese, wanted);
}

#[test]
fn a_scenario_about_a_server_has_a_url_and_only_such_a_one() {
    for scenario in SCENARIOS {
        let to_file = scenario.name == "bg95-to-file";
        let wanted = scenario.route == Route::Server || to_file;
        assert_eq!(scenario.url.is_some(), wanted, "{}", scenario.name);
    }
}

/// What the URL of a scenario leads to.
fn outcome(name: &str, url: &str) -> (Host, Vec<String>) {
    let settings = Settings::scenario(name).expect("a scenario");
    let mut host = Host::connected(settings);
    for line in ["AT", "AT", "ATE0", "AT+CMEE=1"] {
        host.ask(line);
    }
    let heard = story(&mut host, &format!("AT+QFOTADL=\"{url}\""), 3000);
    (host, heard)
}

#[test]
fn a_scenario_named_after_a_code_ends_with_it() {
    let mut seen = 0;
    for scenario in SCENARIOS {
        let (Some(url), Some(code)) = (
            scenario.url,
            scenario
                .name
                .split('-')
                .nth(1)
                .filter(|code| code.parse::<u16>().is_ok()),
        ) else {
            continue;
        };
        let before = Settings::scenario(scenario.name).expect("itself").version;
        if scenario.name.ends_with("-http") {
            continue;
        }
        let (host, heard) = outcome(scenario.name, url);
        let told = heard
            .iter()
            .any(|line| line.ends_with(&format!(",{code}")) || line.ends_with(&format!(" {code}")));
        assert!(told, "{}: {heard:#?}", scenario.name);
        assert_eq!(host.module.version(), before, "{}", scenario.name);
        seen += 1;
    }
    assert!(seen >= 25, "{seen}");
}

#[test]
fn a_healthy_scenario_about_a_server_is_upgraded_from_its_url() {
    for scenario in SCENARIOS {
        let settings = Settings::scenario(scenario.name).expect("itself");
        let (Some(url), true) = (scenario.url, settings.faults.is_empty()) else {
            continue;
        };
        if settings.server.header.is_some() || !url.contains("/update.bin") {
            continue;
        }
        if url.contains(".test") || url.contains(".invalid") {
            continue;
        }
        let before = settings.version;
        let (host, heard) = outcome(scenario.name, url);
        assert_ne!(
            host.module.version(),
            before,
            "{} {heard:#?}",
            scenario.name
        );
    }
}

#[test]
fn the_files_that_a_scenario_promises_are_there() {
    for (name, line) in [
        ("bg95-copy", "AT+QFOTADL=\"UFS:update.bin\",2"),
        (
            "bg95-copy-parts",
            "AT+QFOTADL=\"EUFS:update1.bin\",0;+QFOTADL=\"EUFS:update4.bin\",2",
        ),
        ("eg06xk-file-there", "AT+QFLST=\"UFS:update.zip\""),
    ] {
        let mut host = Host::prepared(Settings::scenario(name).expect("a scenario"));
        let heard = answers(&mut host, line);
        assert_eq!(heard.last().map(String::as_str), Some("OK"), "{name}");
    }
}
