//! The update after a download or from a file, by family: restarts, ports that go away, ends that come
//! early, late, wrongly or not at all, and what a session finds running.

mod rig;

use deltaport::dfota::{Choice, Input};
use deltaport::simulator::{Fault, LineEnds, Link, Lwm2mMode, Model, Reply, Settings};
use deltaport::snapshot::{Outcome, ProblemCode, Remark, Stage, Verdict};
use deltaport::time::Duration;
use rig::{Rig, assert_verdict};

const HTTP: &str = "http://files.test:8080/update.bin";
const BC: [&str; 3] = ["BC660K-GL", "BC26", "BC20-2018"];
const MODELS: [&str; 5] = ["BG95-M3", "EG060K-EA", "BC660K-GL", "BC26", "BC20-2018"];

fn of(model: &str) -> Settings {
    Settings::of(Model::named(model))
}

fn run(settings: Settings) -> (Verdict, Rig) {
    let mut rig = Rig::new(settings);
    let verdict = rig.upgrade_from(HTTP);
    (verdict, rig)
}

#[track_caller]
fn upgraded(settings: Settings) -> (Vec<Remark>, Rig) {
    let (verdict, rig) = run(settings);
    assert_verdict(&verdict, Outcome::Upgraded, None);
    let told = verdict.new_version.expect("a version");
    assert!(rig.module.version().starts_with(&told));
    assert_ne!(Some(&told), verdict.old_version.as_ref());
    (verdict.remarks, rig)
}

fn answer(command: &str, reply: Reply) -> Fault {
    Fault::Answer {
        command: command.into(),
        reply,
        times: u32::MAX,
    }
}

/// Proves N1-20, N3-08, N4-04, N5-04, X-08.
#[test]
fn an_update_that_ends_with_any_code_is_no_upgrade_and_keeps_its_number() {
    for (model, codes) in [
        (
            "BG95-M3",
            &[504u16, 505, 506, 507, 508, 509, 510, 511, 512, 4711][..],
        ),
        ("EG060K-EA", &[504, 505, 510, 511, 520, 530, 540, 546, 519]),
        ("BC660K-GL", &[255, 1, 254]),
        ("BC26", &[1, 2, 254, 255, 7]),
        ("BC20-2018", &[1, 2, 254, 255, 7]),
    ] {
        for &code in codes {
            for percent in [0, 47] {
                let (verdict, rig) = run(of(model).with(Fault::EndCode { code, percent }));
                assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::EndCode));
                assert_eq!(verdict.number, Some(u32::from(code)), "{model}");
                assert_eq!(verdict.new_version, verdict.old_version, "{model}");
                assert!(verdict.new_version.is_some(), "{model}: read, not guessed");
                assert_eq!(
                    rig.module.updates_ended().min(1),
                    rig.module.updates_started().min(1)
                );
            }
        }
    }
}

#[test]
fn an_end_without_another_version_is_no_success_x_20() {
    for model in MODELS {
        let (verdict, _) = run(of(model).with(Fault::OldVersion));
        assert_ne!(verdict.outcome, Outcome::Upgraded, "{model}");
        assert_eq!(verdict.code, Some(ProblemCode::VersionUnchanged), "{model}");
    }
}

#[test]
fn a_missing_end_with_another_version_is_success_with_a_remark_x_21() {
    for model in MODELS {
        let (remarks, _) = upgraded(of(model).with(Fault::NoEnd));
        assert!(remarks.contains(&Remark::EndMissing), "{model} {remarks:?}");
    }
    // Not even a word in between.
    for model in MODELS {
        let faults = [
            Fault::NoStart,
            Fault::NoProgress,
            Fault::NoEnd,
            Fault::NoResetting,
        ];
        let mut settings = of(model);
        settings.faults.extend(faults);
        let (remarks, _) = upgraded(settings);
        assert!(remarks.contains(&Remark::EndMissing), "{model} {remarks:?}");
    }
}

/// Proves N1-20, N1-24.
#[test]
fn an_end_before_and_after_the_restart_is_the_same_end_a2_1() {
    for model in MODELS {
        for fault in [Fault::EndBeforeRestart, Fault::EndAfterRestart] {
            let (remarks, _) = upgraded(of(model).with(fault.clone()));
            assert_eq!(
                remarks.iter().find(|remark| **remark == Remark::EndMissing),
                None,
                "{model} {fault:?}"
            );
        }
    }
}

