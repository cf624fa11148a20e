//! A download that goes wrong, by every family and kind of server: the verdict, what is said to be left
//! behind, and that nothing is claimed that was not read.

mod rig;

use deltaport::dfota::{Choice, Input, SourceRequest};
use deltaport::simulator::{Fault, Link, Model, PercentStyle, Reply, Settings};
use deltaport::snapshot::{Outcome, ProblemCode, Remark, Stage, Verdict, Way};
use deltaport::time::Duration;
use rig::{Rig, assert_verdict};

const HTTP: &str = "http://files.test:8080/update.bin";

fn of(model: &str) -> Settings {
    Settings::of(Model::named(model))
}

/// Every family by every kind of server that has codes of its own: model, URL, name of the protocol.
const SERVERS: [(&str, &str, &str); 8] = [
    ("BG95-M3", HTTP, "http"),
    ("BG77", "ftp://ann:pw@files.test:21/update.bin", "ftp"),
    ("BG600L-M3", "coap://files.test:5683/update.bin", "coap"),
    ("EG060K-EA", HTTP, "http"),
    ("EM120K-GL", "ftp://ann:pw@files.test:21/update.bin", "ftp"),
    ("BC660K-GL", HTTP, "http"),
    ("BC26", HTTP, "http"),
    ("BC20-2018", HTTP, "http"),
];

/// The codes of the note's tables, and one that stands in none.
fn codes(model: &str, protocol: &str) -> &'static [u16] {
    match (&model[..2], model, protocol) {
        ("BG", ..) => &[
            701, 702, 703, 704, 705, 706, 707, 708, 709, 710, 711, 713, 99,
        ],
        ("E" | "EG" | "EM", _, "ftp") => &[601, 602],
        ("EG" | "EM", ..) => &[701, 702, 608],
        (_, "BC660K-GL", _) => &[1, 2, 12, 13, 99, 100, 101, 20],
        _ => &[12, 13, 20, 99],
    }
}

fn request(way: Way) -> SourceRequest {
    SourceRequest {
        url: HTTP.to_owned(),
        way,
        request_size: "20480".to_owned(),
        files: Vec::new(),
    }
}

/// Starts a download in this way and goes on to the stage of downloading.
fn downloading(settings: Settings, way: Way) -> Rig {
    let mut rig = Rig::new(settings);
    rig.reach_module().choose_source(request(way)).start();
    rig.until(Stage::Downloading);
    rig
}

fn lines<'a>(rig: &'a Rig, start: &str) -> Vec<&'a str> {
    let sent = rig.sent_lines().into_iter();
    sent.filter(|line| line.starts_with(start)).collect()
}

/// The module was asked for its version after the download command.
#[track_caller]
fn asked_again(rig: &Rig) {
    let sent = rig.sent_lines();
    let fetch = sent.iter().rposition(|line| line.contains("://"));
    let asked = sent
        .iter()
        .rposition(|line| matches!(*line, "AT+QGMR" | "AT+CGMR"));
    assert!(asked > fetch, "{sent:?}");
}

#[track_caller]
fn runs_the_old(verdict: &Verdict, rig: &Rig) {
    assert_eq!(
        verdict.new_version, verdict.old_version,
        "read, not guessed"
    );
    let told = verdict.new_version.as_deref().expect("a version");
    assert!(rig.module.version().starts_with(told), "{told}");
}

/// Proves N1-14, N2-033, N3-15, N4-10, X-08.
#[test]
fn a_download_that_ends_with_any_code_is_no_upgrade_and_keeps_number_and_protocol() {
    for (model, url, protocol) in SERVERS {
        for &code in codes(model, protocol) {
            let mut rig = Rig::new(of(model).with(Fault::DownloadCode { code, percent: 40 }));
            let verdict = rig.upgrade_from(url);
            assert_verdict(
                &verdict,
                Outcome::NotUpgraded,
                Some(ProblemCode::DownloadCode),
            );
            assert_eq!(verdict.number, Some(u32::from(code)), "{model} {url}");
            assert_eq!(verdict.detail.as_deref(), Some(protocol), "{model} {url}");
            runs_the_old(&verdict, &rig);
            asked_again(&rig);
            assert!(!rig.sent_lines().contains(&"AT+QFOTADL=1"), "{model}");
            assert_eq!(rig.module.updates_started(), 0, "{model}");
        }
    }
}

