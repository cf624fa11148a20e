//! Every command of the notes as it is sent, how long it may take, and every form of its answer.

use deltaport::at::{
    Answer, Apn, Command, DownloadState, Exchange, Failure, Header, Line, Part, PowerSaving,
    Quoted, Received, Registration, Setting, Signal, Sim, Step, Strength, Watchdog,
};
use deltaport::time::Instant;

fn quoted(text: &str) -> Quoted {
    Quoted::new(text, 700).expect("text that can be sent")
}

fn sent(command: &Command, line: &str) {
    assert_eq!(command.line(), line);
}

/// How a command ends when these lines come; none: it still waits.
fn end(command: Command, lines: &[&str]) -> Option<Result<Answer, Failure>> {
    let mut exchange = Exchange::new(command, Instant::default());
    lines
        .iter()
        .find_map(|line| match exchange.take(&Line::of(line.as_bytes())) {
            Step::Done(result) => Some(result),
            Step::Pending | Step::Connected => None,
        })
}

/// The answer that these lines and an OK give.
fn answer(command: Command, lines: &[&str]) -> Answer {
    let lines = [lines, &["OK"]].concat();
    match end(command, &lines) {
        Some(Ok(answer)) => answer,
        other => panic!("{lines:?}: {other:?}"),
    }
}

/// Proves G-01, G-05, N1-05, N2-020, N2-022, N2-026, N2-027.
#[test]
fn the_url_form_with_breakpoint_and_request_size() {
    let download = |from, size| Command::Download {
        url: quoted("https://www.example.com:100/update.zip"),
        from,
        size,
    };
    let url = "AT+QFOTADL=\"https://www.example.com:100/update.zip\"";
    sent(&download(None, None), url);
    sent(&download(Some(0), Some(10_240)), &format!("{url},0,10240"));
    sent(&download(Some(10_240), None), &format!("{url},10240"));
    // The request size is the third value: the second is never left out before it.
    sent(&download(None, Some(2048)), &format!("{url},0,2048"));
}

/// Proves N2-040, N2-050, N3-10, N3-16, N4-06, N5-06.
#[test]
fn the_url_form_is_the_same_for_every_kind_of_server() {
    for url in [
        "http://www.quectel.com:100/update.bin",
        "ftp://test:test@192.0.2.2:8309/TEST1/upgrade.bin",
        "coaps://server:5684/update.bin",
    ] {
        let command = Command::Download {
            url: quoted(url),
            from: None,
            size: None,
        };
        sent(&command, &format!("AT+QFOTADL=\"{url}\""));
    }
}

/// Proves N3-19.
#[test]
fn a_package_on_the_module_is_started_by_its_path() {
    let path = "/usrdata/cache/ufs/update-v01-to-v02.zip";
    let command = Command::UpdateFromFile(quoted(path));
    sent(&command, &format!("AT+QFOTADL=\"{path}\""));
    assert!(!command.may_be_repeated(), "it starts an update");
}

/// Proves N2-100, N2-103, N2-104, N2-107.
#[test]
fn parts_of_a_package_are_copied_in_order_and_a_single_one_is_the_last() {
    let lines: Vec<String> = (0..4)
        .map(|n| Command::CopyPart {
            file: quoted(&format!("EUFS:update{}.bin", n + 1)),
            part: Part::of(n, 4),
        })
        .map(|command| command.line())
        .collect();
    let expected = [
        "AT+QFOTADL=\"EUFS:update1.bin\",0",
        "AT+QFOTADL=\"EUFS:update2.bin\",1",
        "AT+QFOTADL=\"EUFS:update3.bin\",1",
        "AT+QFOTADL=\"EUFS:update4.bin\",2",
    ];
    assert_eq!(lines, expected);
    let single = Command::CopyPart {
        file: quoted("UFS:update.bin"),
        part: Part::of(0, 1),
    };
    sent(&single, "AT+QFOTADL=\"UFS:update.bin\",2");
    let two = [0, 1].map(|n| Part::of(n, 2));
    assert_eq!(two, [Part::First, Part::Last]);
}

