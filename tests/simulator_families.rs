//! Each family of the simulated module by itself: who it says it is, what it says of the network, and a
//! healthy upgrade from an HTTP server in the words of its own note.

mod simulated_host;

use deltaport::simulator::{Fault, NetworkFlaw, Scheme, Settings, sample_url};
use simulated_host::{Host, answers, awake, lines, of, shortened, upgrade};

const MODELS: [&str; 11] = [
    "BG95-M3",
    "BG77",
    "BG600L-M3",
    "EG065K-NA",
    "EG060K-EA",
    "EM120K-GL",
    "EG120K-EA",
    "EM060K-GL",
    "BC660K-GL",
    "BC26",
    "BC20-2018",
];

/// Proves N1-02, N3-03, N4-02, N5-02.
#[test]
fn each_module_says_who_it_is() {
    for (model, text) in [
        ("BG77", ["Quectel", "BG77", "Revision: BG77LAR02A03", "OK"]),
        (
            "EG060K-EA",
            [
                "Quectel",
                "EG060K-EA",
                "Revision: EG060KEAAAR01A03M2G",
                "OK",
            ],
        ),
        (
            "BC660K-GL",
            [
                "Quectel_Ltd",
                "Quectel_BC660K-GL",
                "Revision: BC660KGLAAR01A05",
                "OK",
            ],
        ),
        (
            "BC26",
            [
                "Quectel_Ltd",
                "Quectel_BC26",
                "Revision: BC26NBR01A07",
                "OK",
            ],
        ),
        (
            "BC20-2018",
            [
                "Quectel_Ltd",
                "Quectel_BC20",
                "Revision: BC20NBR01A01",
                "OK",
            ],
        ),
    ] {
        assert_eq!(answers(&mut awake(of(model)), "ATI"), text, "{model}");
    }
    let mut host = awake(of("BC660K-GL"));
    assert_eq!(
        answers(&mut host, "AT+CGMR"),
        ["Revision: BC660KGLAAR01A05", "OK"]
    );
    assert_eq!(
        answers(&mut host, "AT+CGSN=1"),
        ["+CGSN: 004999010640000", "OK"]
    );
    assert_eq!(answers(&mut host, "AT+QGMR"), ["ERROR"]);
    assert_eq!(
        answers(&mut awake(of("BC26")), "AT+CGMR"),
        ["BC26NBR01A07", "OK"]
    );
    assert_eq!(
        answers(&mut awake(of("EG060K-EA")), "AT+QGMR"),
        ["EG060KEAAAR01A03M2G_01.001.01.001", "OK"]
    );
}

/// Proves N1-23, N4-12, N5-15, N2-130.
#[test]
fn the_checks_of_the_network_are_answered_as_in_the_examples() {
    for (model, line, text) in [
        (
            "BC660K-GL",
            "AT+CESQ;+CEREG?;+CGPADDR?",
            &[
                "+CESQ: 99,99,255,255,22,58",
                "+CEREG: 0,1",
                "+CGPADDR: 0,\"11.102.241.134\"",
                "OK",
            ][..],
        ),
        (
            "BC20-2018",
            "AT+CESQ;+CEREG?;+CPIN?;+COPS?",
            &[
                "+CESQ: 47,6,255,255,0,54",
                "+CEREG: 0,1",
                "+CPIN: READY",
                "+COPS: 0,2,\"46011\",9",
                "OK",
            ],
        ),
        (
            "BC26",
            "AT+CESQ;+CEREG?;+CGATT;+CPIN?;+COPS?",
            &[
                "+CESQ: 47,6,255,255,0,54",
                "+CEREG: 0,1",
                "+CGATT: 1",
                "+CPIN: READY",
                "+COPS: 0,2,\"46011\",9",
                "OK",
            ],
        ),
        (
            "BG95-M3",
            "AT+CSQ;+CEREG?;+CGREG?",
            &["+CSQ: 26,99", "+CEREG: 0,1", "+CGREG: 0,4", "OK"],
        ),
        ("BC660K-GL", "AT+CGPADDR=1", &["+CGPADDR: 1", "OK"]),
        (
            "BC26",
            "AT+CGPADDR=1",
            &["+CGPADDR: 1,\"100.75.72.128\"", "OK"],
        ),
        ("BC660K-GL", "AT+CREG?", &["+CREG: 0,1", "OK"]),
    ] {
        assert_eq!(answers(&mut awake(of(model)), line), text, "{model}");
    }
}

