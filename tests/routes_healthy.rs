//! Every family by every route that it has, with a healthy module.

mod rig;

use deltaport::dfota::{Choice, SourceRequest};
use deltaport::simulator::{Model, Settings};
use deltaport::snapshot::{Outcome, Remark, RouteId, Stage, Way};
use rig::{Rig, assert_verdict};

const BG95: [&str; 3] = ["BG95-M3", "BG77", "BG600L-M3"];
const EG06XK: [&str; 5] = [
    "EG065K-NA",
    "EG060K-EA",
    "EM120K-GL",
    "EG120K-EA",
    "EM060K-GL",
];
const BC: [&str; 3] = ["BC660K-GL", "BC26", "BC20"];

fn url(scheme: &str, port: u16) -> String {
    let login = if scheme.starts_with("ftp") {
        "ann:secret@"
    } else {
        ""
    };
    format!("{scheme}://{login}files.test:{port}/update.bin")
}

#[track_caller]
fn upgraded(rig: &mut Rig, url: &str) {
    let verdict = rig.upgrade_from(url);
    assert_eq!(
        verdict.outcome,
        Outcome::Upgraded,
        "{url}\n{}",
        rig.session.journal()
    );
    assert_ne!(verdict.old_version, verdict.new_version, "{url}");
}

/// Proves N2-020, N2-021, N2-040, N2-050.
#[test]
fn a_bg95_fetches_the_package_from_every_kind_of_server_and_waits_for_the_go() {
    for model in BG95 {
        for (scheme, port) in [
            ("http", 80),
            ("https", 443),
            ("ftp", 21),
            ("ftps", 990),
            ("coap", 5683),
            ("coaps", 5684),
        ] {
            let mut rig = Rig::of(model);
            upgraded(&mut rig, &url(scheme, port));
            let sent = rig.sent_lines();
            let place = |line: &str| sent.iter().position(|sent| sent.starts_with(line));
            let fetch = place("AT+QFOTADL=\"");
            assert!(place("AT+QFOTADL=3,0") < fetch, "{sent:?}");
            assert!(
                fetch < sent.iter().position(|sent| *sent == "AT+QFOTADL=1"),
                "{sent:?}"
            );
            let stages: Vec<Stage> = rig.stages.iter().map(|(_, stage)| *stage).collect();
            assert!(stages.contains(&Stage::Downloading), "{stages:?}");
        }
    }
}

/// Proves N3-10, N3-16, N3-21.
#[test]
fn an_eg06xk_fetches_the_package_and_goes_all_the_way_by_itself() {
    for model in EG06XK {
        for (scheme, port) in [("http", 80), ("https", 443), ("ftp", 21)] {
            let mut rig = Rig::of(model);
            upgraded(&mut rig, &url(scheme, port));
            assert!(!rig.sent_lines().contains(&"AT+QFOTADL=1"));
        }
    }
}

/// Proves N1-01, N1-05, N4-06, N5-06.
#[test]
fn a_bc_module_fetches_the_package_by_http() {
    for model in BC {
        let mut rig = Rig::of(model);
        upgraded(&mut rig, &url("http", 80));
    }
}

/// Proves X-24, N5-13.
#[test]
fn sleep_and_automatic_rate_are_off_for_the_run_and_as_before_after_it() {
    for model in BC {
        let mut rig = Rig::of(model);
        let verdict = rig.upgrade_from(&url("http", 80));
        assert_eq!(verdict.outcome, Outcome::Upgraded);
        rig.pass(deltaport::time::Duration::from_secs(5));
        let sent = rig.sent_lines().join("\n");
        let fetch = sent.find("AT+QFOTADL=\"").expect("a download");
        let changed = sent.contains("AT+QSCLK=0") || sent.contains("AT+IPR=115200");
        assert!(changed, "{model}: {sent}");
        for (off, back) in [
            ("AT+QSCLK=0", "AT+QSCLK=1"),
            ("AT+CPSMS=0", "AT+CPSMS=1"),
            ("AT+IPR=115200", "AT+IPR=0"),
        ] {
            if let Some(at) = sent.find(off) {
                assert!(at < fetch, "{model}: {off} too late");
                assert!(
                    sent.rfind(back).is_some_and(|at| at > fetch),
                    "{model}: no {back} in {sent}"
                );
            }
        }
        let remarks = rig.verdict().expect("a verdict").remarks;
        assert!(
            remarks.contains(&Remark::SleepRestored),
            "{model}: {remarks:?}"
        );
    }
}

/// Proves N3-19, N3-20.
#[test]
fn a_file_of_this_computer_becomes_a_file_of_the_eg06xk_and_is_started_by_its_path() {
    for model in EG06XK {
        let settings = Settings::of(Model::named(model));
        let mut rig = Rig::new(settings.clone());
        rig.file = deltaport::simulator::sample_package(&settings.version, "EG06NEXT_1", 5000);
        let verdict = rig.upgrade();
        assert_verdict(&verdict, Outcome::Upgraded, None);
        assert_eq!(rig.data, rig.file);
        let sent = rig.sent_lines().join("\n");
        assert!(
            sent.contains("AT+QFUPL=\"dfota_update.bin\",5000,60,1"),
            "{sent}"
        );
        assert!(
            sent.contains("AT+QFOTADL=\"/usrdata/cache/ufs/dfota_update.bin\""),
            "{sent}"
        );
    }
}

