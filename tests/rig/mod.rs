//! A session and a simulated module on a virtual line, under a virtual clock.
//!
//! It does what the shell in the browser does: opens, writes, reads slices, takes pieces, and hands
//! over what comes back. Nothing sleeps.

// Each test file uses its own part of it.
#![allow(dead_code)]

use std::collections::VecDeque;

use deltaport::dfota::{
    Choice, Digest, FileFlaw, Input, OpenFailure, Output, PortSettings, SourceRequest, UsbId,
    versions_in,
};
use deltaport::journal::Entry;
use deltaport::session::{Poll, Session};
use deltaport::simulator::{self, Settings, Simulator, sample_package};
use deltaport::snapshot::{Outcome, PackageFacts, ProblemCode, Snapshot, Stage, Verdict};
use deltaport::time::{Duration, Instant};
use sha2::Digest as _;

/// The version that the simulated module has by default...
pub const OLD: &str = "BG95M3LAR02A03_01.012.01.012";
/// ...and the one that test packages lead to.
pub const NEW: &str = "BG95M3LAR02A04_01.200.01.200";
/// A year of virtual time would mean a wait without an end.
const NEVER: Duration = Duration::from_secs(4 * 3600);
/// Rounds without progress in time: an endless loop.
const MAX_ROUNDS: u32 = 3_000_000;

/// Everything that a test looks at and turns.
pub struct Rig {
    pub session: Session,
    pub module: Simulator,
    pub now: Instant,
    pub port: PortSettings,
    pub file: Vec<u8>,
    /// The slice that the session was given last.
    given: Option<(u64, Vec<u8>)>,
    /// The file's bytes from the moment of the upload on, if they differ.
    pub changed_file: Option<Vec<u8>>,
    /// Reading fails from this offset on.
    pub unreadable_from: Option<u64>,
    /// What the next attempt to open gives.
    pub refuse_open: VecDeque<OpenFailure>,
    /// Everything sent, commands and package.
    pub sent: Vec<u8>,
    /// The commands sent, without CR.
    pub commands: Vec<(Instant, String)>,
    /// Every entry for the console.
    pub entries: Vec<Entry>,
    /// Package bytes that went out.
    pub data: Vec<u8>,
    /// How often the port was opened and released.
    pub opened: u32,
    pub released: u32,
    /// How it was opened last.
    pub opened_with: Option<PortSettings>,
    /// Each stage with the time when it was first seen.
    pub stages: Vec<(Instant, Stage)>,
    /// Bytes from the module are handed over in pieces of this size.
    pub piece: usize,
    /// The browser does not notice that the module is back.
    pub hide_return: bool,
    /// What is sent is lost on the line.
    pub mute: bool,
    /// What the module says is lost on the line.
    pub deaf: bool,
    usb: Option<UsbId>,
    open: bool,
    plugged: bool,
    to_module: VecDeque<Waiting>,
    rounds: u32,
}

struct Waiting {
    bytes: VecDeque<u8>,
    size: u32,
    is_data: bool,
}

impl Rig {
    pub fn new(settings: Settings) -> Self {
        let now = Instant::from_millis(1000);
        let usb = match settings.link {
            simulator::Link::Usb => UsbId {
                vendor: UsbId::QUECTEL,
                product: 0x0700,
            },
            simulator::Link::Uart => UsbId {
                vendor: 0x1a86,
                product: 0x7523,
            },
        };
        Self {
            session: Session::new(),
            module: Simulator::new(settings, now),
            now,
            port: PortSettings::default(),
            file: sample_package(OLD, NEW, 20_000),
            given: None,
            changed_file: None,
            unreadable_from: None,
            refuse_open: VecDeque::new(),
            sent: Vec::new(),
            commands: Vec::new(),
            entries: Vec::new(),
            data: Vec::new(),
            opened: 0,
            released: 0,
            opened_with: None,
            stages: Vec::new(),
            piece: usize::MAX,
            hide_return: false,
            mute: false,
            deaf: false,
            usb: Some(usb),
            open: false,
            plugged: true,
            to_module: VecDeque::new(),
            rounds: 0,
        }
    }

