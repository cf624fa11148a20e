//! From a chosen port to a known module, and everything that may be on the port instead.

mod rig;

use deltaport::dfota::{Choice, OpenFailure};
use deltaport::simulator::{Fault, Link, PortKind, Reply, Settings};
use deltaport::snapshot::{Action, FamilyId, FindingCode, Heard, Level, ProblemCode, Stage};
use deltaport::time::Duration;
use rig::{OLD, Rig};

#[track_caller]
fn wrong_port(fault: Fault, code: ProblemCode, heard: Heard) {
    let mut rig = Rig::new(Settings::default().with(fault));
    rig.connect().until(Stage::WrongPort);
    assert_eq!(rig.problem(), Some(code));
    assert_eq!(
        rig.snapshot().greeting.map(|greeting| greeting.heard),
        Some(heard)
    );
    assert!(rig.snapshot().actions.contains(&Action::Connect));
}

fn answer(command: &str, reply: Reply) -> Fault {
    Fault::Answer {
        command: command.into(),
        reply,
        times: u32::MAX,
    }
}

#[test]
fn the_module_is_known_after_connecting() {
    let mut rig = Rig::new(Settings::default());
    let module = rig.reach_module().snapshot().module.expect("a module");
    assert_eq!(module.manufacturer.as_deref(), Some("Quectel"));
    assert_eq!(module.model.as_deref(), Some("BG95-M3"));
    assert_eq!(module.family, Some(FamilyId::Bg95));
    assert!(module.supported);
    assert_eq!(module.version.as_deref(), Some(OLD));
    assert_eq!(module.imei.as_deref(), Some("004999010640000"));
    assert_eq!(module.serial_rate, Some(115_200));
    assert_eq!(module.flow_control, Some(false));
    assert_eq!(module.max_package, Some(4 << 20));
    assert_eq!(module.download_state, Some(0));
}

#[test]
fn nothing_is_sent_while_listening_and_a_healthy_greeting_is_quick() {
    let mut rig = Rig::new(Settings::default());
    let start = rig.now;
    rig.reach_module();
    let first = rig.commands.first().expect("a command").0.since(start);
    assert_eq!(
        first,
        Duration::from_secs(3),
        "B-rec-1: listen before anything is sent"
    );
    assert!(rig.now.since(start) < Duration::from_secs(4));
}

#[test]
fn other_ports_are_told_apart_by_what_they_say_b_id_12() {
    wrong_port(
        Fault::Port(PortKind::Nmea),
        ProblemCode::NmeaPort,
        Heard::Nmea,
    );
    wrong_port(
        Fault::Port(PortKind::Diagnostic),
        ProblemCode::DiagnosticPort,
        Heard::Diagnostic,
    );
    wrong_port(
        Fault::Port(PortKind::Silent),
        ProblemCode::NoAnswer,
        Heard::Nothing,
    );
    wrong_port(
        Fault::Port(PortKind::Text),
        ProblemCode::NotAModule,
        Heard::OtherText,
    );
    wrong_port(
        Fault::Port(PortKind::Echo),
        ProblemCode::EchoOnly,
        Heard::EchoOnly,
    );
}

#[test]
fn a_wrong_rate_is_garbage_and_named_x_27() {
    let mut rig = Rig::new(Settings {
        baud_rate: 9600,
        ..Settings::default()
    });
    rig.connect().until(Stage::WrongPort);
    assert_eq!(rig.problem(), Some(ProblemCode::WrongSpeed));
    // The right one is chosen, and all is well.
    rig.port.baud_rate = 9600;
    rig.connect().until(Stage::Module);
}

#[test]
fn a_sleeping_module_is_woken_b_id_8() {
    for lines in 1..=5 {
        let mut rig = Rig::new(Settings::default().with(Fault::Asleep { lines }));
        rig.reach_module();
    }
}

#[test]
fn a_module_that_a_closed_page_left_in_data_mode_is_recovered_b_rec_3() {
    let fault = Fault::InDataMode {
        size: 50_000,
        received: 1000,
        timeout: 60,
    };
    let mut rig = Rig::new(Settings::default().with(fault));
    rig.reach_module();
    assert!(!rig.module.in_data_mode());
}

#[test]
fn an_update_that_is_running_is_found_without_a_command_x_26() {
    let mut rig = Rig::new(Settings::default().with(Fault::UpdateRunning { percent: 20 }));
    rig.connect().until(Stage::Updating);
    assert_eq!(rig.commands, [], "nothing may have been sent");
    assert!(rig.snapshot().no_return);
    // What ran before is not known: nothing is claimed.
    let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
    assert_eq!(verdict.code, Some(ProblemCode::OldVersionUnknown));
    assert_eq!(verdict.new_version.as_deref(), Some(rig.module.version()));
}

