//! What the simulated module answers to commands.

mod simulated_host;

use deltaport::simulator::{Fault, LineEnds, Model, PortKind, Reply, Settings, sample_package};
use deltaport::time::{Duration, Instant};
use simulated_host::{Host, lines};

#[test]
fn answers_are_framed_and_echoed_g_02() {
    let mut host = Host::connected(Settings::default());
    assert_eq!(host.ask("AT"), "AT\r\r\nOK\r\n");
    assert_eq!(host.ask("at\n"), "at\r\r\nOK\r\n");
    assert_eq!(host.ask("ATE0"), "ATE0\r\r\nOK\r\n");
    assert_eq!(host.ask("AT"), "\r\nOK\r\n");
    // the LF after the CR is part of the line's end
    assert_eq!(host.ask("AT\r\nAT\r"), "\r\nOK\r\n\r\nOK\r\n");
    assert_eq!(host.ask("ATV0"), "0\r");
    assert_eq!(host.ask("AT+QGMR"), "BG95M3LAR02A03_01.012.01.012\r\n0\r");
}

#[test]
fn the_module_says_who_it_is_b_id_1_2() {
    let mut host = Host::prepared(Settings::default());
    assert_eq!(
        host.ask("ATI"),
        "\r\nQuectel\r\nBG95-M3\r\nRevision: BG95M3LAR02A03\r\n\r\nOK\r\n"
    );
    assert_eq!(host.ask("AT+CGMR"), "\r\nBG95M3LAR02A03\r\n\r\nOK\r\n");
    assert_eq!(
        host.ask("AT+QGMR"),
        "\r\nBG95M3LAR02A03_01.012.01.012\r\n\r\nOK\r\n"
    );
    assert_eq!(host.ask("AT+CGMI"), "\r\nQuectel\r\n\r\nOK\r\n");
    assert_eq!(host.ask("AT+CGMM"), host.ask("AT+GMM"));
    assert_eq!(host.ask("AT+GSN"), "\r\n004999010640000\r\n\r\nOK\r\n");
}

#[test]
fn a_chain_gives_each_text_and_one_ok_g_11() {
    let mut host = Host::prepared(Settings::default());
    assert_eq!(
        lines(&host.ask("AT+CSQ;+CEREG?;+CGREG?;+COPS?")),
        [
            "+CSQ: 26,99",
            "+CEREG: 0,1",
            "+CGREG: 0,4",
            "+COPS: 0,0,\"Simulated\",8",
            "OK"
        ]
    );
    assert_eq!(
        lines(&host.ask("AT+CSQ;+NOPE;+QGMR")),
        ["+CSQ: 26,99", "+CME ERROR: 4"]
    );
}

#[test]
fn errors_are_told_as_cmee_says_n2_096() {
    let mut host = Host::prepared(Settings::default());
    for (level, answer) in [
        (0, "\r\nERROR\r\n"),
        (1, "\r\n+CME ERROR: 593\r\n"),
        (
            2,
            "\r\n+CME ERROR: DFOTA package does not exist or failed to open\r\n",
        ),
    ] {
        host.ask(&format!("AT+CMEE={level}"));
        assert_eq!(host.ask("AT+QFOTADL=1"), answer);
    }
    assert_eq!(lines(&host.ask("AT+CMEE?")), ["+CMEE: 2", "OK"]);
}

#[test]
fn what_is_no_command_gets_no_answer() {
    let mut host = Host::prepared(Settings::default());
    for text in ["", "hello", "\u{fc}", "A", "$GPRMC,,V"] {
        assert_eq!(host.ask(text), "", "{text:?}");
    }
    assert_eq!(host.ask("AT+NOPE"), "\r\n+CME ERROR: 4\r\n");
    let long = "A".repeat(10_000);
    assert_eq!(host.ask(&format!("AT{long}")), "\r\nERROR\r\n");
    assert_eq!(host.ask("AT"), "\r\nOK\r\n");
}

