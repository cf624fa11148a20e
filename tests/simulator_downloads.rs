//! Downloads of the simulated module: segments, resuming, files, the code at each end, and what a server
//! of the operator starts by itself.

mod simulated_host;

use deltaport::simulator::{
    Fault, Fetch, FetchFailure, Lwm2mMode, NetworkFlaw, PercentStyle, Scheme, Served, Settings,
    sample_url, sized_package,
};
use deltaport::time::Duration;
use simulated_host::{Host, answers, awake, lines, of, shortened, story, upgrade};

const OLD: &str = "BG95M3LAR02A03_01.012.01.012";
const NEW: &str = "BG95M3LAR02A04_01.200.01.200";
const URL: &str = "https://a:443/p.bin";
const SIZE: usize = 30_001;

/// A BG95 whose server has a package of [`SIZE`] bytes at [`URL`].
fn served() -> Settings {
    Settings::default().serving("/p.bin", sized_package(OLD, NEW, SIZE))
}

fn prepared(settings: Settings) -> Host {
    Host::prepared(settings)
}

/// Proves N2-022, N2-026, N2-027, N2-132, N2-162.
#[test]
fn a_package_comes_in_segments_and_starts_after_the_last_one() {
    let mut host = prepared(served());
    for (from, state) in [(0, "10240"), (10_240, "20480")] {
        let heard = story(&mut host, &format!("AT+QFOTADL=\"{URL}\",{from},10240"), 60);
        assert_eq!(heard[..2], ["OK", "+QIND: \"FOTA\",\"HTTPSTART\""]);
        assert_eq!(heard.last().unwrap(), "+QIND: \"FOTA\",\"HTTPEND\",712");
        let state = format!("+QFOTADL: 3,{state}");
        assert_eq!(answers(&mut host, "AT+QFOTADL?"), [state.as_str(), "OK"]);
    }
    let heard = story(&mut host, &format!("AT+QFOTADL=\"{URL}\",20480,10240"), 300);
    let short = shortened(&heard);
    assert_eq!(
        short[2..6],
        [
            "+QIND: \"FOTA\",\"DOWNLOADING\",70%",
            "+QIND: \"FOTA\",\"DOWNLOADING\",100%",
            "+QIND: \"FOTA\",\"HTTPEND\",0",
            "+QIND: \"FOTA\",\"RESETTING\"",
        ]
    );
    assert_eq!(host.module.version(), NEW);
}

/// Proves N2-132.
#[test]
fn after_a_segment_the_rest_comes_in_one_piece() {
    let mut host = prepared(served().with(Fault::StateWithoutBlank));
    story(&mut host, &format!("AT+QFOTADL=\"{URL}\",0,10240"), 60);
    assert_eq!(
        answers(&mut host, "AT+QFOTADL?"),
        ["+QFOTADL:3,10240", "OK"]
    );
    story(&mut host, &format!("AT+QFOTADL=\"{URL}\",10240"), 300);
    assert_eq!(host.module.version(), NEW);
}

#[test]
fn segments_may_store_the_package_without_a_start() {
    let mut host = prepared(served().with(Fault::SegmentsDoNotStart));
    let heard = story(&mut host, &format!("AT+QFOTADL=\"{URL}\",0,0"), 300);
    assert_eq!(heard.last().unwrap(), "+QIND: \"FOTA\",\"HTTPEND\",0");
    assert_eq!(answers(&mut host, "AT+QFOTADL?")[0], "+QFOTADL: 2");
    story(&mut host, "AT+QFOTADL=1", 300);
    assert_eq!(host.module.version(), NEW);
}

#[test]
fn a_hole_between_segments_is_found_at_the_end() {
    let mut host = prepared(served());
    story(&mut host, &format!("AT+QFOTADL=\"{URL}\",0,10240"), 60);
    let heard = story(&mut host, &format!("AT+QFOTADL=\"{URL}\",12288"), 60);
    assert_eq!(heard.last().unwrap(), "+QIND: \"FOTA\",\"HTTPEND\",710");
    let heard = story(&mut host, &format!("AT+QFOTADL=\"{URL}\",30001"), 60);
    assert_eq!(heard.last().unwrap(), "+QIND: \"FOTA\",\"HTTPEND\",703");
}

