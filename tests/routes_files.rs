//! Packages that are files of the module: sent there, copied from there, started from there, and what goes
//! wrong with them.

mod rig;

use deltaport::dfota::{Choice, Input, SourceRequest};
use deltaport::simulator::{DataModeEnd, Fault, Link, Model, Reply, Settings, sample_package};
use deltaport::snapshot::{Outcome, ProblemCode, Remark, Stage, Verdict};
use deltaport::time::Duration;
use rig::{NEW, OLD, Rig, assert_verdict};

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

/// A BG95 that holds a package in `parts` files, and their names.
fn parts(parts: usize) -> (Settings, Vec<String>) {
    let package = sample_package(OLD, NEW, 20_000);
    let mut settings = of("BG95-M3");
    let mut names = Vec::new();
    for (n, part) in package.chunks(package.len().div_ceil(parts)).enumerate() {
        let name = format!("UFS:part{n}.bin");
        settings = settings.holding(&name, part.to_vec());
        names.push(name);
    }
    (settings, names)
}

fn copying(settings: Settings, files: &[String]) -> Rig {
    let mut rig = Rig::new(settings);
    rig.reach_module().choose_source(SourceRequest {
        files: files.to_vec(),
        ..SourceRequest::default()
    });
    assert_eq!(rig.problem(), None);
    rig.start();
    rig
}

/// An EG06xK with a file to send to it.
fn sending(settings: Settings) -> Rig {
    let mut rig = Rig::new(settings.clone());
    rig.file = sample_package(&settings.version, "EG06NEXT_1", 20_000);
    rig
}

#[track_caller]
fn never_started(rig: &Rig, verdict: &Verdict) {
    assert_ne!(verdict.outcome, Outcome::Upgraded);
    assert_eq!(rig.module.updates_started(), 0);
    let sent = rig.sent_lines();
    let started = |line: &&str| *line == "AT+QFOTADL=1" || line.starts_with("AT+QFOTADL=\"/");
    assert_eq!(sent.into_iter().find(started), None);
}

/// Proves N2-176.
#[test]
fn a_file_that_is_not_there_is_told_by_its_name_and_number() {
    let (settings, mut names) = parts(3);
    for missing in 0..3 {
        let mut names = names.clone();
        names[missing] = "UFS:gone.bin".into();
        let mut rig = copying(settings.clone(), &names);
        let verdict = rig.finish();
        assert_verdict(
            &verdict,
            Outcome::NotUpgraded,
            Some(ProblemCode::CopyRefused),
        );
        assert_eq!(verdict.number, Some(593), "{missing}");
        assert_eq!(verdict.detail.as_deref(), Some("UFS:gone.bin"), "{missing}");
        assert_eq!(verdict.new_version, verdict.old_version);
        // Half a package is not left behind.
        let expected: &[Remark] = if missing == 0 {
            &[]
        } else {
            &[Remark::PackageDeleted]
        };
        assert_eq!(verdict.remarks, expected, "{missing}");
        assert_eq!(rig.module.package(), None, "{missing}");
        never_started(&rig, &verdict);
    }
    // What it held before is not deleted if nothing was copied over it.
    names[0] = "UFS:gone.bin".into();
    let mut rig = copying(settings.with(Fault::StoredPackage { size: 4096 }), &names);
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::CopyRefused),
    );
    assert!(
        rig.module
            .package()
            .is_some_and(|package| package.size == 4096)
    );
}

#[test]
fn a_part_that_is_refused_ends_the_copy() {
    for (reply, number) in [
        (Reply::Error, None),
        (Reply::Cme(594), Some(594)),
        (Reply::Cme(590), Some(590)),
    ] {
        let (settings, names) = parts(4);
        let fault = answer("+QFOTADL=\"UFS:part2.bin\"*", reply);
        let mut rig = copying(settings.with(fault), &names);
        let verdict = rig.finish();
        assert_verdict(
            &verdict,
            Outcome::NotUpgraded,
            Some(ProblemCode::CopyRefused),
        );
        assert_eq!(verdict.number, number);
        assert_eq!(verdict.detail.as_deref(), Some("UFS:part2.bin"));
        assert_eq!(verdict.remarks, [Remark::PackageDeleted]);
        let copied: Vec<_> = rig
            .sent_lines()
            .into_iter()
            .filter(|line| line.contains("UFS:"))
            .collect();
        assert_eq!(
            copied.len(),
            3,
            "nothing after the part that was refused: {copied:?}"
        );
        never_started(&rig, &verdict);
    }
}