#[test]
fn settings_are_read_back_and_saved_profiles_come_back() {
    let mut host = Host::prepared(Settings::default());
    assert_eq!(lines(&host.ask("AT+IFC?")), ["+IFC: 0,0", "OK"]);
    assert_eq!(
        lines(&host.ask("AT+IFC=2,2;&W;+IFC=0,0;+IFC?")),
        ["+IFC: 0,0", "OK"]
    );
    assert_eq!(lines(&host.ask("ATZ+IFC?")), ["+IFC: 2,2", "OK"]);
    assert_eq!(lines(&host.ask("AT&F+IFC?")).last(), Some(&"OK"));
    assert!(
        host.ask("AT").starts_with("AT\r"),
        "&F switches the echo on"
    );
    assert_eq!(
        lines(&host.ask("ATE0+IPR?")),
        ["ATE0+IPR?", "+IPR: 115200", "OK"]
    );
}

#[test]
fn the_rate_changes_after_the_answer_and_another_rate_is_garbage() {
    let mut host = Host::prepared(Settings::default());
    assert_eq!(host.ask("AT+IPR=9600"), "\r\nOK\r\n");
    assert_eq!(host.ask("AT"), "", "the module hears garbage");
    host.module.port_closed(host.now);
    host.module.port_opened(host.now, 9600);
    // the garbage is still at the beginning of the line
    host.ask("");
    assert_eq!(host.ask("AT+IPR?"), "\r\n+IPR: 9600\r\n\r\nOK\r\n");
    assert!(host.ask("AT+IPR=1234").contains("ERROR"));
}

#[test]
fn with_a_wrong_rate_even_the_echo_is_garbage() {
    let mut host = Host::connected(Settings {
        baud_rate: 9600,
        ..Settings::default()
    });
    host.send(b"AT\r");
    host.seconds(1);
    assert_eq!(host.heard.len(), 3);
    assert!(host.heard.iter().all(|byte| *byte >= 0x80 || *byte == 0));
}

#[test]
fn a_command_that_comes_too_early_waits_for_its_turn() {
    let mut host = Host::connected(Settings {
        latency: Duration::from_millis(500),
        ..Settings::default()
    });
    let answer = host.ask("ATE0\rAT+CSQ\rAT");
    assert_eq!(
        answer,
        "ATE0\r\r\nOK\r\n\r\n+CSQ: 26,99\r\n\r\nOK\r\n\r\nOK\r\n"
    );
}

/// Proves N2-013, N2-083, N2-084, N2-088, N2-089, N2-092, N2-095.
#[test]
fn qfotadl_knows_its_forms_n2_080_to_098() {
    let mut host = Host::prepared(Settings::default());
    for (command, answer) in [
        ("=?", "OK"),
        ("?", "+QFOTADL: 0"),
        ("=3", "+QFOTADL: 3,1"),
        ("=3,0", "OK"),
        ("=3", "+QFOTADL: 3,0"),
        ("=3,2", "+CME ERROR: 590"),
        ("=4", "+CME ERROR: 593"),
        ("=4,1", "+CME ERROR: 590"),
        ("=5", "+CME ERROR: 593"),
        ("=6", "+CME ERROR: 592"),
        ("=8", "+QFOTADL: 8,3,10"),
        ("=8,5,10", "OK"),
        ("=8", "+QFOTADL: 8,5,10"),
        ("=8,0,10", "+CME ERROR: 590"),
        ("=12", "+QFOTADL: 12,4194304"),
        ("=2", "+CME ERROR: 590"),
        ("=99", "+CME ERROR: 590"),
        ("=", "+CME ERROR: 590"),
        ("=x", "+CME ERROR: 590"),
        ("=\"COM:\"", "+CME ERROR: 590"),
        ("=\"COM:\",0,5", "+CME ERROR: 590"),
        ("=\"COM:\",-1,5", "+CME ERROR: 590"),
        ("=\"COM:\",10,5,1", "+CME ERROR: 590"),
        ("=\"COM:\",4194305,5", "+CME ERROR: 590"),
        ("=\"UFS:x.bin\",2", "+CME ERROR: 593"),
        ("=\"UFS:x.bin\",3", "+CME ERROR: 590"),
        ("=\"gopher://x/\"", "+CME ERROR: 590"),
    ] {
        let heard = host.ask(&format!("AT+QFOTADL{command}"));
        assert_eq!(lines(&heard).first(), Some(&answer), "{command}");
    }
}