/// Proves X-16, N2-023, N2-027, N2-173.
#[test]
fn request_sizes_and_breakpoints_have_their_limits() {
    for (values, taken) in [
        (",0,2048", true),
        (",0,4096", true),
        (",0,0", true),
        (",0,1000", false),
        (",0,2049", false),
        (",-1", false),
        (",x", false),
        (",0,0,0", false),
        (",\"0\"", false),
    ] {
        let heard = answers(
            &mut prepared(served()),
            &format!("AT+QFOTADL=\"{URL}\"{values}"),
        );
        let answer = if taken { "OK" } else { "+CME ERROR: 590" };
        assert_eq!(heard[0], answer, "{values}");
    }
    let ftp = format!("AT+QFOTADL=\"{}\",0", sample_url(Scheme::Ftp));
    assert_eq!(answers(&mut prepared(served()), &ftp), ["+CME ERROR: 590"]);
}

/// Proves N2-084.
#[test]
fn with_the_trigger_off_a_whole_package_waits_for_the_start() {
    let mut host = prepared(served());
    host.ask("AT+QFOTADL=3,0");
    let heard = story(&mut host, &format!("AT+QFOTADL=\"{URL}\""), 600);
    assert_eq!(heard.last().unwrap(), "+QIND: \"FOTA\",\"HTTPEND\",0");
    assert_eq!(
        answers(&mut host, "AT+QFOTADL?;+QFOTADL=4"),
        ["+QFOTADL: 2", "+QFOTADL: 4,30001", "OK"]
    );
    story(&mut host, "AT+QFOTADL=1", 300);
    assert_eq!(host.module.version(), NEW);
}

/// Proves N2-131, N2-050.
#[test]
fn a_package_from_an_ftp_server_comes_in_steps_of_five() {
    let (host, heard) = upgrade(Settings::default(), sample_url(Scheme::Ftps));
    let steps = heard.iter().filter(|line| line.contains("DOWNLOADING"));
    assert_eq!(steps.count(), 20);
    assert_eq!(heard[1], "+QIND: \"FOTA\",\"FTPSTART\"");
    assert_eq!(heard[22], "+QIND: \"FOTA\",\"FTPEND\",0");
    assert_ne!(host.module.version(), OLD);
}

/// Proves N2-040.
#[test]
fn a_package_from_a_coap_server_comes_in_silence() {
    for scheme in [Scheme::Coap, Scheme::Coaps] {
        let (host, heard) = upgrade(Settings::default(), sample_url(scheme));
        assert_eq!(
            heard[..4],
            [
                "OK",
                "+QIND: \"FOTA\",\"COAPSTART\"",
                "+QIND: \"FOTA\",\"COAPEND\",0",
                "+QIND: \"FOTA\",\"RESETTING\"",
            ]
        );
        assert_ne!(host.module.version(), OLD);
    }
}

/// Proves N2-090, N2-091.
#[test]
fn a_package_is_downloaded_to_a_file_and_copied_from_there() {
    for (value, file) in [("", "update.zip"), (",\"new.bin\"", "new.bin")] {
        let mut host = prepared(served());
        let heard = story(&mut host, &format!("AT+QFOTADL=10,\"{URL}\"{value}"), 300);
        assert_eq!(heard.last().unwrap(), "+QIND: \"FOTA\",\"HTTPEND\",0");
        assert_eq!(answers(&mut host, "AT+QFOTADL?")[0], "+QFOTADL: 0");
        let heard = answers(&mut host, &format!("AT+QFOTADL=\"EUFS:{file}\",2"));
        assert_eq!(heard, ["OK"], "{file}");
        story(&mut host, "AT+QFOTADL=1", 300);
        assert_eq!(host.module.version(), NEW);
    }
    let mut host = prepared(served());
    for line in [
        "AT+QFOTADL=10",
        "AT+QFOTADL=10,1",
        "AT+QFOTADL=10,\"ftp://a:21/b\"",
    ] {
        assert_eq!(answers(&mut host, line), ["+CME ERROR: 590"], "{line}");
    }
}

