//! What the module says by itself: the sequences that the notes print, in each of their spellings.

use deltaport::at::Transport::{Coap, Ftp, Http};
use deltaport::at::{FotaEvent, Line, LineSplitter, Lwm2mEvent, Transport, Urc};

/// What a stream of the module comes to, a word for each line.
fn words(pieces: &[&[u8]]) -> Vec<String> {
    let mut splitter = LineSplitter::new();
    let mut found = Vec::new();
    for piece in pieces {
        splitter.push(piece, |line| found.push(word(&Line::of(line))));
    }
    found
}

fn by(transport: Transport) -> &'static str {
    match transport {
        Http => "http",
        Ftp => "ftp",
        Coap => "coap",
    }
}

fn word(line: &Line<'_>) -> String {
    let code = |code: Option<u32>| code.map_or("-".into(), |code| code.to_string());
    let percent = |n: Option<u8>| code(n.map(u32::from));
    match line {
        Line::Urc(Urc::Fota(event)) => match event {
            FotaEvent::DownloadStart(transport) => format!("{} start", by(*transport)),
            FotaEvent::Downloading(n) => format!("download {}", percent(*n)),
            FotaEvent::DownloadEnd(transport, n) => format!("{} end {}", by(*transport), code(*n)),
            FotaEvent::Resetting => "resetting".into(),
            FotaEvent::Start => "start".into(),
            FotaEvent::Restore => "restore".into(),
            FotaEvent::Updating {
                percent: n,
                parts: None,
                part: None,
            } => format!("update {}", percent(*n)),
            FotaEvent::Updating {
                percent: n,
                parts,
                part,
            } => format!(
                "update {} of program {}/{}",
                percent(*n),
                code(*part),
                code(*parts)
            ),
            FotaEvent::End(n) => format!("end {}", code(*n)),
            FotaEvent::Other(name) => format!("other {name}"),
        },
        Line::Urc(Urc::Lwm2m(event)) => match event {
            Lwm2mEvent::Started => "lwm2m start".into(),
            Lwm2mEvent::Completed => "lwm2m completed".into(),
            Lwm2mEvent::Downloaded(n) => format!("lwm2m downloaded {}", code(*n)),
            Lwm2mEvent::Other(text) => format!("lwm2m {text}"),
        },
        Line::Urc(Urc::Ready) => "ready".into(),
        Line::Urc(Urc::AppReady) => "app ready".into(),
        Line::Urc(Urc::PoweredDown) => "powered down".into(),
        Line::Urc(Urc::BootRom) => "boot rom".into(),
        Line::Urc(Urc::Other(_)) => "noise".into(),
        Line::Info(info) => format!("+{}", info.name),
        Line::Final(_) => "final".into(),
        Line::Connect(_) => "connect".into(),
        Line::Text(text) => format!("text {text}"),
    }
}

/// The words of these lines; the same come out however the lines end and wherever the stream is cut.
fn events(lines: &[&str]) -> Vec<String> {
    let stream: String = lines.iter().map(|line| format!("\r\n{line}\r\n")).collect();
    let whole = words(&[stream.as_bytes()]);
    for cut in 0..stream.len() {
        let (head, tail) = stream.as_bytes().split_at(cut);
        assert_eq!(words(&[head, tail]), whole, "cut at {cut}");
    }
    for end in ["\r", "\n", "\n\r"] {
        let stream: String = lines.iter().map(|line| format!("{line}{end}")).collect();
        assert_eq!(words(&[stream.as_bytes()]), whole, "{end:?}");
    }
    whole
}

