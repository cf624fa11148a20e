//! The file systems of the simulated module: `AT+QFUPL` and its like, a package started by its path, and
//! packages that are copied from files.

mod simulated_host;

use deltaport::at::Checksum;
use deltaport::simulator::{Fault, Model, Settings, sized_package};
use deltaport::time::Duration;
use simulated_host::{Host, Seen, lines};

const EG060K: &str = "EG060KEAAAR01A03M2G_01.001.01.001";
const EG060K_NEXT: &str = "EG060KEAAAR01A04M2G_01.001.01.001";
const BG95: &str = "BG95M3LAR02A03_01.012.01.012";
const BG95_NEXT: &str = "BG95M3LAR02A04_01.200.01.200";

fn eg060k() -> Settings {
    Settings::of(Model::named("EG060K-EA"))
}

/// Sends a file; gives what was heard from the command on.
fn send_file(host: &mut Host, command: &str, bytes: &[u8], piece: usize) -> String {
    let mut heard = host.ask(command);
    for piece in bytes.chunks(piece) {
        host.send(piece);
        host.run(Duration::from_millis(10));
    }
    host.seconds(3);
    heard += &host.take();
    heard
}

/// Everything that is heard from the start of a file by its path on.
fn started(host: &mut Host, name: &str) -> Vec<String> {
    host.take();
    host.send(format!("AT+QFOTADL=\"/usrdata/cache/ufs/{name}\"\r").as_bytes());
    host.seconds(900);
    let heard = host.take();
    lines(&heard).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_file_is_taken_with_its_size_and_checksum() {
    let bytes = sized_package(EG060K, EG060K_NEXT, 30_001);
    let mut host = Host::prepared(eg060k());
    let heard = send_file(&mut host, "AT+QFUPL=\"a.zip\",30001,60", &bytes, 5000);
    let sum = Checksum::of(&bytes);
    let result = format!("+QFUPL: 30001,{sum:x}");
    assert_eq!(lines(&heard), ["CONNECT", &result, "OK"]);
    assert_eq!(
        lines(&host.ask("AT+QFLST")),
        ["+QFLST: \"UFS:a.zip\",30001", "OK"]
    );
    assert_eq!(
        lines(&host.ask("AT+QFLST=\"UFS:a.zip\"")),
        ["+QFLST: \"UFS:a.zip\",30001", "OK"]
    );
    assert_eq!(lines(&host.ask("AT+QFLST=\"b.zip\"")), ["+CME ERROR: 405"]);
    assert_eq!(
        lines(&host.ask("AT+QFLDS=\"UFS\"")),
        ["+QFLDS: 134187727,134217728", "OK"]
    );
    assert_eq!(lines(&host.ask("AT+QFLDS")), ["+QFLDS: 30001,1", "OK"]);
    let again = host.ask("AT+QFUPL=\"UFS:a.zip\",30001,60");
    assert_eq!(lines(&again), ["+CME ERROR: 407"]);
    assert_eq!(lines(&host.ask("AT+QFDEL=\"a.zip\"")), ["OK"]);
    assert_eq!(lines(&host.ask("AT+QFDEL=\"a.zip\"")), ["+CME ERROR: 405"]);
    assert_eq!(lines(&host.ask("AT+QFLST=\"*\"")), ["OK"]);
}

#[test]
fn in_acknowledge_mode_each_1024_bytes_are_answered_with_an_a() {
    let bytes = sized_package(EG060K, EG060K_NEXT, 4096 + 100);
    let mut host = Host::prepared(eg060k());
    let heard = send_file(&mut host, "AT+QFUPL=\"a.zip\",4196,60,1", &bytes, 1024);
    let sum = Checksum::of(&bytes);
    assert_eq!(
        heard,
        format!("\r\nCONNECT\r\nAAAA\r\n+QFUPL: 4196,{sum:x}\r\n\r\nOK\r\n")
    );
    // several at a time, and one that is lost
    let mut host = Host::prepared(eg060k().with(Fault::LoseAck { nth: 2 }));
    let heard = send_file(&mut host, "AT+QFUPL=\"a.zip\",4196,60,1", &bytes, 4196);
    assert!(heard.contains("CONNECT\r\nAAA\r\n"), "{heard}");
}

#[test]
fn bytes_that_are_lost_or_changed_show_in_size_and_checksum() {
    let bytes = sized_package(EG060K, EG060K_NEXT, 5000);
    let mut host = Host::prepared(eg060k().with(Fault::CorruptByte { at: 100 }));
    let heard = send_file(&mut host, "AT+QFUPL=\"a.zip\",5000,5", &bytes, 5000);
    assert!(heard.contains("+QFUPL: 5000,"), "{heard}");
    assert!(!heard.contains(&format!(",{:x}\r", Checksum::of(&bytes))));
    let lost = Fault::LoseBytes { at: 10, count: 7 };
    let mut host = Host::prepared(eg060k().with(lost));
    send_file(&mut host, "AT+QFUPL=\"a.zip\",5000,5", &bytes, 5000);
    host.seconds(5);
    assert!(host.take().contains("+QFUPL: 4993,"));
}

#[test]
fn what_is_no_file_is_refused() {
    let mut host = Host::prepared(eg060k());
    for (command, answer) in [
        ("AT+QFUPL=a,10,5", "+CME ERROR: 406"),
        ("AT+QFUPL=\"\",10,5", "+CME ERROR: 406"),
        ("AT+QFUPL=\"a\",0,5", "+CME ERROR: 400"),
        ("AT+QFUPL=\"a\",10,0", "+CME ERROR: 400"),
        ("AT+QFUPL=\"a\",10,65536", "+CME ERROR: 400"),
        ("AT+QFUPL=\"a\",10,5,2", "+CME ERROR: 400"),
        ("AT+QFUPL=\"a\",134217729,5", "+CME ERROR: 403"),
        ("AT+QFLDS=\"RAM\"", "+CME ERROR: 400"),
        ("AT+QFUPL=?", "OK"),
    ] {
        assert_eq!(lines(&host.ask(command)), [answer], "{command}");
    }
    let mut host = Host::connected(Settings::of(Model::named("BC26")));
    assert!(host.ask("AT+QFLST").contains("ERROR"));
}

/// Proves N3-19, N3-20, N3-21, N3-22, N3-23.
#[test]
fn a_package_in_the_module_is_started_by_its_path() {
    let settings = eg060k().holding("UFS:u.zip", sized_package(EG060K, EG060K_NEXT, 5000));
    let mut host = Host::prepared(settings);
    let story = started(&mut host, "u.zip");
    assert_eq!(
        story[..3],
        [
            "OK",
            "+QIND: \"FOTA\", \"START\"",
            "+QIND: \"FOTA\", \"UPDATING\", 1"
        ]
    );
    assert_eq!(story.len(), 103);
    assert_eq!(story[102], "+QIND: \"FOTA\", \"END\", 0");
    assert_eq!(host.module.version(), EG060K_NEXT);
    let (vendor, product) = (0x2c7c, 0x0514);
    let restart = [Seen::Unplug, Seen::Plug { vendor, product }];
    assert_eq!(host.seen, [restart.clone(), restart].concat());
    assert_eq!(host.module.deaf_bytes(), 0);
}

#[test]
fn a_path_that_leads_to_nothing_is_an_error() {
    let mut host = Host::prepared(eg060k());
    for path in [
        "/usrdata/cache/ufs/none.zip",
        "/data/ufs/u.zip",
        "UFS:u.zip",
    ] {
        let heard = host.ask(&format!("AT+QFOTADL=\"{path}\""));
        assert_eq!(lines(&heard), ["ERROR"], "{path}");
    }
}

/// Proves N3-06, N3-31.
#[test]
fn a_package_for_another_version_is_told_before_any_restart_and_deleted() {
    let settings = eg060k().holding("u.zip", sized_package("another", EG060K_NEXT, 5000));
    let mut host = Host::prepared(settings);
    assert_eq!(
        started(&mut host, "u.zip"),
        ["OK", "+QIND: \"FOTA\", \"END\", 505"]
    );
    assert_eq!((host.seen.len(), host.module.version()), (0, EG060K));
    assert_eq!(lines(&host.ask("AT+QFLST")), ["OK"]);
}

/// Proves N3-30.
#[test]
fn a_damaged_package_is_found_in_recovery_mode() {
    let whole = sized_package(EG060K, EG060K_NEXT, 5000);
    let mut host = Host::prepared(eg060k().holding("u.zip", whole[..4000].to_vec()));
    assert_eq!(
        started(&mut host, "u.zip"),
        [
            "OK",
            "+QIND: \"FOTA\", \"START\"",
            "+QIND: \"FOTA\", \"END\", 504"
        ]
    );
    assert_eq!((host.seen.len(), host.module.version()), (4, EG060K));
}

/// Proves N3-08, N3-29, X-22.
#[test]
fn a_failing_update_is_tried_again_five_times_at_most() {
    for (times, code, ends) in [(1, 0, 2), (5, 0, 6), (6, 502, 6), (u32::MAX, 502, 6)] {
        let settings = eg060k()
            .with(Fault::Retry { code: 502, times })
            .holding("u.zip", sized_package(EG060K, EG060K_NEXT, 5000));
        let mut host = Host::prepared(settings);
        let story = started(&mut host, "u.zip");
        let end = |line: &&String| line.contains("\"END\"");
        assert_eq!(story.iter().filter(end).count(), ends, "{times}");
        let last = format!("+QIND: \"FOTA\", \"END\", {code}");
        assert_eq!(story.last(), Some(&last), "{times}");
        let version = if code == 0 { EG060K_NEXT } else { EG060K };
        assert_eq!(host.module.version(), version, "{times}");
        assert_eq!(host.seen.len(), 2 * (ends + 1), "{times}");
        assert!(host.module.is_idle());
    }
}

#[test]
fn a_module_without_a_port_in_recovery_mode_says_nothing_and_is_upgraded() {
    let settings = eg060k()
        .with(Fault::NoPortInUpdate)
        .holding("u.zip", sized_package(EG060K, EG060K_NEXT, 5000));
    let mut host = Host::prepared(settings);
    assert_eq!(started(&mut host, "u.zip"), ["OK"]);
    assert_eq!((host.seen.len(), host.module.version()), (2, EG060K_NEXT));
}

fn parts() -> (Settings, Vec<u8>) {
    let whole = sized_package(BG95, BG95_NEXT, 10_003);
    let settings = Settings::default()
        .holding("EUFS:update1.bin", whole[..3001].to_vec())
        .holding("EUFS:update2.bin", whole[3001..6000].to_vec())
        .holding("EUFS:update3.bin", whole[6000..6001].to_vec())
        .holding("EUFS:update4.bin", whole[6001..].to_vec())
        .holding("UFS:whole.bin", whole.clone());
    (settings, whole)
}

/// Proves N2-100, N2-103, N2-107.
#[test]
fn a_package_is_copied_in_four_parts_and_started() {
    let (settings, whole) = parts();
    let mut host = Host::prepared(settings);
    for (part, kind) in [(1, 0), (2, 1), (3, 1), (4, 2)] {
        let heard = host.ask(&format!("AT+QFOTADL=\"EUFS:update{part}.bin\",{kind}"));
        assert_eq!(lines(&heard), ["OK"], "{part}");
    }
    let package = host.module.package().expect("a package");
    assert_eq!(package.checksum, Checksum::of(&whole));
    assert_eq!(
        lines(&host.ask("AT+QFOTADL?;+QFOTADL=4")),
        ["+QFOTADL: 2", "+QFOTADL: 4,10003", "OK"]
    );
    host.send(b"AT+QFOTADL=1\r");
    host.seconds(300);
    assert_eq!(host.module.version(), BG95_NEXT);
}

/// Proves N2-104, N2-105.
#[test]
fn a_single_file_is_the_last_one_and_replaces_what_was_there() {
    let (settings, _) = parts();
    let mut host = Host::prepared(settings.with(Fault::StoredPackage { size: 77 }));
    assert_eq!(lines(&host.ask("AT+QFOTADL=\"UFS:whole.bin\",2")), ["OK"]);
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=4")),
        ["+QFOTADL: 4,10003", "OK"]
    );
}

