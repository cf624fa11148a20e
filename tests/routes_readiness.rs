//! The network and the module's sleep before a download: what stops it, what is only said, what is
//! changed, and what is brought back.

mod rig;

use deltaport::dfota::{Choice, Input, SourceRequest};
use deltaport::simulator::{Fault, Model, NetworkFlaw, Reply, Settings};
use deltaport::snapshot::{
    FindingCode, Level, Outcome, ProblemCode, RegistrationCode, Remark, SignalCode, SimCode, Stage,
};
use deltaport::time::Duration;
use rig::{Rig, assert_verdict};

const HTTP: &str = "http://files.test:8080/update.bin";
/// One of every family, and both notes of BC20.
const MODELS: [&str; 5] = ["BG95-M3", "EG060K-EA", "BC660K-GL", "BC26", "BC20-2018"];

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

/// A line that changes nothing in a module.
fn is_question(line: &str) -> bool {
    let settings = ["ATE0", "AT+CMEE=1", "AT+QFOTADL=3,0"];
    let values = [
        "AT+CGPADDR=1",
        "AT+CGSN=1",
        "AT+QFOTADL=3",
        "AT+QFOTADL=4",
        "AT+QFOTADL=12",
    ];
    line.ends_with('?')
        || !line.contains('=')
        || values.contains(&line)
        || line == "AT+QCFGEXT=\"fota_apn\""
        || settings.contains(&line)
}

fn finding(rig: &Rig, code: FindingCode) -> Option<(Level, Option<String>)> {
    let findings = rig.snapshot().findings;
    let found = findings.into_iter().find(|row| row.code == code)?;
    Some((found.level, found.a))
}

#[test]
fn what_stands_in_the_way_stops_a_download_before_anything_is_sent() {
    for model in MODELS {
        for (flaw, code, detail, finding_code) in [
            (
                NetworkFlaw::NoSim,
                ProblemCode::NoSim,
                "missing",
                FindingCode::Sim,
            ),
            (
                NetworkFlaw::SimLocked,
                ProblemCode::NoSim,
                "locked",
                FindingCode::Sim,
            ),
            (
                NetworkFlaw::Searching,
                ProblemCode::NotRegistered,
                "searching",
                FindingCode::Registration,
            ),
            (
                NetworkFlaw::Denied,
                ProblemCode::NotRegistered,
                "denied",
                FindingCode::Registration,
            ),
        ] {
            let mut rig = Rig::new(of(model).with(Fault::Network(flaw)));
            let verdict = rig.upgrade_from(HTTP);
            assert_verdict(&verdict, Outcome::NotUpgraded, Some(code));
            assert_eq!(verdict.detail.as_deref(), Some(detail), "{model} {flaw:?}");
            let sent = rig.sent_lines();
            assert!(
                sent.iter().all(|line| is_question(line)),
                "{model}: {sent:?}"
            );
            // And it stands there to be read, with the same words, for the next try.
            rig.choose(Choice::Next);
            rig.until(Stage::Module);
            let found = finding(&rig, finding_code);
            assert_eq!(
                found,
                Some((Level::Stop, Some(detail.to_owned()))),
                "{model} {flaw:?}"
            );
            assert!(
                !rig.snapshot()
                    .actions
                    .contains(&deltaport::snapshot::Action::Start)
            );
        }
    }
}

#[test]
fn what_only_makes_a_download_doubtful_is_said_and_stops_nothing() {
    for model in MODELS {
        let mut rig = Rig::new(of(model).with(Fault::Network(NetworkFlaw::Weak)));
        rig.reach_module().choose_url(HTTP);
        rig.choose(Choice::Check);
        rig.until(Stage::Module);
        let found = finding(&rig, FindingCode::Signal);
        assert_eq!(found, Some((Level::Look, Some("weak".into()))), "{model}");
        rig.start();
        let verdict = rig.finish();
        assert_verdict(&verdict, Outcome::Upgraded, None);

        let mut rig = Rig::new(of(model).with(Fault::Network(NetworkFlaw::NoAddress)));
        rig.reach_module().choose_url(HTTP);
        rig.choose(Choice::Check);
        rig.until(Stage::Module);
        assert_eq!(
            finding(&rig, FindingCode::Address),
            Some((Level::Look, None)),
            "{model}"
        );
        rig.start();
        // The module finds out by itself, with the code of its note.
        let verdict = rig.finish();
        assert_verdict(
            &verdict,
            Outcome::NotUpgraded,
            Some(ProblemCode::DownloadCode),
        );
    }
}