/// Proves N1-21, N4-11, N5-12.
#[test]
fn a_power_cut_in_the_update_is_no_failure() {
    for model in MODELS {
        for percent in [1, 42, 99] {
            let back = Duration::from_secs(8);
            let (_, rig) = upgraded(of(model).with(Fault::PowerCut { percent, back }));
            let starts = rig.sent_lines();
            let fetches = starts.iter().filter(|line| line.contains("://")).count();
            assert_eq!(fetches, 1, "{model}: nothing is sent a second time");
        }
    }
}

/// Proves N1-21, N4-11, N5-12.
#[test]
fn a_forced_upgrade_is_recognised_on_connect_without_a_command_x_26() {
    for model in ["BG95-M3", "BC660K-GL", "BC26", "BC20-2018"] {
        for aloud in [None, Some(Fault::ContinuesAloud)] {
            let mut settings = of(model).with(Fault::UpdateRunning { percent: 40 });
            if model != "BG95-M3" {
                // Behind its bridge it reports at the rate that was set before.
                settings.baud_rate = 115_200;
            }
            settings.faults.extend(aloud);
            let mut rig = Rig::new(settings);
            rig.connect().until_any(&[Stage::Updating, Stage::Module]);
            assert_eq!(rig.stage(), Stage::Updating, "{model}");
            assert_eq!(
                rig.commands,
                [],
                "{model}: nothing is sent to a module that updates"
            );
            let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
            // What ran before is not known: nothing is claimed.
            assert_verdict(
                &verdict,
                Outcome::CannotTell,
                Some(ProblemCode::OldVersionUnknown),
            );
            assert!(verdict.remarks.contains(&Remark::Continued), "{model}");
            assert_eq!(verdict.old_version, None, "{model}");
            assert!(verdict.new_version.is_some(), "{model}");
        }
    }
}

#[test]
fn an_update_of_somebody_else_on_an_idle_module_is_followed_with_its_old_version_known() {
    for model in MODELS {
        let mut rig = Rig::of(model);
        rig.reach_module();
        let sent = rig.commands.len();
        rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\",\"UPDATING\", 7%\r\n"));
        assert_eq!(rig.stage(), Stage::Updating, "{model}");
        rig.pass(Duration::from_secs(5));
        assert_eq!(rig.commands.len(), sent, "{model}");
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_ne!(
            verdict.outcome,
            Outcome::Upgraded,
            "{model}: nothing happened"
        );
        assert!(verdict.old_version.is_some(), "{model}");
    }
}

#[test]
fn an_end_on_an_idle_module_is_foreign_and_shown_x_23() {
    for model in MODELS {
        for end in ["+QIND: \"FOTA\",\"END\",0", "+QIND: \"FOTA\",\"END\",511"] {
            let mut rig = Rig::of(model);
            rig.reach_module();
            let sent = rig.commands.len();
            rig.input(Input::Bytes(format!("\r\n{end}\r\n").as_bytes()));
            rig.pass(Duration::from_secs(60));
            assert_eq!(
                (rig.stage(), rig.verdict()),
                (Stage::Module, None),
                "{model}"
            );
            assert_eq!(rig.commands.len(), sent, "{model}");
            assert!(
                rig.session.journal().contains("no update of ours"),
                "{model}"
            );
        }
    }
}