/// Proves N2-093, N2-094, N2-134.
#[test]
fn a_download_goes_on_after_the_power_was_off_where_it_was() {
    let line = format!("AT+QFOTADL=13,\"{URL}\"");
    let resumed = |second: &str| {
        let mut host = prepared(served().with(Fault::ResetInDownload { percent: 15 }));
        let heard = story(&mut host, &line, 60);
        assert_eq!(
            shortened(&heard)[2..5],
            [
                "+QIND: \"FOTA\",\"DOWNLOADING\",5%",
                "+QIND: \"FOTA\",\"DOWNLOADING\",15%",
                "RDY",
            ]
        );
        assert_eq!(answers(&mut host, "AT+QFOTADL?")[1], "+QFOTADL: 3,4501");
        (story(&mut host, second, 400), host)
    };
    let (heard, host) = resumed(&line);
    let first = |story: &[String]| {
        let is_one = |line: &&String| line.contains("DOWNLOADING");
        story.iter().find(is_one).cloned().expect("progress")
    };
    assert_eq!(first(&heard), "+QIND: \"FOTA\",\"DOWNLOADING\",15%");
    assert_eq!(host.module.version(), NEW);
    // from the beginning
    let (heard, host) = resumed(&format!("{line},1"));
    assert_eq!(first(&heard), "+QIND: \"FOTA\",\"DOWNLOADING\",5%");
    assert_eq!(host.module.version(), NEW);
    // another file
    let (heard, _) = resumed("AT+QFOTADL=13,\"https://a:443/update.bin\"");
    assert_eq!(first(&heard), "+QIND: \"FOTA\",\"DOWNLOADING\",5%");
    // values that are none
    for value in ["2", "x", "0,0"] {
        let heard = answers(&mut prepared(served()), &format!("{line},{value}"));
        assert_eq!(heard, ["+CME ERROR: 590"], "{value}");
    }
}

#[test]
fn a_plain_download_leaves_nothing_after_a_restart() {
    let mut host = prepared(served().with(Fault::ResetInDownload { percent: 50 }));
    story(&mut host, &format!("AT+QFOTADL=\"{URL}\""), 60);
    assert_eq!(answers(&mut host, "AT+QFOTADL?")[1], "+QFOTADL: 0");
}

/// Proves N2-088, N2-089.
#[test]
fn a_connection_that_breaks_is_made_again_as_often_as_told() {
    for (times, code) in [(2, "0"), (3, "711"), (u32::MAX, "711")] {
        let mut host = prepared(served().with(Fault::ConnectionBreaks { percent: 40, times }));
        host.ask("AT+QFOTADL=8,2,30");
        host.ask("AT+QFOTADL=3,0");
        let begun = host.now;
        let heard = story(&mut host, &format!("AT+QFOTADL=\"{URL}\""), 300);
        let end = format!("+QIND: \"FOTA\",\"HTTPEND\",{code}");
        assert_eq!(heard.last(), Some(&end), "{times}");
        assert!(host.now.since(begun) > Duration::from_secs(60));
    }
}

/// Proves N2-087, N2-159, N2-175.
#[test]
fn a_download_is_cancelled_with_what_arrived_told() {
    let mut host = prepared(served());
    assert_eq!(answers(&mut host, "AT+QFOTADL=6"), ["+CME ERROR: 592"]);
    story(&mut host, &format!("AT+QFOTADL=\"{URL}\""), 20);
    assert_eq!(answers(&mut host, "AT+QFOTADL?")[0], "+QFOTADL: 1");
    assert_eq!(
        answers(&mut host, "AT+QFOTADL=6"),
        ["OK", "+QIND: \"FOTA\",\"HTTPEND\",709"]
    );
    assert!(answers(&mut host, "AT+QFOTADL?")[0].starts_with("+QFOTADL: 3,1"));
    assert_eq!(answers(&mut host, "AT+QFOTADL=5"), ["OK"]);
    assert_eq!(answers(&mut host, "AT+QFOTADL?")[0], "+QFOTADL: 0");
}