#[test]
fn files_and_uploads_need_no_network() {
    for flaw in [NetworkFlaw::NoSim, NetworkFlaw::Denied] {
        // COM upload, and copy.
        let package = deltaport::simulator::sample_package(rig::OLD, rig::NEW, 9000);
        let settings = of("BG95-M3").holding("UFS:p.bin", package);
        let mut rig = Rig::new(settings.clone().with(Fault::Network(flaw)));
        assert_verdict(&rig.upgrade(), Outcome::Upgraded, None);
        let mut rig = Rig::new(settings.with(Fault::Network(flaw)));
        rig.reach_module().choose_source(SourceRequest {
            files: vec!["UFS:p.bin".into()],
            ..SourceRequest::default()
        });
        rig.start();
        assert_verdict(&rig.finish(), Outcome::Upgraded, None);
        assert!(!rig.sent_lines().contains(&"AT+CPIN?"));
        // A file for EG06xK.
        let settings = of("EG060K-EA").with(Fault::Network(flaw));
        let mut rig = Rig::new(settings.clone());
        rig.file = deltaport::simulator::sample_package(&settings.version, "NEXT_2", 5000);
        assert_verdict(&rig.upgrade(), Outcome::Upgraded, None);
        assert!(!rig.sent_lines().contains(&"AT+CPIN?"));
    }
}

#[test]
fn the_older_queries_are_the_fallback_for_registration_a3_22() {
    let cases: [(&str, &[(&str, Reply)]); 4] = [
        // CEREG says no, CGREG says yes.
        (
            "BG95-M3",
            &[
                ("+CEREG?", Reply::Text("+CEREG: 0,4".into())),
                ("+CGREG?", Reply::Text("+CGREG: 0,5".into())),
            ],
        ),
        // CEREG is not known.
        (
            "EG060K-EA",
            &[
                ("+CEREG?", Reply::Error),
                ("+CGREG?", Reply::Error),
                ("+CREG?", Reply::Text("+CREG: 0,1".into())),
            ],
        ),
        (
            "BC660K-GL",
            &[
                ("+CEREG?", Reply::Error),
                ("+CREG?", Reply::Text("+CREG: 0,1".into())),
            ],
        ),
        // Empty fields, as a real module has them (B-rd-2).
        (
            "BC26",
            &[(
                "+CEREG?",
                Reply::Text(
                    "+CEREG: 4,5,\"0001\",\"0000ABCD\",9,,,\"00100011\",\"00101010\"".into(),
                ),
            )],
        ),
    ];
    for (model, answers) in cases {
        let mut settings = of(model);
        for (command, reply) in answers {
            settings.faults.push(answer(command, reply.clone()));
        }
        let mut rig = Rig::new(settings);
        rig.reach_module();
        rig.choose(Choice::Check);
        rig.until(Stage::Module);
        let facts = rig.snapshot().readiness.expect("facts");
        assert!(
            matches!(
                facts.registration,
                Some(RegistrationCode::Home | RegistrationCode::Roaming)
            ),
            "{model}: {facts:?}"
        );
        let verdict = {
            rig.choose_url(HTTP).start();
            rig.finish()
        };
        assert_eq!(verdict.outcome, Outcome::Upgraded, "{model}: {verdict:#?}");
    }
}

#[test]
fn what_a_module_cannot_tell_keeps_nobody_from_going_on() {
    for model in MODELS {
        for reply in [Reply::Error, Reply::Nothing, Reply::Text("nonsense".into())] {
            let mut settings = of(model);
            for command in [
                "+CEREG?",
                "+CGREG?",
                "+CREG?",
                "+CSQ",
                "+CESQ",
                "+COPS?",
                "+CGPADDR*",
                "+CGATT?",
            ] {
                settings.faults.push(answer(command, reply.clone()));
            }
            let mut rig = Rig::new(settings);
            rig.reach_module();
            rig.choose(Choice::Check);
            rig.until(Stage::Module);
            let facts = rig.snapshot().readiness.expect("facts");
            assert_eq!(facts.registration, None, "{model} {reply:?}");
            assert!(
                matches!(facts.signal, None | Some(SignalCode::Unknown)),
                "{model} {reply:?}"
            );
            rig.choose_url(HTTP).start();
            let verdict = rig.finish();
            assert_eq!(
                verdict.outcome,
                Outcome::Upgraded,
                "{model} {reply:?} {verdict:#?}"
            );
        }
    }
}