#[test]
fn what_is_wrong_with_the_network_shows_in_every_answer_about_it() {
    for (flaw, cpin, cereg, address) in [
        (NetworkFlaw::NoSim, "ERROR", "+CEREG: 0,0", false),
        (
            NetworkFlaw::SimLocked,
            "+CPIN: SIM PIN",
            "+CEREG: 0,2",
            false,
        ),
        (NetworkFlaw::Searching, "+CPIN: READY", "+CEREG: 0,2", false),
        (NetworkFlaw::Denied, "+CPIN: READY", "+CEREG: 0,3", false),
        (NetworkFlaw::NoAddress, "+CPIN: READY", "+CEREG: 0,1", false),
        (NetworkFlaw::Weak, "+CPIN: READY", "+CEREG: 0,1", true),
    ] {
        for model in MODELS {
            let mut host = awake(of(model).with(Fault::Network(flaw)));
            assert_eq!(answers(&mut host, "AT+CPIN?")[0], cpin, "{model} {flaw:?}");
            assert_eq!(
                answers(&mut host, "AT+CEREG?")[0],
                cereg,
                "{model} {flaw:?}"
            );
            let has_one = answers(&mut host, "AT+CGPADDR?")[0].contains('"');
            assert_eq!(has_one, address, "{model} {flaw:?}");
        }
    }
}

/// Proves X-24.
#[test]
fn sleep_is_on_from_the_factory_and_a_setting_is_kept_over_a_restart() {
    for (model, sleep, saving) in [
        (
            "BC660K-GL",
            "+QSCLK: 1",
            "+CPSMS: 1,,,\"01000001\",\"00100011\"",
        ),
        ("BC26", "+QSCLK: 1", "+CPSMS: 1,,,\"01000001\",\"00100011\""),
        (
            "BG95-M3",
            "+QSCLK: 0",
            "+CPSMS: 0,,,\"00100011\",\"00000001\"",
        ),
        ("EM120K-GL", "+QSCLK: 0", "+CPSMS: 0"),
    ] {
        let mut host = awake(of(model));
        assert_eq!(answers(&mut host, "AT+QSCLK?")[0], sleep, "{model}");
        assert_eq!(answers(&mut host, "AT+CPSMS?")[0], saving, "{model}");
        assert_eq!(host.ask("AT+QSCLK=0;+CPSMS=0"), "\r\nOK\r\n");
        host.module
            .cut_power(host.now, deltaport::time::Duration::from_secs(1));
        host.seconds(15);
        host.ask("ATE0");
        assert_eq!(answers(&mut host, "AT+QSCLK?")[0], "+QSCLK: 0", "{model}");
        let off = saving.replace(": 1", ": 0");
        assert_eq!(answers(&mut host, "AT+CPSMS?")[0], off, "{model}");
    }
}

#[test]
fn a_sleeping_module_loses_the_first_line_and_answers_the_next_one() {
    let mut host = Host::connected(of("BC660K-GL"));
    host.send(b"AT\r");
    host.seconds(1);
    assert_eq!(host.take(), "");
    host.send(b"AT\r");
    host.seconds(2);
    assert_eq!(host.take(), "AT\r\r\n\r\nOK\r\n");
    // it falls asleep again after a while
    host.seconds(20);
    assert!(!host.ask("AT").contains("OK"));
    assert!(host.ask("AT+QSCLK=0").contains("OK"));
    host.seconds(100);
    assert!(host.ask("AT").contains("OK"));
}

/// Proves N1-24, N1-12, N1-13, N1-14, N1-15, N1-16, N1-17, N1-18, N1-19, N1-20.
#[test]
fn a_bc660k_is_upgraded_as_in_the_example_of_its_note() {
    let (host, story) = upgrade(of("BC660K-GL"), sample_url(Scheme::Http));
    assert_eq!(
        shortened(&story),
        [
            "OK",
            "+QIND: \"FOTA\",\"HTTPSTART\"",
            "+QIND: \"FOTA\",\"DOWNLOADING\", 1%",
            "+QIND: \"FOTA\",\"DOWNLOADING\", 100%",
            "+QIND: \"FOTA\",\"HTTPEND\",0",
            "+QIND: \"FOTA\",\"START\"",
            "+QIND: \"FOTA\",\"UPDATING\",0%,1,1",
            "+QIND: \"FOTA\",\"UPDATING\",100%,1,1",
            "RDY",
            "+CFUN: 1",
            "+QIND: \"FOTA\", \"END\", 0",
            "+CPIN: READY",
            "+IP: 100.75.72.128",
        ]
    );
    assert_eq!(story.len(), 11 + 100 + 101 - 2);
    assert_eq!(host.module.version(), "BC660KGLAAR01A06");
}

