//! Everything that can go wrong between the click on "start upload" and the final go: each ends in its
//! own verdict, the start command is never sent, and the module runs what it ran.

mod rig;

use deltaport::dfota::Choice;
use deltaport::simulator::{DataModeEnd, Fault, Reply, Settings};
use deltaport::snapshot::{Outcome, ProblemCode, Remark, Stage};
use deltaport::time::Duration;
use rig::{OLD, Rig, assert_verdict};

/// A run with `fault` ends unchanged with `code`, and without the start command.
#[track_caller]
fn fails(fault: Fault, code: ProblemCode, number: Option<u32>) -> Rig {
    let mut rig = Rig::new(Settings::default().with(fault));
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(code));
    assert_eq!(verdict.number, number);
    never_triggered(&rig);
    assert_eq!(rig.module.version(), OLD);
    rig
}

/// Rule 1: no start command.
#[track_caller]
fn never_triggered(rig: &Rig) {
    let sent = rig.commands.iter().any(|(_, line)| line == "AT+QFOTADL=1");
    assert!(!sent, "the start command was sent");
}

fn answer(command: &str, reply: Reply) -> Fault {
    Fault::Answer {
        command: command.to_owned(),
        reply,
        times: u32::MAX,
    }
}

#[test]
fn a_wrong_checksum_is_no_upgrade_x_10() {
    let rig = fails(
        Fault::ReportChecksum { xor: 1 },
        ProblemCode::ChecksumMismatch,
        None,
    );
    assert_eq!(rig.module.package(), None, "the package must be deleted");
}

#[test]
fn a_changed_byte_on_the_line_is_found_x_10() {
    fails(
        Fault::CorruptByte { at: 777 },
        ProblemCode::ChecksumMismatch,
        None,
    );
}

#[test]
fn a_wrong_count_is_no_upgrade_x_10() {
    fails(
        Fault::ReportSize { by: -1 },
        ProblemCode::SizeMismatch,
        None,
    );
}

#[test]
fn lost_bytes_are_found_by_the_modules_own_count_x_10() {
    fails(
        Fault::LoseBytes { at: 5000, count: 3 },
        ProblemCode::SizeMismatch,
        None,
    );
}

#[test]
fn another_stored_size_is_no_upgrade_x_10() {
    fails(
        Fault::StoredSize { by: 1 },
        ProblemCode::StoredSizeMismatch,
        None,
    );
}

#[test]
fn no_count_after_the_data_is_no_upgrade_x_10() {
    fails(Fault::NoResult, ProblemCode::ResultMissing, None);
}

#[test]
fn each_cme_error_keeps_its_number_n2_173_n2_174_n2_175_n2_176_n2_177() {
    for number in [590, 591, 592, 593, 594, 3, 777] {
        let fault = answer("+QFOTADL=\"COM:\"*", Reply::Cme(number));
        fails(fault, ProblemCode::CmeError, Some(u32::from(number)));
    }
}

#[test]
fn a_plain_error_to_the_upload_command_is_told() {
    fails(
        answer("+QFOTADL=\"COM:\"*", Reply::Error),
        ProblemCode::PlainError,
        None,
    );
}

#[test]
fn without_connect_nothing_of_the_package_is_sent_x_09() {
    let rig = fails(Fault::NoConnect, ProblemCode::ConnectTimeout, None);
    assert!(rig.data.is_empty());
}

#[test]
fn a_late_connect_is_waited_for() {
    let late = Fault::LateConnect {
        by: Duration::from_secs(8),
    };
    let mut rig = Rig::new(Settings::default().with(late));
    assert_verdict(&rig.upgrade(), Outcome::Upgraded, None);
}

#[test]
fn a_connect_later_than_the_limit_is_answered_with_the_escape() {
    let late = Fault::LateConnect {
        by: Duration::from_secs(21),
    };
    let rig = fails(late, ProblemCode::ConnectTimeout, None);
    assert!(rig.data.is_empty());
    assert!(!rig.module.in_data_mode());
}

#[test]
fn a_module_that_leaves_data_mode_early_is_believed_x_10() {
    for with in [
        DataModeEnd::Error,
        DataModeEnd::NoCarrier,
        DataModeEnd::Result,
    ] {
        // At a line's pace, so that the module stops us in the middle.
        let settings = Settings {
            line_rate: Some(115_200),
            ..Settings::default()
        };
        let mut rig = Rig::new(settings.with(Fault::LeaveDataMode { at: 6000, with }));
        rig.file = deltaport::simulator::sample_package(OLD, rig::NEW, 200_000);
        let verdict = rig.upgrade();
        assert_verdict(
            &verdict,
            Outcome::NotUpgraded,
            Some(ProblemCode::UploadAborted),
        );
        assert!(
            rig.data.len() < rig.file.len(),
            "{with:?}: the rest must not be sent"
        );
        never_triggered(&rig);
    }
    let fault = Fault::LeaveDataMode {
        at: 6000,
        with: DataModeEnd::Cme(594),
    };
    fails(fault, ProblemCode::CmeError, Some(594));
}