#[test]
fn an_unknown_signal_is_unknown_and_not_weak_b_rd_3() {
    for (model, command, text) in [
        ("BG95-M3", "+CSQ", "+CSQ: 99,99"),
        ("EG060K-EA", "+CSQ", "+CSQ: 99,99"),
        ("BC660K-GL", "+CESQ", "+CESQ: 99,99,255,255,255,255"),
        ("BC26", "+CESQ", "+CESQ: 99,99,255,255,255,255"),
    ] {
        let mut settings = of(model).with(answer(command, Reply::Text(text.into())));
        if command == "+CESQ" {
            settings
                .faults
                .push(answer("+CSQ", Reply::Text("+CSQ: 99,99".into())));
        }
        let mut rig = Rig::new(settings);
        rig.reach_module().choose_url(HTTP);
        rig.choose(Choice::Check);
        rig.until(Stage::Module);
        let facts = rig.snapshot().readiness.expect("facts");
        assert_eq!(
            (facts.signal, facts.dbm),
            (Some(SignalCode::Unknown), None),
            "{model}"
        );
    }
}

#[test]
fn a_sim_that_is_not_ready_yet_is_not_taken_for_open() {
    for text in [
        "+CPIN: SIM PUK",
        "+CPIN: SIM PIN",
        "+CPIN: PH-NET PIN",
        "+CPIN: NOT READY",
        "+CPIN: ",
    ] {
        let mut rig = Rig::new(of("BG95-M3").with(answer("+CPIN?", Reply::Text(text.into()))));
        rig.reach_module();
        rig.choose(Choice::Check);
        rig.until(Stage::Module);
        let facts = rig.snapshot().readiness.expect("facts");
        assert_ne!(facts.sim, Some(SimCode::Ready), "{text}");
    }
}

#[test]
fn a_check_can_be_stopped_and_a_lost_port_ends_it() {
    for model in MODELS {
        let mut rig = Rig::new(of(model).with(answer("+CEREG?", Reply::Nothing)));
        rig.reach_module();
        rig.choose(Choice::Check);
        rig.pass(Duration::from_millis(500));
        assert_eq!(rig.stage(), Stage::Readiness);
        rig.choose(Choice::Cancel);
        assert_eq!(rig.stage(), Stage::Module, "{model}");
        rig.choose(Choice::Check);
        rig.pass(Duration::from_millis(500));
        rig.lose();
        assert_eq!(
            (rig.stage(), rig.problem()),
            (Stage::Idle, Some(ProblemCode::PortLost))
        );
    }
}

#[test]
fn a_run_can_be_stopped_while_the_module_is_asked_and_nothing_stays_changed() {
    for model in MODELS {
        let mut rig = Rig::new(of(model).with(answer("+CEREG?", Reply::Nothing)));
        rig.reach_module().choose_url(HTTP).start();
        rig.pass(Duration::from_millis(500));
        assert_eq!(rig.stage(), Stage::Readiness, "{model}");
        rig.choose(Choice::Cancel);
        let verdict = rig.verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
        rig.pass(Duration::from_secs(60));
        let sent = rig.sent_lines();
        assert!(
            sent.iter().all(|line| is_question(line)),
            "{model}: {sent:?}"
        );
    }
}

/// What the module holds for sleep and rate, as it answers itself.
fn own_settings(rig: &Rig) -> Vec<String> {
    let mut module = rig.module.clone();
    let mut now = rig.now;
    let mut heard = Vec::new();
    for line in [
        "AT\r",
        "AT\r",
        "AT\r",
        "ATE0\r",
        "AT+QSCLK?\r",
        "AT+CPSMS?\r",
        "AT+IPR?\r",
    ] {
        module.receive(now, line.as_bytes());
        let end = now + Duration::from_secs(5);
        loop {
            match module.poll(now) {
                deltaport::simulator::Output::Bytes(bytes) => heard.extend(bytes),
                deltaport::simulator::Output::Wait(Some(at)) if at <= end => now = at,
                deltaport::simulator::Output::Wait(_) => break,
                _ => {}
            }
        }
        now = end;
    }
    let text = String::from_utf8_lossy(&heard).into_owned();
    let values = text.lines().map(str::trim).map(str::to_owned);
    values
        .filter(|line| {
            ["+QSCLK:", "+CPSMS:", "+IPR:"]
                .iter()
                .any(|name| line.starts_with(name))
        })
        .collect()
}

