//! Updates of the simulated module: reports, restarts, and how they fail.

mod simulated_host;

use deltaport::simulator::{
    Fault, Link, PercentStyle, SCENARIOS, Settings, Spelling, sample_package,
};
use deltaport::time::Duration;
use simulated_host::{Host, Seen, lines, package};

const OLD: &str = "BG95M3LAR02A03_01.012.01.012";
const NEW: &str = "BG95M3LAR02A04_01.200.01.200";

/// A module with a package in it, and the start command sent.
fn started(settings: Settings) -> Host {
    let mut host = Host::prepared(Settings {
        automatic: false,
        ..settings
    });
    let heard = host.upload(&package());
    assert!(heard.contains("+QFOTADL: 30001,"), "{heard}");
    host.send(b"AT+QFOTADL=1\r");
    host
}

fn with(faults: impl IntoIterator<Item = Fault>) -> Settings {
    Settings {
        faults: faults.into_iter().collect(),
        ..Settings::default()
    }
}

/// Everything that is reported from the start command on.
fn story(faults: impl IntoIterator<Item = Fault>) -> (Host, Vec<String>) {
    let mut host = started(with(faults));
    let heard = host.until_idle();
    let heard = lines(&heard).into_iter().map(str::to_owned).collect();
    (host, heard)
}

/// Proves N2-033.
#[test]
fn a_healthy_update_over_uart_reports_every_step_n2_021_033() {
    let (host, heard) = story([]);
    assert_eq!(
        heard[..4],
        [
            "OK",
            "+QIND: \"FOTA\",\"RESETTING\"",
            "+QIND: \"FOTA\",\"START\"",
            "+QIND: \"FOTA\",\"UPDATING\",1%"
        ]
    );
    let end = heard
        .iter()
        .position(|line| line == "+QIND: \"FOTA\",\"END\",0")
        .expect("it ends");
    assert_eq!(heard[end - 1], "+QIND: \"FOTA\",\"UPDATING\",100%");
    assert_eq!(heard[end + 1..end + 3], ["RDY", "APP RDY"]);
    assert_eq!(host.module.version(), NEW);
    assert_eq!(host.module.package(), None);
    assert_eq!(host.seen, []);
    assert_eq!(host.module.deaf_bytes(), 0);
    assert_eq!(
        (host.module.updates_started(), host.module.updates_ended()),
        (1, 1)
    );
}

#[test]
fn progress_is_uneven_and_never_goes_back() {
    let (_, heard) = story([]);
    let percent: Vec<u8> = heard
        .iter()
        .filter_map(|line| {
            line.strip_prefix("+QIND: \"FOTA\",\"UPDATING\",")?
                .strip_suffix('%')?
                .parse()
                .ok()
        })
        .collect();
    assert!(percent.is_sorted());
    assert!(percent.windows(2).any(|pair| pair[1] - pair[0] > 1));
    assert!(percent.windows(2).any(|pair| pair[1] - pair[0] == 1));
}

#[test]
fn a_healthy_update_over_usb_is_silent_n2_032() {
    let mut host = started(Settings {
        link: Link::Usb,
        ..Settings::default()
    });
    let heard = host.until_idle();
    assert_eq!(lines(&heard), ["OK", "+QIND: \"FOTA\",\"RESETTING\""]);
    assert_eq!(
        host.seen,
        [
            Seen::Unplug,
            Seen::Plug {
                vendor: 0x2c7c,
                product: 0x0700
            }
        ]
    );
    assert_eq!(lines(&host.ask("ATE0")), ["ATE0", "OK"]);
    assert_eq!(lines(&host.ask("AT+QGMR")), [NEW, "OK"]);
}

#[test]
fn haste_shortens_the_update_and_nothing_else() {
    for (haste, seconds) in [(1, 80..200), (50, 1..8)] {
        let mut host = started(Settings {
            haste,
            ..Settings::default()
        });
        let start = host.now;
        while host.module.updates_ended() == 0 {
            host.run(Duration::from_millis(100));
        }
        let took = host.now.since(start).as_millis() / 1000;
        assert!(seconds.contains(&took), "haste {haste}: {took} s");
    }
    let mut host = Host::prepared(Settings {
        haste: 50,
        automatic: false,
        ..Settings::default()
    });
    host.ask("AT+QFOTADL=\"COM:\",9,5");
    host.run(Duration::from_millis(1500));
    assert!(
        host.module.in_data_mode(),
        "the upload's timeout is the host's"
    );
}

