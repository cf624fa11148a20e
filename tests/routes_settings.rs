//! The module's settings for DFOTA: read, written, refused, and secrets that are nowhere to be read.

mod rig;

use deltaport::dfota::{Choice, SettingRequest};
use deltaport::simulator::{Fault, Model, Reply, Settings};
use deltaport::snapshot::{Action, ProblemCode, SettingsFacts, Stage};
use deltaport::time::Duration;
use rig::Rig;

const SECRETS: [&str; 3] = ["Sesame-42", "ann-the-user", "Bearer-77"];

fn of(model: &str) -> Settings {
    Settings::of(Model::named(model))
}

fn answer(command: &str, reply: Reply) -> Fault {
    Fault::Answer {
        command: command.into(),
        reply,
        times: u32::MAX,
    }
}

fn write(rig: &mut Rig, name: &str, values: &[&str]) -> Option<(ProblemCode, Option<String>)> {
    rig.choose(Choice::WriteSetting(SettingRequest {
        name: name.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }));
    rig.until(Stage::Module);
    let problem = rig.snapshot().problem?;
    Some((problem.code, problem.detail))
}

fn read(rig: &mut Rig) -> SettingsFacts {
    rig.choose(Choice::ReadSettings);
    rig.until(Stage::Module);
    rig.snapshot().settings.expect("they were read")
}

/// A rig whose settings were read.
fn with_settings(settings: Settings) -> Rig {
    let mut rig = Rig::new(settings);
    rig.reach_module();
    read(&mut rig);
    rig
}

/// Proves N2-006, N2-110, N2-111, N2-112, N2-114, N2-115, N2-118, N2-119, N2-120, N2-125.
#[test]
fn every_setting_is_written_and_read_back_from_the_module() {
    for style in [None, Some(Fault::ConfigAsInExamples)] {
        let mut settings = of("BG95-M3");
        settings.faults.extend(style);
        let mut rig = with_settings(settings);
        for (name, values) in [
            (
                "apn",
                &["2", "iot.example", "ann-the-user", "Sesame-42"][..],
            ),
            ("header", &["Auth", "Bearer-77"]),
            ("header", &["X-Kind", "delta"]),
            ("watchdog", &["1", "64", "3000"]),
            ("server-name", &["1"]),
            ("retry", &["7", "30"]),
            ("trigger", &["1"]),
        ] {
            assert_eq!(write(&mut rig, name, values), None, "{name}");
        }
        // What counts is what the module holds, asked once more.
        let facts = read(&mut rig);
        let apn = facts.apn.expect("an APN");
        assert_eq!((apn.ip_family, apn.apn.as_str()), (2, "iot.example"));
        assert_eq!(
            (apn.user.as_str(), apn.has_password),
            ("ann-the-user", true)
        );
        let headers: Vec<_> = facts
            .headers
            .iter()
            .map(|h| (h.key.as_str(), h.value.as_str()))
            .collect();
        assert_eq!(headers, [("Auth", "Bearer-77"), ("X-Kind", "delta")]);
        let watchdog = facts.watchdog.expect("a watchdog");
        assert_eq!(
            (watchdog.on, watchdog.pin, watchdog.interval_ms),
            (true, Some(64), Some(3000))
        );
        assert_eq!(facts.server_name, Some(true));
        assert_eq!(
            (facts.retry_times, facts.retry_interval_s),
            (Some(7), Some(30))
        );
        assert_eq!(facts.automatic, Some(true));

        // And back, N2-117 and A3-18.
        for (name, values) in [
            ("apn", &["0", "plain", "", ""][..]),
            ("header", &["Auth", ""]),
            ("watchdog", &["0"]),
            ("server-name", &["0"]),
            ("trigger", &["0"]),
        ] {
            assert_eq!(write(&mut rig, name, values), None, "{name}");
        }
        let facts = read(&mut rig);
        let apn = facts.apn.expect("an APN");
        assert_eq!((apn.user.as_str(), apn.has_password), ("", false));
        assert_eq!(facts.headers.len(), 1);
        assert!(!facts.watchdog.expect("a watchdog").on);
        assert_eq!(
            (facts.server_name, facts.automatic),
            (Some(false), Some(false))
        );
    }
}