#[test]
fn the_end_of_a_download_is_no_success_whatever_follows_a4_6() {
    for (model, url, _) in SERVERS {
        // HTTPEND 0, and then nothing at all happens.
        let mut rig = Rig::new(of(model).with(Fault::NoReset));
        let verdict = rig.upgrade_from(url);
        assert!(
            matches!(verdict.outcome, Outcome::NotUpgraded | Outcome::CannotTell),
            "{model}: {verdict:#?}"
        );
        asked_again(&rig);
    }
}

#[test]
fn a_download_without_reports_is_followed_to_its_end() {
    for (model, url, _) in SERVERS {
        for faults in [
            &[Fault::NoDownloadStart][..],
            &[Fault::NoDownloadProgress],
            &[Fault::NoDownloadEnd],
            &[
                Fault::NoDownloadStart,
                Fault::NoDownloadProgress,
                Fault::NoDownloadEnd,
            ],
        ] {
            let mut settings = of(model);
            settings.faults.extend_from_slice(faults);
            let mut rig = Rig::new(settings);
            let verdict = rig.upgrade_from(url);
            assert_eq!(
                verdict.outcome,
                Outcome::Upgraded,
                "{model} {faults:?} {verdict:#?}"
            );
        }
    }
}

#[test]
fn twelve_minutes_of_silence_in_a_download_are_no_failure_b_dl_1() {
    for (model, url, _) in SERVERS {
        if model.starts_with('E') {
            // The vendor's own scripts allow 300 s on these networks.
            continue;
        }
        let pause = Duration::from_secs(12 * 60);
        let mut rig = Rig::new(of(model).with(Fault::PauseInDownload { percent: 30, pause }));
        let verdict = rig.upgrade_from(url);
        assert_verdict(&verdict, Outcome::Upgraded, None);
    }
}

#[test]
fn every_spelling_of_the_progress_is_shown_and_never_goes_backwards_a1_7() {
    for model in ["BG95-M3", "BC660K-GL", "BC26", "BC20-2018"] {
        for style in [
            PercentStyle::Sign,
            PercentStyle::Bare,
            PercentStyle::Blank,
            PercentStyle::Parts,
            PercentStyle::BlankParts,
        ] {
            let mut rig = Rig::new(of(model).with(Fault::DownloadSpelling(style)));
            rig.reach_module().choose_url(HTTP).start();
            rig.until_any(&[Stage::Downloading, Stage::Ready]);
            if rig.stage() == Stage::Ready {
                rig.choose(Choice::Go);
                rig.until(Stage::Downloading);
            }
            let mut last = 0;
            let end = rig.now + Duration::from_secs(3600);
            while rig.stage() == Stage::Downloading && rig.step(end) {
                let percent = rig
                    .snapshot()
                    .progress
                    .and_then(|progress| progress.percent);
                assert!(percent.unwrap_or(last) >= last, "{model} {style:?}");
                last = percent.unwrap_or(last);
            }
            assert!(last >= 90, "{model} {style:?}: {last}");
        }
    }
}

/// Silence for good after the command.
fn deaf(model: &str) -> Rig {
    let mut rig = Rig::of(model);
    rig.reach_module().choose_url(HTTP).start();
    rig.until_any(&[Stage::Downloading, Stage::Ready]);
    if rig.stage() == Stage::Ready {
        rig.choose(Choice::Go);
        rig.until(Stage::Downloading);
    }
    rig
}