#[test]
fn a_restart_forgets_echo_errors_and_trigger_mode_n2_097() {
    let mut host = started(Settings::default());
    host.ask("AT");
    host.until_idle();
    // "automatic" is what these tests set as the default
    assert_eq!(lines(&host.ask("AT+CMEE?")), ["AT+CMEE?", "+CMEE: 0", "OK"]);
    assert_eq!(
        lines(&host.ask("AT+QFOTADL=3")),
        ["AT+QFOTADL=3", "+QFOTADL: 3,0", "OK"]
    );
}

#[test]
fn the_module_is_deaf_while_it_updates_n2_030() {
    let mut host = started(Settings::default());
    host.seconds(30);
    host.take();
    host.send(b"AT\r");
    host.run(Duration::from_millis(10));
    assert_eq!(host.module.deaf_bytes(), 3);
    assert!(!host.until_idle().contains("OK"));
}

#[test]
fn between_the_start_command_and_the_reset_everything_is_591_n2_174() {
    let mut host = started(Settings::default());
    host.run(Duration::from_millis(500));
    host.take();
    host.send(b"AT+QFOTADL=5\r");
    host.run(Duration::from_millis(100));
    assert_eq!(host.take(), "\r\n+CME ERROR: 591\r\n");
}

#[test]
fn reports_come_at_115200_when_the_rate_is_not_in_the_list_n2_031() {
    for (rate, readable) in [(57_600, false), (9600, true)] {
        let mut host = Host::new(Settings {
            baud_rate: rate,
            automatic: false,
            ..Settings::default()
        });
        host.module.port_opened(host.now, rate);
        host.upload(&package());
        host.send(b"AT+QFOTADL=1\r");
        host.seconds(10);
        host.take();
        host.seconds(20);
        assert_eq!(host.take().contains("UPDATING"), readable, "{rate}");
        host.module.port_closed(host.now);
        host.module.port_opened(host.now, 115_200);
        host.seconds(20);
        assert_eq!(host.take().contains("UPDATING"), !readable, "{rate}");
    }
}

#[test]
fn a_package_for_another_version_ends_in_511_n2_171() {
    let mut host = Host::prepared(Settings {
        automatic: false,
        ..Settings::default()
    });
    host.upload(&sample_package("BG95M3LAR02A02_01.001.01.001", NEW, 1000));
    host.send(b"AT+QFOTADL=1\r");
    let heard = host.until_idle();
    let heard = lines(&heard);
    assert!(heard.contains(&"+QIND: \"FOTA\",\"END\",511"), "{heard:?}");
    assert!(!heard.iter().any(|line| line.contains("UPDATING")));
    assert!(heard.contains(&"APP RDY"));
    assert_eq!(host.module.version(), OLD);
}

#[test]
fn a_file_without_versions_counts_up() {
    let mut host = Host::prepared(Settings {
        automatic: false,
        ..Settings::default()
    });
    host.upload(&[0x42; 1000]);
    host.send(b"AT+QFOTADL=1\r");
    host.until_idle();
    assert_eq!(host.module.version(), "BG95M3LAR02A03_01.012.01.013");
}

/// Proves N2-014, N2-084.
#[test]
fn in_automatic_mode_the_update_starts_after_the_upload_x_13() {
    for settings in [
        Settings::default(),
        Settings {
            automatic: false,
            ..with([Fault::StartsByItself])
        },
    ] {
        let mut host = Host::prepared(settings);
        let heard = host.upload(&package());
        assert_eq!(lines(&heard)[2..], ["OK", "+QIND: \"FOTA\",\"RESETTING\""]);
        host.until_idle();
        assert_eq!(host.module.version(), NEW);
    }
}

