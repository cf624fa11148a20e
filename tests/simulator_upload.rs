//! Uploads into the simulated module: data mode, count and checksum, and what can go wrong.

mod simulated_host;

use deltaport::at::Checksum;
use deltaport::simulator::{ChecksumStyle, DataModeEnd, Fault, Link, Settings, sample_package};
use deltaport::time::{Duration, Instant};
use simulated_host::{Host, Seen, lines, package};

fn manual(fault: impl IntoIterator<Item = Fault>) -> Host {
    let settings = Settings {
        automatic: false,
        faults: fault.into_iter().collect(),
        ..Settings::default()
    };
    Host::prepared(settings)
}

/// Proves N2-009, N2-061, N2-062, N2-066, N2-068, N2-069, N2-071, N2-074, N2-085, N2-086.
#[test]
fn an_upload_is_counted_and_summed_n2_060_to_071() {
    let mut host = manual([]);
    let package = package();
    let heard = host.upload(&package);
    assert_eq!(
        heard,
        format!(
            "\r\nCONNECT\r\n\r\n+QFOTADL: 30001,{:x}\r\n\r\nOK\r\n",
            Checksum::of(&package)
        )
    );
    assert!(host.module.is_idle());
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=4;+QFOTADL?")),
        ["+QFOTADL: 4,30001", "+QFOTADL: 2", "OK"]
    );
    assert_eq!(host.module.early_bytes(), 0);
    assert_eq!(host.module.data_bytes(), 30_001);

    // N2-086, then N2-074
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=5;+QFOTADL?")),
        ["+QFOTADL: 0", "OK"]
    );
    assert!(host.upload(&package[..10]).contains("+QFOTADL: 10,"));
    assert!(host.upload(&package[..20]).contains("+QFOTADL: 20,"));
    assert_eq!(host.module.package().expect("it is stored").size, 20);
}

#[test]
fn a_paced_line_takes_the_time_that_it_takes() {
    let mut host = Host::prepared(Settings {
        automatic: false,
        line_rate: Some(115_200),
        latency: Duration::ZERO,
        ..Settings::default()
    });
    host.ask("AT+QFOTADL=\"COM:\",115200,60");
    let start = host.now;
    host.send(&vec![0x55; 115_200]);
    while host.module.in_data_mode() {
        host.run(Duration::from_millis(1));
    }
    assert_eq!(host.now.since(start), Duration::from_secs(10));
}

/// Proves N2-073.
#[test]
fn bytes_before_connect_are_lost_and_noticed_x_09() {
    let mut host = manual([]);
    host.send(b"AT+QFOTADL=\"COM:\",4,5\rabcd");
    host.seconds(1);
    assert_eq!(host.take(), "\r\nCONNECT\r\n");
    assert_eq!(host.module.early_bytes(), 4);
    host.seconds(6);
    assert_eq!(lines(&host.take()), ["+QFOTADL: 0,0", "OK"]);
    assert_eq!(host.module.package(), None);
}

#[test]
fn surplus_bytes_are_commands_b_up_4() {
    let mut host = manual([]);
    host.ask("AT+QFOTADL=\"COM:\",4,5");
    host.send(b"abcdAT+CSQ\r");
    host.seconds(1);
    assert_eq!(
        lines(&host.take()),
        ["+QFOTADL: 4,206", "OK", "+CSQ: 26,99", "OK"]
    );
}

#[test]
fn a_short_upload_ends_after_the_timeout_n2_063() {
    for (fault, answer) in [
        (None, vec!["+QFOTADL: 3,262", "OK"]),
        (Some(DataModeEnd::Error), vec!["ERROR"]),
        (Some(DataModeEnd::Cme(590)), vec!["+CME ERROR: 590"]),
        (Some(DataModeEnd::NoCarrier), vec!["NO CARRIER"]),
        (Some(DataModeEnd::Silent), vec![]),
    ] {
        let mut host = manual(fault.map(Fault::IdleEnd));
        host.ask("AT+QFOTADL=\"COM:\",9,7");
        host.send(b"abc");
        host.run(Duration::from_millis(6900));
        assert!(host.module.in_data_mode());
        assert_eq!(host.take(), "");
        host.seconds(1);
        assert_eq!(lines(&host.take()), answer);
        assert_eq!(lines(&host.ask("AT+QFOTADL?")), ["+QFOTADL: 3,3", "OK"]);
    }
}