/// Proves N2-103.
#[test]
fn parts_out_of_order_are_found() {
    use Part::{First, Last, Middle};
    let is_order = |parts: &[Part]| {
        let mut earlier = None;
        let each = parts.iter().all(|part| {
            let fits = part.may_follow(earlier);
            earlier = Some(*part);
            fits
        });
        each && earlier == Some(Last)
    };
    for parts in [
        &[Last][..],
        &[First, Last],
        &[First, Middle, Last],
        &[First, Middle, Middle, Last],
    ] {
        assert!(is_order(parts), "{parts:?}");
    }
    for parts in [
        &[][..],
        &[First],
        &[Middle],
        &[Middle, Last],
        &[First, First, Last],
        &[First, Last, Last],
        &[Last, First],
        &[First, Middle],
        &[Last, Middle, Last],
    ] {
        assert!(!is_order(parts), "{parts:?}");
    }
}

/// Proves N2-082, N2-083, N2-084, N2-085, N2-086, N2-087, N2-088, N2-089, N2-092, N2-098.
#[test]
fn the_extended_forms_carry_their_values_and_no_more() {
    for (command, line) in [
        (Command::StartUpdate, "AT+QFOTADL=1"),
        (Command::TriggerMode, "AT+QFOTADL=3"),
        (Command::TriggerOnCommand, "AT+QFOTADL=3,0"),
        (Command::TriggerWhenDownloaded, "AT+QFOTADL=3,1"),
        (Command::StoredSize, "AT+QFOTADL=4"),
        (Command::DeletePackage, "AT+QFOTADL=5"),
        (Command::CancelDownload, "AT+QFOTADL=6"),
        (Command::RetryRule, "AT+QFOTADL=8"),
        (
            Command::SetRetryRule {
                times: 2_147_483_647,
                interval_s: 30,
            },
            "AT+QFOTADL=8,2147483647,30",
        ),
        (Command::MaxSize, "AT+QFOTADL=12"),
        (Command::DownloadState, "AT+QFOTADL?"),
        (Command::TestDownload, "AT+QFOTADL=?"),
    ] {
        sent(&command, line);
    }
}

/// Proves N2-090, N2-091, N2-093, N2-094.
#[test]
fn downloads_to_a_file_and_downloads_that_go_on_after_a_restart() {
    let url = quoted("https://www.example.com:100/update.zip");
    let text = "\"https://www.example.com:100/update.zip\"";
    let to_file = |name| Command::DownloadToFile {
        url: url.clone(),
        name,
    };
    sent(&to_file(None), &format!("AT+QFOTADL=10,{text}"));
    let named = to_file(Some(quoted("update1.bin")));
    sent(&named, &format!("AT+QFOTADL=10,{text},\"update1.bin\""));
    let resume = |afresh| Command::ResumeDownload {
        url: url.clone(),
        afresh,
    };
    sent(&resume(false), &format!("AT+QFOTADL=13,{text}"));
    sent(&resume(true), &format!("AT+QFOTADL=13,{text},1"));
}

/// One of every command.
fn every_command() -> Vec<Command> {
    let text = || quoted("x");
    vec![
        Command::Attention,
        Command::EchoOff,
        Command::NumericErrors,
        Command::Identify,
        Command::FullVersion,
        Command::BaseVersion,
        Command::Imei,
        Command::ImeiFallback,
        Command::ImeiByNumber,
        Command::ReadRate,
        Command::SetRate(115_200),
        Command::ReadFlowControl,
        Command::UseFlowControl,
        Command::IgnoreDtr,
        Command::SimState,
        Command::EpsRegistration,
        Command::PacketRegistration,
        Command::Registration,
        Command::Attached,
        Command::Operator,
        Command::Signal,
        Command::SignalDetail,
        Command::AddressesRead,
        Command::Addresses,
        Command::FirstAddress,
        Command::ReadSleep,
        Command::SetSleep(0),
        Command::ReadPowerSaving,
        Command::SetPowerSaving(PowerSaving::OFF),
        Command::TestDownload,
        Command::Download {
            url: text(),
            from: Some(1),
            size: Some(2048),
        },
        Command::UpdateFromFile(text()),
        Command::CopyPart {
            file: text(),
            part: Part::Last,
        },
        Command::DownloadState,
        Command::TriggerOnCommand,
        Command::TriggerWhenDownloaded,
        Command::TriggerMode,
        Command::StoredSize,
        Command::DeletePackage,
        Command::CancelDownload,
        Command::RetryRule,
        Command::SetRetryRule {
            times: 1,
            interval_s: 1,
        },
        Command::DownloadToFile {
            url: text(),
            name: Some(text()),
        },
        Command::MaxSize,
        Command::ResumeDownload {
            url: text(),
            afresh: true,
        },
        Command::Upload {
            size: 1,
            timeout_s: 60,
        },
        Command::StartUpdate,
        Command::FileSpace,
        Command::ListFiles(text()),
        Command::DeleteFile(text()),
        Command::UploadFile {
            name: text(),
            size: 1,
            timeout_s: 60,
            acknowledged: true,
        },
        Command::ReadSetting(Setting::Apn),
        Command::ReadSetting(Setting::Headers),
        Command::ReadSetting(Setting::Watchdog),
        Command::ReadSetting(Setting::ServerName),
        Command::SetApn {
            ip_family: 0,
            apn: text(),
            login: None,
        },
        Command::SetHeader {
            key: text(),
            value: text(),
        },
        Command::FeedWatchdog {
            pin: 6,
            interval_ms: 3000,
        },
        Command::LeaveWatchdog,
        Command::SetServerName(true),
    ]
}