#[test]
fn after_a_power_loss_the_update_goes_on_without_a_command_n2_034() {
    for link in [Link::Uart, Link::Usb] {
        let faults = [Fault::PowerCut {
            percent: 40,
            back: Duration::from_secs(5),
        }];
        let mut host = started(Settings {
            link,
            ..with(faults)
        });
        let heard = host.until_idle();
        let starts = lines(&heard)
            .iter()
            .filter(|line| line.contains("\"START\""))
            .count();
        assert_eq!(starts, if link == Link::Uart { 2 } else { 0 });
        assert_eq!(host.module.version(), NEW);
        assert_eq!(host.module.updates_started(), 1);
    }
    // cut by hand
    let mut host = started(Settings::default());
    host.seconds(60);
    host.module.cut_power(host.now, Duration::from_secs(2));
    host.take();
    let heard = host.until_idle();
    assert_eq!(lines(&heard)[0], "+QIND: \"FOTA\",\"START\"");
    assert_eq!(host.module.version(), NEW);
}

#[test]
fn a_continued_update_is_seen_on_connect_x_26() {
    let mut host = Host::new(Settings::scenario("update-running").expect("it has a name"));
    host.seconds(3600);
    host.module.port_opened(host.now, 115_200);
    host.seconds(10);
    let heard = host.take();
    assert_eq!(lines(&heard)[0], "+QIND: \"FOTA\",\"START\"");
    assert!(host.until_idle().contains("\"END\",0"));
    assert_eq!(host.module.version(), "BG95M3LAR02A03_01.012.01.013");
}

#[test]
fn over_usb_a_continued_update_hides_the_port() {
    let mut host = Host::new(Settings {
        link: Link::Usb,
        ..with([Fault::UpdateRunning { percent: 50 }])
    });
    assert_eq!(host.module.usb_ids(), None);
    host.seconds(600);
    assert_eq!(
        host.seen,
        [Seen::Plug {
            vendor: 0x2c7c,
            product: 0x0700
        }]
    );
}

#[test]
fn every_fault_of_the_update_does_what_it_says() {
    let has = |heard: &[String], text: &str| heard.iter().any(|line| line.contains(text));

    let (host, heard) = story([Fault::EndCode {
        code: 504,
        percent: 50,
    }]);
    assert!(
        has(&heard, "\"END\",504")
            && has(&heard, "UPDATING\",50%")
            && !has(&heard, "UPDATING\",100%")
    );
    assert_eq!(host.module.version(), OLD);

    let (host, heard) = story([Fault::Retry {
        code: 504,
        times: 2,
    }]);
    let ends: Vec<_> = heard
        .iter()
        .filter(|line| line.contains("\"END\""))
        .map(|line| line[19..].to_owned())
        .collect();
    assert_eq!(ends, [",504", ",504", ",0"].map(|code| code.to_owned()));
    assert_eq!(host.module.version(), NEW);

    let (host, heard) = story([Fault::NoEnd]);
    assert!(!has(&heard, "END"));
    assert_eq!(host.module.version(), NEW);

    let (host, heard) = story([Fault::OldVersion]);
    assert!(has(&heard, "\"END\",0"));
    assert_eq!(host.module.version(), OLD);

    let (_, heard) = story([Fault::EndAfterRestart]);
    let place = |text: &str| {
        heard
            .iter()
            .position(|line| line.contains(text))
            .expect("it is there")
    };
    assert!(place("RDY") < place("\"END\",0") && place("\"END\",0") < place("APP RDY"));

    let (_, heard) = story([Fault::NoResetting, Fault::NoStart, Fault::NoProgress]);
    assert_eq!(heard[..2], ["OK", "+QIND: \"FOTA\",\"END\",0"]);

    let (_, heard) = story([Fault::NoRdy, Fault::NoAppRdy]);
    assert!(!has(&heard, "RDY"));

    let spelling = Spelling {
        percent: PercentStyle::Blank,
        blanks: true,
        mixed_case: true,
    };
    let (_, heard) = story([Fault::Spelling(spelling)]);
    assert!(has(&heard, "+QIND: \"FOTA\", \"Start \"") && has(&heard, "\"Updating\",  1%"));
    assert!(has(&heard, "\"End\", 0"));

    let (host, heard) = story([Fault::Truncated { every: 3 }]);
    assert!(
        heard
            .iter()
            .any(|line| line.starts_with("+QIND") && !line.ends_with(['%', '0', '"']))
    );
    assert_eq!(host.module.version(), NEW);

    let (_, heard) = story([Fault::BootLoop { times: 4 }]);
    assert_eq!(heard.iter().filter(|line| line.contains("BROM")).count(), 4);
    assert!(has(&heard, "APP RDY"));

    let (_, heard) = story([Fault::BootNoise]);
    assert!(has(&heard, "BROM") && has(&heard, "\u{fffd}"));
}

