//! What the page says is what is so, by every route: every scenario of the simulated module by its own
//! route, and modules that say anything at any time.

mod rig;

use deltaport::dfota::{Choice, SourceRequest};
use deltaport::simulator::{Route, SCENARIOS, Scenario, Settings};
use deltaport::snapshot::{Outcome, Stage, Way};
use deltaport::time::Duration;
use rig::Rig;

/// Every way in which this scenario can be run.
fn requests(scenario: &Scenario, settings: &Settings) -> Vec<Option<SourceRequest>> {
    let family = scenario.family();
    let mut requests = vec![None];
    let url = scenario
        .url
        .unwrap_or("http://firmware.example:8080/update.bin");
    let ways: &[Way] = match (family, url.starts_with("http")) {
        ("bg95", true) => &[Way::Whole, Way::Segments, Way::Resume, Way::ToFile],
        _ => &[Way::Whole],
    };
    for way in ways {
        requests.push(Some(SourceRequest {
            url: url.to_owned(),
            way: *way,
            request_size: "20480".to_owned(),
            files: Vec::new(),
        }));
    }
    let names: Vec<String> = settings
        .files
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    if !names.is_empty() {
        let files = if family == "eg06xk" {
            names
                .iter()
                .map(|name| name.replace("UFS:", "/usrdata/cache/ufs/"))
                .collect()
        } else {
            names
        };
        requests.push(Some(SourceRequest {
            files,
            ..SourceRequest::default()
        }));
    }
    requests
}

#[test]
fn no_scenario_by_any_route_ends_in_a_lie() {
    let mut runs = 0;
    for scenario in SCENARIOS {
        if scenario.route == Route::Com {
            // `tests/honesty.rs` has these.
            continue;
        }
        let name = scenario.name;
        let settings = Settings::scenario(name).expect("a scenario");
        for request in requests(scenario, &settings) {
            let label = format!("{name} {request:?}");
            let mut rig = Rig::new(settings.clone());
            rig.file = deltaport::simulator::sample_package(&settings.version, "NEXT_1.2", 20_000);
            rig.connect()
                .until_any(&[Stage::Module, Stage::WrongPort, Stage::Idle, Stage::Done]);
            if rig.stage() != Stage::Module {
                continue;
            }
            let before = rig.module.version().to_owned();
            match &request {
                Some(request) => rig.choose_source(request.clone()),
                None => rig.choose_package(),
            };
            rig.start();
            if rig.stage() == Stage::Module {
                assert!(rig.problem().is_some(), "{label}: refused without a reason");
                continue;
            }
            let start = rig.now;
            let verdict = rig.finish();
            let took = rig.now.since(start);
            assert!(took < Duration::from_secs(3 * 3600), "{label}: {took:?}");
            let now = rig.module.version().to_owned();
            let journal = || rig.session.journal();
            match verdict.outcome {
                Outcome::Upgraded => {
                    assert_ne!(now, before, "{label}: {}", journal());
                    let told = verdict.new_version.expect("what was read");
                    assert!(now.starts_with(&told), "{label}: {told} is not {now}");
                }
                Outcome::NotUpgraded | Outcome::Stopped => {
                    assert_eq!(now, before, "{label}: {}", journal());
                    rig.pass(Duration::from_secs(1800));
                    assert_eq!(
                        rig.module.version(),
                        before,
                        "{label}: it went on after the verdict\n{}",
                        rig.session.journal()
                    );
                }
                Outcome::CannotTell => {}
            }
            runs += 1;
            rig.choose(Choice::Disconnect);
            rig.pass(Duration::from_secs(60));
            assert_eq!(rig.opened, rig.released, "{label}");
        }
    }
    assert!(runs > 100, "only {runs} came to a run");
}