    /// A rig whose module goes wrong as the scenario of that name says.
    pub fn scenario(name: &str) -> Self {
        Self::new(Settings::scenario(name).unwrap_or_else(|| panic!("no scenario {name}")))
    }

    pub fn snapshot(&self) -> Snapshot {
        self.session.snapshot()
    }

    pub fn stage(&self) -> Stage {
        self.session.snapshot().stage
    }

    pub fn verdict(&self) -> Option<Verdict> {
        self.session.snapshot().verdict
    }

    pub fn problem(&self) -> Option<ProblemCode> {
        self.session.snapshot().problem.map(|problem| problem.code)
    }

    pub fn choose(&mut self, choice: Choice) {
        self.input(Input::Choice(choice));
    }

    pub fn connect(&mut self) -> &mut Self {
        let port = self.port;
        self.choose(Choice::Connect(port));
        self
    }

    /// Chooses `self.file` as the package.
    pub fn choose_package(&mut self) -> &mut Self {
        self.choose_package_named("update.zip")
    }

    pub fn choose_package_named(&mut self, name: &str) -> &mut Self {
        let digest = digest(&self.file);
        let (from_version, to_version) = versions_in(name);
        self.choose(Choice::Package(PackageFacts {
            name: name.to_owned(),
            size: digest.size,
            sha256: digest.sha256,
            checksum: digest.checksum,
            from_version,
            to_version,
        }));
        self
    }

    pub fn start(&mut self) -> &mut Self {
        self.choose(Choice::Start {
            unknown_model: false,
            preset_go: false,
        });
        self
    }

    /// Connects and waits until the module is known.
    pub fn reach_module(&mut self) -> &mut Self {
        self.connect();
        self.until(Stage::Module);
        self
    }

    /// Goes on to the moment before the final go.
    pub fn reach_ready(&mut self) -> &mut Self {
        self.reach_module().choose_package().start();
        self.until(Stage::Ready);
        self
    }

    /// A whole upgrade, with the final go as soon as it is asked for.
    pub fn upgrade(&mut self) -> Verdict {
        self.connect();
        self.until_any(&[Stage::Module, Stage::WrongPort, Stage::Idle, Stage::Done]);
        assert_eq!(self.stage(), Stage::Module, "problem: {:?}", self.problem());
        self.choose_package().start();
        self.finish()
    }

    /// To the verdict; gives the final go when it is asked for.
    pub fn finish(&mut self) -> Verdict {
        self.until_any(&[Stage::Ready, Stage::Done]);
        if self.stage() == Stage::Ready {
            self.choose(Choice::Go);
            self.until(Stage::Done);
        }
        self.verdict().expect("a run that is done has a verdict")
    }

    pub fn until(&mut self, stage: Stage) -> &mut Self {
        self.until_any(&[stage])
    }

    /// Lets time pass until one of the stages is reached.
    pub fn until_any(&mut self, stages: &[Stage]) -> &mut Self {
        let start = self.now;
        while !stages.contains(&self.stage()) {
            assert!(
                self.step(start + NEVER),
                "nothing more happens in {:?}, waited for {stages:?}\n{}",
                self.stage(),
                self.session.journal()
            );
        }
        self
    }

    /// Lets so much time pass.
    pub fn pass(&mut self, time: Duration) -> &mut Self {
        let end = self.now + time;
        while self.now < end {
            if !self.step(end) {
                self.now = end;
                self.input(Input::Tick);
            }
        }
        self
    }