/// Proves G-02, N1-12, N1-13, N1-14, N1-15, N1-16, N1-17, N1-18, N1-19, N1-24, X-03, X-04.
#[test]
fn the_example_of_bc660k() {
    let seen = events(&[
        "OK",
        r#"+QIND: "FOTA","HTTPSTART""#,
        r#"+QIND: "FOTA","DOWNLOADING", 1%"#,
        r#"+QIND: "FOTA","DOWNLOADING", 2%"#,
        r#"+QIND: "FOTA","DOWNLOADING", 100%"#,
        r#"+QIND: "FOTA","HTTPEND",0"#,
        r#"+QIND: "FOTA","START""#,
        r#"+QIND: "FOTA","UPDATING",0%,1,1"#,
        r#"+QIND: "FOTA","UPDATING",1%,1,1"#,
        r#"+QIND: "FOTA","UPDATING",100%,1,1"#,
        "RDY",
        "+CFUN: 1",
        r#"+QIND: "FOTA", "END", 0"#,
        "+CPIN: READY",
        "+IP: 100.75.72.128",
    ]);
    let expected = [
        "final",
        "http start",
        "download 1",
        "download 2",
        "download 100",
        "http end 0",
        "start",
        "update 0 of program 1/1",
        "update 1 of program 1/1",
        "update 100 of program 1/1",
        "ready",
        "+CFUN",
        "end 0",
        "+CPIN",
        "+IP",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn an_update_that_goes_on_after_a_power_loss_begins_with_start() {
    for (start, progress) in [
        (
            r#"+QIND: "FOTA","START""#,
            r#"+QIND: "FOTA","UPDATING",30%,1,1"#,
        ),
        (
            r#"+QIND: "FOTA","START""#,
            r#"+QIND: "FOTA","UPDATING", 2%"#,
        ),
        (
            r#"+QIND: "FOTA","START""#,
            r#"+QIND: "FOTA","UPDATING", 2%, 1, 1"#,
        ),
        (
            r#"+QIND: "FOTA","Last upgrade was not finished,continue upgrade""#,
            r#"+QIND: "FOTA","RESTORE",3%"#,
        ),
    ] {
        for text in [start, progress] {
            let Line::Urc(Urc::Fota(event)) = Line::of(text.as_bytes()) else {
                panic!("{text}");
            };
            assert!(event.is_under_way(), "{text}");
        }
    }
}

/// Proves N2-021, N2-022, N2-029, N2-130, X-01.
#[test]
fn the_https_example_of_bg95_with_its_slip() {
    let seen = events(&[
        "+CSQ: 26,99",
        "+CEREG: 0,1",
        "+CGREG: 0,4",
        r#"+COPS: 0,0,"Telstra Mobile Telstra",8"#,
        "OK",
        "OK",
        r#"+QIND: "FOTA","HTTPSTART""#,
        r#"+QIND: "FOTA","DOWNLOADING",5%"#,
        r#"+QIND: "FOTA","HTTPPEND",0"#,
        r#"+QIND: "FOTA","RESETTING""#,
        r#"+QIND: "FOTA","START""#,
        r#"+QIND: "FOTA","UPDATING",1%"#,
        r#"+QIND: "FOTA","UPDATING",100%"#,
        r#"+QIND: "FOTA","END",0"#,
    ]);
    let expected = [
        "+CSQ",
        "+CEREG",
        "+CGREG",
        "+COPS",
        "final",
        "final",
        "http start",
        "download 5",
        "http end 0",
        "resetting",
        "start",
        "update 1",
        "update 100",
        "end 0",
    ];
    assert_eq!(seen, expected);
}

/// Proves N2-050, N2-131.
#[test]
fn the_ftp_example_of_bg95() {
    let seen = events(&[
        "OK",
        r#"+QIND: "FOTA","FTPSTART""#,
        r#"+QIND: "FOTA","DOWNLOADING",5%"#,
        r#"+QIND: "FOTA","DOWNLOADING",100%"#,
        r#"+QIND: "FOTA","FTPEND",0"#,
        r#"+QIND: "FOTA","RESETTING""#,
        r#"+QIND: "FOTA","START""#,
        r#"+QIND: "FOTA","UPDATING",4%"#,
        r#"+QIND: "FOTA","END",0"#,
    ]);
    let expected = [
        "final",
        "ftp start",
        "download 5",
        "download 100",
        "ftp end 0",
        "resetting",
        "start",
        "update 4",
        "end 0",
    ];
    assert_eq!(seen, expected);
}

/// Proves N2-040.
#[test]
fn a_coap_download_has_no_progress() {
    let seen = events(&[
        "OK",
        r#"+QIND: "FOTA","COAPSTART""#,
        r#"+QIND: "FOTA","COAPEND",704"#,
    ]);
    assert_eq!(seen, ["final", "coap start", "coap end 704"]);
}

/// Proves N2-162.
#[test]
fn a_segment_ends_with_712_and_the_module_tells_how_much_it_has() {
    let seen = events(&[
        r#"+QIND: "FOTA","HTTPSTART""#,
        r#"+QIND: "FOTA","DOWNLOADING",5%"#,
        r#"+QIND: "FOTA","HTTPEND",712"#,
        "+QFOTADL:3,10240",
        "OK",
    ]);
    let expected = [
        "http start",
        "download 5",
        "http end 712",
        "+QFOTADL",
        "final",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_resumed_download_of_bg95() {
    let seen = events(&[
        r#"+QIND: "FOTA","DOWNLOADING",15%"#,
        "RDY",
        "APP RDY",
        "OK",
        r#"+QIND: "FOTA","HTTPSTART""#,
        r#"+QIND: "FOTA","DOWNLOADING",15%"#,
    ]);
    let expected = [
        "download 15",
        "ready",
        "app ready",
        "final",
        "http start",
        "download 15",
    ];
    assert_eq!(seen, expected);
}

/// Proves N2-142, N2-143, N2-144, N2-145.
#[test]
fn upgrades_that_a_server_orders() {
    let seen = events(&[
        r#"+LWM2M: "FOTA","DOWNLOADING","START""#,
        r#"+LWM2M: "FOTA","DOWNLOADING","COMPLETED""#,
        r#"+QIND: "FOTA","HTTPSTART""#,
        r#"+QIND: "FOTA","DOWNLOADING",7%"#,
        r#"+LWM2M: "FOTA","DOWNLOADED",0"#,
        r#"+QIND: "FOTA","COAPSTART""#,
        r#"+LWM2M: "FOTA", "DOWNLOADED", 702"#,
        r#"+QIND: "FOTA","START""#,
        r#"+QIND: "FOTA","UPDATING",1%"#,
        r#"+QIND: "FOTA","END",511"#,
        r#"+LWM2M: "FOTA","SOMETHING",1"#,
        "+LWM2M: 7",
    ]);
    let expected = [
        "lwm2m start",
        "lwm2m completed",
        "http start",
        "download 7",
        "lwm2m downloaded 0",
        "coap start",
        "lwm2m downloaded 702",
        "start",
        "update 1",
        "end 511",
        r#"lwm2m "FOTA","SOMETHING",1"#,
        "lwm2m 7",
    ];
    assert_eq!(seen, expected);
}

/// Proves N3-10, N3-15, N3-16, N3-23, X-01.
#[test]
fn both_examples_of_eg06xk_without_a_percent_sign() {
    for (start, end, words) in [
        (
            r#"+QIND: "FOTA","FTPSTART""#,
            r#"+QIND: "FOTA","FTPEND",0"#,
            ["ftp start", "ftp end 0"],
        ),
        (
            r#"+QIND: "FOTA", "HTTPSTART""#,
            r#"+QIND: "FOTA", "HTTPEnd", 0"#,
            ["http start", "http end 0"],
        ),
        (
            r#"+QIND: "FOTA","HTTPSTART""#,
            r#"+QIND: "FOTA","HTTPEPEND",0"#,
            ["http start", "http end 0"],
        ),
    ] {
        let seen = events(&[
            "OK",
            start,
            end,
            r#"+QIND: "FOTA", "START""#,
            r#"+QIND: "FOTA", "UPDATING", 1"#,
            r#"+QIND: "FOTA","UPDATING",2"#,
            r#"+QIND: "FOTA","UPDATING",100"#,
            r#"+QIND: "FOTA","END",0"#,
        ]);
        let rest = ["start", "update 1", "update 2", "update 100", "end 0"];
        let expected: Vec<&str> = [&["final"][..], &words, &rest].concat();
        assert_eq!(seen, expected);
    }
}

/// Proves N3-19.
#[test]
fn a_local_package_of_eg06xk_has_no_download_events() {
    let seen = events(&[
        "OK",
        r#"+QIND: "FOTA", "START""#,
        r#"+QIND: "FOTA", "UPDATING",1"#,
        r#"+QIND: "FOTA", "END",0"#,
    ]);
    assert_eq!(seen, ["final", "start", "update 1", "end 0"]);
}

#[test]
fn a_wrong_version_ends_before_anything_was_started() {
    let seen = events(&[
        "OK",
        r#"+QIND: "FOTA","FTPEND",0"#,
        r#"+QIND: "FOTA","END",505"#,
    ]);
    assert_eq!(seen, ["final", "ftp end 0", "end 505"]);
}

/// Proves N4-06, N4-10, N4-12, X-01.
#[test]
fn the_example_of_bc20_with_its_slip() {
    let seen = events(&[
        "+CESQ: 47,6,255,255,0,54",
        "+CEREG: 0,1",
        "+CPIN: READY",
        r#"+COPS: 0,2,"46011",9"#,
        "OK",
        "OK",
        r#"+QIND: "FOTA","HTTPTART""#,
        r#"+QIND: "FOTA","DOWNLOADING", 1%"#,
        r#"+QIND: "FOTA","DOWNLOADING", 100%"#,
        r#"+QIND: "FOTA","HTTPEND",0"#,
        r#"+QIND: "FOTA","START""#,
        r#"+QIND: "FOTA","UPDATING", 1%"#,
        r#"+QIND: "FOTA","UPDATING", 100%"#,
        r#"+QIND: "FOTA","END",0"#,
    ]);
    let expected = [
        "+CESQ",
        "+CEREG",
        "+CPIN",
        "+COPS",
        "final",
        "final",
        "http start",
        "download 1",
        "download 100",
        "http end 0",
        "start",
        "update 1",
        "update 100",
        "end 0",
    ];
    assert_eq!(seen, expected);
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

/// Proves N5-06, N5-10, N5-16, N5-17.
#[test]
fn the_example_of_bc26_with_both_blocks_of_its_boot_rom() {
    let update = [
        r#"+QIND: "FOTA","UPDATING",1%,1,1"#,
        r#"+QIND: "FOTA","UPDATING",100%,1,1"#,
    ];
    let lines = [
        &[
            "OK",
            r#"+QIND: "FOTA","HTTPTART""#,
            r#"+QIND: "FOTA","DOWNLOADING",1%"#,
            r#"+QIND: "FOTA","DOWNLOADING",100%"#,
            r#"+QIND: "FOTA","HTTPEND",0"#,
            r#"+QIND: "FOTA","START""#,
        ][..],
        &BOOT_ROM,
        &update,
        &BOOT_ROM,
        &["RDY", "+CFUN: 1", r#"+QIND: "FOTA","END",0"#],
    ]
    .concat();
    let mut seen = events(&lines);
    seen.retain(|word| word != "noise");
    let expected = [
        "final",
        "http start",
        "download 1",
        "download 100",
        "http end 0",
        "start",
        "boot rom",
        "update 1 of program 1/1",
        "update 100 of program 1/1",
        "boot rom",
        "ready",
        "+CFUN",
        "end 0",
    ];
    assert_eq!(seen, expected, "a block is one event");
}

/// Proves N5-17, X-27.
#[test]
fn a_boot_rom_block_is_one_event_and_never_an_answer() {
    let seen = events(&BOOT_ROM);
    assert_eq!(seen[0], "boot rom");
    assert!(seen[1..].iter().all(|word| word == "noise"), "{seen:?}");
    // The same block from another chip, with other numbers.
    let other = ["F1: 0102 ABCD", "T0: 0000 001B"];
    assert_eq!(events(&other), ["boot rom", "noise"]);
}

/// Proves N1-14, N2-150, N3-24, N3-26, N5-11.
#[test]
fn the_end_of_a_download_is_never_the_end_of_an_update() {
    for name in [
        "HTTPEND",
        "FTPEND",
        "COAPEND",
        "HTTPPEND",
        "HTTTPEND",
        "HTTPEPEND",
    ] {
        for code in [0, 1, 601, 701, 712] {
            let text = format!(r#"+QIND: "FOTA","{name}",{code}"#);
            let found = Line::of(text.as_bytes());
            assert!(
                matches!(found, Line::Urc(Urc::Fota(FotaEvent::DownloadEnd(_, Some(n)))) if n == code),
                "{text}: {found:?}"
            );
        }
    }
}

/// Proves X-01, X-08, X-27.
#[test]
fn what_no_note_defines_is_kept_and_ends_nothing() {
    for (text, word) in [
        (
            r#"+QIND: "FOTA","DOWNLOAD SUCCESS""#,
            "other DOWNLOAD SUCCESS",
        ),
        (r#"+QIND: "FOTA","FAIL""#, "other FAIL"),
        (r#"+QIND: "FOTA","HTTPSTARTEND",0"#, "other HTTPSTARTEND"),
        (r#"+QIND: "FOTA","ENDING",0"#, "other ENDING"),
        (r#"+QIND: "FOTA","UPDA"#, "other UPDA"),
        (r#"+QIND: "FOTA","END",99999999999999"#, "end -"),
        (r#"+QIND: "FOTA","END",-1"#, "end -"),
        (r#"+QIND: "FOTA","UPDATING",x%"#, "update -"),
        (r#"+QIND: "FOTA""#, "noise"),
        ("+QIND: SMS DONE", "noise"),
    ] {
        assert_eq!(events(&[text]), [word], "{text}");
    }
}