/// Proves N2-103, N2-105.
#[test]
fn parts_are_copied_in_the_order_given_and_overwrite_what_was_there() {
    let (settings, mut names) = parts(3);
    names.rotate_left(1);
    let mut rig = copying(settings.with(Fault::StoredPackage { size: 77 }), &names);
    rig.until(Stage::Ready);
    let sent = rig.sent_lines();
    let copied: Vec<&str> = sent
        .into_iter()
        .filter(|line| line.contains("UFS:"))
        .collect();
    let expected: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(n, name)| format!("AT+QFOTADL=\"{name}\",{n}"))
        .collect();
    assert_eq!(copied, expected);
    assert!(
        rig.module
            .package()
            .is_some_and(|package| package.size == 20_000)
    );
}

#[test]
fn a_copy_that_is_stopped_says_what_is_left() {
    let (settings, names) = parts(2);
    let mut rig = copying(settings, &names);
    rig.until(Stage::Copying);
    rig.choose(Choice::Cancel);
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
    assert_eq!(verdict.remarks, [Remark::PackageDeleted]);
    assert_eq!(rig.module.package(), None);
    let sent = &rig.commands;
    let copy = sent
        .iter()
        .position(|(_, line)| line.contains("UFS:"))
        .expect("a copy");
    assert!(
        sent[copy + 1].0 > sent[copy].0,
        "its answer would be taken for another's"
    );
    assert_eq!(verdict.new_version, verdict.old_version);
    never_started(&rig, &verdict);
}

#[test]
fn a_copy_that_is_never_answered_ends_and_says_that_something_may_be_left() {
    let (settings, names) = parts(2);
    let fault = answer("+QFOTADL=\"UFS:part0.bin\"*", Reply::Nothing);
    let mut rig = copying(
        settings.with(fault).with(Fault::StoredPackage { size: 77 }),
        &names,
    );
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::CopyRefused),
    );
    assert_eq!(verdict.remarks, [Remark::PackageDeleted]);
    never_started(&rig, &verdict);
}

#[test]
fn an_update_that_starts_by_itself_after_the_last_part_is_followed_a3_10() {
    for link in [Link::Uart, Link::Usb] {
        let (mut settings, names) = parts(2);
        settings.link = link;
        let mut rig = copying(settings, &names);
        rig.until(Stage::Ready);
        match link {
            Link::Uart => rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\",\"RESETTING\"\r\n")),
            // Over USB it only goes away.
            Link::Usb => rig.unplug(),
        }
        rig.until_any(&[Stage::Resetting, Stage::Updating]);
        if link == Link::Usb {
            rig.pass(Duration::from_secs(40));
            rig.plug();
        }
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_eq!(
            verdict.outcome,
            Outcome::NotUpgraded,
            "{link:?}: nothing had changed"
        );
        assert_eq!(verdict.new_version, verdict.old_version);
    }
}

#[test]
fn a_cable_pulled_in_a_copy_is_told_with_what_is_left() {
    for link in [Link::Uart, Link::Usb] {
        let (mut settings, names) = parts(2);
        settings.link = link;
        let mut rig = copying(settings, &names);
        rig.until(Stage::Copying);
        rig.unplug();
        rig.pass(Duration::from_secs(20));
        rig.plug();
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::PortLost));
        assert_eq!(verdict.remarks, [Remark::PackageLeft], "{link:?}");
    }
}

#[test]
fn file_names_that_could_become_a_command_are_refused() {
    for files in [
        &["UFS:a\"b.bin"][..],
        &["UFS:a\r\nAT+QFOTADL=1"],
        &["a.bin"],
        &["UFS:"],
        &["SD:a.bin"],
        &["UFS:a.bin", "UFS:a.bin"],
        &["UFS:a.bin", ""],
    ] {
        let mut rig = Rig::of("BG95-M3");
        rig.reach_module();
        let sent = rig.commands.len();
        rig.choose_source(SourceRequest {
            files: files.iter().map(|name| (*name).to_owned()).collect(),
            ..SourceRequest::default()
        });
        assert_eq!(rig.problem(), Some(ProblemCode::SourceRefused), "{files:?}");
        rig.start();
        assert_eq!(rig.stage(), Stage::Module);
        rig.pass(Duration::from_secs(5));
        assert_eq!(rig.commands.len(), sent, "{files:?}");
    }
}