#[test]
fn secrets_stand_in_no_journal_no_console_and_no_problem_x_28() {
    for fault in [
        None,
        Some(answer("+QCFGEXT=\"fota_apn\",*", Reply::Error)),
        Some(answer("+QCFGEXT=\"fota_http_header\",*", Reply::Cme(590))),
        Some(Fault::ConfigAsInExamples),
        Some(Fault::HalfEcho),
        Some(Fault::Trickle),
    ] {
        let mut settings = of("BG95-M3");
        settings.faults.extend(fault.clone());
        let mut rig = with_settings(settings);
        write(&mut rig, "apn", &["0", "iot", "ann-the-user", "Sesame-42"]);
        let first = rig.snapshot().problem;
        write(&mut rig, "header", &["Auth", "Bearer-77"]);
        let second = rig.snapshot().problem;
        read(&mut rig);
        rig.choose_url("ftp://ann-the-user:Sesame-42@files.test:21/update.bin");
        rig.start();
        let verdict = rig.finish();
        let journal = rig.session.journal();
        let told = format!("{first:?}{second:?}{verdict:?}{:?}", rig.snapshot().source);
        for secret in SECRETS {
            assert!(
                !journal.contains(secret),
                "{fault:?}: {secret} in {journal}"
            );
            let shown = rig.entries.iter().find(|entry| entry.text.contains(secret));
            assert_eq!(shown, None, "{fault:?}");
            assert!(!told.contains(secret), "{fault:?}: {told}");
        }
        assert!(
            String::from_utf8_lossy(&rig.sent).contains("Sesame-42"),
            "the module gets it"
        );
    }
}

/// Proves N2-116.
#[test]
fn a_sixth_header_is_refused_and_one_of_five_may_change_or_go() {
    let mut rig = with_settings(of("BG95-M3"));
    for n in 1..=5 {
        assert_eq!(write(&mut rig, "header", &[&format!("K{n}"), "v"]), None);
    }
    let sent = rig.commands.len();
    let refused = write(&mut rig, "header", &["K6", "v"]);
    assert_eq!(
        refused,
        Some((ProblemCode::SettingRefused, Some("too-many".into())))
    );
    assert_eq!(rig.commands.len(), sent, "nothing is sent for it");
    assert_eq!(write(&mut rig, "header", &["K5", "other"]), None);
    assert_eq!(write(&mut rig, "header", &["K1", ""]), None);
    assert_eq!(write(&mut rig, "header", &["K6", "v"]), None);
}

/// Proves N2-089, N2-112, N2-121, N2-122, N2-123, N2-124, X-14.
#[test]
fn what_is_out_of_range_is_refused_and_nothing_is_sent() {
    let refused: &[(&str, &str, &[&str])] = &[
        // Pins of other modules, and of none.
        ("BG95-M3", "watchdog", &["1", "9", "1000"]),
        ("BG95-M3", "watchdog", &["1", "93", "1000"]),
        ("BG95-M3", "watchdog", &["1", "0", "1000"]),
        ("BG95-M3", "watchdog", &["1", "256", "1000"]),
        ("BG95-M3", "watchdog", &["1", "-4", "1000"]),
        ("BG77", "watchdog", &["1", "64", "1000"]),
        ("BG77", "watchdog", &["1", "18", "1000"]),
        ("BG600L-M3", "watchdog", &["1", "4", "1000"]),
        ("BG600L-M3", "watchdog", &["1", "64", "1000"]),
        ("BG95-M3", "watchdog", &["1", "6", "99"]),
        ("BG95-M3", "watchdog", &["1", "6", "3600001"]),
        ("BG95-M3", "watchdog", &["1", "6", "4294967297"]),
        ("BG95-M3", "watchdog", &["1", "6", ""]),
        ("BG95-M3", "watchdog", &["2", "6", "1000"]),
        ("BG95-M3", "watchdog", &[]),
        ("BG95-M3", "apn", &["3", "a", "", ""]),
        ("BG95-M3", "apn", &["", "a", "", ""]),
        ("BG95-M3", "apn", &["0", "a\"b", "", ""]),
        ("BG95-M3", "apn", &["0", "a\r\nAT+QFOTADL=1", "", ""]),
        ("BG95-M3", "apn", &["0", "a", "user", ""]),
        ("BG95-M3", "apn", &["0", "a", "", "pw"]),
        ("BG95-M3", "apn", &["0", "a", "u\"", "p"]),
        ("BG95-M3", "header", &["", "v"]),
        ("BG95-M3", "header", &["k\"", "v"]),
        ("BG95-M3", "header", &["k", "v\r\nAT"]),
        ("BG95-M3", "server-name", &["2"]),
        ("BG95-M3", "server-name", &[""]),
        ("BG95-M3", "retry", &["0", "5"]),
        ("BG95-M3", "retry", &["2147483648", "5"]),
        ("BG95-M3", "retry", &["-1", "5"]),
        ("BG95-M3", "retry", &["3", "x"]),
        ("BG95-M3", "trigger", &["yes"]),
        ("BG95-M3", "no such setting", &["1"]),
        ("BG95-M3", "", &[]),
    ];
    for (model, name, values) in refused {
        let mut rig = with_settings(of(model));
        let sent = rig.commands.len();
        let problem = write(&mut rig, name, values);
        assert_eq!(
            problem.as_ref().map(|(code, _)| *code),
            Some(ProblemCode::SettingRefused),
            "{model} {name} {values:?}"
        );
        rig.pass(Duration::from_secs(5));
        assert_eq!(rig.commands.len(), sent, "{model} {name} {values:?}");
    }
    // The other side of each border.
    for (model, name, values) in [
        ("BG95-M3", "watchdog", &["1", "4", "100"][..]),
        ("BG95-M3", "watchdog", &["1", "88", "3600000"]),
        ("BG77", "watchdog", &["1", "93", "1000"]),
        ("BG600L-M3", "watchdog", &["1", "9", "1000"]),
        ("BG95-M3", "retry", &["1", "1"]),
        ("BG95-M3", "retry", &["2147483647", "5"]),
    ] {
        let mut rig = with_settings(of(model));
        assert_eq!(
            write(&mut rig, name, values),
            None,
            "{model} {name} {values:?}"
        );
    }
}