#[test]
fn total_silence_ends_in_cannot_tell_and_a_later_sign_takes_it_up_again() {
    for model in ["BG95-M3", "EG060K-EA", "BC660K-GL", "BC26"] {
        let mut rig = deaf(model);
        let start = rig.now;
        // The line is dead from here on: nothing goes out, nothing comes in.
        while rig.stage() != Stage::Done {
            rig.now += Duration::from_secs(1);
            rig.input(Input::Tick);
            while let deltaport::session::Poll::Output(_) = rig.session.poll_output() {}
            assert!(
                rig.now.since(start) < Duration::from_secs(3 * 3600),
                "{model}"
            );
        }
        let verdict = rig.verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::CannotTell, Some(ProblemCode::NoLifeSign));
        assert_eq!(verdict.new_version, None, "{model}: nothing was read");
        rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\",\"UPDATING\",40\r\n"));
        assert_eq!(rig.stage(), Stage::Updating, "{model}");
        assert_eq!(rig.verdict(), None, "{model}");
    }
}

#[test]
fn a_module_that_answers_but_tells_nothing_of_its_download_is_not_called_failed() {
    for model in ["EG060K-EA", "BC660K-GL", "BC26", "BC20-2018"] {
        let pause = Duration::from_secs(3 * 3600);
        let mut rig = Rig::new(of(model).with(Fault::PauseInDownload { percent: 30, pause }));
        let verdict = rig.upgrade_from(HTTP);
        assert_verdict(
            &verdict,
            Outcome::CannotTell,
            Some(ProblemCode::DownloadSilent),
        );
        // It comes back to life, and the session with it.
        rig.pass(pause);
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Upgraded, None);
    }
}

#[test]
fn the_ok_of_a_download_says_nothing_b_dl_2() {
    for (model, url, _) in SERVERS {
        let fault = Fault::Answer {
            command: "+QFOTADL=\"*".into(),
            reply: Reply::Ok,
            times: u32::MAX,
        };
        let mut rig = Rig::new(of(model).with(fault));
        let verdict = rig.upgrade_from(url);
        assert_ne!(verdict.outcome, Outcome::Upgraded, "{model}");
        runs_the_old(&verdict, &rig);
    }
}

/// Proves N2-023, N3-10, N3-16, N4-07, N5-07.
#[test]
fn a_refused_command_is_told_with_its_number_and_without_the_password() {
    for (model, url, _) in SERVERS {
        for (reply, code, number) in [
            (Reply::Error, ProblemCode::PlainError, None),
            (Reply::Cme(590), ProblemCode::CmeError, Some(590)),
            (Reply::Cme(254), ProblemCode::CmeError, Some(254)),
        ] {
            let fault = Fault::Answer {
                command: "+QFOTADL=\"*".into(),
                reply,
                times: u32::MAX,
            };
            let mut rig = Rig::new(of(model).with(fault));
            let verdict = rig.upgrade_from(url);
            assert_verdict(&verdict, Outcome::NotUpgraded, Some(code));
            assert_eq!(verdict.number, number, "{model}");
            let detail = verdict.detail.as_deref().unwrap_or_default();
            assert!(
                detail.contains("AT+QFOTADL") && !detail.contains("pw"),
                "{detail}"
            );
            runs_the_old(&verdict, &rig);
            assert!(
                !verdict.remarks.contains(&Remark::PackageLeft),
                "{model}: nothing was brought"
            );
        }
    }
}