#[test]
fn unknown_events_are_shown_and_end_nothing_x_01() {
    for model in MODELS {
        for line in [
            "+QIND: \"FOTA\",\"DOWNLOAD SUCCESS\"",
            "+QIND: \"FOTA\",\"FAIL\",3",
            "+QIND: \"FOTA\",\"UPDA",
            "+QIND: \"FOTA\"",
            "+QIND: \"FOTA\",\"\"",
            "+LWM2M: \"FOTA\",\"SOMETHING\",9",
        ] {
            for (after, stage) in [(5, Stage::Downloading), (70, Stage::Updating)] {
                let mut rig = Rig::of(model);
                rig.reach_module().choose_url(HTTP).start();
                rig.until_any(&[Stage::Ready, Stage::Downloading]);
                if stage == Stage::Updating || rig.stage() == Stage::Ready {
                    rig.until(Stage::Ready);
                    rig.choose(Choice::Go);
                }
                rig.until(stage);
                rig.pass(Duration::from_secs(after % 7));
                rig.input(Input::Bytes(format!("\r\n{line}\r\n").as_bytes()));
                let shown = rig.session.journal().contains(&line.replace('"', "\\\""));
                assert!(shown, "{model} {line}");
                let verdict = rig.finish();
                assert_eq!(
                    verdict.outcome,
                    Outcome::Upgraded,
                    "{model} {line} {verdict:#?}"
                );
            }
        }
    }
}

/// Proves N3-29.
#[test]
fn one_to_four_failed_tries_of_an_eg06xk_are_final_only_with_the_next_end_x_22() {
    for times in 1..=5 {
        let (remarks, rig) = upgraded(of("EG060K-EA").with(Fault::Retry { code: 502, times }));
        assert!(remarks.contains(&Remark::Retried), "{times}");
        assert_eq!(rig.module.updates_ended(), 1, "{times}");
    }
}

/// Proves N3-08, N3-29.
#[test]
fn an_eg06xk_that_gives_up_runs_its_old_version_and_that_is_read() {
    let (verdict, rig) = run(of("EG060K-EA").with(Fault::Retry {
        code: 502,
        times: u32::MAX,
    }));
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::EndCode));
    assert_eq!(verdict.number, Some(502));
    assert_eq!(verdict.new_version, verdict.old_version);
    assert_eq!(
        rig.module.updates_ended(),
        1,
        "not before the module gave up"
    );
}

/// Proves N3-06, N3-31.
#[test]
fn a_package_for_another_version_is_505_before_an_eg06xk_goes_anywhere() {
    let mut rig = Rig::of("EG060K-EA");
    let verdict = rig.upgrade_from("http://files.test:8080/wrong.bin");
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::EndCode));
    assert_eq!(verdict.number, Some(505));
    assert_eq!(rig.opened, 1, "the port never went away");
    assert!(
        !rig.stages
            .iter()
            .any(|(_, stage)| *stage == Stage::Updating)
    );
}

/// Proves N3-05, N3-07, N3-21.
#[test]
fn the_port_of_an_eg06xk_goes_away_twice_and_is_opened_again() {
    let (_, rig) = upgraded(of("EG060K-EA"));
    assert_eq!(rig.opened, 3);
    rig.stages
        .iter()
        .find(|(_, stage)| *stage == Stage::Updating)
        .expect("reports came");
    for fault in [Fault::NoPortInUpdate, Fault::OtherProduct(0x0801)] {
        upgraded(of("EG060K-EA").with(fault));
    }
    let (verdict, _) = run(of("EG060K-EA").with(Fault::PortNotBack));
    assert_verdict(
        &verdict,
        Outcome::CannotTell,
        Some(ProblemCode::PortNotBack),
    );
}

/// Proves N3-22.
#[test]
fn the_first_report_of_an_eg06xk_may_come_after_90_seconds_or_later() {
    for seconds in [89, 91, 100, 180] {
        let pause = Fault::PauseAt {
            percent: 0,
            pause: Duration::from_secs(seconds),
        };
        let (remarks, rig) = upgraded(of("EG060K-EA").with(Fault::NoStart).with(pause));
        assert_eq!(remarks, [], "{seconds}");
        let asked = rig
            .stages
            .iter()
            .any(|(_, stage)| *stage == Stage::Updating);
        assert!(asked, "{seconds}: its reports were heard");
    }
    // Much later it is "cannot tell", never "failed", and the report is followed all the same.
    let pause = Fault::PauseAt {
        percent: 0,
        pause: Duration::from_secs(400),
    };
    let (verdict, mut rig) = run(of("EG060K-EA").with(Fault::NoStart).with(pause));
    assert_verdict(&verdict, Outcome::CannotTell, Some(ProblemCode::NoLifeSign));
    rig.pass(Duration::from_secs(300));
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::Upgraded, None);
}

