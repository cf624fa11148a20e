//! After the point of no return: every spelling, order, silence and loss, and the verdict.

mod rig;

use deltaport::dfota::Choice;
use deltaport::simulator::{Fault, Link, PercentStyle, Reply, Settings, Spelling};
use deltaport::snapshot::{Outcome, ProblemCode, Remark, Stage};
use deltaport::time::Duration;
use rig::{NEW, OLD, Rig, assert_verdict};

const START: &str = "AT+QFOTADL=1";

#[track_caller]
fn upgraded(settings: Settings) -> (Rig, Vec<Remark>) {
    let mut rig = Rig::new(settings);
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert_eq!(verdict.old_version.as_deref(), Some(OLD));
    assert_eq!(verdict.new_version.as_deref(), Some(rig.module.version()));
    (rig, verdict.remarks)
}

#[track_caller]
fn not_upgraded(settings: Settings, code: ProblemCode, number: Option<u32>) -> Rig {
    let mut rig = Rig::new(settings);
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(code));
    assert_eq!(verdict.number, number);
    assert_eq!(
        verdict.new_version.as_deref(),
        Some(OLD),
        "what runs now is read, not guessed"
    );
    rig
}

fn healthy() -> Settings {
    Settings::default()
}

fn usb() -> Settings {
    Settings {
        link: Link::Usb,
        ..Settings::default()
    }
}

/// Proves G-12, X-08.
#[test]
fn a_package_for_another_version_ends_in_511_n2_171() {
    let mut rig = Rig::new(healthy());
    rig.file = deltaport::simulator::sample_package("BG95M3LAR02A01_01.001.01.001", NEW, 5000);
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::EndCode));
    assert_eq!(verdict.number, Some(511));
    assert_eq!(verdict.new_version.as_deref(), Some(OLD));
}

/// Proves N2-014, X-08.
#[test]
fn every_end_code_keeps_its_number_n2_164_n2_165_n2_166_n2_167_n2_168_n2_169_n2_170_n2_172() {
    for code in [504, 505, 506, 507, 508, 509, 510, 512, 999] {
        let fault = Fault::EndCode { code, percent: 40 };
        not_upgraded(
            healthy().with(fault),
            ProblemCode::EndCode,
            Some(u32::from(code)),
        );
    }
}

#[test]
fn every_spelling_of_the_reports_is_understood_x_01() {
    let styles = [
        PercentStyle::Sign,
        PercentStyle::Bare,
        PercentStyle::Blank,
        PercentStyle::Parts,
    ];
    for percent in styles {
        for (blanks, mixed_case) in [(false, false), (true, false), (false, true), (true, true)] {
            let spelling = Spelling {
                percent,
                blanks,
                mixed_case,
            };
            let (rig, remarks) = upgraded(healthy().with(Fault::Spelling(spelling)));
            assert_eq!(remarks, [], "{spelling:?}");
            assert!(
                rig.stages
                    .iter()
                    .any(|(_, stage)| *stage == Stage::Updating)
            );
        }
    }
}

#[test]
fn reports_that_are_missing_change_no_verdict_a2_1_a2_10() {
    for fault in [
        Fault::NoResetting,
        Fault::NoStart,
        Fault::NoProgress,
        Fault::NoAppRdy,
        Fault::NoRdy,
        Fault::EndAfterRestart,
        Fault::Truncated { every: 2 },
        Fault::BootNoise,
        Fault::HalfEcho,
        Fault::Trickle,
        Fault::Chatter {
            every: Duration::from_millis(700),
        },
        Fault::Slow {
            by: Duration::from_millis(900),
        },
        Fault::Asleep { lines: 2 },
    ] {
        let (_, remarks) = upgraded(healthy().with(fault.clone()));
        assert_eq!(remarks, [], "{fault:?}");
    }
}

#[test]
fn a_missing_end_is_success_with_a_remark_x_21() {
    let (_, remarks) = upgraded(healthy().with(Fault::NoEnd));
    assert_eq!(remarks, [Remark::EndMissing]);
}

#[test]
fn end_0_with_the_old_version_is_no_success_x_20() {
    not_upgraded(
        healthy().with(Fault::OldVersion),
        ProblemCode::VersionUnchanged,
        None,
    );
}

#[test]
fn no_end_and_the_old_version_is_no_success() {
    let settings = healthy().with(Fault::OldVersion).with(Fault::NoEnd);
    not_upgraded(settings, ProblemCode::NoEndSameVersion, None);
}