/// Proves N4-15, N5-20.
#[test]
fn a_module_that_is_busy_with_another_upgrade_keeps_its_number_and_is_listened_to_a4_4() {
    for model in ["BC26", "BC20-2018"] {
        let fault = Fault::Answer {
            command: "+QFOTADL=\"*".into(),
            reply: Reply::Cme(2),
            times: u32::MAX,
        };
        let mut rig = Rig::new(of(model).with(fault));
        let verdict = rig.upgrade_from(HTTP);
        // It may be about to start by itself: nothing is claimed, and what comes is followed.
        assert_verdict(&verdict, Outcome::CannotTell, Some(ProblemCode::CmeError));
        assert_eq!(verdict.number, Some(2), "{model}");
        let took: u64 = verdict.laps.iter().map(|lap| lap.ms).sum();
        assert!(took >= 20_000, "{model}: only {took} ms for a sign");

        // It is another's upgrade that goes on: it is followed.
        let fault = Fault::Answer {
            command: "+QFOTADL=\"*".into(),
            reply: Reply::Cme(2),
            times: u32::MAX,
        };
        let mut rig = Rig::new(of(model).with(fault));
        rig.reach_module().choose_url(HTTP).start();
        rig.until(Stage::Ready);
        rig.choose(Choice::Go);
        rig.pass(Duration::from_secs(8));
        rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\",\"UPDATING\", 7%\r\n"));
        assert_eq!(rig.stage(), Stage::Updating, "{model}");
    }
}

/// Proves N2-159.
#[test]
fn a_cancelled_download_is_stopped_in_the_module_and_what_came_of_it_is_deleted() {
    for way in [Way::Whole, Way::Segments] {
        let mut rig = downloading(of("BG95-M3"), way);
        rig.pass(Duration::from_secs(20));
        assert!(
            rig.snapshot()
                .actions
                .contains(&deltaport::snapshot::Action::Cancel)
        );
        rig.choose(Choice::Cancel);
        let cancelled = rig.now;
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
        assert_eq!(lines(&rig, "AT+QFOTADL=6").len(), 1, "{way:?}");
        assert_eq!(verdict.remarks, [Remark::PackageDeleted], "{way:?}");
        assert_eq!(rig.module.package(), None, "{way:?}");
        assert!(
            rig.now.since(cancelled) < Duration::from_secs(15),
            "{way:?}"
        );
        runs_the_old(&verdict, &rig);
    }
}

#[test]
fn a_download_that_can_be_resumed_keeps_its_part_and_says_so() {
    let mut rig = downloading(of("BG95-M3"), Way::Resume);
    rig.pass(Duration::from_secs(20));
    rig.choose(Choice::Cancel);
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
    assert_eq!(lines(&rig, "AT+QFOTADL=5"), [""; 0]);
    let left = rig.module.package().is_some_and(|package| package.size > 0);
    assert_eq!(verdict.remarks.contains(&Remark::PackageLeft), left);
}

#[test]
fn reports_do_not_put_off_the_end_of_a_cancelled_download() {
    // The module takes the command and downloads on: it is left within seconds all the same.
    let fault = Fault::Answer {
        command: "+QFOTADL=6".into(),
        reply: Reply::Ok,
        times: u32::MAX,
    };
    let mut rig = downloading(of("BG95-M3").with(fault), Way::Whole);
    rig.pass(Duration::from_secs(10));
    rig.choose(Choice::Cancel);
    let start = rig.now;
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_eq!(verdict.outcome, Outcome::Stopped, "{verdict:#?}");
    assert!(rig.now.since(start) < Duration::from_secs(60));
    // What it holds cannot be deleted while it downloads: that is said.
    assert_eq!(verdict.remarks, [Remark::PackageLeft]);
}

#[test]
fn the_answer_to_the_cancelling_is_awaited_even_if_the_end_comes_first() {
    let mut rig = downloading(of("BG95-M3"), Way::Whole);
    rig.pass(Duration::from_secs(10));
    rig.choose(Choice::Cancel);
    rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\",\"HTTPEND\",709\r\n"));
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Stopped, Some(ProblemCode::Cancelled));
    let sent = &rig.commands;
    let cancel = sent.iter().position(|(_, line)| line == "AT+QFOTADL=6");
    let cancel = cancel.expect("it was cancelled");
    assert!(
        sent[cancel + 1].0 > sent[cancel].0,
        "its OK would be taken for that of AT"
    );
    // The simulated module was still about to end it.
    assert_eq!(verdict.remarks, [Remark::PackageLeft]);
    runs_the_old(&verdict, &rig);
}