#[test]
fn lines_that_end_with_lf_cr_are_lines_b_rb_5() {
    for model in MODELS {
        for ends in [
            LineEnds::LfCr,
            LineEnds::Cr,
            LineEnds::Lf,
            LineEnds::Doubled,
        ] {
            upgraded(of(model).with(Fault::LineEnds(ends)));
        }
        upgraded(of(model).with(Fault::BootNoise));
        upgraded(of(model).with(Fault::Trickle));
    }
}

/// Proves N5-16, N5-17.
#[test]
fn boot_rom_blocks_of_a_healthy_update_raise_no_alarm() {
    for fault in [
        None,
        Some(Fault::PowerCut {
            percent: 42,
            back: Duration::from_secs(8),
        }),
    ] {
        let mut settings = of("BC26");
        settings.faults.extend(fault);
        let mut rig = Rig::new(settings);
        rig.reach_module().choose_url(HTTP).start();
        rig.until(Stage::Ready);
        rig.choose(Choice::Go);
        let end = rig.now + Duration::from_secs(3600);
        while rig.stage() != Stage::Done {
            assert!(rig.step(end));
            assert_eq!(rig.problem(), None, "{:?}", rig.stage());
        }
        assert!(rig.session.journal().contains("Leaving the BROM"));
        let verdict = rig.verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Upgraded, None);
    }
}

#[test]
fn three_boot_rom_blocks_without_rdy_are_a_boot_loop_x_27() {
    for model in BC {
        let mut rig = Rig::new(of(model).with(Fault::BootLoop { times: u32::MAX }));
        rig.reach_module().choose_url(HTTP).start();
        rig.until(Stage::Ready);
        rig.choose(Choice::Go);
        let end = rig.now + Duration::from_secs(3 * 3600);
        let mut alarmed = false;
        let mut blocks = 0;
        while rig.stage() != Stage::Done && rig.step(end) {
            if rig.problem() == Some(ProblemCode::BootLoop) && !alarmed {
                alarmed = true;
                blocks = rig.session.journal().matches("F1: 0000 0000").count();
            }
        }
        assert!(alarmed, "{model}");
        assert!((3..=5).contains(&blocks), "{model}: after {blocks} blocks");
        let verdict = rig.verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::CannotTell, Some(ProblemCode::NoLifeSign));

        // One that comes up in the end is followed to its version.
        let (_, _) = upgraded(of(model).with(Fault::BootLoop { times: 4 }));
    }
}

/// Proves N5-13, N5-18.
#[test]
fn autobaud_swallows_no_end_because_the_rate_is_fixed_before() {
    for model in ["BC26", "BC20-2018"] {
        let mut settings = of(model);
        assert_eq!(settings.baud_rate, 0, "from the factory");
        settings.faults.push(Fault::EndSwallowed);
        let (remarks, rig) = upgraded(settings);
        assert!(
            !remarks.contains(&Remark::EndMissing),
            "{model} {remarks:?}"
        );
        let sent = rig.sent_lines();
        let fixed = sent.iter().position(|line| *line == "AT+IPR=115200");
        let fetch = sent.iter().position(|line| line.contains("://"));
        assert!(fixed.is_some() && fixed < fetch, "{model}");

        if model != "BC26" {
            // This one ends before its restart.
            continue;
        }
        // It says OK and stays in autobaud: the version proves it all the same.
        let mut settings = of(model);
        settings.faults.push(Fault::EndSwallowed);
        settings.faults.push(answer("+IPR=115200", Reply::Ok));
        let (remarks, _) = upgraded(settings);
        assert!(remarks.contains(&Remark::EndMissing), "{model}");
    }
}

/// Proves N1-24, N4-04, N5-04.
#[test]
fn a_bc_module_is_woken_after_its_update_though_its_first_line_is_lost() {
    for model in BC {
        for lines in [1, 5] {
            let fault = Fault::AfterUpdate(Box::new(Fault::Asleep { lines }));
            upgraded(of(model).with(fault));
        }
    }
}