#[test]
fn the_settings_are_the_same_after_every_end_of_a_run_x_24() {
    for model in ["BC660K-GL", "BC26", "BC20-2018"] {
        let wrong = "http://files.test:8080/wrong.bin";
        let none = "http://files.test:8080/none.bin";
        for (url, outcome) in [
            (HTTP, Outcome::Upgraded),
            (none, Outcome::NotUpgraded),
            (wrong, Outcome::NotUpgraded),
        ] {
            let mut rig = Rig::of(model);
            rig.reach_module();
            let before = own_settings(&rig);
            assert_eq!(before.len(), 3, "{model}: {before:?}");
            rig.choose_url(url).start();
            let verdict = rig.finish();
            assert_eq!(verdict.outcome, outcome, "{model} {url} {verdict:#?}");
            rig.pass(Duration::from_secs(10));
            assert_eq!(own_settings(&rig), before, "{model} {url}");
            let remarks = rig.verdict().expect("a verdict").remarks;
            assert!(
                remarks.contains(&Remark::SleepRestored),
                "{model} {url} {remarks:?}"
            );
        }
        // Stopped before the point of no return.
        let mut rig = Rig::of(model);
        rig.reach_module();
        let before = own_settings(&rig);
        rig.choose_url(HTTP).start();
        rig.until(Stage::Ready);
        assert_ne!(
            own_settings(&rig),
            before,
            "{model}: nothing was switched off"
        );
        rig.choose(Choice::Cancel);
        rig.until(Stage::Done).pass(Duration::from_secs(10));
        assert_eq!(own_settings(&rig), before, "{model}");
        let verdict = rig.verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
        assert!(verdict.remarks.contains(&Remark::SleepRestored), "{model}");
    }
}

#[test]
fn settings_that_cannot_be_brought_back_are_told() {
    for model in ["BC660K-GL", "BC26"] {
        let fault = Fault::AfterUpdate(Box::new(answer("+QSCLK=*", Reply::Error)));
        let mut rig = Rig::new(of(model).with(fault));
        let verdict = rig.upgrade_from(HTTP);
        assert_verdict(&verdict, Outcome::Upgraded, None);
        rig.pass(Duration::from_secs(30));
        let remarks = rig.verdict().expect("a verdict").remarks;
        assert_eq!(remarks, [Remark::SleepNotRestored], "{model}");
        assert!(
            rig.snapshot()
                .actions
                .contains(&deltaport::snapshot::Action::Next)
        );

        // The cable is gone before the go.
        let mut rig = Rig::of(model);
        rig.reach_module().choose_url(HTTP).start();
        rig.until(Stage::Ready);
        rig.unplug();
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::PortLost));
        assert_eq!(verdict.remarks, [Remark::SleepNotRestored], "{model}");
    }
}

#[test]
fn settings_are_brought_back_by_the_verdict_that_comes_after_cannot_tell_x_24() {
    for model in ["BC660K-GL", "BC26", "BC20-2018"] {
        let pause = Duration::from_secs(3 * 3600);
        let fault = Fault::PauseInDownload { percent: 30, pause };
        let mut rig = Rig::new(of(model).with(fault));
        rig.reach_module();
        let before = own_settings(&rig);
        rig.choose_url(HTTP).start();
        let verdict = rig.finish();
        assert_eq!(verdict.outcome, Outcome::CannotTell);
        assert!(
            verdict.remarks.contains(&Remark::SleepNotRestored),
            "{model}"
        );
        // It may still be downloading: it must not be put to sleep now.
        rig.pass(Duration::from_secs(60));
        let sent = rig.sent_lines().join("\n");
        assert!(
            !sent.contains("AT+QSCLK=1") && !sent.contains("AT+IPR=0"),
            "{model}: {sent}"
        );
        rig.pass(pause);
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_eq!(verdict.outcome, Outcome::Upgraded, "{model}");
        rig.pass(Duration::from_secs(10));
        let remarks = rig.verdict().expect("a verdict").remarks;
        assert!(
            remarks.contains(&Remark::SleepRestored),
            "{model} {remarks:?}"
        );
        assert_eq!(own_settings(&rig), before, "{model}");
    }
}