#[test]
fn a_download_cannot_be_cancelled_where_the_module_goes_all_the_way_by_itself() {
    for model in ["EG060K-EA", "BC660K-GL", "BC26", "BC20-2018"] {
        let mut rig = deaf(model);
        assert!(rig.snapshot().no_return, "{model}");
        let sent = rig.commands.len();
        rig.choose(Choice::Cancel);
        assert_eq!(rig.problem(), Some(ProblemCode::PastNoReturn), "{model}");
        assert_eq!(rig.commands.len(), sent, "{model}: something was sent");
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Upgraded, None);
    }
}

/// Proves N2-162.
#[test]
fn a_segment_that_brings_nothing_ends_the_download() {
    let mut settings = of("BG95-M3");
    settings.faults.push(Fault::Answer {
        command: "+QFOTADL?".into(),
        reply: Reply::Text("+QFOTADL: 3,20480".into()),
        times: u32::MAX,
    });
    let mut rig = Rig::new(settings);
    rig.reach_module()
        .choose_source(request(Way::Segments))
        .start();
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::SegmentStuck),
    );
    assert_eq!(
        lines(&rig, "AT+QFOTADL=\"http").len(),
        2,
        "the second brought nothing"
    );
    assert_eq!(verdict.remarks, [Remark::PackageDeleted]);
    assert_eq!(rig.module.package(), None);
    runs_the_old(&verdict, &rig);
}

#[test]
fn a_package_in_segments_is_the_same_package_to_the_byte() {
    let package = deltaport::simulator::sample_package(rig::OLD, rig::NEW, 50_001);
    let settings = of("BG95-M3").serving("/update.bin", package.clone());
    for size in ["2048", "20480", "49152", "51200"] {
        let mut rig = Rig::new(settings.clone());
        rig.reach_module().choose_source(SourceRequest {
            request_size: size.to_owned(),
            ..request(Way::Segments)
        });
        rig.start();
        rig.until(Stage::Ready);
        let stored = rig.module.package().expect("a package");
        assert_eq!(stored.size, 50_001, "{size}");
        assert_eq!(
            stored.checksum,
            deltaport::at::Checksum::of(&package),
            "{size}"
        );
        assert!(stored.complete, "{size}");
    }
}

#[test]
fn a_module_that_starts_by_itself_after_the_last_segment_is_followed_x_13() {
    for link in [Link::Uart, Link::Usb] {
        for way in [Way::Whole, Way::Segments, Way::Resume] {
            // It takes `=3,0`, says that it is so, and starts all the same.
            let mut settings = of("BG95-M3");
            settings.link = link;
            for (command, reply) in [
                ("+QFOTADL=3,0", Reply::Ok),
                ("+QFOTADL=3", Reply::Text("+QFOTADL: 3,0".into())),
            ] {
                settings.faults.push(Fault::Answer {
                    command: command.into(),
                    reply,
                    times: u32::MAX,
                });
            }
            settings.automatic = true;
            let mut rig = Rig::new(settings);
            rig.reach_module().choose_source(request(way)).start();
            let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
            assert_eq!(
                verdict.outcome,
                Outcome::Upgraded,
                "{link:?} {way:?} {verdict:#?}\n{}",
                rig.session.journal()
            );
            assert!(
                lines(&rig, "AT+QFOTADL=1")
                    .iter()
                    .all(|line| *line != "AT+QFOTADL=1")
            );
        }
    }
}

#[test]
fn a_module_that_starts_by_itself_over_usb_without_a_word_is_not_called_failed() {
    let mut settings = of("BG95-M3")
        .with(Fault::NoResetting)
        .with(Fault::NoDownloadEnd);
    settings.link = Link::Usb;
    settings.automatic = true;
    for (command, reply) in [
        ("+QFOTADL=3,0", Reply::Ok),
        ("+QFOTADL=3", Reply::Text("+QFOTADL: 3,0".into())),
    ] {
        settings.faults.push(Fault::Answer {
            command: command.into(),
            reply,
            times: u32::MAX,
        });
    }
    let mut rig = downloading(settings, Way::Whole);
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_eq!(verdict.outcome, Outcome::Upgraded, "{verdict:#?}");
}

