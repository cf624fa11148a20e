//! What the page says is what is so, by every route: every scenario of the simulated module by its own
//! route, and modules that say anything at any time.

mod rig;

use deltaport::dfota::{Choice, Input, Output, PortSettings, SourceRequest, UsbId};
use deltaport::session::{Poll, Session};
use deltaport::simulator::{Fault, Model, Route, SCENARIOS, Scenario, Settings};
use deltaport::snapshot::{Outcome, Stage, Way};
use deltaport::time::{Duration, Instant};
use proptest::prelude::*;
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
            // What was changed is brought back first.
            rig.pass(Duration::from_secs(60));
            rig.choose(Choice::Disconnect);
            rig.pass(Duration::from_secs(60));
            assert_eq!(rig.opened, rig.released, "{label}");
        }
    }
    assert!(runs > 100, "only {runs} came to a run");
}

/// A module of paper: it answers every command at once, and says what a test makes it say in between.
struct Paper {
    session: Session,
    now: Instant,
    model: &'static str,
    /// What the next readings of the version tell after the start; then the last one for ever.
    versions: Vec<Option<&'static str>>,
    started: bool,
    /// The versions read after the start, in order.
    told: Vec<Option<&'static str>>,
    open: bool,
}

const BEFORE: &str = "AAAALAR02A03_01.012.01.012";
const VERSIONS: [Option<&str>; 4] = [
    Some(BEFORE),
    Some("AAAALAR02A04_01.200.01.200"),
    Some("AAAALAR02A05_01.300.01.300"),
    None,
];

/// What modules say, and what none should.
const SAYINGS: &[&str] = &[
    "OK",
    "ERROR",
    "+CME ERROR: 591",
    "+CME ERROR: 2",
    "RDY",
    "APP RDY",
    "POWERED DOWN",
    "F1: 0000 0000",
    "+QIND: \"FOTA\",\"HTTPSTART\"",
    "+QIND: \"FOTA\",\"DOWNLOADING\",50%",
    "+QIND: \"FOTA\",\"HTTPEND\",0",
    "+QIND: \"FOTA\",\"HTTPEND\",712",
    "+QIND: \"FOTA\",\"HTTPEND\",701",
    "+QIND: \"FOTA\",\"HTTPEND\"",
    "+QIND: \"FOTA\",\"RESETTING\"",
    "+QIND: \"FOTA\",\"START\"",
    "+QIND: \"FOTA\",\"UPDATING\",55%",
    "+QIND: \"FOTA\",\"END\",0",
    "+QIND: \"FOTA\",\"END\",502",
    "+QIND: \"FOTA\",\"END\",511",
    "+QIND: \"FOTA\",\"END\"",
    "+QFOTADL: 3,20480",
    "+QFOTADL: 1",
    "+QFOTADL: 4,0",
    "+CEREG: 2",
    "+CPIN: SIM PIN",
    "AAAALAR02A04_01.200.01.200",
    "Revision: AAAALAR02A05",
    "+QIND: \"FOTA\",\"UPDA",
    "\u{7f}\u{0}\u{1}",
];

impl Paper {
    fn new(model: &'static str, versions: Vec<Option<&'static str>>) -> Self {
        let mut paper = Self {
            session: Session::new(),
            now: Instant::from_millis(0),
            model,
            versions,
            started: false,
            told: Vec::new(),
            open: false,
        };
        paper.input(Input::Choice(Choice::Connect(PortSettings::default())));
        paper
    }

    fn input(&mut self, input: Input<'_>) {
        self.session.handle_input(self.now, input);
        while let Poll::Output(output) = self.session.poll_output() {
            match output {
                Output::Open(_) => {
                    self.open = true;
                    let usb = UsbId {
                        vendor: if self.model.starts_with('E') {
                            UsbId::QUECTEL
                        } else {
                            1
                        },
                        product: 1,
                    };
                    self.session
                        .handle_input(self.now, Input::PortOpened(Some(usb)));
                }
                Output::Close => self.open = false,
                Output::Write(bytes) if self.open => {
                    let line = String::from_utf8(bytes).expect("a command is text");
                    let reply = self.reply(line.trim_end());
                    self.session
                        .handle_input(self.now, Input::Bytes(reply.as_bytes()));
                }
                _ => {}
            }
        }
    }