#[test]
fn a_module_that_restarts_in_the_upload_is_told() {
    fails(
        Fault::ResetInUpload { at: 6000 },
        ProblemCode::ModuleReset,
        None,
    );
}

#[test]
fn a_cable_pulled_in_the_upload_is_told_x_10() {
    fails(
        Fault::UnplugInUpload {
            at: 6000,
            back: None,
        },
        ProblemCode::PortLost,
        None,
    );
}

#[test]
fn a_stalled_line_ends_the_upload_with_its_own_word() {
    // A slow line, so that the stall is felt at our end.
    let stall = Fault::StallInUpload {
        at: 6000,
        pause: None,
    };
    let mut rig = Rig::new(Settings {
        line_rate: Some(115_200),
        ..Settings::default().with(stall)
    });
    let verdict = rig.upgrade();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::WriteStalled),
    );
    never_triggered(&rig);
}

#[test]
fn a_refused_trigger_mode_stops_before_the_upload_x_12() {
    let rig = fails(
        answer("+QFOTADL=3,0", Reply::Error),
        ProblemCode::TriggerModeRefused,
        None,
    );
    assert!(rig.data.is_empty());
    let stays = answer("+QFOTADL=3", Reply::Text("+QFOTADL: 3,1".into()));
    let rig = fails(stays, ProblemCode::TriggerModeRefused, None);
    assert!(rig.data.is_empty());
}

#[test]
fn a_module_that_falls_silent_before_the_upload_is_told() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_module().choose_package();
    rig.mute = true;
    rig.start();
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::AnswerTimeout),
    );
    never_triggered(&rig);
}

#[test]
fn a_file_that_changes_before_the_upload_is_found_and_nothing_is_sent() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_module().choose_package();
    let sent = rig.commands.len();
    let mut changed = rig.file.clone();
    changed[500] ^= 1;
    rig.changed_file = Some(changed);
    rig.start();
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::PackageChanged),
    );
    assert_eq!(rig.commands.len(), sent, "nothing may be sent");
}

#[test]
fn a_file_that_changes_during_the_upload_is_found_and_deleted_from_the_module() {
    let mut rig = Rig::new(Settings {
        line_rate: Some(115_200),
        ..Settings::default()
    });
    rig.reach_module().choose_package().start();
    rig.until(Stage::Uploading);
    let mut changed = rig.file.clone();
    changed[19_000] ^= 1;
    rig.changed_file = Some(changed);
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::PackageChanged),
    );
    assert!(
        verdict.remarks.contains(&Remark::PackageDeleted),
        "{:?}",
        verdict.remarks
    );
    never_triggered(&rig);
}

#[test]
fn a_file_that_becomes_shorter_during_the_upload_ends_it() {
    let mut rig = Rig::new(Settings {
        line_rate: Some(115_200),
        ..Settings::default()
    });
    rig.reach_module().choose_package().start();
    rig.until(Stage::Uploading);
    rig.changed_file = Some(rig.file[..15_000].to_vec());
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::PackageChanged),
    );
    assert!(rig.data.len() <= rig.file.len());
    assert!(!rig.module.in_data_mode());
    never_triggered(&rig);
}

#[test]
fn a_file_that_cannot_be_read_half_way_leaves_the_module_clean() {
    let mut rig = Rig::new(Settings {
        line_rate: Some(115_200),
        ..Settings::default()
    });
    rig.unreadable_from = Some(12_000);
    let verdict = rig.upgrade();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::PackageUnreadable),
    );
    assert!(!rig.module.in_data_mode());
    assert_eq!(rig.module.package(), None);
    never_triggered(&rig);
}

#[test]
fn an_unfit_package_is_refused_before_anything_is_sent() {
    let mut rig = Rig::new(Settings {
        max_package: 1000,
        ..Settings::default()
    });
    rig.reach_module();
    let sent = rig.commands.len();
    for (size, code) in [
        (0, ProblemCode::PackageEmpty),
        (1001, ProblemCode::PackageTooLarge),
    ] {
        rig.file = vec![7; size];
        rig.choose_package().start();
        assert_eq!(
            (rig.stage(), rig.problem()),
            (Stage::Module, Some(code)),
            "{size} bytes"
        );
    }
    assert_eq!(rig.commands.len(), sent);
    rig.file = vec![7; 1000];
    rig.choose_package().start();
    assert_eq!(rig.stage(), Stage::Checking, "1000 bytes fit");
}

#[test]
fn without_a_package_nothing_starts() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_module().start();
    assert_eq!(
        (rig.stage(), rig.problem()),
        (Stage::Module, Some(ProblemCode::NoPackage))
    );
}