/// Proves N2-080, N2-087, N2-152, N2-159, N2-174.
#[test]
fn a_download_has_its_state_and_can_be_cancelled_n2_081_087() {
    let mut host = Host::prepared(Settings::default());
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=\"http://silent.test:80/a.zip\"")),
        ["OK", "+QIND: \"FOTA\",\"HTTPSTART\""]
    );
    assert_eq!(lines(&host.ask("AT+QFOTADL?")), ["+QFOTADL: 1", "OK"]);
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=\"COM:\",10,5")),
        ["+CME ERROR: 591"]
    );
    host.seconds(120);
    assert_eq!(lines(&host.take()), ["+QIND: \"FOTA\",\"HTTPEND\",704"]);
    assert_eq!(lines(&host.ask("AT+QFOTADL?")), ["+QFOTADL: 3,0", "OK"]);

    host.ask("AT+QFOTADL=\"ftp://u:p@silent.test:21/a.zip\"");
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=6")),
        ["OK", "+QIND: \"FOTA\",\"FTPEND\",709"]
    );
    host.seconds(60);
    assert_eq!(host.take(), "");
}

#[test]
fn another_model_knows_no_upload() {
    let mut host = Host::prepared(Settings::of(Model::named("XY99")));
    assert_eq!(lines(&host.ask("AT+CGMM")), ["XY99", "OK"]);
    assert_eq!(host.ask("AT+QFOTADL=12"), "\r\n+CME ERROR: 4\r\n");
}

#[test]
fn cfun_1_1_restarts_and_brings_the_echo_back() {
    let mut host = Host::prepared(Settings::default());
    host.send(b"AT+CFUN=1,1\r");
    host.seconds(20);
    assert_eq!(
        lines(&host.take()),
        [
            "OK",
            "POWERED DOWN",
            "RDY",
            "APP RDY",
            "+CPIN: READY",
            "+QUSIM: 1",
            "+QIND: SMS DONE"
        ]
    );
    assert_eq!(lines(&host.ask("AT+NOPE")), ["AT+NOPE", "ERROR"]);
}

#[test]
fn between_rdy_and_app_rdy_every_command_is_an_error_b_id_7() {
    let mut host = Host::prepared(Settings::default());
    host.send(b"AT+CFUN=1,1\r");
    while !host.heard.ends_with(b"\r\nRDY\r\n") {
        host.run(Duration::from_millis(10));
    }
    host.take();
    host.send(b"AT\r");
    host.run(Duration::from_millis(100));
    assert_eq!(lines(&host.take()), ["AT", "ERROR"]);
    host.seconds(3);
    assert!(host.ask("AT").contains("OK"));
}

#[test]
fn switched_off_it_stays_silent() {
    let mut host = Host::prepared(Settings::default());
    host.send(b"AT+QPOWD\r");
    host.seconds(5);
    assert_eq!(lines(&host.take()), ["OK", "POWERED DOWN"]);
    assert_eq!(host.ask("AT"), "");
    host.module.cut_power(host.now, Duration::from_millis(100));
    host.seconds(20);
    assert!(host.take().contains("APP RDY"));
}