#[test]
fn a_module_that_cannot_be_set_for_the_run_is_left_as_it_was() {
    let mut settings = of("BC660K-GL");
    settings.faults.push(answer("+CPSMS=0", Reply::Nothing));
    let mut rig = Rig::new(settings);
    rig.reach_module();
    let before = own_settings(&rig);
    rig.choose_url(HTTP).start();
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::AnswerTimeout),
    );
    rig.pass(Duration::from_secs(60));
    assert_eq!(own_settings(&rig), before);
    assert!(!rig.sent_lines().iter().any(|line| line.contains("://")));
}

/// Proves N1-07.
#[test]
fn sleep_is_off_before_the_command_and_the_command_is_never_sent_twice() {
    let mut rig = Rig::scenario("bc660k-deep-sleep");
    let verdict = rig.upgrade_from(HTTP);
    assert_verdict(&verdict, Outcome::Upgraded, None);
    let sent = rig.sent_lines();
    let place = |line: &str| sent.iter().position(|sent| sent.starts_with(line));
    let fetch = place("AT+QFOTADL=\"").expect("the command");
    assert!(place("AT+QSCLK=0") < Some(fetch), "{sent:?}");
    assert!(place("AT+CPSMS=0") < Some(fetch), "{sent:?}");
    let count = sent.iter().filter(|line| line.contains("://")).count();
    assert_eq!(
        count, 1,
        "a module that wakes up again has forgotten it: only a person repeats it"
    );

    // A restart forgets the command: it is told, and not sent again by itself.
    let mut rig = Rig::new(of("BC660K-GL").with(Fault::ResetInDownload { percent: 40 }));
    let verdict = rig.upgrade_from(HTTP);
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::ModuleReset),
    );
    rig.pass(Duration::from_secs(600));
    let count = rig
        .sent_lines()
        .iter()
        .filter(|line| line.contains("://"))
        .count();
    assert_eq!(count, 1);
    assert_eq!(rig.module.updates_started(), 0);
}

/// Proves G-15.
#[test]
fn the_order_is_package_network_command_download_update() {
    for model in MODELS {
        let mut rig = Rig::of(model);
        // No package, no start.
        rig.reach_module().start();
        assert_eq!(rig.problem(), Some(ProblemCode::NoPackage), "{model}");
        rig.choose_url(HTTP).start();
        let verdict = rig.finish();
        assert_verdict(&verdict, Outcome::Upgraded, None);
        let sent = rig.sent_lines();
        let fetch = sent
            .iter()
            .position(|line| line.contains("://"))
            .expect("the command");
        for check in ["AT+CPIN?", "AT+CEREG?"] {
            assert!(
                sent[..fetch].contains(&check) && !sent[fetch..].contains(&check),
                "{model}: {check} belongs before the command: {sent:?}"
            );
        }
        let stages: Vec<Stage> = rig.stages.iter().map(|(_, stage)| *stage).collect();
        let order = [
            Stage::Module,
            Stage::Readiness,
            Stage::Downloading,
            Stage::Updating,
            Stage::Done,
        ];
        let places: Vec<_> = order
            .iter()
            .map(|stage| stages.iter().position(|other| other == stage))
            .collect();
        assert!(places.iter().all(Option::is_some), "{model}: {stages:?}");
        assert!(places.is_sorted(), "{model}: {stages:?}");
    }
}

#[test]
fn a_bc_module_wakes_up_though_its_first_lines_are_lost_b_id_8() {
    for model in ["BC660K-GL", "BC26", "BC20-2018"] {
        for lines in [1, 3] {
            let mut rig = Rig::new(of(model).with(Fault::Asleep { lines }));
            let verdict = rig.upgrade_from(HTTP);
            assert_verdict(&verdict, Outcome::Upgraded, None);
        }
    }
}

#[test]
fn an_update_that_begins_during_a_check_is_followed() {
    for model in MODELS {
        let mut rig = Rig::new(of(model).with(answer("+CEREG?", Reply::Nothing)));
        rig.reach_module();
        rig.choose(Choice::Check);
        rig.pass(Duration::from_millis(300));
        rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\",\"START\"\r\n"));
        assert_eq!(rig.stage(), Stage::Updating, "{model}");
    }
}