#[test]
fn cancel_works_in_every_stage_up_to_the_final_go_and_leaves_nothing_behind() {
    for stage in [
        Stage::Checking,
        Stage::Preparing,
        Stage::Uploading,
        Stage::Comparing,
        Stage::Ready,
    ] {
        let mut rig = Rig::new(Settings {
            line_rate: Some(115_200),
            ..Settings::default()
        });
        rig.reach_module().choose_package().start();
        rig.until(stage);
        rig.choose(Choice::Cancel);
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
        // A command under way when the run was stopped may still have to be answered.
        rig.pass(Duration::from_secs(2));
        assert!(!rig.module.in_data_mode(), "{stage:?}: still in data mode");
        assert_eq!(rig.module.package(), None, "{stage:?}: a package is left");
        never_triggered(&rig);
        // The module is as it was: a second run ends well.
        rig.choose(Choice::Next);
        rig.until(Stage::Module).start();
        assert_verdict(&rig.finish(), Outcome::Upgraded, None);
    }
}

#[test]
fn cancel_in_the_middle_never_sends_more_than_was_announced_x_09() {
    let mut rig = Rig::new(Settings {
        line_rate: Some(115_200),
        ..Settings::default()
    });
    rig.reach_module().choose_package().start();
    rig.until(Stage::Uploading).pass(Duration::from_millis(900));
    rig.choose(Choice::Cancel);
    rig.until(Stage::Done);
    assert!(!rig.data.is_empty() && rig.data.len() < rig.file.len());
    assert_eq!(rig.data, rig.file[..rig.data.len()]);
}

#[test]
fn a_module_that_ignores_the_escape_is_waited_out() {
    let deaf = Fault::EscapeEnd(DataModeEnd::Silent);
    let settings = Settings {
        line_rate: Some(115_200),
        ..Settings::default().with(deaf)
    };
    let mut rig = Rig::new(settings);
    rig.reach_module().choose_package().start();
    rig.until(Stage::Uploading);
    rig.choose(Choice::Cancel);
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
    assert!(!rig.module.in_data_mode());
}

#[test]
fn cancel_after_the_point_of_no_return_is_refused_with_the_reason() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_ready();
    rig.choose(Choice::Go);
    rig.until(Stage::Updating);
    rig.choose(Choice::Cancel);
    assert_eq!(rig.problem(), Some(ProblemCode::PastNoReturn));
    assert_verdict(&rig.finish(), Outcome::Upgraded, None);
}

#[test]
fn a_preset_go_asks_no_more() {
    let mut rig = Rig::new(Settings::default());
    rig.reach_module().choose_package();
    rig.choose(Choice::Start {
        unknown_model: false,
        preset_go: true,
    });
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert!(!rig.stages.iter().any(|(_, stage)| *stage == Stage::Ready));
}

#[test]
fn a_module_that_starts_by_itself_is_followed_x_13() {
    let mut rig = Rig::new(Settings::default().with(Fault::StartsByItself));
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert_eq!(verdict.remarks, [Remark::AutoStarted]);
    never_triggered(&rig);
}

#[test]
fn the_trigger_mode_is_set_before_the_upload_in_every_run_x_12() {
    let mut rig = Rig::new(Settings::default());
    rig.upgrade();
    let place = |line: &str| {
        let found = rig.commands.iter().position(|(_, sent)| sent == line);
        found.unwrap_or_else(|| panic!("{line} was not sent"))
    };
    let upload = place(&format!("AT+QFOTADL=\"COM:\",{},60", rig.file.len()));
    assert!(place("AT+QFOTADL=3,0") < upload && place("AT&D0") < upload);
    assert!(upload < place("AT+QFOTADL=1"));
}

#[test]
fn a_refused_upload_deletes_nothing_least_of_all_during_an_update_n2_174() {
    for number in [590, 591, 592, 594] {
        let settings = Settings::default()
            .with(Fault::StoredPackage { size: 777 })
            .with(answer("+QFOTADL=\"COM:\"*", Reply::Cme(number)));
        let mut rig = Rig::new(settings);
        let verdict = rig.upgrade();
        assert_eq!(verdict.number, Some(u32::from(number)));
        assert_eq!(verdict.remarks, [], "nothing of ours was in the module");
        assert!(
            !rig.commands.iter().any(|(_, line)| line == "AT+QFOTADL=5"),
            "{number}"
        );
        assert!(
            rig.module.package().is_some(),
            "{number}: what it held is still there"
        );
    }
}

#[test]
fn stopping_ends_as_soon_as_the_module_says_that_data_mode_is_over() {
    let mut rig = Rig::new(Settings {
        line_rate: Some(9600),
        ..Settings::default()
    });
    rig.reach_module().choose_package().start();
    rig.until(Stage::Comparing);
    rig.choose(Choice::Cancel);
    let start = rig.now;
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
    assert!(
        rig.now.since(start) < Duration::from_secs(10),
        "{:?}",
        rig.now.since(start)
    );
}