#[test]
fn a_blind_update_that_changed_nothing_is_no_success_x_18() {
    let settings = usb().with(Fault::OldVersion);
    not_upgraded(settings, ProblemCode::NoEndSameVersion, None);
}

#[test]
fn a_start_command_that_does_nothing_is_found_out() {
    not_upgraded(
        healthy().with(Fault::NoReset),
        ProblemCode::NoEndSameVersion,
        None,
    );
}

#[test]
fn a_refused_start_command_leaves_the_module_as_it_was_n2_176() {
    let refuse = Fault::Answer {
        command: "+QFOTADL=1".into(),
        reply: Reply::Cme(593),
        times: 1,
    };
    not_upgraded(healthy().with(refuse), ProblemCode::CmeError, Some(593));
}

/// Sends the start command and loses the module's answer to it.
fn lose_the_answer_to_start(settings: Settings) -> Rig {
    let mut rig = Rig::new(settings);
    rig.reach_ready().choose(Choice::Go);
    while rig.commands.last().is_none_or(|(_, line)| line != START) {
        rig.pass(Duration::from_millis(1));
    }
    rig.deaf = true;
    rig.pass(Duration::from_millis(500));
    rig.deaf = false;
    rig
}

/// What was sent after the start command.
fn sent_after_start(rig: &Rig) -> Vec<&str> {
    let lines = rig.commands.iter().map(|(_, line)| line.as_str());
    lines.skip_while(|line| *line != START).skip(1).collect()
}

/// Proves X-25.
#[test]
fn an_unanswered_start_command_that_began_a_silent_update_is_followed_to_its_end() {
    let silent = [Fault::NoResetting, Fault::NoStart, Fault::NoProgress];
    let settings = silent.into_iter().fold(healthy(), Settings::with);
    let mut rig = lose_the_answer_to_start(Settings {
        update_time: Duration::from_secs(60),
        ..settings
    });
    // Longer than the answer may take: whoever takes that for a refusal disturbs the update.
    rig.pass(Duration::from_secs(30));
    assert_eq!(sent_after_start(&rig), [""; 0]);
    assert!(rig.snapshot().no_return && rig.snapshot().busy);
    rig.choose(Choice::Cancel);
    assert_eq!(rig.problem(), Some(ProblemCode::PastNoReturn));
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert_eq!(rig.module.version(), NEW);
    assert_eq!(rig.module.deaf_bytes(), 0);
}

#[test]
fn an_unanswered_start_command_that_did_nothing_is_found_out_by_asking() {
    let silent = Fault::Answer {
        command: "+QFOTADL=1".into(),
        reply: Reply::Nothing,
        times: 1,
    };
    let mut rig = lose_the_answer_to_start(healthy().with(silent));
    rig.pass(Duration::from_secs(90));
    assert_eq!(sent_after_start(&rig), [""; 0], "it may have begun");
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::NoEndSameVersion),
    );
    assert_eq!(verdict.new_version.as_deref(), Some(OLD));
    let sent = sent_after_start(&rig);
    assert!(sent.contains(&"AT+QGMR"), "{sent:?}");
    // Neither started twice nor tidied up behind an update that may still begin.
    assert!(
        !sent.iter().any(|line| line.contains("QFOTADL")),
        "{sent:?}"
    );
}

/// Proves X-26.
#[test]
fn a_power_cut_in_the_update_is_followed_to_its_end_n2_034() {
    let cut = Fault::PowerCut {
        percent: 30,
        back: Duration::from_secs(20),
    };
    let (_, remarks) = upgraded(healthy().with(cut.clone()));
    assert!(!remarks.contains(&Remark::EndMissing), "{remarks:?}");
    upgraded(usb().with(cut));
}

#[test]
fn a_silence_of_minutes_is_no_failure() {
    let pause = Fault::PauseAt {
        percent: 50,
        pause: Duration::from_secs(500),
    };
    let (_, remarks) = upgraded(healthy().with(pause));
    assert_eq!(remarks, []);
}

#[test]
fn an_error_that_the_module_gets_over_by_itself_is_a_remark() {
    let (_, remarks) = upgraded(healthy().with(Fault::Retry {
        code: 504,
        times: 2,
    }));
    assert!(remarks.contains(&Remark::Retried), "{remarks:?}");
}