    fn reply(&mut self, line: &str) -> String {
        let is_start =
            line.contains("://") || line.contains("\"/usrdata") || line == "AT+QFOTADL=1";
        self.started |= is_start;
        let text = match line {
            "ATI" => format!("Quectel\r\n{}\r\nRevision: AAAALAR02A03", self.model),
            "AT+QGMR" => {
                let version = if !self.started {
                    Some(BEFORE)
                } else {
                    let version = match &self.versions[..] {
                        [last] => *last,
                        _ => self.versions.remove(0),
                    };
                    self.told.push(version);
                    version
                };
                match version {
                    Some(version) => version.to_owned(),
                    None => return "\r\nERROR\r\n".into(),
                }
            }
            "AT+CGMR" => "AAAALAR02A03".into(),
            "AT+GSN" => "004999010640000".into(),
            "AT+IPR?" => "+IPR: 115200".into(),
            "AT+IFC?" => "+IFC: 0,0".into(),
            "AT+QFOTADL?" => "+QFOTADL: 0".into(),
            "AT+QFOTADL=3" => "+QFOTADL: 3,0".into(),
            "AT+QFOTADL=4" => "+QFOTADL: 4,5000".into(),
            "AT+QFOTADL=12" => "+QFOTADL: 12,500000".into(),
            "AT+CPIN?" => "+CPIN: READY".into(),
            "AT+CEREG?" => "+CEREG: 0,1".into(),
            "AT+CSQ" => "+CSQ: 20,99".into(),
            "AT+CESQ" => "+CESQ: 40,0,255,255,20,60".into(),
            "AT+QSCLK?" => "+QSCLK: 1".into(),
            "AT+CPSMS?" => "+CPSMS: 0".into(),
            _ => return "\r\nOK\r\n".into(),
        };
        format!("\r\n{text}\r\n\r\nOK\r\n")
    }

    fn stage(&self) -> Stage {
        self.session.snapshot().stage
    }

    /// Lets time pass, at most until `end` and only while `going` holds.
    fn pass(&mut self, end: Instant, going: impl Fn(&Self) -> bool) {
        while going(self) {
            let next = match self.session.poll_output() {
                Poll::Wait(Some(at)) if at <= end => at,
                _ => break,
            };
            self.now = self.now.max(next);
            self.input(Input::Tick);
        }
        self.now = if going(self) {
            self.now.max(end)
        } else {
            self.now
        };
    }
}