#[test]
fn a_stray_end_belongs_to_no_update_of_ours_x_23() {
    let line = "+QIND: \"FOTA\",\"END\",0".to_owned();
    let after = Duration::from_secs(10);
    let mut rig = Rig::new(Settings::default().with(Fault::Unasked { line, after }));
    rig.reach_module().pass(Duration::from_secs(20));
    assert_eq!(rig.stage(), Stage::Module);
    assert!(rig.verdict().is_none());
    assert!(
        rig.entries
            .iter()
            .any(|entry| entry.text.contains("no update of ours"))
    );
}

#[test]
fn the_base_version_serves_where_the_full_one_is_unknown_b_id_2() {
    let mut rig = Rig::new(Settings::default().with(answer("+QGMR", Reply::Error)));
    let version = rig
        .reach_module()
        .snapshot()
        .module
        .and_then(|module| module.version);
    assert_eq!(version.as_deref(), Some("BG95M3LAR02A03"));
}

#[test]
fn an_imei_is_optional_b_id_5() {
    let settings = Settings::default()
        .with(answer("+GSN", Reply::Cme(23)))
        .with(answer("+CGSN", Reply::Cme(23)));
    let mut rig = Rig::new(settings);
    assert_eq!(
        rig.reach_module()
            .snapshot()
            .module
            .and_then(|module| module.imei),
        None
    );
}

#[test]
fn an_identity_that_ends_in_error_is_kept_b_id_6() {
    let mut rig = Rig::new(Settings::default().with(answer("I", Reply::TextThenError)));
    let model = rig
        .reach_module()
        .snapshot()
        .module
        .and_then(|module| module.model);
    assert_eq!(model.as_deref(), Some("BG95-M3"));
}

#[test]
fn a_port_that_tells_no_identity_is_not_upgraded() {
    let mut settings = Settings::default();
    for command in ["I", "+QGMR", "+CGMR"] {
        settings = settings.with(answer(command, Reply::Error));
    }
    let mut rig = Rig::new(settings);
    rig.connect().until(Stage::WrongPort);
    assert_eq!(rig.problem(), Some(ProblemCode::NoIdentity));
}

#[test]
fn an_unknown_model_needs_an_explicit_override() {
    let mut rig = Rig::scenario("unknown-model");
    rig.reach_module().choose_package().start();
    assert_eq!(
        (rig.stage(), rig.problem()),
        (Stage::Module, Some(ProblemCode::UnknownModel))
    );
    assert!(rig.snapshot().actions.contains(&Action::StartUnknownModel));
    rig.choose(Choice::Start {
        unknown_model: true,
        preset_go: false,
    });
    assert_eq!(rig.stage(), Stage::Checking);
}

#[test]
fn a_family_without_an_upload_route_is_refused_even_with_the_override() {
    let mut rig = Rig::of("BC660K-GL");
    rig.reach_module().choose_package();
    rig.choose(Choice::Start {
        unknown_model: true,
        preset_go: false,
    });
    assert_eq!(
        (rig.stage(), rig.problem()),
        (Stage::Module, Some(ProblemCode::UnsupportedRoute))
    );
}

#[test]
fn a_module_that_downloads_a_package_itself_is_left_alone() {
    let mut rig = Rig::new(Settings::default().with(Fault::Downloading));
    rig.reach_module().choose_package().start();
    assert_eq!(rig.problem(), Some(ProblemCode::ModuleDownloading));
}

/// Proves G-12, X-19.
#[test]
fn findings_tell_what_to_expect_before_anything_is_sent() {
    let level = |rig: &Rig, code: FindingCode| {
        rig.snapshot()
            .findings
            .iter()
            .find(|finding| finding.code == code)
            .map(|f| f.level)
    };
    let mut rig = Rig::new(Settings {
        link: Link::Usb,
        ..Settings::default()
    });
    rig.reach_module()
        .choose_package_named(&format!("{OLD}-TO-BG95M3LAR02A04_01.200.01.200.zip"));
    assert_eq!(level(&rig, FindingCode::BlindUsb), Some(Level::Look));
    assert_eq!(level(&rig, FindingCode::FromVersion), Some(Level::Fine));
    rig.choose_package_named("BG95M3LAR02A01-TO-BG95M3LAR02A02.zip");
    assert_eq!(level(&rig, FindingCode::FromVersion), Some(Level::Look));

    let mut rig = Rig::new(Settings {
        baud_rate: 57_600,
        ..Settings::default()
    });
    rig.port.baud_rate = 57_600;
    rig.reach_module().choose_package();
    assert_eq!(
        level(&rig, FindingCode::ReportRate),
        Some(Level::Look),
        "A5-2, X-19"
    );

    let mut rig = Rig::new(Settings::default().with(Fault::StoredPackage { size: 5 }));
    rig.reach_module().choose_package();
    assert_eq!(level(&rig, FindingCode::StoredPackage), Some(Level::Look));
}