#[test]
fn a_setting_that_the_module_refuses_is_told_and_what_it_holds_is_shown() {
    for (reply, code) in [
        (Reply::Error, ProblemCode::PlainError),
        (Reply::Cme(590), ProblemCode::CmeError),
        (Reply::Nothing, ProblemCode::AnswerTimeout),
    ] {
        let fault = answer("+QCFGEXT=\"fota_apn\",*", reply);
        let mut rig = with_settings(of("BG95-M3").with(fault));
        let problem = write(&mut rig, "apn", &["1", "wanted", "", ""]).expect("a problem");
        assert_eq!(problem.0, code);
        let apn = rig
            .snapshot()
            .settings
            .and_then(|facts| facts.apn)
            .expect("an APN");
        assert_eq!(apn.apn, "", "what was wanted is not what is");
    }
}

#[test]
fn settings_that_a_module_lacks_are_unknown_and_no_problem() {
    let mut settings = of("BG95-M3");
    for command in [
        "+QCFGEXT=\"sni\"",
        "+QCFGEXT=\"fota_wd_gpio\"",
        "+QFOTADL=8",
    ] {
        settings.faults.push(answer(command, Reply::Error));
    }
    let mut rig = Rig::new(settings);
    rig.reach_module();
    let facts = read(&mut rig);
    assert_eq!(
        (facts.server_name, facts.watchdog, facts.retry_times),
        (None, None, None)
    );
    assert!(facts.apn.is_some());
    assert_eq!(rig.problem(), None);
}

#[test]
fn a_module_that_does_not_answer_is_not_asked_for_everything() {
    let mut rig = with_settings(of("BG95-M3"));
    rig.mute = true;
    let start = rig.now;
    rig.choose(Choice::ReadSettings);
    rig.until(Stage::Module);
    assert_eq!(rig.problem(), Some(ProblemCode::AnswerTimeout));
    assert!(rig.now.since(start) < Duration::from_secs(15));
}

#[test]
fn families_without_settings_offer_none_and_send_nothing() {
    for model in ["EG060K-EA", "BC660K-GL", "BC26", "BC20-2018"] {
        let mut rig = Rig::of(model);
        rig.reach_module();
        let actions = rig.snapshot().actions;
        assert!(
            !actions.contains(&Action::WriteSetting) && !actions.contains(&Action::ReadSettings)
        );
        let sent = rig.commands.len();
        rig.choose(Choice::ReadSettings);
        assert_eq!(rig.problem(), Some(ProblemCode::NotNow), "{model}");
        rig.choose(Choice::WriteSetting(SettingRequest {
            name: "trigger".into(),
            values: vec!["1".into()],
        }));
        assert_eq!(rig.problem(), Some(ProblemCode::NotNow), "{model}");
        rig.pass(Duration::from_secs(5));
        assert_eq!(rig.commands.len(), sent, "{model}");
    }
}