/// Proves N2-001, N2-140, N2-141, N2-142, N2-143, N2-144, N2-145.
#[test]
fn an_upgrade_that_a_server_starts_is_followed_from_idle_without_a_command() {
    for mode in [Lwm2mMode::InBand, Lwm2mMode::Http, Lwm2mMode::Coap] {
        let after = Duration::from_secs(10);
        let mut rig = Rig::new(of("BG95-M3").with(Fault::Lwm2m { mode, after }));
        rig.reach_module();
        let (sent, before) = (rig.commands.len(), rig.module.version().to_owned());
        rig.until(Stage::Updating);
        assert_eq!(
            rig.commands.len(),
            sent,
            "{mode:?}: nothing is sent meanwhile"
        );
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_verdict(&verdict, Outcome::Upgraded, None);
        assert_eq!(verdict.old_version, Some(before));
        assert!(verdict.remarks.contains(&Remark::Continued), "{mode:?}");
        let sent = &rig.sent_lines()[sent..];
        assert!(
            !sent.iter().any(|line| line.starts_with("AT+QFOTADL")),
            "{sent:?}"
        );
    }
}

/// Proves N2-144.
#[test]
fn an_upgrade_of_a_server_that_fails_is_told_with_its_code() {
    let settings = of("BG95-M3")
        .with(Fault::Lwm2m {
            mode: Lwm2mMode::Http,
            after: Duration::from_secs(10),
        })
        .with(Fault::EndCode {
            code: 511,
            percent: 0,
        });
    let mut rig = Rig::new(settings);
    rig.reach_module();
    rig.until(Stage::Updating);
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::EndCode));
    assert_eq!(verdict.number, Some(511));
}

/// Proves N2-032.
#[test]
fn a_download_over_usb_is_reported_and_its_update_proved_by_the_version_alone_x_18() {
    let mut settings = of("BG95-M3");
    settings.link = Link::Usb;
    let (remarks, rig) = upgraded(settings.clone());
    assert_eq!(remarks, [Remark::Blind]);
    let stages: Vec<Stage> = rig.stages.iter().map(|(_, stage)| *stage).collect();
    assert!(stages.contains(&Stage::Downloading) && !stages.contains(&Stage::Updating));
    let (verdict, _) = run(settings.with(Fault::OldVersion));
    assert_ne!(verdict.outcome, Outcome::Upgraded);
}

/// Proves N2-030, N2-031, X-19.
#[test]
fn an_update_reports_at_another_rate_and_is_heard_a5_2() {
    let mut settings = of("BG95-M3");
    settings.baud_rate = 57_600;
    let mut rig = Rig::new(settings);
    rig.port.baud_rate = 57_600;
    let verdict = rig.upgrade_from(HTTP);
    assert_verdict(&verdict, Outcome::Upgraded, None);
    assert_eq!(verdict.remarks, []);
    assert_eq!(
        rig.opened_with.map(|port| port.baud_rate),
        Some(57_600),
        "back at its own"
    );
    assert!(
        rig.stages
            .iter()
            .any(|(_, stage)| *stage == Stage::Updating)
    );
}

#[test]
fn nothing_is_sent_between_resetting_and_the_return_x_25() {
    for link in [Link::Uart, Link::Usb] {
        let mut settings = of("BG95-M3");
        settings.link = link;
        let (_, rig) = upgraded(settings);
        assert_eq!(rig.module.deaf_bytes(), 0, "{link:?}");
    }
    // The other families send nothing either while reports come.
    for model in ["EG060K-EA", "BC660K-GL", "BC20-2018"] {
        let (_, rig) = upgraded(of(model));
        let from = rig
            .stages
            .iter()
            .find(|(_, stage)| *stage == Stage::Updating);
        let to = rig
            .stages
            .iter()
            .rfind(|(_, stage)| *stage == Stage::Verifying);
        let (from, to) = (from.expect("an update").0, to.expect("an end").0);
        let sent = rig
            .commands
            .iter()
            .filter(|(at, _)| *at >= from && *at < to);
        let sent: Vec<_> = sent.collect();
        assert!(
            sent.iter()
                .all(|(_, line)| line.starts_with("AT") && !line.contains("QFOTADL")),
            "{model}: {sent:?}"
        );
    }
}