/// What a download of this module from this URL ends with.
fn code(model: &str, url: &str, faults: &[Fault]) -> String {
    let settings = Settings {
        faults: faults.to_vec(),
        ..of(model)
    };
    let mut host = awake(settings);
    let heard = story(&mut host, &format!("AT+QFOTADL=\"{url}\""), 1200);
    let end = |line: &&String| line.to_ascii_uppercase().contains("END\",");
    let line = heard.iter().find(end);
    let line = line.unwrap_or_else(|| panic!("{model} {url} {heard:?}"));
    line.rsplit(',')
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// Proves N1-26, N1-27, N1-28, N1-29, N1-30, N1-32, N2-151, N2-152, N2-153, N2-154, N2-155, N2-156,
/// N2-158, N2-160, N2-161, N3-25, N3-27, N4-14, N5-19.
#[test]
fn each_way_to_fail_has_its_code_in_each_family() {
    let network = Fault::Network(NetworkFlaw::Searching);
    let activating = Fault::Network(NetworkFlaw::Activating);
    let breaks = Fault::ConnectionBreaks {
        percent: 30,
        times: u32::MAX,
    };
    let unknown = Fault::Fetch(FetchFailure::Status(500));
    for (url, fault, codes) in [
        (
            "http://a:80/none.bin",
            None,
            ["12", "706", "701", "12", "12"],
        ),
        (
            "http://refused.test:80/update.bin",
            None,
            ["12", "702", "701", "12", "12"],
        ),
        (
            "http://no.such.invalid:80/update.bin",
            None,
            ["2", "702", "701", "12", "12"],
        ),
        (
            "http://silent.test:80/update.bin",
            None,
            ["12", "704", "701", "12", "12"],
        ),
        (
            "http://a:80/large.bin",
            None,
            ["101", "708", "701", "12", "12"],
        ),
        (
            "http://a:80/short.bin",
            None,
            ["12", "703", "701", "12", "12"],
        ),
        (
            "http://a:80/update.bin",
            Some(network),
            ["99", "711", "701", "13", "13"],
        ),
        (
            "http://a:80/update.bin",
            Some(activating),
            ["99", "711", "701", "20", "20"],
        ),
        (
            "http://a:80/update.bin",
            Some(breaks),
            ["13", "711", "701", "13", "13"],
        ),
        (
            "http://a:80/update.bin",
            Some(unknown),
            ["1", "703", "701", "12", "12"],
        ),
    ] {
        let models = ["BC660K-GL", "BG95-M3", "EG060K-EA", "BC20-2018", "BC26"];
        for (model, expected) in models.into_iter().zip(codes) {
            let faults: Vec<Fault> = fault.iter().cloned().collect();
            assert_eq!(
                code(model, url, &faults),
                expected,
                "{model} {url} {fault:?}"
            );
        }
    }
    assert_eq!(code("BG95-M3", "http://a:0/update.bin", &[]), "705");
    assert_eq!(code("BG95-M3", "http://a:80/damaged.bin", &[]), "710");
    assert_eq!(code("BG95-M3", "http://a:80/page.html", &[]), "710");
    assert_eq!(code("EG060K-EA", "ftp://a:21/none.bin", &[]), "601");
    for wanted in [1, 12, 20, 99, 100, 701, 707, 4711] {
        let fault = Fault::DownloadCode {
            code: wanted,
            percent: 40,
        };
        for model in ["BC660K-GL", "BG95-M3", "EG060K-EA", "BC26"] {
            let heard = code(
                model,
                "http://a:80/update.bin",
                std::slice::from_ref(&fault),
            );
            assert_eq!(heard, wanted.to_string(), "{model}");
        }
    }
}

/// Proves N1-34, N2-165, N2-166, N2-171, N3-30, N3-31, N4-15, N5-20.
#[test]
fn a_package_that_does_not_do_has_its_code_in_each_family() {
    for (path, codes) in [
        ("wrong.bin", ["255", "511", "505", "254", "254"]),
        ("damaged.bin", ["255", "", "504", "255", "255"]),
        ("page.html", ["255", "", "504", "255", "255"]),
    ] {
        let models = ["BC660K-GL", "BG95-M3", "EG060K-EA", "BC20-2018", "BC26"];
        for (model, code) in models.into_iter().zip(codes) {
            if code.is_empty() {
                continue;
            }
            let (host, story) = upgrade(of(model), &format!("http://a:80/{path}"));
            let ends: Vec<&String> = story
                .iter()
                .filter(|line| line.contains("\"END\""))
                .collect();
            assert!(ends[0].ends_with(code), "{model} {path} {ends:?}");
            assert_eq!(ends.len(), 1, "{model} {path}");
            assert_eq!(host.module.version(), of(model).version);
        }
    }
}

/// Proves N2-110, N2-111, N2-112, N2-113.
#[test]
fn the_apn_is_set_read_and_kept() {
    let mut host = prepared(Settings::default());
    let query = "AT+QCFGEXT=\"fota_apn\"";
    assert_eq!(
        answers(&mut host, query)[0],
        "+QCFGEXT: \"fota_apn\",0,\"\",\"\",\"\""
    );
    assert_eq!(
        answers(&mut host, &format!("{query},0,\"Telstra.internet\"")),
        ["OK"]
    );
    assert_eq!(
        answers(&mut host, &format!("{query},2,\"a\",\"me\",\"it\"")),
        ["OK"]
    );
    for values in ["3,\"a\"", "0,a", "0,\"a\",\"me\"", "0"] {
        let heard = answers(&mut host, &format!("{query},{values}"));
        assert_eq!(heard, ["ERROR"], "{values}");
    }
    host.module.cut_power(host.now, Duration::from_secs(1));
    host.seconds(20);
    host.ask("ATE0");
    let apn = "+QCFGEXT: \"fota_apn\",2,\"a\",\"me\",\"it\"";
    assert_eq!(answers(&mut host, query)[0], apn);
}

/// Proves N2-114, N2-115, N2-116, N2-117.
#[test]
fn five_headers_at_most_are_set_sent_and_deleted() {
    let mut settings = Settings::default();
    settings.server.header = Some(("Auth".to_owned(), "test".to_owned()));
    let mut host = prepared(settings.clone());
    let query = "AT+QCFGEXT=\"fota_http_header\"";
    assert_eq!(
        answers(&mut host, query)[0],
        "+QCFGEXT: \"fota_http_header\""
    );
    let download = format!("AT+QFOTADL=\"{}\"", sample_url(Scheme::Http));
    assert!(
        story(&mut host, &download, 60)
            .last()
            .unwrap()
            .ends_with(",703")
    );
    assert_eq!(
        answers(&mut host, &format!("{query},\"Auth\",\"test\"")),
        ["OK"]
    );
    assert_eq!(
        answers(&mut host, query),
        ["+QCFGEXT: \"fota_http_header\",\"Auth\",\"test\"", "OK"]
    );
    for n in 2..=5 {
        assert_eq!(
            answers(&mut host, &format!("{query},\"K{n}\",\"v\"")),
            ["OK"]
        );
    }
    let sixth = format!("{query},\"K6\",\"v\"");
    assert_eq!(answers(&mut host, &sixth), ["+CME ERROR: 590"]);
    assert_eq!(answers(&mut host, &format!("{query},\"K2\",\"w\"")), ["OK"]);
    assert_eq!(answers(&mut host, &format!("{query},\"K3\",\"\"")), ["OK"]);
    assert_eq!(answers(&mut host, &sixth), ["OK"]);
    assert_eq!(answers(&mut host, query).len(), 6);
    story(&mut host, &download, 300);
    assert_ne!(host.module.version(), OLD);
    // not saved
    host.ask("ATE0");
    assert_eq!(
        answers(&mut host, query)[0],
        "+QCFGEXT: \"fota_http_header\""
    );

    let mut host = prepared(settings.with(Fault::ConfigAsInExamples));
    host.ask(&format!("{query},\"Auth\",\"test\""));
    assert_eq!(
        answers(&mut host, query)[0],
        "+QCFGEXT: key:Auth value:test"
    );
}

/// Proves N2-118, N2-119, N2-120, N2-121, N2-122, N2-123, N2-124, N2-133.
#[test]
fn a_watchdog_is_fed_at_the_pins_that_the_module_has() {
    let query = "AT+QCFGEXT=\"fota_wd_gpio\"";
    for (model, pins) in [
        (
            "BG95-M3",
            &[4, 7, 18, 19, 22, 23, 25, 28, 40, 41, 64, 66, 85, 88][..],
        ),
        ("BG600L-M3", &[9, 12, 22, 23, 29, 30, 53, 54, 57, 62]),
        (
            "BG77",
            &[
                1, 5, 8, 9, 33, 37, 40, 41, 48, 51, 57, 60, 61, 63, 67, 71, 77, 80, 82, 90, 91, 93,
            ],
        ),
    ] {
        let mut host = prepared(of(model));
        assert_eq!(answers(&mut host, query)[0], "+QCFGEXT: \"fota_wd_gpio\",0");
        for pin in pins {
            let line = format!("{query},1,{pin},3000");
            assert_eq!(answers(&mut host, &line), ["OK"], "{model} {pin}");
        }
        for values in [
            "1,0,3000",
            "1,6,99",
            "1,6,3600001",
            "2,6,3000",
            "1",
            "1,6",
            "1,94,500",
        ] {
            let heard = answers(&mut host, &format!("{query},{values}"));
            assert_eq!(heard, ["ERROR"], "{model} {values}");
        }
    }
    let mut host = prepared(of("BG95-M3"));
    assert_eq!(answers(&mut host, &format!("{query},1,6,100")), ["OK"]);
    assert_eq!(answers(&mut host, &format!("{query},1,6,3600000")), ["OK"]);
    assert_eq!(
        answers(&mut host, query)[0],
        "+QCFGEXT: \"fota_wd_gpio\",1,6,3600000"
    );
    assert_eq!(answers(&mut host, &format!("{query},0")), ["OK"]);
    assert_eq!(answers(&mut host, query)[0], "+QCFGEXT: \"fota_wd_gpio\",0");

    let mut host = prepared(of("BG95-M3").with(Fault::ConfigAsInExamples));
    host.ask(&format!("{query},1,6,3000"));
    assert_eq!(answers(&mut host, query)[0], "\"fota_wd_gpio\",1,6,3000");
}

/// Proves N2-125.
#[test]
fn server_name_indication_is_off_until_it_is_switched_on() {
    let mut host = prepared(Settings::default());
    let query = "AT+QCFGEXT=\"sni\"";
    assert_eq!(answers(&mut host, query), ["+QCFGEXT: \"sni\",0", "OK"]);
    assert_eq!(answers(&mut host, &format!("{query},1")), ["OK"]);
    assert_eq!(answers(&mut host, query)[0], "+QCFGEXT: \"sni\",1");
    assert_eq!(answers(&mut host, &format!("{query},2")), ["ERROR"]);
    assert_eq!(answers(&mut host, "AT+QCFGEXT=\"other\""), ["ERROR"]);
}

/// Proves N2-001, N2-140, N2-141, N2-142, N2-143, N2-144, N2-145.
#[test]
fn a_server_of_the_operator_starts_an_upgrade_by_itself() {
    let http = [
        "+QIND: \"FOTA\",\"HTTPSTART\"",
        "+QIND: \"FOTA\",\"DOWNLOADING\",5%",
        "+QIND: \"FOTA\",\"DOWNLOADING\",100%",
        "+LWM2M: \"FOTA\",\"DOWNLOADED\",0",
    ];
    let coap = [
        "+QIND: \"FOTA\",\"COAPSTART\"",
        "+LWM2M: \"FOTA\",\"DOWNLOADED\",0",
    ];
    let in_band = [
        "+LWM2M: \"FOTA\",\"DOWNLOADING\",\"START\"",
        "+LWM2M: \"FOTA\",\"DOWNLOADING\",\"COMPLETED\"",
    ];
    for (mode, begin) in [
        (Lwm2mMode::Http, &http[..]),
        (Lwm2mMode::Coap, &coap),
        (Lwm2mMode::InBand, &in_band),
    ] {
        let after = Duration::from_secs(10);
        let mut host = Host::connected(Settings::default().with(Fault::Lwm2m { mode, after }));
        host.seconds(400);
        let heard = host.take();
        let heard: Vec<String> = lines(&heard).into_iter().map(str::to_owned).collect();
        let short = shortened(&heard);
        assert_eq!(short[..begin.len()], *begin, "{mode:?}");
        assert_eq!(short[begin.len()], "+QIND: \"FOTA\",\"START\"");
        assert!(short.contains(&"+QIND: \"FOTA\",\"END\",0"));
        assert_ne!(host.module.version(), OLD);
    }
}

/// Proves X-01.
#[test]
fn events_are_spelled_in_every_way_of_the_notes() {
    for (event, printed) in [
        ("HTTPEND", "HTTPPEND"),
        ("HTTPEND", "HTTTPEND"),
        ("HTTPEND", "HTTPEPEND"),
        ("HTTPSTART", "HTTPTART"),
        ("START", "START "),
    ] {
        let fault = Fault::EventName {
            event: event.to_owned(),
            printed: printed.to_owned(),
        };
        let (_, story) = upgrade(of("BC660K-GL").with(fault), sample_url(Scheme::Http));
        let line = format!("+QIND: \"FOTA\",\"{printed}\"");
        assert!(
            story.iter().any(|other| other.starts_with(&line)),
            "{printed}"
        );
    }
    for (style, printed) in [
        (PercentStyle::Sign, "1%"),
        (PercentStyle::Bare, "1"),
        (PercentStyle::Blank, " 1%"),
        (PercentStyle::Parts, "1%,1,1"),
        (PercentStyle::BlankParts, " 1%, 1, 1"),
    ] {
        let fault = Fault::DownloadSpelling(style);
        let (_, story) = upgrade(of("BC26").with(fault), sample_url(Scheme::Http));
        let line = format!("+QIND: \"FOTA\",\"DOWNLOADING\",{printed}");
        assert!(story.contains(&line), "{printed}");
    }
}

#[test]
fn events_of_a_download_can_be_missing() {
    let settings = of("BC660K-GL")
        .with(Fault::NoDownloadStart)
        .with(Fault::NoDownloadProgress)
        .with(Fault::NoDownloadEnd);
    let (host, story) = upgrade(settings, sample_url(Scheme::Http));
    assert_eq!(story[..2], ["OK", "+QIND: \"FOTA\",\"START\""]);
    assert_eq!(host.module.updates_ended(), 1);
}

#[test]
fn a_download_can_be_silent_for_long() {
    let pause = Duration::from_secs(600);
    let fault = Fault::PauseInDownload { percent: 50, pause };
    let mut host = prepared(served().with(fault));
    let heard = story(&mut host, &format!("AT+QFOTADL=\"{URL}\""), 300);
    assert_eq!(heard.last().unwrap(), "+QIND: \"FOTA\",\"DOWNLOADING\",50%");
    host.seconds(600);
    assert!(host.take().contains("\"HTTPEND\",0"));
}

// The mount answers.

fn real() -> Settings {
    Settings {
        real_http: true,
        ..Settings::default()
    }
}

/// The request that a download at a mount begins with.
fn asked(host: &mut Host, line: &str) -> Fetch {
    host.send(format!("{line}\r").as_bytes());
    host.seconds(5);
    host.fetches.pop().expect("a request")
}

#[test]
fn the_mount_is_asked_for_exactly_what_the_command_says() {
    let mut host = prepared(real());
    host.ask("AT+QCFGEXT=\"fota_http_header\",\"Auth\",\"test\"");
    let fetch = asked(
        &mut host,
        "AT+QFOTADL=\"http://a.example:8080/x?y=1\",4096,2048",
    );
    assert_eq!(
        fetch,
        Fetch {
            id: fetch.id,
            scheme: Scheme::Http,
            host: "a.example".to_owned(),
            port: 8080,
            path: "/x?y=1".to_owned(),
            login: (String::new(), String::new()),
            from: 4096,
            length: Some(2048),
            headers: vec![("Auth".to_owned(), "test".to_owned())],
        }
    );
    assert_eq!(fetch.url(), "http://a.example:8080/x?y=1");
    // the rest is for the pretend server
    for scheme in Scheme::ALL
        .into_iter()
        .filter(|scheme| *scheme != Scheme::Http)
    {
        let mut host = prepared(real());
        story(
            &mut host,
            &format!("AT+QFOTADL=\"{}\"", sample_url(scheme)),
            300,
        );
        assert_eq!(host.fetches, []);
        assert_ne!(host.module.version(), OLD);
    }
}

#[test]
fn what_the_mount_brings_is_what_the_module_applies() {
    let package = sized_package(OLD, NEW, SIZE);
    let mut host = prepared(real());
    let fetch = asked(&mut host, "AT+QFOTADL=\"http://a:80/p\"");
    let served = Served {
        bytes: package,
        total: SIZE as u64,
    };
    // an answer that nobody asked for
    host.module
        .fetched(host.now, fetch.id + 7, Err(FetchFailure::Name));
    host.module.fetched(host.now, fetch.id, Ok(served.clone()));
    host.seconds(300);
    assert_eq!(host.module.version(), NEW);
    // one that comes twice
    host.module.fetched(host.now, fetch.id, Ok(served));
    host.take();
    host.seconds(300);
    assert_eq!(host.take(), "");
}

#[test]
fn a_mount_that_fails_or_is_silent_ends_the_download() {
    for (failure, code) in [
        (Some(FetchFailure::Refused), "702"),
        (Some(FetchFailure::NotFound), "706"),
        (Some(FetchFailure::Status(503)), "703"),
        (None, "704"),
    ] {
        let mut host = prepared(real());
        let fetch = asked(&mut host, "AT+QFOTADL=\"http://a:80/p\"");
        if let Some(failure) = failure {
            host.module.fetched(host.now, fetch.id, Err(failure));
        }
        host.seconds(100);
        let end = format!("+QIND: \"FOTA\",\"HTTPEND\",{code}");
        assert_eq!(
            lines(&host.take()).last(),
            Some(&end.as_str()),
            "{failure:?}"
        );
    }
}