/// Proves N2-020, N2-021, N2-033.
#[test]
fn a_bg95_is_upgraded_from_a_server() {
    let (host, story) = upgrade(of("BG95-M3"), sample_url(Scheme::Https));
    let start = "+QIND: \"FOTA\",";
    assert_eq!(
        shortened(&story),
        [
            "OK",
            "+QIND: \"FOTA\",\"HTTPSTART\"",
            "+QIND: \"FOTA\",\"DOWNLOADING\",5%",
            "+QIND: \"FOTA\",\"DOWNLOADING\",100%",
            "+QIND: \"FOTA\",\"HTTPEND\",0",
            &format!("{start}\"RESETTING\""),
            &format!("{start}\"START\""),
            &format!("{start}\"UPDATING\",1%"),
            &format!("{start}\"UPDATING\",100%"),
            &format!("{start}\"END\",0"),
            "RDY",
            "APP RDY",
            "+CPIN: READY",
            "+QUSIM: 1",
            "+QIND: SMS DONE",
        ]
    );
    assert_eq!(host.module.version(), "BG95M3LAR02A03_01.012.01.013");
}

/// Proves N3-05, N3-07, N3-16, N3-21, N3-23.
#[test]
fn an_eg060k_is_upgraded_with_two_restarts_of_its_port() {
    let (host, story) = upgrade(of("EG060K-EA"), sample_url(Scheme::Http));
    assert_eq!(
        shortened(&story),
        [
            "OK",
            "+QIND: \"FOTA\", \"HTTPSTART\"",
            "+QIND: \"FOTA\", \"HTTPEnd\", 0",
            "+QIND: \"FOTA\", \"START\"",
            "+QIND: \"FOTA\", \"UPDATING\", 1",
            "+QIND: \"FOTA\", \"UPDATING\", 100",
            "+QIND: \"FOTA\", \"END\", 0",
        ]
    );
    assert_eq!(host.seen.len(), 4, "{:?}", host.seen);
    assert_eq!(host.module.version(), "EG060KEAAAR01A03M2G_01.001.01.002");
}

/// Proves N3-10, N3-15.
#[test]
fn an_eg060k_takes_a_package_from_an_ftp_server() {
    let (host, story) = upgrade(of("EG060K-EA"), sample_url(Scheme::Ftp));
    assert_eq!(
        story[1..3],
        [
            "+QIND: \"FOTA\",\"FTPSTART\"",
            "+QIND: \"FOTA\",\"FTPEND\",0"
        ]
    );
    assert_eq!(host.module.updates_ended(), 1);
}

/// Proves N4-04, N4-06, N4-10.
#[test]
fn a_bc20_of_2018_is_upgraded_without_a_visible_restart() {
    let (host, story) = upgrade(of("BC20-2018"), sample_url(Scheme::Http));
    assert_eq!(
        shortened(&story)[..9],
        [
            "OK",
            "+QIND: \"FOTA\",\"HTTPTART\"",
            "+QIND: \"FOTA\",\"DOWNLOADING\", 1%",
            "+QIND: \"FOTA\",\"DOWNLOADING\", 100%",
            "+QIND: \"FOTA\",\"HTTPEND\",0",
            "+QIND: \"FOTA\",\"START\"",
            "+QIND: \"FOTA\",\"UPDATING\", 1%",
            "+QIND: \"FOTA\",\"UPDATING\", 100%",
            "+QIND: \"FOTA\",\"END\",0",
        ]
    );
    assert_eq!(host.module.version(), "BC20NBR01A02");
}

const BOOT_ROM: [&str; 7] = [
    "F1: 0000 0000",
    "V0: 0000 0000 [0001]",
    "00: 0006 000C",
    "01: 0000 0000",
    "U0: 0000 0001 [0000]",
    "T0: 0000 00B4",
    "Leaving the BROM",
];

/// Proves N5-04, N5-06, N5-10, N5-16, N5-17, N5-18.
#[test]
fn a_bc26_at_a_fixed_rate_is_upgraded_as_in_the_example_of_its_note() {
    let settings = Settings {
        baud_rate: 115_200,
        ..of("BC26")
    };
    let (host, story) = upgrade(settings, sample_url(Scheme::Http));
    let story = shortened(&story);
    let expected = [
        &[
            "OK",
            "+QIND: \"FOTA\",\"HTTPTART\"",
            "+QIND: \"FOTA\",\"DOWNLOADING\",1%",
            "+QIND: \"FOTA\",\"DOWNLOADING\",100%",
            "+QIND: \"FOTA\",\"HTTPEND\",0",
            "+QIND: \"FOTA\",\"START\"",
        ][..],
        &BOOT_ROM,
        &[
            "+QIND: \"FOTA\",\"UPDATING\",1%,1,1",
            "+QIND: \"FOTA\",\"UPDATING\",100%,1,1",
        ],
        &BOOT_ROM,
        &[
            "RDY",
            "+CFUN: 1",
            "+QIND: \"FOTA\",\"END\",0",
            "+CPIN: READY",
            "+IP: 100.75.72.128",
        ],
    ]
    .concat();
    assert_eq!(story, expected);
    assert_eq!(host.module.version(), "BC26NBR01A08");
}