#[test]
fn another_module_after_the_update_proves_nothing() {
    for model in MODELS {
        let imei = Fault::OtherImei("004999010640018".into());
        let (verdict, _) = run(of(model).with(Fault::AfterUpdate(Box::new(imei))));
        assert_verdict(
            &verdict,
            Outcome::CannotTell,
            Some(ProblemCode::ModuleSwapped),
        );
    }
}

#[test]
fn a_version_that_cannot_be_read_afterwards_proves_nothing() {
    for model in MODELS {
        let mut settings = of(model);
        for command in ["I", "+QGMR", "+CGMR"] {
            let fault = answer(command, Reply::Error);
            settings.faults.push(Fault::AfterUpdate(Box::new(fault)));
        }
        let (verdict, _) = run(settings);
        assert_verdict(
            &verdict,
            Outcome::CannotTell,
            Some(ProblemCode::VersionUnreadable),
        );
        assert_eq!(verdict.new_version, None, "{model}");
    }
}

#[test]
fn one_wrong_reading_is_no_proof_in_any_family() {
    for model in MODELS {
        let mut settings = of(model).with(Fault::OldVersion);
        let mut wrong = settings.version.clone();
        wrong.pop();
        for command in ["+QGMR", "+CGMR"] {
            let fault = Fault::Answer {
                command: command.into(),
                reply: Reply::Text(wrong.clone()),
                times: 1,
            };
            settings.faults.push(Fault::AfterUpdate(Box::new(fault)));
        }
        let (verdict, _) = run(settings);
        assert_ne!(verdict.outcome, Outcome::Upgraded, "{model} {verdict:#?}");
    }
}

/// Proves N3-01, N4-01, N5-01.
#[test]
fn a_package_may_lead_to_an_older_version_and_another_one_back() {
    for model in MODELS {
        let settings = of(model);
        let first = settings.version.clone();
        let older = format!("{}1", &first[..first.len() - 1]);
        assert!(older != first || first.ends_with('1'));
        let older = if older == first {
            format!("{}0", &first[..first.len() - 1])
        } else {
            older
        };
        let package = |from: &str, to: &str| deltaport::simulator::sample_package(from, to, 9000);
        let settings = settings
            .serving("/down.bin", package(&first, &older))
            .serving("/up.bin", package(&older, &first));
        let mut rig = Rig::new(settings);
        for (path, from, to) in [("down", &first, &older), ("up", &older, &first)] {
            let url = format!("http://files.test:8080/{path}.bin");
            if rig.stage() == Stage::Idle {
                rig.reach_module();
            }
            rig.choose_url(&url);
            rig.start();
            let verdict = rig.finish();
            assert_verdict(&verdict, Outcome::Upgraded, None);
            assert_eq!(rig.module.version(), to.as_str(), "{model} {path}");
            let told = verdict.old_version.expect("the old one");
            assert!(from.starts_with(&told), "{model} {path}");
            rig.pass(Duration::from_secs(30));
            rig.choose(Choice::Next);
            rig.until(Stage::Module);
        }
    }
}

/// Proves N3-29.
#[test]
fn four_502_ends_leave_an_eg06xk_alone_and_the_fifth_asks_it_x_22() {
    // It answers commands all the while, so that only the rule keeps the session from asking.
    let mut settings = of("EG060K-EA").with(Fault::NoReset);
    settings.link = Link::Uart;
    let mut rig = Rig::new(settings);
    rig.reach_module().choose_url(HTTP).start();
    rig.until(Stage::Ready);
    rig.choose(Choice::Go);
    rig.until(Stage::Downloading);
    let sent = rig.commands.len();
    for n in 1..=5 {
        rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\", \"START\"\r\n"));
        rig.pass(Duration::from_secs(5));
        rig.input(Input::Bytes(b"\r\n+QIND: \"FOTA\", \"END\", 502\r\n"));
        if n < 5 {
            rig.pass(Duration::from_secs(120));
            assert_eq!((rig.verdict(), rig.commands.len()), (None, sent), "{n}");
        }
    }
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_verdict(&verdict, Outcome::NotUpgraded, Some(ProblemCode::EndCode));
    assert_eq!(verdict.number, Some(502));
    assert!(verdict.remarks.contains(&Remark::Retried));
}