/// Proves N1-06, N2-024, N2-041, N2-051, N2-065, N2-097, N2-101, N2-113, N3-11, N3-17, N4-08, N5-08.
#[test]
fn every_command_may_take_longer_than_its_note_says() {
    for command in every_command() {
        let line = command.line();
        // Milliseconds: 10 s for the extended forms of N2, none for the copy, 5 s for N1's URL, and
        // 300 ms for everything else.
        let noted = match command {
            Command::CopyPart { .. } => 60_000,
            Command::Download { .. } => 5_000,
            _ if line.starts_with("AT+QFOTADL") => 10_000,
            _ => 300,
        };
        let limit = command.deadline().as_millis();
        assert!(limit > noted, "{line}: {limit} ms");
        assert!(line == "AT" || limit >= 5_000, "{line}: {limit} ms");
    }
}

/// Proves G-01, G-07, G-11, X-14.
#[test]
fn a_command_line_is_one_command() {
    for command in every_command() {
        let line = command.line();
        assert!(line.starts_with("AT"), "{line}");
        assert!(
            !line.contains(['\r', '\n', ';', '<', '>', '[', ']']),
            "{line}"
        );
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
    }
}

/// Proves N2-095, N2-098.
#[test]
fn reserved_values_are_never_sent() {
    for command in every_command() {
        let line = command.line();
        let value = line.strip_prefix("AT+QFOTADL=").unwrap_or_default();
        let first = value.split(',').next().unwrap_or_default();
        assert!(!["2", "7", "9", "11"].contains(&first), "{line}");
    }
}

/// Proves N2-023, N2-041, N2-051, N2-064, N2-096, N3-10, N3-16, N3-19, N4-07, N5-07.
#[test]
fn every_command_may_end_in_either_form_of_an_error() {
    for command in every_command() {
        let plain = end(command.clone(), &["ERROR"]);
        assert_eq!(plain, Some(Err(Failure::Plain)), "{}", command.line());
        for number in [0, 1, 2, 254, 255, 590, 594] {
            let line = format!("+CME ERROR: {number}");
            let failure = Some(Err(Failure::Cme(number)));
            assert_eq!(end(command.clone(), &[&line]), failure);
        }
    }
}

/// Proves X-28.
#[test]
fn secrets_are_sent_but_not_shown() {
    let login = Some((quoted("me"), quoted("secret")));
    for (command, shown) in [
        (
            Command::Download {
                url: quoted("ftp://me:secret@192.0.2.2:21/x"),
                from: None,
                size: None,
            },
            "AT+QFOTADL=\"ftp://***@192.0.2.2:21/x\"",
        ),
        (
            Command::SetApn {
                ip_family: 0,
                apn: quoted("internet"),
                login,
            },
            "AT+QCFGEXT=\"fota_apn\",0,\"internet\",\"***\",\"***\"",
        ),
        (
            Command::SetHeader {
                key: quoted("Auth"),
                value: quoted("secret"),
            },
            "AT+QCFGEXT=\"fota_http_header\",\"Auth\",\"***\"",
        ),
    ] {
        assert!(command.line().contains("secret"));
        assert_eq!(command.shown(), shown);
        assert_eq!(Exchange::new(command, Instant::default()).shown(), shown);
    }
}