/// Proves N2-102, N2-103.
#[test]
fn parts_out_of_order_are_refused() {
    let (settings, _) = parts();
    let mut host = Host::prepared(settings);
    let long = "x".repeat(130 - "UFS:".len());
    for (file, kind, answer) in [
        ("EUFS:update2.bin", "1", "+CME ERROR: 590"),
        ("EUFS:update2.bin", "3", "+CME ERROR: 590"),
        ("EUFS:update2.bin", "-1", "+CME ERROR: 590"),
        ("EUFS:none.bin", "2", "+CME ERROR: 593"),
        (&format!("UFS:{long}"), "2", "+CME ERROR: 590"),
        ("EUFS:update1.bin", "0", "OK"),
        ("EUFS:update2.bin", "1", "OK"),
    ] {
        let heard = host.ask(&format!("AT+QFOTADL=\"{file}\",{kind}"));
        assert_eq!(lines(&heard), [answer], "{file} {kind}");
    }
    // what is not complete does not start well
    host.ask("AT+QFOTADL=3,0");
    host.send(b"AT+QFOTADL=1\r");
    host.seconds(60);
    assert!(host.take().contains("\"END\",506"));
}

#[test]
fn certificates_are_uploaded_under_the_names_that_the_note_gives() {
    let mut host = Host::prepared(Settings::default());
    for name in [
        "EUFS:/datatx/fota_cacert.pem",
        "EUFS:/datatx/ssl/coap-key.pem",
    ] {
        let heard = send_file(&mut host, &format!("AT+QFUPL=\"{name}\",4,5"), b"PEM\n", 4);
        assert!(heard.ends_with("+QFUPL: 4,1d4f\r\n\r\nOK\r\n"), "{heard}");
    }
    assert_eq!(lines(&host.ask("AT+QFLST=\"EUFS:*\"")).len(), 3);
    let names: Vec<&str> = host.module.files().map(|(name, _)| name).collect();
    assert_eq!(names, ["EUFS:fota_cacert.pem", "EUFS:ssl/coap-key.pem"]);
}