/// Model, and source.
fn sources() -> Vec<(&'static str, SourceRequest)> {
    let server = |way: Way| SourceRequest {
        url: "http://files.test:8080/u.bin".into(),
        way,
        request_size: "2048".into(),
        files: Vec::new(),
    };
    let files = |name: &str| SourceRequest {
        files: vec![name.to_owned()],
        ..SourceRequest::default()
    };
    vec![
        ("BG95-M3", server(Way::Whole)),
        ("BG95-M3", server(Way::Segments)),
        ("BG95-M3", server(Way::Resume)),
        ("BG95-M3", server(Way::ToFile)),
        ("BG95-M3", files("UFS:a.bin")),
        ("EG060K-EA", server(Way::Whole)),
        ("EG060K-EA", files("/usrdata/cache/ufs/a.bin")),
        ("BC660K-GL", server(Way::Whole)),
        ("BC26", server(Way::Whole)),
        ("BC20", server(Way::Whole)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_module_says_nothing_is_upgraded_without_two_equal_readings(
        source in 0usize..10,
        versions in proptest::collection::vec(0usize..VERSIONS.len(), 1..8),
        says in proptest::collection::vec(
            (0usize..SAYINGS.len() + 6, prop_oneof![0u64..3000, 0u64..900_000]), 0..60),
    ) {
        let (model, request) = sources().swap_remove(source);
        let versions = versions.into_iter().map(|n| VERSIONS[n]).collect();
        let mut paper = Paper::new(model, versions);
        let minute = Duration::from_secs(60);
        paper.pass(Instant::from_millis(0) + minute, |paper| paper.stage() != Stage::Module);
        prop_assert_eq!(paper.stage(), Stage::Module);
        paper.input(Input::Choice(Choice::Source(Some(request))));
        paper.input(Input::Choice(Choice::Start { unknown_model: false, preset_go: true }));
        let bound = Duration::from_secs(4 * 3600);
        let mut last_event = paper.now;
        for (saying, pause) in says {
            if matches!(paper.stage(), Stage::Done | Stage::Idle) {
                break;
            }
            let until = paper.now + Duration::from_millis(pause);
            paper.pass(until, |paper| paper.stage() != Stage::Done);
            last_event = paper.now;
            match SAYINGS.get(saying) {
                Some(line) if paper.open => {
                    paper.input(Input::Bytes(format!("\r\n{line}\r\n").as_bytes()));
                }
                Some(_) => {}
                None => match saying - SAYINGS.len() {
                    0 if paper.open => { paper.open = false; paper.input(Input::PortLost); }
                    1 => paper.input(Input::PortReturned),
                    2 => paper.input(Input::Choice(Choice::Cancel)),
                    3 => paper.input(Input::Bytes(&[0x80; 20])),
                    4 => paper.input(Input::Choice(Choice::Go)),
                    _ => paper.input(Input::Choice(Choice::Reconnect)),
                },
            }
        }
        // Nothing more is said: the run ends within its bound.
        let end = last_event + bound;
        paper.pass(end, |paper| !matches!(paper.stage(), Stage::Done | Stage::Idle | Stage::Module));
        prop_assert!(
            matches!(paper.stage(), Stage::Done | Stage::Idle | Stage::Module),
            "still {:?} after {bound:?}\n{}", paper.stage(), paper.session.journal()
        );
        let snapshot = paper.session.snapshot();
        if let Some(verdict) = snapshot.verdict.filter(|verdict| verdict.outcome == Outcome::Upgraded) {
            let new = verdict.new_version.as_deref();
            prop_assert_ne!(new, Some(BEFORE));
            prop_assert_ne!(new, None);
            let [.., before_last, last] = paper.told[..] else {
                return Err(TestCaseError::fail("fewer than two readings"));
            };
            prop_assert_eq!((before_last, last), (new, new), "{}", paper.session.journal());
        }
        if let Some(verdict) = paper.session.snapshot().verdict
            && verdict.outcome == Outcome::NotUpgraded
            && let Some(Some(last)) = paper.told.last()
        {
            // What was read last is not another version than before.
            prop_assert_eq!(*last, BEFORE, "{:?}\n{}", verdict, paper.session.journal());
        }
    }

    #[test]
    fn faults_in_any_combination_lead_to_no_lie(
        model in 0usize..5,
        faults in proptest::collection::vec(0usize..24, 0..5),
        seed in any::<u64>(),
    ) {
        let model = ["BG95-M3", "EG060K-EA", "BC660K-GL", "BC26", "BC20-2018"][model];
        let mut settings = Settings::of(Model::named(model));
        settings.seed = seed;
        settings.faults = faults.into_iter().map(fault).collect();
        let label = format!("{model} {:?}", settings.faults);
        let mut rig = Rig::new(settings);
        rig.connect().until_any(&[Stage::Module, Stage::WrongPort, Stage::Idle, Stage::Done]);
        if rig.stage() != Stage::Module {
            return Ok(());
        }
        let before = rig.module.version().to_owned();
        rig.choose_url("http://files.test:8080/update.bin").start();
        let start = rig.now;
        let verdict = rig.finish();
        prop_assert!(rig.now.since(start) < Duration::from_secs(3 * 3600), "{}", label);
        match verdict.outcome {
            Outcome::Upgraded => prop_assert_ne!(rig.module.version(), before, "{}", label),
            Outcome::NotUpgraded | Outcome::Stopped => {
                prop_assert_eq!(rig.module.version(), &before, "{} {:?}", label, verdict);
                rig.pass(Duration::from_secs(3600));
                prop_assert_eq!(
                    rig.module.version(), before, "{} went on\n{}", label, rig.session.journal()
                );
            }
            Outcome::CannotTell => {}
        }
    }
}

fn fault(n: usize) -> Fault {
    let second = Duration::from_secs;
    match n {
        0 => Fault::NoDownloadStart,
        1 => Fault::NoDownloadProgress,
        2 => Fault::NoDownloadEnd,
        3 => Fault::DownloadCode {
            code: 702,
            percent: 30,
        },
        4 => Fault::PauseInDownload {
            percent: 20,
            pause: second(1000),
        },
        5 => Fault::ResetInDownload { percent: 40 },
        6 => Fault::NoResetting,
        7 => Fault::NoStart,
        8 => Fault::NoProgress,
        9 => Fault::NoEnd,
        10 => Fault::NoRdy,
        11 => Fault::NoAppRdy,
        12 => Fault::EndCode {
            code: 504,
            percent: 50,
        },
        13 => Fault::Retry {
            code: 502,
            times: 2,
        },
        14 => Fault::OldVersion,
        15 => Fault::EndAfterRestart,
        16 => Fault::EndBeforeRestart,
        17 => Fault::PauseAt {
            percent: 30,
            pause: second(500),
        },
        18 => Fault::PowerCut {
            percent: 60,
            back: second(9),
        },
        19 => Fault::BootNoise,
        20 => Fault::NoReset,
        21 => Fault::AfterUpdate(Box::new(Fault::Asleep { lines: 2 })),
        22 => Fault::Truncated { every: 3 },
        _ => Fault::Chatter { every: second(7) },
    }
}