#[test]
fn a_file_that_does_not_arrive_whole_is_never_started() {
    for (faults, code, remarks) in [
        (
            vec![Fault::LoseBytes { at: 3000, count: 7 }],
            ProblemCode::WriteStalled,
            &[Remark::PackageDeleted][..],
        ),
        (
            vec![Fault::CorruptByte { at: 3000 }],
            ProblemCode::ChecksumMismatch,
            &[Remark::PackageDeleted],
        ),
        (
            vec![Fault::ReportChecksum { xor: 1 }],
            ProblemCode::ChecksumMismatch,
            &[Remark::PackageDeleted],
        ),
        (
            vec![Fault::ReportSize { by: -1 }],
            ProblemCode::SizeMismatch,
            &[Remark::PackageDeleted],
        ),
        (
            vec![Fault::LoseAck { nth: 5 }],
            ProblemCode::WriteStalled,
            &[Remark::PackageDeleted],
        ),
        (
            vec![Fault::NoResult],
            ProblemCode::ResultMissing,
            &[Remark::PackageDeleted],
        ),
        (
            vec![Fault::LeaveDataMode {
                at: 4096,
                with: DataModeEnd::Cme(407),
            }],
            ProblemCode::CmeError,
            &[Remark::PackageDeleted],
        ),
        (vec![Fault::NoConnect], ProblemCode::ConnectTimeout, &[]),
    ] {
        let label = format!("{faults:?}");
        let mut settings = of("EG060K-EA");
        settings.faults.extend(faults);
        let mut rig = sending(settings);
        let verdict = rig.upgrade();
        assert_eq!(
            (verdict.outcome, verdict.code),
            (Outcome::NotUpgraded, Some(code)),
            "{label} {verdict:#?}"
        );
        assert_eq!(verdict.remarks, remarks, "{label}");
        assert!(rig.data.len() <= rig.file.len(), "{label}");
        never_started(&rig, &verdict);
    }
}

#[test]
fn a_chatty_module_does_not_keep_a_stalled_upload_alive() {
    let mut rig = sending(of("EG060K-EA").with(Fault::LoseAck { nth: 5 }));
    rig.reach_module().choose_package().start();
    rig.until(Stage::Uploading);
    let start = rig.now;
    while rig.stage() == Stage::Uploading {
        rig.pass(Duration::from_secs(10));
        if rig.stage() == Stage::Uploading {
            rig.input(Input::Bytes(b"\r\n+CSQ: 20,99\r\n"));
        }
        assert!(
            rig.now.since(start) < Duration::from_secs(300),
            "it never ends"
        );
    }
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::WriteStalled),
    );
}

#[test]
fn a_restart_or_a_lost_port_in_the_sending_of_a_file_is_told() {
    for link in [Link::Uart, Link::Usb] {
        let mut settings = of("EG060K-EA").with(Fault::ResetInUpload { at: 5000 });
        settings.link = link;
        let mut rig = sending(settings);
        let verdict = rig.upgrade();
        let code = match link {
            Link::Uart => ProblemCode::ModuleReset,
            Link::Usb => ProblemCode::PortLost,
        };
        assert_verdict(&verdict, Outcome::NotUpgraded, Some(code));
        never_started(&rig, &verdict);
        let back = Some(Duration::from_secs(5));
        for back in [back, None] {
            let mut rig = sending(of("EG060K-EA").with(Fault::UnplugInUpload { at: 5000, back }));
            let verdict = rig.upgrade();
            assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::PortLost));
            assert_eq!(verdict.remarks, [Remark::PackageLeft]);
            never_started(&rig, &verdict);
        }
    }
}