#[test]
fn a_boot_loop_never_comes_up() {
    let mut host = started(with([Fault::BootLoop { times: u32::MAX }]));
    host.seconds(600);
    assert!(!host.module.is_idle());
    let heard = host.take();
    assert!(
        lines(&heard)
            .iter()
            .filter(|line| line.contains("BROM"))
            .count()
            > 100
    );
    assert!(!heard.contains("RDY"));
}

#[test]
fn a_long_silence_is_long() {
    let mut host = started(with([Fault::PauseAt {
        percent: 40,
        pause: Duration::from_secs(600),
    }]));
    let mut longest = 0;
    let mut last = host.now;
    while host.module.updates_ended() == 0 {
        host.run(Duration::from_millis(500));
        if !host.take().is_empty() {
            last = host.now;
        }
        longest = longest.max(host.now.since(last).as_millis());
    }
    assert!((600_000..620_000).contains(&longest), "{longest} ms");
    assert_eq!(host.module.version(), NEW);
}

#[test]
fn no_reset_means_that_nothing_happens() {
    let mut host = started(with([Fault::NoReset]));
    host.seconds(300);
    assert_eq!(lines(&host.take()), ["OK"]);
    assert_eq!(host.module.updates_started(), 0);
    assert_eq!(host.ask("AT"), "\r\nOK\r\n");
}

#[test]
fn the_port_may_come_back_otherwise_or_never() {
    let mut host = started(Settings {
        link: Link::Usb,
        ..with([Fault::OtherProduct(0x0701)])
    });
    host.until_idle();
    assert_eq!(
        host.seen[1],
        Seen::Plug {
            vendor: 0x2c7c,
            product: 0x0701
        }
    );

    let mut host = started(Settings {
        link: Link::Usb,
        ..with([Fault::PortNotBack])
    });
    host.seconds(3600);
    assert_eq!(host.seen, [Seen::Unplug]);
    assert_eq!(host.module.version(), NEW);
}

#[test]
fn faults_for_afterwards_come_afterwards() {
    let mut host = started(Settings::scenario("module-swapped").expect("it has a name"));
    host.until_idle();
    assert_eq!(lines(&host.ask("ATE0+GSN"))[1], "004999010640018");

    let mut host = started(Settings::scenario("silent-after-update").expect("it has a name"));
    assert!(host.until_idle().contains("\"END\",0"));
    assert_eq!(host.ask("AT"), "");
}

#[test]
fn the_cable_can_be_pulled_at_any_time() {
    let mut host = started(Settings {
        link: Link::Usb,
        ..Settings::default()
    });
    host.seconds(1);
    host.module.pull_cable(host.now);
    host.seconds(1);
    assert_eq!(host.seen, [Seen::Unplug]);
    host.module.plug_cable(host.now);
    host.until_idle();
    assert_eq!(
        host.seen.last(),
        Some(&Seen::Plug {
            vendor: 0x2c7c,
            product: 0x0700
        })
    );
    assert_eq!(host.module.version(), NEW);
}

#[test]
fn every_scenario_survives_a_whole_run() {
    for scenario in SCENARIOS {
        let settings = Settings::scenario(scenario.name).expect("it has a name");
        let rate = settings.baud_rate;
        let mut host = Host::new(settings);
        host.module.port_opened(host.now, rate);
        host.seconds(5);
        for line in [
            "AT",
            "ATE0",
            "AT+CMEE=1",
            "ATI",
            "AT+QGMR",
            "AT+QFOTADL=3,0",
            "AT+QFOTADL=5",
        ] {
            host.ask(line);
        }
        let wait = host.now;
        host.upload(&package());
        assert!(
            host.now.since(wait) < Duration::from_secs(3600),
            "{}",
            scenario.name
        );
        host.seconds(70);
        host.send(b"AT+QFOTADL=1\r");
        host.seconds(1800);
        assert!(host.module.updates_started() <= 2, "{}", scenario.name);
    }
}