    /// One round: whatever is due next happens. False if nothing is due before `end`.
    pub fn step(&mut self, end: Instant) -> bool {
        self.rounds += 1;
        assert!(
            self.rounds < MAX_ROUNDS,
            "endless loop in {:?}",
            self.stage()
        );
        let moved = self.pump_session() | self.pump_line() | self.pump_module();
        if moved {
            return true;
        }
        let mut next: Option<Instant> = None;
        let mut consider = |at: Option<Instant>| {
            if let Some(at) = at {
                next = Some(next.map_or(at, |n: Instant| n.min(at)));
            }
        };
        if let Poll::Wait(at) = self.session.poll_output() {
            consider(at);
        }
        if let simulator::Output::Wait(at) = self.module.poll(self.now) {
            consider(at);
        }
        if !self.to_module.is_empty() && self.open {
            consider(Some(self.now + Duration::from_millis(1)));
        }
        let Some(next) = next.filter(|&next| next <= end) else {
            return false;
        };
        self.now = next.max(self.now);
        self.input(Input::Tick);
        true
    }

    /// The cable is pulled, and the module keeps its power.
    pub fn unplug(&mut self) {
        self.pump_session();
        self.module.pull_cable(self.now);
        self.pump_module();
    }

    /// It is plugged in again.
    pub fn plug(&mut self) {
        self.module.plug_cable(self.now);
        self.pump_module();
    }

    pub fn input(&mut self, input: Input<'_>) {
        self.session.handle_input(self.now, input);
        // The page gets every state as a tree of plain values: none may hold a kind that it cannot.
        let _ = deltaport::plain::Plain::of(&self.session.snapshot());
        let stage = self.stage();
        if self.stages.last().map(|(_, last)| *last) != Some(stage) {
            self.stages.push((self.now, stage));
        }
    }

    pub fn lose(&mut self) {
        self.to_module.clear();
        if self.open {
            self.open = false;
            self.released += 1;
            self.input(Input::PortLost);
        }
    }

    fn pump_session(&mut self) -> bool {
        let mut moved = false;
        while let Poll::Output(output) = self.session.poll_output() {
            moved = true;
            self.serve(output);
        }
        moved
    }

    fn serve(&mut self, output: Output) {
        match output {
            Output::Open(settings) => {
                if let Some(failure) = self.refuse_open.pop_front() {
                    return self.input(Input::PortOpenFailed(failure));
                }
                if !self.plugged {
                    return self.input(Input::PortOpenFailed(OpenFailure::Gone));
                }
                assert!(!self.open, "the port is opened twice");
                self.open = true;
                self.opened += 1;
                self.opened_with = Some(settings);
                self.module.port_opened(self.now, settings.baud_rate);
                self.input(Input::PortOpened(self.usb));
            }
            Output::Close => {
                assert!(self.open, "the port is released twice");
                self.open = false;
                self.released += 1;
                self.to_module.clear();
                self.module.port_closed(self.now);
            }
            Output::Write(bytes) => self.write(bytes, false),
            Output::WriteSlice { offset, length } => {
                let (at, bytes) = self.given.clone().expect("a slice was given");
                assert_eq!((at, bytes.len()), (offset, length as usize));
                self.write(bytes, true);
            }
            Output::DiscardWrites => {
                self.to_module.retain(|waiting| !waiting.is_data);
                self.input(Input::Discarded);
            }
            Output::ReadSlice { offset, length } => self.slice(offset, length),
            Output::DigestPackage => {
                let file = self.changed_file.as_ref().unwrap_or(&self.file);
                let digest = match self.unreadable_from {
                    Some(0) => Err(FileFlaw::Unreadable),
                    _ => Ok(digest(file)),
                };
                self.input(Input::Digest(digest));
            }
            Output::Entry(entry) => self.entries.push(entry),
        }
    }

    fn write(&mut self, bytes: Vec<u8>, is_data: bool) {
        assert!(self.open, "a write to a closed port");
        if !is_data && bytes != b"+++" {
            let line = String::from_utf8_lossy(&bytes)
                .trim_end_matches('\r')
                .to_owned();
            self.commands.push((self.now, line));
        }
        let size = u32::try_from(bytes.len()).expect("a piece is small");
        self.to_module.push_back(Waiting {
            bytes: bytes.into(),
            size,
            is_data,
        });
    }

