//! What the page says is what is so: every scenario of the simulated module, and modules that lie, come
//! late, or restart for ever.

mod rig;

use deltaport::dfota::{Choice, Input};
use deltaport::simulator::{Fault, Link, Reply, SCENARIOS, Settings};
use deltaport::snapshot::{Outcome, ProblemCode, Remark, Stage};
use deltaport::time::Duration;
use rig::{NEW, OLD, Rig, assert_verdict};

#[test]
fn no_scenario_ends_in_a_lie() {
    let mut runs = 0;
    for scenario in SCENARIOS {
        let name = scenario.name;
        let mut rig = Rig::scenario(name);
        rig.connect()
            .until_any(&[Stage::Module, Stage::WrongPort, Stage::Idle, Stage::Done]);
        if rig.stage() == Stage::Module {
            let before = rig.module.version().to_owned();
            rig.choose_package().start();
            if rig.stage() == Stage::Module {
                assert!(rig.problem().is_some(), "{name}: refused without a reason");
                continue;
            }
            let verdict = rig.finish();
            let now = rig.module.version().to_owned();
            match verdict.outcome {
                Outcome::Upgraded => {
                    assert_ne!(now, before, "{name}: {verdict:#?}");
                    // Some modules tell their base version only.
                    let told = verdict.new_version.expect("what was read");
                    assert!(now.starts_with(&told), "{name}: {told} is not {now}");
                }
                Outcome::NotUpgraded | Outcome::Stopped => {
                    assert_eq!(now, before, "{name}: {verdict:#?}");
                    rig.pass(Duration::from_secs(600));
                    assert_eq!(
                        rig.module.version(),
                        before,
                        "{name}: it went on after the verdict"
                    );
                }
                Outcome::CannotTell => {}
            }
            runs += 1;
        }
        rig.choose(Choice::Disconnect);
        rig.pass(Duration::from_secs(60));
        assert_eq!(rig.opened, rig.released, "{name}");
    }
    assert!(runs > 50, "only {runs} scenarios came to a run");
}

#[test]
fn a_slow_module_is_known_and_upgraded() {
    for by in [900, 2500] {
        let slow = Fault::Slow {
            by: Duration::from_millis(by),
        };
        let mut rig = Rig::new(Settings::default().with(slow));
        let verdict = rig.upgrade();
        assert_verdict(&verdict, Outcome::Upgraded, None);
        assert_eq!(verdict.old_version.as_deref(), Some(OLD), "{by} ms");
        assert_eq!(verdict.new_version.as_deref(), Some(NEW), "{by} ms");
    }
}

#[test]
fn one_wrong_reading_is_no_proof() {
    let wrong = Fault::Answer {
        command: "+QGMR".into(),
        reply: Reply::Text("BG95M3LAR02A03_01.012.01.01".into()),
        times: 1,
    };
    let settings = Settings::default().with(Fault::OldVersion);
    let mut rig = Rig::new(settings.with(Fault::AfterUpdate(Box::new(wrong))));
    let verdict = rig.upgrade();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::VersionUnchanged),
    );
}

#[test]
fn a_version_is_read_twice_before_it_is_believed() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_ready();
    let before = rig.commands.len();
    rig.finish();
    let reads = rig.commands[before..]
        .iter()
        .filter(|(_, line)| line == "AT+QGMR")
        .count();
    assert_eq!(reads, 2);
}

#[test]
fn a_verdict_does_not_make_deaf() {
    let mut rig = Rig::new(Settings::default().with(Fault::EndCode {
        code: 504,
        percent: 40,
    }));
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::EndCode));
    rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\",\"START\"\r\n"));
    assert_eq!((rig.stage(), rig.verdict()), (Stage::Updating, None));
}

#[test]
fn a_module_on_usb_that_starts_by_itself_is_not_called_failed_a3_10() {
    let settings = Settings {
        link: Link::Usb,
        ..Settings::default()
    };
    let mut rig = Rig::new(
        settings
            .with(Fault::StartsByItself)
            .with(Fault::NoResetting),
    );
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert_eq!(rig.module.version(), NEW);
}

#[test]
fn a_port_lost_with_the_whole_package_in_leaves_a_remark() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_ready();
    rig.unplug();
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::PortLost));
    assert_eq!(verdict.remarks, [Remark::PackageLeft]);
}

/// `RDY` for ever, every so many seconds, and no answer to anything.
fn restart_for_ever(rig: &mut Rig, every: u64) {
    rig.mute = true;
    let start = rig.now;
    while rig.stage() != Stage::Done {
        rig.input(Input::Bytes(b"\r\nRDY\r\n"));
        rig.pass(Duration::from_secs(every));
        let took = rig.now.since(start);
        assert!(
            took < Duration::from_secs(2 * 3600),
            "no end after {took:?}"
        );
    }
}

#[test]
fn a_module_that_restarts_for_ever_ends_every_run_within_its_bound() {
    for every in [3, 10] {
        let mut rig = Rig::new(Settings::default());
        rig.reach_ready();
        rig.choose(Choice::Go);
        rig.until(Stage::Resetting);
        restart_for_ever(&mut rig, every);
        assert_eq!(
            rig.verdict().map(|v| v.outcome),
            Some(Outcome::CannotTell),
            "{every}"
        );

        let mut rig = Rig::new(Settings {
            line_rate: Some(115_200),
            ..Settings::default()
        });
        rig.reach_module().choose_package().start();
        rig.until(Stage::Uploading);
        rig.choose(Choice::Cancel);
        restart_for_ever(&mut rig, every);
        assert_eq!(
            rig.verdict().map(|v| v.outcome),
            Some(Outcome::Stopped),
            "{every}"
        );
    }
}

#[test]
fn a_sign_of_life_hours_later_is_followed_without_a_command() {
    let mut rig = Rig::new(Settings {
        link: Link::Usb,
        ..Settings::default()
    });
    rig.hide_return = true;
    rig.reach_ready();
    rig.choose(Choice::Go);
    rig.until(Stage::Done).pass(Duration::from_secs(3 * 3600));
    rig.input(Input::PortReturned);
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Upgraded, None);
}