/// Proves G-03, N1-04, N2-013, N3-09, N4-05, N5-05.
#[test]
fn the_test_command_is_answered_in_three_ways() {
    for lines in [
        &["OK"][..],
        &["+QFOTADL=<URL>", "OK"],
        &["+QFOTADL: <URL>", "", "OK"],
    ] {
        assert!(matches!(end(Command::TestDownload, lines), Some(Ok(_))));
    }
    let refused = end(Command::TestDownload, &["ERROR"]);
    assert_eq!(refused, Some(Err(Failure::Plain)));
}

/// Proves G-04, N2-080, N2-081.
#[test]
fn the_state_of_a_download() {
    for (line, state) in [
        ("+QFOTADL: 0", DownloadState::Idle),
        ("+QFOTADL: 1", DownloadState::Running),
        ("+QFOTADL: 2", DownloadState::Complete),
        ("+QFOTADL: 3", DownloadState::Stopped(None)),
        ("+QFOTADL: 3,10240", DownloadState::Stopped(Some(10_240))),
        ("+QFOTADL:3,10240", DownloadState::Stopped(Some(10_240))),
        ("+QFOTADL: 9", DownloadState::Other(9)),
    ] {
        let found = answer(Command::DownloadState, &[line]).download_state();
        assert_eq!(found, Some(state), "{line}");
    }
    for line in ["+QFOTADL: ", "+QFOTADL: x", "+QFOTADL: (0-3)"] {
        let found = answer(Command::DownloadState, &[line]).download_state();
        assert_eq!(found, None, "{line}");
    }
}

/// Proves N2-083, N2-085, N2-088, N2-092.
#[test]
fn the_answers_of_the_extended_forms_are_told_apart_by_their_first_value() {
    let lines = [
        "+QFOTADL: 3,1",
        "+QFOTADL: 4,123456",
        "+QFOTADL: 8,5,30",
        "+QFOTADL: 12,1048576",
    ];
    for (command, numbers) in [
        (Command::TriggerMode, &[3, 1][..]),
        (Command::StoredSize, &[4, 123_456]),
        (Command::RetryRule, &[8, 5, 30]),
        (Command::MaxSize, &[12, 1_048_576]),
    ] {
        assert_eq!(answer(command, &lines).numbers, numbers);
    }
    let rule = answer(Command::RetryRule, &lines).retry_rule();
    assert_eq!(rule, Some((5, 30)));
}

/// Proves N2-062, N2-068, N2-069.
#[test]
fn the_result_of_data_mode_is_a_count_and_a_checksum() {
    let received = |line: &str| match Line::of(line.as_bytes()) {
        Line::Info(info) => Received::of(info),
        other => panic!("{line}: {other:?}"),
    };
    let result = Received {
        size: 1208,
        checksum: 0x5769,
    };
    for line in [
        "+QFOTADL: 1208,5769",
        "+QFUPL: 1208,5769",
        "+QFUPL:1208, 0x5769",
    ] {
        assert_eq!(received(line), Some(result), "{line}");
    }
    for line in [
        "+QFOTADL: 1208",
        "+QFOTADL: 8,5,30",
        "+QFOTADL: 1208,xyz",
        "+CSQ: 26,99",
    ] {
        assert_eq!(received(line), None, "{line}");
    }
}

/// Proves G-06, N1-03, N2-007, N4-03, N5-03.
#[test]
fn what_the_notes_ask_for_before_an_upgrade() {
    for (command, line) in [
        (Command::SignalDetail, "AT+CESQ"),
        (Command::Signal, "AT+CSQ"),
        (Command::EpsRegistration, "AT+CEREG?"),
        (Command::PacketRegistration, "AT+CGREG?"),
        (Command::Registration, "AT+CREG?"),
        (Command::Operator, "AT+COPS?"),
        (Command::Attached, "AT+CGATT?"),
        (Command::AddressesRead, "AT+CGPADDR?"),
        (Command::Addresses, "AT+CGPADDR"),
        (Command::FirstAddress, "AT+CGPADDR=1"),
        (Command::SimState, "AT+CPIN?"),
    ] {
        sent(&command, line);
    }
}