#[test]
fn the_default_timeout_is_five_seconds_n2_067() {
    let mut host = manual([]);
    host.send(b"AT+QFOTADL=\"COM:\",9\r");
    host.run(Duration::from_millis(4900));
    assert!(host.module.in_data_mode());
    host.run(Duration::from_millis(200));
    assert!(!host.module.in_data_mode());
}

/// Proves N2-012.
#[test]
fn plus_plus_plus_leaves_data_mode_and_keeps_the_data_n2_072() {
    let mut host = manual([]);
    host.ask("AT+QFOTADL=\"COM:\",9000,60");
    host.send(&[1; 5000]);
    host.run(Duration::from_millis(1100));
    host.send(b"+++");
    host.run(Duration::from_millis(900));
    assert!(host.module.in_data_mode());
    host.run(Duration::from_millis(200));
    assert_eq!(host.take(), "\r\nOK\r\n");
    assert_eq!(lines(&host.ask("AT+QFOTADL=4")), ["+QFOTADL: 4,5000", "OK"]);
}

#[test]
fn dtr_leaves_data_mode_unless_it_is_ignored_n2_011() {
    for (command, still) in [("AT&D1", false), ("AT&D2", false), ("AT&D0", true)] {
        let mut host = manual([]);
        host.ask(command);
        host.ask("AT+QFOTADL=\"COM:\",9000,60");
        host.module.set_dtr(host.now, false);
        assert_eq!(host.module.in_data_mode(), still, "{command}");
    }
}

#[test]
fn an_incomplete_package_is_not_applied() {
    let mut host = manual([]);
    host.ask("AT+QFOTADL=\"COM:\",9000,5");
    host.send(&[1; 5000]);
    host.seconds(10);
    host.send(b"AT+QFOTADL=1\r");
    let heard = host.until_idle();
    assert!(heard.contains("\"END\",506"), "{heard}");
    assert_eq!(host.module.version(), Settings::default().version);
}

#[test]
fn upload_faults_are_seen_in_count_and_checksum_x_10() {
    let package = package();
    let right = Checksum::of(&package);
    let result = |faults: Vec<Fault>| {
        let mut host = manual(faults);
        let heard = host.upload(&package);
        // lost bytes make the module wait for them
        host.seconds(60);
        let heard = heard + &host.take();
        lines(&heard)[1].to_owned()
    };
    assert_eq!(
        result(vec![Fault::ReportSize { by: -1 }]),
        format!("+QFOTADL: 30000,{right:x}")
    );
    assert_eq!(
        result(vec![Fault::ReportChecksum { xor: 1 }]),
        format!("+QFOTADL: 30001,{:x}", right ^ 1)
    );
    assert_eq!(
        result(vec![Fault::CorruptByte { at: 1000 }]),
        format!("+QFOTADL: 30001,{:x}", right ^ 0x2000)
    );
    let without = [&package[..100], &package[105..]].concat();
    assert_eq!(
        result(vec![Fault::LoseBytes { at: 100, count: 5 }]),
        format!("+QFOTADL: 29996,{:x}", Checksum::of(&without))
    );
    assert_eq!(
        result(vec![
            Fault::ChecksumStyle(ChecksumStyle::Padded),
            Fault::ChecksumStyle(ChecksumStyle::Upper),
            Fault::ChecksumStyle(ChecksumStyle::NoBlank),
        ]),
        format!("+QFOTADL:30001,{right:04X}")
    );
}

#[test]
fn connect_can_be_missing_late_or_with_a_speed() {
    let mut host = manual([Fault::NoConnect]);
    assert_eq!(host.ask("AT+QFOTADL=\"COM:\",9,5"), "");
    assert_eq!(host.ask("AT"), "\r\nOK\r\n");

    let mut host = manual([Fault::LateConnect {
        by: Duration::from_secs(5),
    }]);
    assert_eq!(host.ask("AT+QFOTADL=\"COM:\",9,5"), "");
    host.seconds(3);
    assert_eq!(host.take(), "\r\nCONNECT\r\n");
    assert!(host.module.in_data_mode());

    let mut host = manual([Fault::ConnectWithSpeed]);
    assert_eq!(
        host.ask("AT+QFOTADL=\"COM:\",9,5"),
        "\r\nCONNECT 115200\r\n"
    );
}