#[test]
fn the_greeting_faults_do_what_they_say() {
    let mut host = Host::connected(Settings::default().with(Fault::Asleep { lines: 2 }));
    assert_eq!(
        (host.ask("AT"), host.ask("AT")),
        (String::new(), String::new())
    );
    assert_eq!(host.ask("AT"), "AT\r\r\nOK\r\n");

    let mut host = Host::connected(Settings::default().with(Fault::HalfEcho));
    assert_eq!(host.ask("ATE0"), "TE0\r\r\nOK\r\n");

    let mut host = Host::connected(Settings::default().with(Fault::LineEnds(LineEnds::LfCr)));
    assert_eq!(host.ask("AT"), "AT\r\n\rOK\n\r");

    let mut host = Host::connected(Settings::default().with(Fault::Port(PortKind::Echo)));
    assert_eq!(host.ask("AT"), "AT\r");

    let mut host = Host::connected(Settings::default().with(Fault::Port(PortKind::Silent)));
    assert_eq!(host.ask("AT"), "");

    let mut host = Host::connected(Settings::default().with(Fault::Port(PortKind::Nmea)));
    assert!(host.ask("AT").contains("$GPRMC"));

    let mut host = Host::connected(Settings::default().with(Fault::Slow {
        by: Duration::from_secs(2),
    }));
    host.send(b"AT\r");
    host.run(Duration::from_millis(1900));
    assert_eq!(host.take(), "AT\r");
    host.seconds(1);
    assert_eq!(host.take(), "\r\nOK\r\n");
}

#[test]
fn a_talkative_network_speaks_inside_of_answers_x_06() {
    let mut host = Host::prepared(Settings::default().with(Fault::Chatter {
        every: Duration::from_secs(60),
    }));
    let heard = host.ask("AT+QGMR");
    let heard = lines(&heard);
    assert_eq!(heard.len(), 4, "{heard:?}");
    assert_eq!((heard[1], heard[3]), ("BG95M3LAR02A03_01.012.01.012", "OK"));
    host.seconds(60);
    assert_eq!(lines(&host.take()).len(), 1);
}

#[test]
fn an_answer_can_be_replaced() {
    let answer = |reply| Fault::Answer {
        command: "+QFOTADL=12".to_owned(),
        reply,
        times: 1,
    };
    for (reply, heard) in [
        (Reply::Error, vec!["ERROR"]),
        (Reply::Cme(594), vec!["+CME ERROR: 594"]),
        (Reply::Cms(500), vec!["+CMS ERROR: 500"]),
        (Reply::Nothing, vec![]),
        (Reply::Ok, vec!["OK"]),
        (Reply::Text("nonsense".to_owned()), vec!["nonsense", "OK"]),
        (Reply::TextThenError, vec!["+QFOTADL: 12,4194304", "ERROR"]),
    ] {
        let mut host = Host::prepared(Settings::default().with(answer(reply)));
        assert_eq!(lines(&host.ask("AT+QFOTADL=12")), heard);
        assert_eq!(
            lines(&host.ask("AT+QFOTADL=12")),
            ["+QFOTADL: 12,4194304", "OK"]
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let run = |seed| {
        let settings = Settings {
            seed,
            ..Settings::default()
        };
        let mut host = Host::prepared(settings.with(Fault::BootNoise));
        host.upload(&sample_package("BG95M3LAR02A03_01.012.01.012", "X", 5000));
        let mut copy = host.module.clone();
        host.seconds(300);
        let mut heard = Vec::new();
        let end = host.now;
        loop {
            match copy.poll(end) {
                deltaport::simulator::Output::Bytes(bytes) => heard.extend(bytes),
                deltaport::simulator::Output::Wait(_) => break,
                _ => {}
            }
        }
        assert_eq!(heard, host.heard, "looked at only once, it says the same");
        heard
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn no_input_and_no_jump_of_the_clock_upsets_it() {
    let mut host = Host::connected(Settings::default().with(Fault::Port(PortKind::Nmea)));
    host.module.poll(Instant::from_millis(u64::MAX));
    let mut module = host.module;
    module.port_opened(Instant::from_millis(0), 0);
    module.receive(Instant::from_millis(5), &[0xff; 100_000]);
    module.poll(Instant::from_millis(6));
}