/// Proves N1-23, N2-130, N4-12, N5-15.
#[test]
fn registration_is_read_from_the_answer_and_not_from_a_urc() {
    use Registration::{Denied, In, Out, Searching};
    for (line, state) in [
        ("+CEREG: 0,1", In { roaming: false }),
        ("+CEREG: 2,5", In { roaming: true }),
        ("+CEREG: 0,2", Searching),
        ("+CEREG: 0,3", Denied),
        ("+CEREG: 0,0", Out),
        ("+CEREG: 0,4", Out),
        ("+CEREG: 0,99", Out),
        // Empty values, as a real BC660K prints them (B-rd-2).
        (
            "+CEREG: 4,5,\"0001\",\"0000ABCD\",9,,,\"00100011\",\"00101010\"",
            In { roaming: true },
        ),
    ] {
        let urcs = ["+CEREG: 5", line, "+CEREG: 3,\"0001\",\"0000ABCD\",9"];
        let found = answer(Command::EpsRegistration, &urcs).registration();
        assert_eq!(found, Some(state), "{line}");
    }
    let packet = answer(Command::PacketRegistration, &["+CGREG: 0,4"]);
    assert_eq!(packet.registration(), Some(Out));
    let only_urc = end(Command::EpsRegistration, &["+CEREG: 1", "OK"]);
    assert_eq!(only_urc, None, "the answer is still waited for");
}

/// Proves N1-23, N2-130, N4-12, N5-15.
#[test]
fn the_signal_in_dbm_and_in_words() {
    for (line, dbm, strength) in [
        ("+CSQ: 26,99", Some(-61), Strength::Good),
        ("+CSQ: 10,99", Some(-93), Strength::Good),
        ("+CSQ: 5,0", Some(-103), Strength::Fair),
        ("+CSQ: 0,0", Some(-113), Strength::Weak),
        ("+CSQ: 99,99", None, Strength::Unknown),
        ("+CSQ: 32,99", None, Strength::Unknown),
    ] {
        let signal = answer(Command::Signal, &[line]).signal();
        assert_eq!(signal, Some(Signal { dbm, strength }), "{line}");
    }
    for (line, dbm, strength) in [
        ("+CESQ: 99,99,255,255,22,58", Some(-83), Strength::Good),
        ("+CESQ: 47,6,255,255,0,54", Some(-87), Strength::Good),
        ("+CESQ: 99,99,255,255,10,30", Some(-111), Strength::Fair),
        ("+CESQ: 99,99,255,255,1,10", Some(-131), Strength::Weak),
        ("+CESQ: 40,0,255,255,255,255", Some(-71), Strength::Good),
        ("+CESQ: 99,99,255,255,255,255", None, Strength::Unknown),
    ] {
        let signal = answer(Command::SignalDetail, &[line]).signal_detail();
        assert_eq!(signal, Some(Signal { dbm, strength }), "{line}");
    }
    for line in ["+CESQ: ", "+CESQ: 1,2", "+CSQ: "] {
        let found = answer(Command::SignalDetail, &["+CESQ: 1", line]);
        assert_eq!(found.signal_detail(), None, "{line}");
    }
}

/// Proves N1-23.
#[test]
fn an_address_counts_on_any_context_and_only_if_it_is_one() {
    for (lines, address) in [
        (
            &["+CGPADDR: 0,\"11.102.241.134\""][..],
            Some("11.102.241.134"),
        ),
        (&["+CGPADDR: 1"], None),
        (&["+CGPADDR: 1,\"\""], None),
        (&["+CGPADDR: 1,\"0.0.0.0\""], None),
        (
            &["+CGPADDR: 1,0.0.0.0", "+CGPADDR: 3,10.0.0.1"],
            Some("10.0.0.1"),
        ),
        (
            &["+CGPADDR: 1,\"0.0.0.0\",\"2001:db8::1\""],
            Some("2001:db8::1"),
        ),
        (&[], None),
    ] {
        for command in [
            Command::Addresses,
            Command::AddressesRead,
            Command::FirstAddress,
        ] {
            assert_eq!(answer(command, lines).address(), address, "{lines:?}");
        }
    }
}