#[test]
fn nothing_is_sent_between_resetting_and_the_return_x_25() {
    for settings in [healthy(), healthy().with(Fault::NoEnd), usb()] {
        let mut rig = Rig::new(settings);
        rig.upgrade();
        let entries = &rig.entries;
        let at = |text: &str| entries.iter().find(|e| e.text.contains(text)).map(|e| e.at);
        let from = at("RESETTING").expect("the module said so");
        let to = at("\"END\"")
            .or(at("the port is back"))
            .or(at("APP RDY"))
            .expect("it returned");
        let between = rig
            .commands
            .iter()
            .filter(|(when, _)| (from..to).contains(&when.as_millis()));
        assert_eq!(between.count(), 0, "{:?}", rig.commands);
    }
}

#[test]
fn reports_at_another_rate_are_followed_x_19() {
    // 57600 is not in the note's list: the reports come at 115200 (A5-2).
    let mut rig = Rig::new(Settings {
        baud_rate: 57_600,
        ..healthy()
    });
    rig.port.baud_rate = 57_600;
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert_eq!(verdict.remarks, [], "END was heard");
    assert!(
        rig.stages
            .iter()
            .any(|(_, stage)| *stage == Stage::Updating)
    );
}

#[test]
fn a_listed_rate_needs_no_other_one_n2_031() {
    let mut rig = Rig::new(Settings {
        baud_rate: 921_600,
        ..healthy()
    });
    rig.port.baud_rate = 921_600;
    assert_verdict(&rig.upgrade(), Outcome::Upgraded, None);
    assert_eq!(rig.opened, 1);
}

#[test]
fn a_port_that_never_returns_is_no_failure_but_unknown() {
    let mut rig = Rig::new(usb());
    rig.hide_return = true;
    rig.reach_ready();
    rig.choose(deltaport::dfota::Choice::Go);
    rig.until(Stage::AskPort);
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(
        &verdict,
        Outcome::CannotTell,
        Some(ProblemCode::PortNotBack),
    );
    // An hour later the browser sees it.
    rig.input(deltaport::dfota::Input::PortReturned);
    assert_ne!(rig.stage(), Stage::Done, "a sign of life is followed");
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Upgraded, None);
}

#[test]
fn another_product_id_after_the_restart_is_the_same_module_b_rb_2() {
    let (rig, _) = upgraded(usb().with(Fault::OtherProduct(0x0701)));
    assert_eq!(
        rig.snapshot().port.and_then(|port| port.usb_product),
        Some(0x0701)
    );
}

#[test]
fn a_cable_pulled_during_the_update_is_no_failure_x_17() {
    let mut rig = Rig::new(healthy());
    rig.reach_ready();
    rig.choose(deltaport::dfota::Choice::Go);
    rig.until(Stage::Updating).pass(Duration::from_secs(10));
    rig.unplug();
    rig.pass(Duration::from_secs(15));
    rig.plug();
    let verdict = rig.finish();
    assert_verdict(&verdict, Outcome::Upgraded, None);
}

#[test]
fn a_boot_loop_is_never_called_an_upgrade() {
    let mut rig = Rig::new(healthy().with(Fault::BootLoop { times: u32::MAX }));
    let verdict = rig.upgrade();
    assert_eq!(verdict.outcome, Outcome::CannotTell, "{verdict:?}");
}

#[test]
fn a_boot_loop_that_ends_is_an_upgrade_with_a_remark() {
    let (_, remarks) = upgraded(healthy().with(Fault::BootLoop { times: 3 }));
    assert!(remarks.contains(&Remark::ExtraRestarts), "{remarks:?}");
}

#[test]
fn another_module_after_the_restart_proves_nothing() {
    let swap = Fault::AfterUpdate(Box::new(Fault::OtherImei("004999010640018".into())));
    let mut rig = Rig::new(healthy().with(swap));
    let verdict = rig.upgrade();
    assert_verdict(
        &verdict,
        Outcome::CannotTell,
        Some(ProblemCode::ModuleSwapped),
    );
}

#[test]
fn a_module_that_no_longer_tells_its_version_proves_nothing() {
    let mut settings = healthy();
    for command in ["+QGMR", "+CGMR", "I"] {
        let reply = Reply::Error;
        let fault = Fault::Answer {
            command: command.into(),
            reply,
            times: u32::MAX,
        };
        settings = settings.with(Fault::AfterUpdate(Box::new(fault)));
    }
    let mut rig = Rig::new(settings);
    let verdict = rig.upgrade();
    assert_verdict(
        &verdict,
        Outcome::CannotTell,
        Some(ProblemCode::VersionUnreadable),
    );
}