#[test]
fn a_cable_pulled_during_a_download_is_told() {
    for (link, outcome) in [
        (Link::Uart, Outcome::NotUpgraded),
        (Link::Usb, Outcome::NotUpgraded),
    ] {
        let mut settings = of("BG95-M3");
        settings.link = link;
        let mut rig = downloading(settings, Way::Whole);
        rig.pass(Duration::from_secs(10));
        rig.unplug();
        rig.pass(Duration::from_secs(30));
        rig.plug();
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_eq!(verdict.outcome, outcome, "{link:?} {verdict:#?}");
        assert!(verdict.remarks.contains(&Remark::PackageLeft), "{link:?}");
        assert!(!verdict.remarks.contains(&Remark::AutoStarted), "{link:?}");
    }
}

/// Proves N2-093, N2-134.
#[test]
fn a_resumable_download_goes_on_where_a_restart_cut_it_n2_134() {
    for state_style in [None, Some(Fault::StateWithoutBlank)] {
        let mut settings = of("BG95-M3").with(Fault::ResetInDownload { percent: 15 });
        settings.faults.extend(state_style);
        let mut rig = Rig::new(settings);
        rig.reach_module()
            .choose_source(request(Way::Resume))
            .start();
        rig.until(Stage::Ready);
        let sent = rig.sent_lines();
        let fetches: Vec<usize> = (0..sent.len())
            .filter(|&n| sent[n].starts_with("AT+QFOTADL=13,"))
            .collect();
        let [first, second] = fetches[..] else {
            panic!("{sent:?}")
        };
        assert_eq!(sent[first], sent[second], "the same command again");
        // The trigger mode is forgotten by the restart (A3-11).
        assert!(sent[first..second].contains(&"AT+QFOTADL=3,0"), "{sent:?}");
        rig.choose(Choice::Go);
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Upgraded, None);
    }
}

#[test]
fn a_module_that_restarts_again_and_again_is_not_resumed_for_ever() {
    let mut settings = of("BG95-M3");
    for percent in [10, 20, 30, 40, 50, 60, 70] {
        settings.faults.push(Fault::ResetInDownload { percent });
    }
    let mut rig = Rig::new(settings);
    rig.reach_module()
        .choose_source(request(Way::Resume))
        .start();
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::ModuleReset),
    );
    assert_eq!(lines(&rig, "AT+QFOTADL=13,").len(), 6);
    assert_eq!(verdict.remarks, [Remark::PackageLeft]);
}

#[test]
fn a_restart_loses_a_download_that_cannot_be_resumed() {
    for model in ["BG95-M3", "EG060K-EA", "BC660K-GL", "BC26", "BC20-2018"] {
        let mut settings = of(model).with(Fault::ResetInDownload { percent: 15 });
        // The module's own USB shows no RDY.
        settings.link = Link::Uart;
        let mut rig = Rig::new(settings);
        let verdict = rig.upgrade_from(HTTP);
        assert_verdict(
            &verdict,
            Outcome::NotUpgraded,
            Some(ProblemCode::ModuleReset),
        );
        runs_the_old(&verdict, &rig);
        rig.pass(Duration::from_secs(3600));
        let verdict = rig.verdict().expect("it stays");
        assert_eq!(verdict.outcome, Outcome::NotUpgraded, "{model}");
    }
}

/// Proves N2-080, N2-081.
#[test]
fn a_silent_download_is_asked_for_its_state_and_goes_on_if_it_says_so_a3_12() {
    for blank in [None, Some(Fault::StateWithoutBlank)] {
        let pause = Duration::from_secs(40 * 60);
        let mut settings = of("BG95-M3").with(Fault::PauseInDownload { percent: 40, pause });
        settings.faults.extend(blank);
        let mut rig = Rig::new(settings);
        let verdict = rig.upgrade_from(HTTP);
        assert_verdict(&verdict, Outcome::Upgraded, None);
        assert!(
            lines(&rig, "AT+QFOTADL?").len() >= 3,
            "{:?}",
            rig.sent_lines()
        );
    }
}