#[test]
fn the_module_may_break_an_upload_off() {
    let mut host = manual([Fault::LeaveDataMode {
        at: 10_000,
        with: DataModeEnd::Error,
    }]);
    let heard = host.upload(&package());
    assert!(
        heard.starts_with("\r\nCONNECT\r\n\r\nERROR\r\n"),
        "{heard:?}"
    );
    assert_eq!(
        host.module.package().expect("some bytes are there").size,
        10_000
    );
    assert_eq!(host.module.data_bytes(), 10_000);
}

#[test]
fn no_result_and_then_commands_again() {
    let mut host = manual([Fault::NoResult]);
    assert_eq!(host.upload(&package()), "\r\nCONNECT\r\n");
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=4")),
        ["+QFOTADL: 4,30001", "OK"]
    );
}

#[test]
fn a_reset_in_the_upload_keeps_what_was_there_and_happens_once() {
    let mut host = manual([Fault::ResetInUpload { at: 12_345 }]);
    host.upload(&package());
    let heard = host.until_idle();
    assert!(lines(&heard).contains(&"APP RDY"), "{heard}");
    assert_eq!(
        host.module.package().expect("some bytes are there").size,
        12_345
    );
    assert!(host.upload(&package()).contains("+QFOTADL: 30001,"));
}

#[test]
fn a_pulled_cable_leaves_the_module_waiting_for_data() {
    let fault = Fault::UnplugInUpload {
        at: 12_345,
        back: Some(Duration::from_secs(5)),
    };
    let mut host = Host::prepared(Settings {
        automatic: false,
        link: Link::Usb,
        faults: vec![fault],
        ..Settings::default()
    });
    host.upload(&package());
    assert_eq!(host.seen, [Seen::Unplug]);
    assert_eq!(host.module.usb_ids(), None);
    host.seconds(6);
    assert_eq!(
        host.seen[1],
        Seen::Plug {
            vendor: 0x2c7c,
            product: 0x0700
        }
    );
    assert!(host.module.in_data_mode());
    host.seconds(60);
    assert!(host.take().contains("+QFOTADL: 12345,"));
    assert!(host.upload(&package()).contains("+QFOTADL: 30001,"));
}

#[test]
fn a_module_that_hangs_takes_no_more_bytes() {
    let fault = Fault::StallInUpload {
        at: 10_000,
        pause: Some(Duration::from_secs(3)),
    };
    let mut host = manual([fault]);
    host.ask("AT+QFOTADL=\"COM:\",200000,60");
    host.send(&vec![7; 60_000]);
    assert_eq!(host.module.data_bytes(), 10_000);
    assert_eq!(host.module.capacity(host.now), 0);
    host.seconds(4);
    assert_eq!(host.module.data_bytes(), 60_000);
    host.send(&vec![7; 140_000]);
    host.seconds(1);
    assert!(host.take().contains("+QFOTADL: 200000,0"));
}

#[test]
fn data_mode_from_before_swallows_commands_until_it_runs_out() {
    let mut host = Host::connected(Settings::scenario("in-data-mode").expect("it has a name"));
    assert_eq!(host.ask("AT"), "");
    host.seconds(16);
    assert_eq!(host.take(), "");
    host.seconds(3);
    assert!(host.take().contains("+QFOTADL: 1237,"));
    assert!(host.ask("AT").contains("OK"));
}

#[test]
fn a_module_that_is_downloading_refuses_n2_174() {
    let mut host = manual([Fault::Downloading]);
    assert_eq!(lines(&host.ask("AT+QFOTADL?")), ["+QFOTADL: 1", "OK"]);
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=\"COM:\",9,5")),
        ["+CME ERROR: 591"]
    );
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=6")),
        ["OK", "+QIND: \"FOTA\",\"HTTPEND\",709"]
    );
    assert!(host.ask("AT+QFOTADL=\"COM:\",9,5").contains("CONNECT"));
}

#[test]
fn a_large_package_is_not_kept_in_memory() {
    let mut host = manual([]);
    let package = sample_package("A", "B", 4 << 20);
    let start = std::time::Instant::now();
    assert!(
        host.upload(&package)
            .contains(&format!("+QFOTADL: 4194304,{:x}", Checksum::of(&package)))
    );
    assert!(start.elapsed().as_secs() < 5);
    assert!(host.module.clone().commands().count() <= 512);
    assert!(host.now > Instant::from_millis(0));
}
