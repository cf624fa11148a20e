//! Restarts of the simulated module in each family: power losses, orders of events, boot loops.

mod simulated_host;

use deltaport::simulator::{Fault, Link, Scheme, Settings, sample_url};
use deltaport::time::Duration;
use simulated_host::{Host, Seen, awake, of, shortened, story, upgrade};

fn cut(percent: u8) -> Fault {
    Fault::PowerCut {
        percent,
        back: Duration::from_secs(5),
    }
}

fn fixed(model: &str) -> Settings {
    Settings {
        baud_rate: 115_200,
        ..of(model)
    }
}

/// Proves N1-21, N4-11, N5-12, N2-034.
#[test]
fn an_update_that_a_power_loss_cut_goes_on_by_itself() {
    for (model, before, after, end) in [
        ("BC660K-GL", "50%,1,1", "51%,1,1", "\"FOTA\", \"END\", 0"),
        ("BC20-2018", " 49%", " 51%", "\"FOTA\",\"END\",0"),
        ("BC26", "49%,1,1", " 51%, 1, 1", "\"FOTA\",\"END\",0"),
        (
            "BG95-M3",
            "\"UPDATING\"",
            "\"UPDATING\"",
            "\"FOTA\",\"END\",0",
        ),
    ] {
        let (host, story) = upgrade(fixed(model).with(cut(50)), sample_url(Scheme::Http));
        let starts: Vec<usize> = (0..story.len())
            .filter(|&n| story[n].contains("\"START\""))
            .collect();
        assert_eq!(starts.len(), 2, "{model} {story:?}");
        let (_, again) = story.split_at(starts[1]);
        assert!(again[1].contains(after), "{model} {}", again[1]);
        let first = &story[..starts[1]];
        let told = |line: &&String| line.contains("UPDATING");
        let last = first.iter().rfind(told).expect("a report");
        assert!(
            last.contains(before) || before.starts_with("50"),
            "{model} {last}"
        );
        assert!(again.iter().any(|line| line.contains(end)), "{model}");
        assert_ne!(host.module.version(), of(model).version, "{model}");
    }
}

#[test]
fn an_eg060k_that_lost_its_power_begins_anew() {
    let (host, story) = upgrade(of("EG060K-EA").with(cut(50)), sample_url(Scheme::Http));
    let short = shortened(&story);
    assert_eq!(
        short[3..],
        [
            "+QIND: \"FOTA\", \"START\"",
            "+QIND: \"FOTA\", \"UPDATING\", 1",
            "+QIND: \"FOTA\", \"UPDATING\", 49",
            "+QIND: \"FOTA\", \"START\"",
            "+QIND: \"FOTA\", \"UPDATING\", 1",
            "+QIND: \"FOTA\", \"UPDATING\", 100",
            "+QIND: \"FOTA\", \"END\", 0",
        ]
    );
    assert_eq!(host.seen.len(), 6);
}

/// Proves X-26, N1-21, N2-034, N4-11, N5-12.
#[test]
fn a_module_that_was_cut_off_earlier_reports_without_a_command() {
    for model in ["BC660K-GL", "BC20-2018", "BC26", "BG95-M3", "EG060K-EA"] {
        let mut host = Host::connected(fixed(model).with(Fault::UpdateRunning { percent: 30 }));
        host.seconds(600);
        let heard = host.take();
        assert!(heard.contains("\"START\""), "{model} {heard}");
        assert!(heard.contains("\"END\""), "{model}");
        assert_ne!(host.module.version(), of(model).version, "{model}");
    }
}

/// Proves X-02.
#[test]
fn a_continued_update_can_say_so_in_words() {
    let settings = of("BG95-M3").with(cut(20)).with(Fault::ContinuesAloud);
    let (_, story) = upgrade(settings, sample_url(Scheme::Http));
    let words = "+QIND: \"FOTA\",\"Last upgrade was not finished,continue upgrade\"";
    assert!(story.iter().any(|line| line == words));
}

#[test]
fn end_can_come_on_the_other_side_of_the_restart() {
    let place = |story: &[String], what: &str| {
        story
            .iter()
            .position(|line| line.contains(what))
            .unwrap_or_else(|| panic!("no {what} in {story:?}"))
    };
    for model in ["BC660K-GL", "BC26"] {
        let settings = fixed(model).with(Fault::EndBeforeRestart);
        let (_, story) = upgrade(settings, sample_url(Scheme::Http));
        assert!(place(&story, "\"END\"") < place(&story, "RDY"), "{model}");
    }
    for model in ["BC20-2018", "BG95-M3"] {
        let settings = fixed(model).with(Fault::EndAfterRestart);
        let (_, story) = upgrade(settings, sample_url(Scheme::Http));
        assert!(place(&story, "\"END\"") > place(&story, "RDY"), "{model}");
    }
}

#[test]
fn a_failed_update_of_a_bc660k_ends_without_a_restart() {
    let failing = Fault::EndCode {
        code: 255,
        percent: 30,
    };
    let (mut host, story) = upgrade(of("BC660K-GL").with(failing), sample_url(Scheme::Http));
    let short = shortened(&story);
    assert_eq!(short.last(), Some(&"+QIND: \"FOTA\", \"END\", 255"));
    host.ask("AT");
    assert!(host.ask("AT").contains("OK"));
    assert_eq!(host.module.version(), of("BC660K-GL").version);
}

#[test]
fn reports_can_stop_short_of_the_end() {
    let settings = of("BC660K-GL").with(Fault::ReportsStopAt { percent: 91 });
    let (_, story) = upgrade(settings, sample_url(Scheme::Http));
    let short = shortened(&story);
    assert!(short.contains(&"+QIND: \"FOTA\",\"UPDATING\",91%,1,1"));
    assert!(short.contains(&"+QIND: \"FOTA\", \"END\", 0"));
}

#[test]
fn the_port_of_an_eg060k_stays_over_its_uart() {
    let settings = Settings {
        link: Link::Uart,
        ..of("EG060K-EA")
    };
    let mut host = awake(settings);
    let story = story(
        &mut host,
        &format!("AT+QFOTADL=\"{}\"", sample_url(Scheme::Http)),
        900,
    );
    assert_eq!(host.seen, Vec::<Seen>::new());
    assert!(story.iter().any(|line| line == "RDY"));
}

#[test]
fn a_boot_loop_of_a_bc26_is_heard() {
    let looping = Fault::BootLoop { times: 4 };
    let (_, story) = upgrade(fixed("BC26").with(looping), sample_url(Scheme::Http));
    let blocks = story.iter().filter(|line| *line == "Leaving the BROM");
    // one on the way into the update, then the loop
    assert_eq!(blocks.count(), 5);
}

/// Nothing wakes it but a power cycle (B-rec 4).
#[test]
fn from_deep_sleep_only_the_power_brings_a_bc660k_back() {
    let after = Duration::from_secs(60);
    let mut host = awake(of("BC660K-GL").with(Fault::DeepSleep { after }));
    host.seconds(100);
    for _ in 0..5 {
        assert_eq!(host.ask("AT"), "");
    }
    host.module.cut_power(host.now, Duration::from_secs(1));
    host.seconds(20);
    assert!(host.take().contains("RDY"));
    // with power saving off it stays within reach
    host.ask("AT");
    host.ask("AT+CPSMS=0");
    host.seconds(100);
    host.ask("AT");
    assert!(host.ask("AT").contains("OK"));
}