#[test]
fn a_download_that_stopped_without_a_word_is_found_out() {
    let settings = of("BG95-M3")
        .with(Fault::DownloadCode {
            code: 704,
            percent: 40,
        })
        .with(Fault::NoDownloadEnd);
    let mut rig = Rig::new(settings);
    let verdict = rig.upgrade_from(HTTP);
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::DownloadSilent),
    );
    assert_eq!(verdict.remarks, [Remark::PackageDeleted]);
    runs_the_old(&verdict, &rig);
}

/// Proves N2-174.
#[test]
fn a_module_that_says_591_is_listened_to_and_not_touched() {
    let fault = Fault::Answer {
        command: "+QFOTADL=\"http*".into(),
        reply: Reply::Cme(591),
        times: u32::MAX,
    };
    let mut rig = Rig::new(of("BG95-M3").with(fault));
    let verdict = rig.upgrade_from(HTTP);
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::CmeError));
    assert_eq!(verdict.number, Some(591));
    assert_eq!(lines(&rig, "AT+QFOTADL=5"), [""; 0], "not ours to delete");
    assert_eq!(lines(&rig, "AT+QFOTADL=6"), [""; 0], "not ours to cancel");
}

#[test]
fn an_empty_download_is_not_started() {
    let settings = of("BG95-M3").with(Fault::Answer {
        command: "+QFOTADL=4".into(),
        reply: Reply::Text("+QFOTADL: 4,0".into()),
        times: u32::MAX,
    });
    let mut rig = Rig::new(settings);
    let verdict = rig.upgrade_from(HTTP);
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::StoredSizeMismatch),
    );
    assert!(!rig.sent_lines().contains(&"AT+QFOTADL=1"));
}

#[test]
fn what_the_module_held_before_is_not_deleted_by_a_download_that_brought_nothing() {
    let settings = of("BG95-M3").with(Fault::StoredPackage { size: 4096 });
    let mut rig = Rig::new(settings);
    let verdict = rig.upgrade_from("http://refused.test:8080/update.bin");
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::DownloadCode),
    );
    assert_eq!(lines(&rig, "AT+QFOTADL=5"), [""; 0]);
}

/// A package that lay there before is not taken for the one that was to be fetched.
#[test]
fn a_package_from_before_is_never_started_in_place_of_a_download_that_nobody_heard_of() {
    let fault = |command: &str, says: Reply| Fault::Answer {
        command: command.into(),
        reply: says,
        times: u32::MAX,
    };
    let settings = of("BG95-M3")
        .with(Fault::StoredPackage { size: 5000 })
        .with(fault("+QFOTADL=\"*", Reply::Ok))
        .with(fault("+QFOTADL?", Reply::Text("+QFOTADL: 2".into())));
    let mut rig = Rig::new(settings);
    rig.reach_module().choose_url(HTTP);
    rig.choose(Choice::Start {
        unknown_model: false,
        preset_go: true,
    });
    let verdict = rig.finish();
    assert_verdict(
        &verdict,
        Outcome::NotUpgraded,
        Some(ProblemCode::DownloadSilent),
    );
    assert_eq!(rig.module.updates_started(), 0);
}

#[test]
fn an_eg06xk_that_lingers_after_its_download_is_not_called_not_upgraded() {
    let mut rig = Rig::new(of("EG060K-EA").with(Fault::NoDownloadEnd));
    rig.reach_module().choose_url(HTTP).start();
    rig.until(Stage::Ready);
    rig.choose(Choice::Go);
    rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\",\"HTTPEND\"\r\n"));
    rig.pass(Duration::from_secs(200));
    assert_ne!(
        rig.verdict().map(|verdict| verdict.outcome),
        Some(Outcome::NotUpgraded)
    );
}