#[test]
fn the_sending_of_a_file_can_be_stopped_at_any_time() {
    for acknowledged in [0u64, 1, 5, 18, 19] {
        let mut settings = of("EG060K-EA");
        settings.line_rate = Some(115_200);
        let mut rig = sending(settings);
        rig.reach_module().choose_package().start();
        rig.until(Stage::Uploading);
        let end = rig.now + Duration::from_secs(60);
        while rig.data.len() as u64 <= acknowledged * 1024 && rig.stage() == Stage::Uploading {
            assert!(rig.step(end));
        }
        rig.choose(Choice::Cancel);
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
        assert_eq!(verdict.remarks, [Remark::PackageDeleted], "{acknowledged}");
        assert_eq!(verdict.new_version, verdict.old_version);
        assert!(rig.data.len() <= rig.file.len());
        never_started(&rig, &verdict);
        // And the next try works.
        rig.choose(Choice::Next);
        rig.until(Stage::Module);
        rig.data.clear();
        rig.start();
        assert_verdict(&rig.finish(), Outcome::Upgraded, None);
    }
}

#[test]
fn a_left_over_of_the_same_name_is_replaced() {
    let settings = of("EG060K-EA").holding("UFS:dfota_update.bin", vec![7; 3000]);
    let mut rig = sending(settings);
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert_eq!(rig.data, rig.file);
    // One that cannot be deleted is no ground for a lie.
    let settings = of("EG060K-EA")
        .holding("UFS:dfota_update.bin", vec![7; 3000])
        .with(answer("+QFDEL=*", Reply::Error));
    let mut rig = sending(settings);
    let verdict = rig.upgrade();
    assert_eq!(verdict.outcome, Outcome::NotUpgraded, "{verdict:#?}");
    never_started(&rig, &verdict);
}

#[test]
fn a_file_that_the_module_counts_otherwise_after_the_go_is_not_started() {
    let mut settings = of("EG060K-EA");
    // It is there after the upload, and gone after the go.
    settings.faults.push(Fault::Answer {
        command: "+QFLST=*".into(),
        reply: Reply::Text("+QFLST: \"UFS:dfota_update.bin\",20000".into()),
        times: 1,
    });
    settings.faults.push(answer("+QFLST=*", Reply::Error));
    let mut rig = sending(settings);
    rig.reach_module().choose_package().start();
    rig.until(Stage::Ready);
    rig.choose(Choice::Go);
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_eq!(verdict.outcome, Outcome::NotUpgraded);
    never_started(&rig, &verdict);
}

#[test]
fn a_file_of_another_size_than_was_sent_is_not_started() {
    let text = "+QFLST: \"UFS:dfota_update.bin\",19999";
    let fault = answer("+QFLST=*", Reply::Text(text.into()));
    let mut rig = sending(of("EG060K-EA").with(fault));
    let verdict = rig.upgrade();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::StoredSizeMismatch),
    );
    assert_eq!(verdict.detail.as_deref(), Some("19999"));
    never_started(&rig, &verdict);
}

#[test]
fn a_path_that_the_module_does_not_have_is_refused_by_it_and_told() {
    let mut rig = Rig::of("EG060K-EA");
    rig.reach_module().choose_source(SourceRequest {
        files: vec!["/usrdata/cache/ufs/gone.bin".into()],
        ..SourceRequest::default()
    });
    rig.start();
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::PlainError),
    );
    assert_eq!(verdict.new_version, verdict.old_version);
    assert_eq!(verdict.remarks, [], "nothing of ours is in it");
}

/// Proves N3-06.
#[test]
fn a_file_for_another_version_is_505_and_the_module_runs_on() {
    let mut rig = Rig::of("EG060K-EA");
    rig.file = sample_package("EG060KEAAAR01A01M2G_01.001.01.001", "X_1", 5000);
    let verdict = rig.upgrade();
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::EndCode));
    assert_eq!(verdict.number, Some(505));
    assert_eq!(verdict.new_version, verdict.old_version);
}

#[test]
fn a_package_that_is_downloaded_into_a_file_and_cannot_be_copied_is_told() {
    let fault = answer("+QFOTADL=\"EUFS:deltaport.zip\"*", Reply::Cme(593));
    let mut rig = Rig::new(of("BG95-M3").with(fault));
    rig.reach_module().choose_source(SourceRequest {
        url: "http://files.test:8080/update.bin".into(),
        way: deltaport::snapshot::Way::ToFile,
        ..SourceRequest::default()
    });
    rig.start();
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::CopyRefused),
    );
    assert_eq!(verdict.number, Some(593));
    never_started(&rig, &verdict);
}