#[test]
fn progress_never_goes_backwards() {
    let cut = Fault::PowerCut {
        percent: 60,
        back: Duration::from_secs(5),
    };
    let mut rig = Rig::new(healthy().with(cut).with(Fault::Retry {
        code: 504,
        times: 1,
    }));
    rig.reach_ready();
    rig.choose(deltaport::dfota::Choice::Go);
    let mut last = 0;
    while rig.stage() != Stage::Done {
        let end = rig.now + Duration::from_secs(3600);
        assert!(rig.step(end));
        let percent = rig
            .snapshot()
            .progress
            .and_then(|progress| progress.percent);
        if let (Some(percent), Stage::Updating) = (percent, rig.stage()) {
            assert!(
                percent >= last,
                "{percent} after {last} in {:?}\n{}",
                rig.stages,
                rig.session.journal()
            );
            last = percent;
        }
    }
    assert!(last >= 60);
}

#[test]
fn every_run_ends_within_its_bound_and_releases_the_port_once() {
    for fault in [
        Fault::NoReset,
        Fault::PortNotBack,
        Fault::BootLoop { times: u32::MAX },
    ] {
        for settings in [healthy().with(fault.clone()), usb().with(fault.clone())] {
            let mut rig = Rig::new(settings);
            let start = rig.now;
            rig.upgrade();
            let took = rig.now.since(start);
            assert!(
                took < Duration::from_secs(2 * 3600),
                "{fault:?} took {took:?}"
            );
            rig.choose(deltaport::dfota::Choice::Disconnect);
            rig.pass(Duration::from_secs(1));
            assert_eq!(rig.opened, rig.released, "{fault:?}");
        }
    }
}

#[test]
fn a_full_version_that_is_told_no_longer_is_no_proof_of_failure_b_id_2() {
    let gone = Fault::Answer {
        command: "+QGMR".into(),
        reply: Reply::Error,
        times: u32::MAX,
    };
    let mut rig = Rig::new(healthy().with(Fault::AfterUpdate(Box::new(gone))));
    // Another build of the same base version: only AT+QGMR could tell.
    rig.file = deltaport::simulator::sample_package(OLD, "BG95M3LAR02A03_01.013.01.013", 5000);
    let verdict = rig.upgrade();
    assert_verdict(
        &verdict,
        Outcome::CannotTell,
        Some(ProblemCode::VersionUnreadable),
    );
}

#[test]
fn a_base_version_that_stays_proves_nothing_where_the_full_one_is_unknown_b_id_2() {
    let gone = Fault::Answer {
        command: "+QGMR".into(),
        reply: Reply::Error,
        times: u32::MAX,
    };
    let mut rig = Rig::new(healthy().with(gone));
    rig.file = deltaport::simulator::sample_package(OLD, "BG95M3LAR02A03_01.013.01.013", 5000);
    let verdict = rig.upgrade();
    assert_verdict(
        &verdict,
        Outcome::CannotTell,
        Some(ProblemCode::VersionUnchanged),
    );
}

#[test]
fn ongoing_without_any_update_was_a_refusal_n2_174() {
    let refuse = Fault::Answer {
        command: "+QFOTADL=1".into(),
        reply: Reply::Cme(591),
        times: 1,
    };
    let mut rig = Rig::new(healthy().with(refuse));
    rig.reach_ready();
    rig.choose(deltaport::dfota::Choice::Go);
    let start = rig.now;
    let verdict = rig.finish();
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::CmeError));
    assert_eq!(verdict.number, Some(591));
    assert!(rig.now.since(start) < Duration::from_secs(30));
}

/// Proves X-17.
#[test]
fn a_bridge_pulled_while_the_version_is_asked_for_does_not_hold_up_the_verdict() {
    let slow = Fault::AfterUpdate(Box::new(Fault::Answer {
        command: "+QGMR".into(),
        reply: Reply::Nothing,
        times: 1,
    }));
    let mut rig = Rig::new(healthy().with(slow));
    rig.reach_ready().choose(Choice::Go);
    // Past RDY and APP RDY: nothing of the module's own will lead to the question again.
    rig.until(Stage::Verifying).pass(Duration::from_secs(15));
    rig.unplug();
    rig.pass(Duration::from_secs(3)).plug();
    let plugged = rig.now;
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Upgraded, None);
    let took = rig.now.since(plugged);
    assert!(took < Duration::from_secs(60), "{took:?}");
}