/// Proves N2-130, N4-12, N5-15.
#[test]
fn sim_attachment_and_operator() {
    for (line, sim) in [
        ("+CPIN: READY", Sim::Ready),
        ("+CPIN: SIM PIN", Sim::Pin),
        ("+CPIN: SIM PUK", Sim::Puk),
        ("+CPIN: PH-NET PIN", Sim::Other),
    ] {
        assert_eq!(answer(Command::SimState, &[line]).sim(), Some(sim));
    }
    let none = end(Command::SimState, &["+CME ERROR: 10"]);
    assert_eq!(none, Some(Err(Failure::Cme(10))));
    for (line, attached) in [("+CGATT: 1", true), ("+CGATT: 0", false)] {
        let found = answer(Command::Attached, &[line]).attached();
        assert_eq!(found, Some(attached));
    }
    for (line, operator) in [
        (
            "+COPS: 0,0,\"Telstra Mobile Telstra\",8",
            Some("Telstra Mobile Telstra"),
        ),
        ("+COPS: 0,2,\"46011\",9", Some("46011")),
        ("+COPS: 0", None),
    ] {
        assert_eq!(answer(Command::Operator, &[line]).operator(), operator);
    }
}

#[test]
fn sleep_and_power_saving_are_read_switched_off_and_restored_as_they_were() {
    sent(&Command::ReadSleep, "AT+QSCLK?");
    sent(&Command::SetSleep(0), "AT+QSCLK=0");
    sent(&Command::SetSleep(1), "AT+QSCLK=1");
    sent(&Command::SetPowerSaving(PowerSaving::OFF), "AT+CPSMS=0");
    assert_eq!(answer(Command::ReadSleep, &["+QSCLK: 1"]).numbers, [1]);
    for values in [
        "1,,,\"01000001\",\"00100011\"",
        "1,\"00000000\",\"11111111\",\"01000001\",",
        "1,,,,",
    ] {
        let line = format!("+CPSMS: {values}");
        let found = answer(Command::ReadPowerSaving, &[&line]).power_saving();
        let command = Command::SetPowerSaving(found.expect("an answer"));
        sent(&command, &format!("AT+CPSMS={values}"));
    }
    let off = answer(
        Command::ReadPowerSaving,
        &["+CPSMS: 0,,,\"01000001\",\"00100011\""],
    );
    let off = Command::SetPowerSaving(off.power_saving().expect("an answer"));
    sent(&off, "AT+CPSMS=0");
    // What is sent back is made of what was understood, never of the module's text.
    let hostile = "+CPSMS: 1,\"x;+QFOTADL=1\",\"0100000\",\"010000011\",2";
    let found = answer(Command::ReadPowerSaving, &[hostile]).power_saving();
    sent(
        &Command::SetPowerSaving(found.expect("an answer")),
        "AT+CPSMS=1,,,,",
    );
}

#[test]
fn the_rate_of_the_uart_can_be_fixed() {
    sent(&Command::ReadRate, "AT+IPR?");
    sent(&Command::SetRate(115_200), "AT+IPR=115200");
    assert_eq!(answer(Command::ReadRate, &["+IPR: 0"]).numbers, [0]);
}

/// Proves N2-006, N2-110, N2-111, N2-112.
#[test]
fn the_apn_is_asked_for_and_set_with_user_and_password_only_as_a_pair() {
    // No comma behind the name (A3-15).
    sent(
        &Command::ReadSetting(Setting::Apn),
        "AT+QCFGEXT=\"fota_apn\"",
    );
    let apn = |ip_family, login: Option<(&str, &str)>| Command::SetApn {
        ip_family,
        apn: quoted("Telstra.internet"),
        login: login.map(|(user, password)| (quoted(user), quoted(password))),
    };
    let head = "AT+QCFGEXT=\"fota_apn\"";
    sent(&apn(0, None), &format!("{head},0,\"Telstra.internet\""));
    sent(&apn(2, None), &format!("{head},2,\"Telstra.internet\""));
    sent(
        &apn(1, Some(("me", "pw"))),
        &format!("{head},1,\"Telstra.internet\",\"me\",\"pw\""),
    );
    let found = |line| answer(Command::ReadSetting(Setting::Apn), &[line]).apn();
    let full = Apn {
        ip_family: 2,
        apn: "Telstra.internet".into(),
        user: "me, too".into(),
        password: "pw".into(),
    };
    assert_eq!(
        found("+QCFGEXT: \"fota_apn\",2,\"Telstra.internet\",\"me, too\",\"pw\""),
        Some(full)
    );
    let bare = Apn {
        apn: "internet".into(),
        ..Apn::default()
    };
    for line in [
        "+QCFGEXT: \"fota_apn\",0,\"internet\",\"\",\"\"",
        "+QCFGEXT: \"fota_apn\",0,\"internet\"",
        "+QCFGEXT:\"FOTA_APN\", 0 , \"internet\"",
        "\"fota_apn\",0,internet",
    ] {
        assert_eq!(found(line), Some(bare.clone()), "{line}");
    }
    assert_eq!(found("+QCFGEXT: \"fota_apn\""), None);
}