/// Proves N2-085, N2-086, N2-087, N2-175.
#[test]
fn a_stored_package_is_shown_and_deleted_and_a_download_cancelled_on_request() {
    let mut rig = with_settings(of("BG95-M3").with(Fault::StoredPackage { size: 4096 }));
    let stored = |rig: &Rig| {
        rig.snapshot()
            .module
            .and_then(|module| module.stored_package)
    };
    assert_eq!(stored(&rig), Some(4096));
    assert_eq!(write(&mut rig, "delete-package", &[]), None);
    assert_eq!((stored(&rig), rig.module.package()), (Some(0), None));
    // There is none to delete, and none to cancel: the module says so.
    let problem = write(&mut rig, "delete-package", &[]).expect("593");
    assert_eq!(
        (problem.0, rig.snapshot().problem.and_then(|p| p.number)),
        (ProblemCode::CmeError, Some(593))
    );
    write(&mut rig, "cancel-download", &[]).expect("592");
    assert_eq!(rig.snapshot().problem.and_then(|p| p.number), Some(592));

    let mut rig = with_settings(of("BG95-M3").with(Fault::Downloading));
    assert_eq!(
        rig.snapshot()
            .module
            .and_then(|module| module.download_state),
        Some(1)
    );
    assert_eq!(write(&mut rig, "cancel-download", &[]), None);
    rig.pass(Duration::from_secs(5));
    read(&mut rig);
    assert_ne!(
        rig.snapshot()
            .module
            .and_then(|module| module.download_state),
        Some(1)
    );
}

#[test]
fn settings_can_be_left_and_a_restart_ends_them() {
    let mut rig = Rig::new(of("BG95-M3").with(answer("+QFOTADL=8", Reply::Nothing)));
    rig.reach_module();
    rig.choose(Choice::ReadSettings);
    rig.pass(Duration::from_secs(3));
    assert_eq!(rig.stage(), Stage::Settings);
    rig.choose(Choice::Cancel);
    assert_eq!(rig.stage(), Stage::Module);
    rig.choose(Choice::ReadSettings);
    rig.pass(Duration::from_secs(3));
    rig.lose();
    assert_eq!(
        (rig.stage(), rig.problem()),
        (Stage::Idle, Some(ProblemCode::PortLost))
    );
}

#[test]
fn a_trigger_mode_that_was_left_automatic_is_switched_off_by_the_next_run() {
    let mut rig = with_settings(of("BG95-M3"));
    assert_eq!(write(&mut rig, "trigger", &["1"]), None);
    rig.choose_url("http://files.test:8080/update.bin").start();
    rig.until(Stage::Ready);
    rig.pass(Duration::from_secs(3600));
    assert_eq!(rig.stage(), Stage::Ready, "it waits for the go");
}

/// Proves N2-003.
#[test]
fn a_watchdog_is_fed_by_the_module_in_the_update_and_the_page_says_why() {
    let mut rig = with_settings(of("BG95-M3"));
    assert_eq!(write(&mut rig, "watchdog", &["1", "6", "3000"]), None);
    rig.choose_url("http://files.test:8080/update.bin").start();
    let verdict = rig.finish();
    assert_eq!(verdict.outcome, deltaport::snapshot::Outcome::Upgraded);
    let sent = rig.sent_lines();
    let place = |line: &str| sent.iter().position(|sent| *sent == line);
    let fed = place("AT+QCFGEXT=\"fota_wd_gpio\",1,6,3000");
    assert!(fed.is_some() && fed < place("AT+QFOTADL=1"), "{sent:?}");
    // No run of ours takes it away again.
    assert_eq!(place("AT+QCFGEXT=\"fota_wd_gpio\",0"), None);
    rig.choose(Choice::Next);
    rig.until(Stage::Module);
    assert!(read(&mut rig).watchdog.is_some_and(|watchdog| watchdog.on));

    for (language, words) in [
        ("en", ["taken off", "fed", "damage"]),
        ("zh", ["取下", "喂狗", "损坏"]),
    ] {
        let path = format!(
            "{}/www/routes/messages/{language}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).expect("the page's words");
        let all: serde_json::Value = serde_json::from_str(&text).expect("words by name");
        let text = all["setting.watchdog.effect"].as_str().unwrap_or_default();
        for word in words {
            assert!(text.contains(word), "{language}: {word} in {text}");
        }
    }
}