#[test]
fn a_package_that_the_eg06xk_holds_is_started_by_its_path() {
    let settings = Settings::of(Model::named("EG060K-EA"));
    let file = deltaport::simulator::sample_package(&settings.version, "EG06NEXT_1", 5000);
    let mut rig = Rig::new(settings.holding("UFS:mine.bin", file));
    rig.reach_module().choose_source(SourceRequest {
        files: vec!["/usrdata/cache/ufs/mine.bin".into()],
        ..SourceRequest::default()
    });
    assert_eq!(rig.problem(), None);
    rig.start();
    let verdict = rig.finish();
    assert_verdict(&verdict, Outcome::Upgraded, None);
}

/// Proves N2-100, N2-103, N2-104, N2-107.
#[test]
fn a_bg95_puts_the_package_together_from_its_files() {
    let settings = Settings::default();
    let file = deltaport::simulator::sample_package(rig::OLD, rig::NEW, 20_000);
    for parts in [1, 2, 4] {
        let mut settings = settings.clone();
        let size = file.len().div_ceil(parts);
        let mut names = Vec::new();
        for (n, part) in file.chunks(size).enumerate() {
            let name = format!("{}:p{n}.bin", if n % 2 == 0 { "UFS" } else { "EUFS" });
            settings = settings.holding(&name, part.to_vec());
            names.push(name);
        }
        let mut rig = Rig::new(settings);
        rig.reach_module().choose_source(SourceRequest {
            files: names,
            ..SourceRequest::default()
        });
        assert_eq!(rig.problem(), None);
        rig.start();
        let verdict = rig.finish();
        assert_verdict(&verdict, Outcome::Upgraded, None);
        let types: Vec<char> = rig
            .sent_lines()
            .into_iter()
            .filter(|line| line.contains("UFS:"))
            .filter_map(|line| line.chars().last())
            .collect();
        let expected: &[char] = match parts {
            1 => &['2'],
            2 => &['0', '2'],
            _ => &['0', '1', '1', '2'],
        };
        assert_eq!(types, expected);
    }
}

/// Proves N2-022, N2-026, N2-027, N2-132, N2-162.
#[test]
fn a_package_comes_in_segments_until_it_is_complete() {
    let mut rig = Rig::of("BG95-M3");
    rig.reach_module().choose_source(SourceRequest {
        url: url("http", 8080),
        way: Way::Segments,
        request_size: "20480".into(),
        ..SourceRequest::default()
    });
    assert_eq!(rig.problem(), None);
    rig.start();
    let verdict = rig.finish();
    assert_verdict(&verdict, Outcome::Upgraded, None);
    let from: Vec<&str> = rig
        .sent_lines()
        .into_iter()
        .filter_map(|line| line.strip_prefix("AT+QFOTADL=\"http://files.test:8080/update.bin\","))
        .collect();
    assert_eq!(from[..3], ["0,20480", "20480,20480", "40960,20480"]);
}

/// Proves N2-091, N2-093.
#[test]
fn a_package_comes_resumably_or_into_a_file_first() {
    for way in [Way::Resume, Way::ToFile] {
        let mut rig = Rig::of("BG95-M3");
        rig.reach_module().choose_source(SourceRequest {
            url: url("http", 8080),
            way,
            ..SourceRequest::default()
        });
        rig.start();
        let verdict = rig.finish();
        assert_eq!(
            verdict.outcome,
            Outcome::Upgraded,
            "{way:?}\n{}",
            rig.session.journal()
        );
    }
}

#[test]
fn every_family_offers_its_routes_and_no_others() {
    use RouteId::{Coap, Coaps, Com, Copy, File, Ftp, Ftps, Http, Https, Path};
    for (models, routes) in [
        (
            &BG95[..],
            &[Com, Http, Https, Ftp, Ftps, Coap, Coaps, Copy][..],
        ),
        (&EG06XK[..], &[File, Http, Https, Ftp, Path][..]),
        (&BC[..], &[Http][..]),
    ] {
        for model in models {
            let mut rig = Rig::of(model);
            rig.reach_module();
            let module = rig.snapshot().module.expect("a module");
            let mut offered = module.routes.clone();
            let mut expected = routes.to_vec();
            offered.sort_by_key(|route| *route as u8);
            expected.sort_by_key(|route| *route as u8);
            assert_eq!(offered, expected, "{model}");
        }
    }
}

#[test]
fn a_check_tells_about_sim_network_and_signal_and_changes_nothing() {
    for model in ["BG95-M3", "EG060K-EA", "BC660K-GL", "BC26"] {
        let mut rig = Rig::of(model);
        rig.reach_module();
        let sent = rig.commands.len();
        rig.choose(Choice::Check);
        rig.until(Stage::Module);
        let facts = rig.session.snapshot().readiness.expect("facts");
        assert_eq!(
            facts.sim,
            Some(deltaport::snapshot::SimCode::Ready),
            "{model}"
        );
        assert!(
            facts.registration.is_some() && facts.signal.is_some(),
            "{model}: {facts:?}"
        );
        assert_eq!(facts.has_address, Some(true), "{model}");
        for (_, line) in &rig.commands[sent..] {
            let asks = line == "AT"
                || line.ends_with('?')
                || !line.contains('=')
                || line == "AT+CGPADDR=1"
                || line == "AT+QCFGEXT=\"fota_apn\"";
            assert!(asks, "{model}: {line}");
        }
    }
}