/// Proves N2-114, N2-115, N2-116, N2-117.
#[test]
fn headers_are_added_deleted_and_listed_in_both_forms() {
    let header = |value| Command::SetHeader {
        key: quoted("Auth"),
        value: quoted(value),
    };
    let head = "AT+QCFGEXT=\"fota_http_header\"";
    sent(&Command::ReadSetting(Setting::Headers), head);
    sent(&header("test"), &format!("{head},\"Auth\",\"test\""));
    sent(&header(""), &format!("{head},\"Auth\",\"\""));
    let found = |lines: &[&str]| -> Vec<(String, String)> {
        let headers = answer(Command::ReadSetting(Setting::Headers), lines).headers();
        let pair = |Header { key, value }| (key, value);
        headers.into_iter().map(pair).collect()
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    for line in [
        "+QCFGEXT: \"fota_http_header\",\"Auth\",\"test\"",
        "+QCFGEXT: key:Auth value:test",
        "\"fota_http_header\",\"Auth\",\"test\"",
    ] {
        assert_eq!(found(&[line]), [pair("Auth", "test")], "{line}");
    }
    let five: Vec<String> = (0..5)
        .map(|n| format!("+QCFGEXT: key:H{n} value:a: b, {n}"))
        .collect();
    let five: Vec<&str> = five.iter().map(String::as_str).collect();
    let listed = found(&five);
    assert_eq!(listed.len(), 5);
    assert_eq!(listed[4], pair("H4", "a: b, 4"));
    for lines in [&[][..], &["+QCFGEXT: \"fota_http_header\""]] {
        assert_eq!(found(lines), [], "{lines:?}");
    }
}

/// Proves N2-118, N2-119, N2-120, N2-133.
#[test]
fn the_watchdog_pin_with_and_without_the_name_of_the_command() {
    let head = "AT+QCFGEXT=\"fota_wd_gpio\"";
    sent(&Command::ReadSetting(Setting::Watchdog), head);
    let feed = Command::FeedWatchdog {
        pin: 6,
        interval_ms: 3000,
    };
    sent(&feed, &format!("{head},1,6,3000"));
    sent(&Command::LeaveWatchdog, &format!("{head},0"));
    let watchdog = |on, pin, interval_ms| {
        Some(Watchdog {
            on,
            pin,
            interval_ms,
        })
    };
    for (line, expected) in [
        (
            "+QCFGEXT: \"fota_wd_gpio\",1,6,3000",
            watchdog(true, Some(6), Some(3000)),
        ),
        (
            "\"fota_wd_gpio\",1,6,3000",
            watchdog(true, Some(6), Some(3000)),
        ),
        (
            "+QCFGEXT: \" fota_wd_gpio\",1,6,3000",
            watchdog(true, Some(6), Some(3000)),
        ),
        ("+QCFGEXT: \"fota_wd_gpio\",0", watchdog(false, None, None)),
        (
            "+QCFGEXT: \"fota_wd_gpio\",0,6,3000",
            watchdog(false, Some(6), Some(3000)),
        ),
        ("+QCFGEXT: \"fota_wd_gpio\"", None),
    ] {
        let found = answer(Command::ReadSetting(Setting::Watchdog), &[line]);
        assert_eq!(found.watchdog(), expected, "{line}");
    }
}

/// Proves N2-125.
#[test]
fn the_server_name_indication() {
    let ask = Command::ReadSetting(Setting::ServerName);
    sent(&ask, "AT+QCFGEXT=\"sni\"");
    sent(&Command::SetServerName(false), "AT+QCFGEXT=\"sni\",0");
    sent(&Command::SetServerName(true), "AT+QCFGEXT=\"sni\",1");
    for (line, on) in [
        ("+QCFGEXT: \"sni\",0", Some(false)),
        ("+QCFGEXT: \"sni\",1", Some(true)),
        ("+QCFGEXT: \"sni\"", None),
    ] {
        assert_eq!(answer(ask.clone(), &[line]).server_name(), on, "{line}");
    }
    // Another setting's line is not the answer.
    let other = end(ask, &["+QCFGEXT: \"fota_apn\",0,\"x\"", "OK"]);
    assert_eq!(other, None);
}

#[test]
fn files_are_uploaded_listed_and_deleted_by_name() {
    let upload = |acknowledged| Command::UploadFile {
        name: quoted("dfota_update.bin"),
        size: 10_240,
        timeout_s: 60,
        acknowledged,
    };
    sent(&upload(false), "AT+QFUPL=\"dfota_update.bin\",10240,60,0");
    sent(&upload(true), "AT+QFUPL=\"dfota_update.bin\",10240,60,1");
    sent(&Command::DeleteFile(quoted("x.bin")), "AT+QFDEL=\"x.bin\"");
    sent(&Command::FileSpace, "AT+QFLDS=\"UFS\"");
    let list = Command::ListFiles(quoted("*"));
    sent(&list, "AT+QFLST=\"*\"");
    let files = answer(
        list.clone(),
        &[
            "+QFLST: \"UFS:a,b.bin\",12",
            "+QFLST: \"c\",3",
            "+QFLST: \"d\"",
        ],
    )
    .files();
    let names: Vec<_> = files.iter().map(|file| (&*file.name, file.size)).collect();
    assert_eq!(names, [("UFS:a,b.bin", 12), ("c", 3)]);
    assert_eq!(answer(list, &[]).files(), []);
    let space = answer(Command::FileSpace, &["+QFLDS: 12987840,14483456"]);
    assert_eq!(space.numbers, [12_987_840, 14_483_456]);
}

#[test]
fn what_starts_something_is_not_sent_twice() {
    for command in every_command() {
        let line = command.line();
        let starts = line.starts_with("AT+QFOTADL=\"")
            || line.starts_with("AT+QFUPL")
            || ["AT+QFOTADL=1", "AT+QFOTADL=10", "AT+QFOTADL=13"]
                .contains(&line.split(',').next().unwrap_or_default());
        assert!(!starts || !command.may_be_repeated(), "{line}");
    }
    assert!(Command::StoredSize.may_be_repeated());
}

/// Proves G-08, G-09.
#[test]
fn no_default_is_relied_upon_that_a_note_does_not_write_out() {
    // The time that data mode waits, acknowledgements, the trigger mode, the server's name: all are
    // sent, whatever the default may be.
    let upload = Command::Upload {
        size: 10,
        timeout_s: 5,
    };
    sent(&upload, "AT+QFOTADL=\"COM:\",10,5");
    let lines: Vec<String> = every_command().iter().map(Command::line).collect();
    for explicit in [
        "AT+QFUPL=\"x\",1,60,1",
        "AT+QFOTADL=3,0",
        "AT+QFOTADL=3,1",
        "AT+QCFGEXT=\"sni\",1",
    ] {
        assert!(lines.iter().any(|line| line == explicit), "{explicit}");
    }
    // What is left out is the end of a line, never a value in the middle of it. Power saving has empty
    // timers that mean something.
    for line in lines {
        assert!(!line.ends_with(',') && !line.contains(",,"), "{line}");
    }
}

/// Proves G-10.
#[test]
fn slips_in_the_examples_are_neither_repeated_nor_tripped_over() {
    // N2 2.3.3 writes EUF:, N2 2.2.6 a comma behind the name, N5 4.1 +CGATT without ?, all of them
    // chains of commands.
    for command in every_command() {
        let line = command.line();
        assert!(!line.contains("EUF:") && !line.ends_with(','), "{line}");
        assert!(!line.ends_with("+CGATT") && !line.contains(';'), "{line}");
    }
    // N4 4.1 has an OK in front of the command, and the answer of a chain in front of its own OK.
    let stray = [
        "OK",
        "+CESQ: 47,6,255,255,0,54",
        "",
        "+CEREG: 0,1",
        "+CPIN: READY",
    ];
    let found = answer(Command::EpsRegistration, &stray).registration();
    assert_eq!(found, Some(Registration::In { roaming: false }));
}