#[test]
fn a_port_that_does_not_open_says_why() {
    for (failure, code) in [
        (OpenFailure::Busy, ProblemCode::PortBusy),
        (OpenFailure::OtherTab, ProblemCode::PortInOtherTab),
        (OpenFailure::Gone, ProblemCode::PortGone),
    ] {
        let mut rig = Rig::new(Settings::default());
        rig.refuse_open.push_back(failure);
        rig.connect().until(Stage::Idle);
        assert_eq!(rig.problem(), Some(code));
        // Nothing is lost: the next try works.
        rig.reach_module();
    }
}

#[test]
fn a_port_lost_in_any_early_stage_is_told_and_found_again_x_17() {
    for stage in [
        Stage::Listening,
        Stage::Greeting,
        Stage::Identifying,
        Stage::Module,
    ] {
        let mut rig = Rig::new(Settings::default().with(Fault::Slow {
            by: Duration::from_millis(200),
        }));
        rig.choose_package();
        rig.connect().until(stage);
        rig.unplug();
        assert_eq!(
            (rig.stage(), rig.problem()),
            (Stage::Idle, Some(ProblemCode::PortLost))
        );
        assert_eq!(rig.opened, rig.released);
        rig.pass(Duration::from_secs(5)).plug();
        rig.until(Stage::Module);
        assert!(
            rig.snapshot().package.is_some(),
            "the chosen package is kept"
        );
    }
}

#[test]
fn a_port_lost_in_any_stage_of_the_upload_is_a_verdict_and_the_next_try_works_x_17() {
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
        rig.unplug();
        let verdict = rig.until(Stage::Done).verdict().expect("a verdict");
        assert_eq!(verdict.code, Some(ProblemCode::PortLost), "{stage:?}");
        assert!(!rig.commands.iter().any(|(_, line)| line == "AT+QFOTADL=1"));
        rig.pass(Duration::from_secs(90)).plug();
        rig.choose(Choice::Next);
        rig.until(Stage::Module).start();
        assert_eq!(rig.finish().code, None, "{stage:?}");
    }
}

#[test]
fn a_module_that_restarts_while_idle_is_asked_anew() {
    let line = "RDY".to_owned();
    let after = Duration::from_secs(10);
    let mut rig = Rig::new(Settings::default().with(Fault::Unasked { line, after }));
    rig.reach_module().pass(Duration::from_secs(7));
    assert_ne!(rig.stage(), Stage::Module);
    rig.until(Stage::Module);
    assert_eq!(rig.verdict(), None);
}

#[test]
fn disconnect_releases_the_port_once_from_every_stage() {
    for stage in [
        Stage::Opening,
        Stage::Listening,
        Stage::Greeting,
        Stage::Identifying,
        Stage::Module,
    ] {
        let mut rig = Rig::new(Settings::default().with(Fault::Slow {
            by: Duration::from_millis(200),
        }));
        rig.connect();
        if stage != Stage::Opening {
            rig.until(stage);
        }
        rig.choose(Choice::Disconnect);
        rig.pass(Duration::from_secs(30));
        assert_eq!(rig.stage(), Stage::Idle, "{stage:?}");
        assert_eq!(rig.opened, rig.released, "{stage:?}");
    }
}

#[test]
fn every_line_end_and_every_echo_gives_the_same_module_x_04_x_05() {
    use deltaport::simulator::LineEnds;
    let healthy = Rig::new(Settings::default())
        .reach_module()
        .snapshot()
        .module;
    for fault in [
        Fault::LineEnds(LineEnds::Cr),
        Fault::LineEnds(LineEnds::Lf),
        Fault::LineEnds(LineEnds::LfCr),
        Fault::LineEnds(LineEnds::Doubled),
        Fault::HalfEcho,
        Fault::Trickle,
        Fault::Chatter {
            every: Duration::from_millis(100),
        },
    ] {
        let mut rig = Rig::new(Settings::default().with(fault.clone()));
        assert_eq!(rig.reach_module().snapshot().module, healthy, "{fault:?}");
    }
}

#[test]
fn a_line_gets_a_buffer_of_half_a_second_and_the_modules_own_usb_a_large_one() {
    for (rate, is_line, bytes) in [
        (115_200, true, 8192),
        (9600, true, 1024),
        (921_600, true, 16_384),
        (115_200, false, 262_144),
    ] {
        let mut rig = Rig::new(Settings {
            baud_rate: rate,
            ..Settings::default()
        });
        rig.port.baud_rate = rate;
        rig.port.is_line = is_line;
        rig.reach_module();
        assert_eq!(
            rig.opened_with.map(|with| with.buffer_size),
            Some(bytes),
            "{rate} {is_line}"
        );
    }
}

#[test]
fn a_port_that_was_listened_to_a_moment_ago_is_asked_at_once_but_only_this_time() {
    let mut rig = Rig::new(Settings::default());
    rig.port.heard = true;
    let start = rig.now;
    rig.reach_module();
    assert!(rig.now.since(start) < Duration::from_secs(2));
    rig.unplug();
    rig.plug();
    let back = rig.now;
    rig.until(Stage::Module);
    assert!(rig.now.since(back) >= Duration::from_secs(3), "B-rec-1");
}