    fn slice(&mut self, offset: u64, length: u32) {
        let file = self.changed_file.as_ref().unwrap_or(&self.file);
        let from = usize::try_from(offset).expect("small file");
        let to = (from + length as usize).min(file.len());
        if self.unreadable_from.is_some_and(|limit| to as u64 > limit) {
            return self.input(Input::SliceFailed(FileFlaw::Unreadable));
        }
        let bytes = file[from.min(to)..to].to_vec();
        self.given = Some((offset, bytes.clone()));
        self.input(Input::Slice {
            offset,
            bytes: &bytes,
        });
    }

    fn pump_line(&mut self) -> bool {
        let mut moved = false;
        while self.open {
            let room = self.module.capacity(self.now);
            let Some(waiting) = self.to_module.front_mut() else {
                break;
            };
            let count = waiting.bytes.len().min(room);
            if count > 0 {
                let bytes: Vec<u8> = waiting.bytes.drain(..count).collect();
                self.sent.extend_from_slice(&bytes);
                if waiting.is_data {
                    self.data.extend_from_slice(&bytes);
                }
                if !self.mute {
                    self.module.receive(self.now, &bytes);
                }
                moved = true;
            }
            let Some(waiting) = self.to_module.front() else {
                break;
            };
            if !waiting.bytes.is_empty() {
                break;
            }
            let (size, is_data) = (waiting.size, waiting.is_data);
            self.to_module.pop_front();
            if is_data {
                self.input(Input::Written(size));
                self.pump_session();
            }
        }
        moved
    }

    fn pump_module(&mut self) -> bool {
        let mut moved = false;
        loop {
            match self.module.poll(self.now) {
                simulator::Output::Bytes(bytes) => {
                    moved = true;
                    if self.open && !self.deaf {
                        for piece in bytes.chunks(self.piece.min(bytes.len().max(1))) {
                            self.input(Input::Bytes(piece));
                        }
                    }
                }
                simulator::Output::Unplug => {
                    moved = true;
                    self.plugged = false;
                    self.lose();
                }
                simulator::Output::Plug { vendor, product } => {
                    moved = true;
                    self.plugged = true;
                    self.usb = Some(UsbId { vendor, product });
                    if !self.hide_return {
                        self.input(Input::PortReturned);
                    }
                }
                simulator::Output::Fetch(_) => unreachable!("the pretend server answers"),
                simulator::Output::Wait(_) => return moved,
            }
            self.pump_session();
        }
    }
}

pub fn digest(bytes: &[u8]) -> Digest {
    let sha256 = sha2::Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Digest {
        size: bytes.len() as u64,
        sha256,
        checksum: deltaport::at::Checksum::of(bytes),
    }
}

/// Asserts how a run ended.
#[track_caller]
pub fn assert_verdict(verdict: &Verdict, outcome: Outcome, code: Option<ProblemCode>) {
    assert_eq!(
        (verdict.outcome, verdict.code),
        (outcome, code),
        "{verdict:#?}"
    );
}

impl Rig {
    /// A rig with a healthy module of this model.
    pub fn of(model: &str) -> Self {
        Self::new(Settings::of(simulator::Model::named(model)))
    }

    /// Takes the package from elsewhere.
    pub fn choose_source(&mut self, request: SourceRequest) -> &mut Self {
        self.choose(Choice::Source(Some(request)));
        self
    }

    /// The module shall fetch the package from there, in one go.
    pub fn choose_url(&mut self, url: &str) -> &mut Self {
        self.choose_source(SourceRequest {
            url: url.to_owned(),
            ..SourceRequest::default()
        })
    }

    /// A whole upgrade from a server.
    pub fn upgrade_from(&mut self, url: &str) -> Verdict {
        self.reach_module().choose_url(url);
        assert_eq!(self.problem(), None, "{url}");
        self.start();
        self.finish()
    }

    /// The command lines that were sent, without those that only greet and identify.
    pub fn sent_lines(&self) -> Vec<&str> {
        self.commands
            .iter()
            .map(|(_, line)| line.as_str())
            .collect()
    }
}