/// Proves N5-13.
#[test]
fn in_autobaud_mode_a_bc26_keeps_its_end_to_itself_until_at_is_sent() {
    let (mut host, story) = upgrade(of("BC26"), sample_url(Scheme::Http));
    assert_eq!(story.last().map(String::as_str), Some("Leaving the BROM"));
    let heard = host.ask("AT");
    assert_eq!(
        lines(&heard)[..3],
        ["RDY", "+CFUN: 1", "+QIND: \"FOTA\",\"END\",0"]
    );
    assert!(heard.ends_with("OK\r\n"), "{heard}");
    // for once and all it is lost
    let (mut host, _) = upgrade(
        of("BC26").with(Fault::EndSwallowed),
        sample_url(Scheme::Http),
    );
    assert!(!host.ask("AT").contains("END"));
}

#[test]
fn autobaud_can_be_left_and_is_known_only_to_modules_for_nb_iot() {
    let mut host = awake(of("BC26"));
    assert_eq!(answers(&mut host, "AT+IPR?")[0], "+IPR: 0");
    assert_eq!(host.ask("AT+IPR=115200"), "\r\nOK\r\n");
    assert_eq!(answers(&mut host, "AT+IPR?")[0], "+IPR: 115200");
    host.send(b"AT+CFUN=1,1\r");
    host.seconds(20);
    assert!(host.take().contains("RDY"));
    assert_eq!(answers(&mut awake(of("BG95-M3")), "AT+IPR=0"), ["ERROR"]);
}

/// Proves N1-04, N2-013, N3-09, N4-05, N5-05.
#[test]
fn the_test_command_is_answered_in_each_familys_form() {
    for model in MODELS {
        let heard = answers(&mut awake(of(model)), "AT+QFOTADL=?");
        if model == "BC660K-GL" {
            assert_eq!(heard, ["+QFOTADL=<URL>", "OK"]);
        } else {
            assert_eq!(heard, ["OK"], "{model}");
        }
    }
}

/// Proves N1-08, N1-10, N2-025, N3-12, N3-13, N3-14, N3-18, N4-09, N5-09.
#[test]
fn urls_are_taken_up_to_their_limit_and_no_longer() {
    for (model, limit) in [
        ("BC660K-GL", 255),
        ("BG95-M3", 700),
        ("EG060K-EA", 100),
        ("BC20-2018", 255),
        ("BC26", 255),
    ] {
        for (length, taken) in [(limit, true), (limit + 1, false)] {
            let mut url = "HTTP://a/".to_owned();
            url += &"x".repeat(length - url.len());
            let heard = answers(&mut awake(of(model)), &format!("AT+QFOTADL=\"{url}\""));
            assert_eq!(heard[0] == "OK", taken, "{model} {length}");
        }
    }
    let mut host = awake(of("EG060K-EA"));
    let long = "p".repeat(51);
    let answer = host.ask(&format!("AT+QFOTADL=\"ftp://u:{long}@a:21/b\""));
    assert_eq!(answer, "\r\nERROR\r\n");
}

/// Proves N1-01, N1-22, N4-13, N5-14, X-15.
#[test]
fn each_family_takes_its_own_schemes_only() {
    for (model, taken) in [
        ("BC660K-GL", &[Scheme::Http][..]),
        ("BC26", &[Scheme::Http]),
        ("BC20-2018", &[Scheme::Http]),
        ("EM060K-GL", &[Scheme::Http, Scheme::Https, Scheme::Ftp]),
        ("BG600L-M3", &Scheme::ALL),
    ] {
        for scheme in Scheme::ALL {
            let line = format!("AT+QFOTADL=\"{}\"", sample_url(scheme));
            let heard = answers(&mut awake(of(model)), &line);
            assert_eq!(
                heard[0] == "OK",
                taken.contains(&scheme),
                "{model} {scheme:?}"
            );
        }
    }
}

/// Proves N3-10, N4-07, N5-07, N2-174.
#[test]
fn a_second_download_is_refused_in_each_familys_form() {
    for (model, refusal) in [
        ("BC660K-GL", "ERROR"),
        ("BG95-M3", "+CME ERROR: 591"),
        ("EG060K-EA", "ERROR"),
        ("BC20-2018", "+CME ERROR: 2"),
        ("BC26", "+CME ERROR: 2"),
    ] {
        let mut host = awake(of(model));
        host.ask("AT+CMEE=1");
        let line = format!("AT+QFOTADL=\"{}\"", sample_url(Scheme::Http));
        assert_eq!(answers(&mut host, &line)[0], "OK");
        let heard = answers(&mut host, &line);
        assert!(
            heard.iter().any(|line| line == refusal),
            "{model} {heard:?}"
        );
    }
}
