//! Recorded dialogues, in the format that the page exports: each is replayed, and the session must do
//! again what it did, to the byte and to the millisecond.
//!
//! A log from the field becomes a test by copying it into `tests/transcripts/`. With
//! `DELTAPORT_BLESS=1` in the environment the dialogues of [`RECORDED`] are recorded anew from the
//! simulated module.

mod rig;

use std::fs;
use std::path::{Path, PathBuf};

use deltaport::dfota::{
    Choice, Digest, FileFlaw, Input, OpenFailure, Output, PortSettings, UsbId, versions_in,
};
use deltaport::journal::{Mark, Record, parse};
use deltaport::session::{Poll, Session};
use deltaport::snapshot::{PackageFacts, Stage};
use deltaport::time::Instant;
use rig::Rig;

/// Scenarios of the simulated module that are kept as dialogues.
const RECORDED: &[&str] = &[
    "healthy-uart",
    "healthy-usb",
    "wrong-package",
    "wrong-checksum",
    "size-short",
    "power-cut",
    "no-end",
    "old-version",
    "retry",
    "rate-not-in-list",
    "update-running",
    "starts-by-itself",
    "upload-refused-591",
    "reset-in-upload",
    "talkative-network",
    "spelled-differently",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

#[test]
fn every_recorded_dialogue_is_repeated_to_the_byte() {
    if std::env::var_os("DELTAPORT_BLESS").is_some() {
        record();
    }
    let mut replayed = 0;
    for entry in fs::read_dir(folder()).expect("tests/transcripts is part of the repository") {
        let path = entry.expect("a readable folder").path();
        let text = fs::read_to_string(&path).expect("a readable transcript");
        let again = Replay::of(&text, &path).run();
        assert!(
            again == text,
            "{}:\n{}",
            path.display(),
            first_difference(&text, &again)
        );
        replayed += 1;
    }
    assert!(
        replayed >= RECORDED.len(),
        "only {replayed} transcripts were found"
    );
}

#[test]
fn a_dialogue_that_was_tampered_with_is_not_repeated() {
    let path = folder().join("healthy-uart.log");
    let text = fs::read_to_string(&path).expect("a recorded dialogue");
    // The module's checksum is another one now: the start command must not be sent again.
    let line = text
        .lines()
        .find(|line| line.contains("+QFOTADL: 20000,"))
        .expect("the count");
    let tampered = text.replace(line, &line.replace("+QFOTADL: 20000,", "+QFOTADL: 20000,f"));
    let again = Replay::of(&tampered, &path).run();
    assert_ne!(again, tampered);
    assert!(!again.contains("> AT+QFOTADL=1\\r"), "{again}");
}

fn first_difference(old: &str, new: &str) -> String {
    let lines = old.lines().zip(new.lines()).find(|(old, new)| old != new);
    lines.map_or("one is longer".into(), |(old, new)| {
        format!("- {old}\n+ {new}")
    })
}

fn record() {
    fs::create_dir_all(folder()).expect("a writable folder");
    for name in RECORDED {
        let mut rig = Rig::scenario(name);
        if *name == "rate-not-in-list" {
            rig.port.baud_rate = 57_600;
        }
        if *name == "wrong-package" {
            rig.file = deltaport::simulator::sample_package("BG95M3LAR02A01", rig::NEW, 20_000);
        }
        rig.connect().until_any(&[Stage::Module, Stage::Done]);
        if rig.stage() == Stage::Module {
            rig.choose_package().start();
            rig.finish();
        }
        let path = folder().join(format!("{name}.log"));
        fs::write(path, rig.session.journal()).expect("a writable file");
    }
}

/// An identity that was masked is one again, though not the same: the session reads digits.
fn unmasked(mut payload: Vec<u8>) -> Vec<u8> {
    payload
        .iter_mut()
        .filter(|byte| **byte == b'*')
        .for_each(|byte| *byte = b'0');
    payload
}

/// The shell of a session whose module, person and port are a text.
struct Replay {
    session: Session,
    now: Instant,
    records: Vec<Record>,
    usb: Option<UsbId>,
    package: Option<(u64, u16)>,
    /// The last piece of the package is taken when the text says so.
    held: Option<u32>,
    handed: u64,
}

impl Replay {
    fn of(text: &str, path: &Path) -> Self {
        let records = parse(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let usb = text
            .lines()
            .find_map(|line| line.split("@ opened ").nth(1))
            .and_then(|ids| {
                let (vendor, product) = ids.trim().split_once(':')?;
                let id = |text| u16::from_str_radix(text, 16).ok();
                Some(UsbId {
                    vendor: id(vendor)?,
                    product: id(product)?,
                })
            });
        Self {
            session: Session::new(),
            now: Instant::default(),
            records,
            usb,
            package: None,
            held: None,
            handed: 0,
        }
    }

    fn run(mut self) -> String {
        for record in core::mem::take(&mut self.records) {
            // What was sent or noted at that moment may have been sent because it had come.
            let ours = matches!(record.mark, Mark::Sent | Mark::Note);
            self.advance(Instant::from_millis(record.at), ours);
            match record.mark {
                Mark::Received => self.input(Input::Bytes(&unmasked(record.payload))),
                Mark::Choice => self.choose(&String::from_utf8_lossy(&record.payload)),
                Mark::Port => self.port(&String::from_utf8_lossy(&record.payload)),
                Mark::Data => self.release(),
                Mark::Sent | Mark::Note => {}
            }
        }
        self.session.journal()
    }

    /// Everything that is due before `at`, or by then, happens at its own time.
    fn advance(&mut self, at: Instant, inclusive: bool) {
        loop {
            self.serve();
            match self.session.poll_output() {
                Poll::Wait(Some(due)) if due < at || inclusive && due == at => {
                    self.now = due;
                    self.input(Input::Tick);
                }
                _ => break,
            }
        }
        self.now = at;
    }

    fn input(&mut self, input: Input<'_>) {
        self.session.handle_input(self.now, input);
        self.serve();
    }

    fn serve(&mut self) {
        while let Poll::Output(output) = self.session.poll_output() {
            match output {
                Output::WriteSlice { length: size, .. } => {
                    self.handed += u64::from(size);
                    if Some(self.handed) == self.package.map(|(size, _)| size) {
                        self.held = Some(size);
                    } else {
                        self.input(Input::Written(size));
                    }
                }
                Output::DiscardWrites => self.input(Input::Discarded),
                Output::ReadSlice { offset, length } => {
                    let bytes = self.slice(offset, length);
                    self.input(Input::Slice {
                        offset,
                        bytes: &bytes,
                    });
                }
                Output::DigestPackage => {
                    let (size, checksum) = self.package.expect("a package was chosen");
                    let sha256 = String::new();
                    self.input(Input::Digest(Ok(Digest {
                        size,
                        sha256,
                        checksum,
                    })));
                }
                Output::Open(_) | Output::Close | Output::Write(_) | Output::Entry(_) => {}
            }
        }
    }

    /// Bytes of a package that is all zeros but for its first word, which is the checksum.
    fn slice(&self, offset: u64, length: u32) -> Vec<u8> {
        let mut bytes = vec![0; length as usize];
        if offset == 0 {
            let checksum = self.package.expect("a package was chosen").1.to_be_bytes();
            for (byte, part) in bytes.iter_mut().zip(checksum) {
                *byte = part;
            }
        }
        bytes
    }

    fn release(&mut self) {
        if let Some(size) = self.held.take() {
            self.input(Input::Written(size));
        }
    }

    fn port(&mut self, what: &str) {
        match what {
            _ if what.starts_with("opened") => self.input(Input::PortOpened(self.usb)),
            "lost" => self.input(Input::PortLost),
            "there again" => self.input(Input::PortReturned),
            "did not open: gone" => self.input(Input::PortOpenFailed(OpenFailure::Gone)),
            "did not open: another tab has it" => {
                self.input(Input::PortOpenFailed(OpenFailure::OtherTab));
            }
            "did not open: busy" => self.input(Input::PortOpenFailed(OpenFailure::Busy)),
            _ => panic!("unknown port entry {what}"),
        }
    }

    fn choose(&mut self, text: &str) {
        let mut words = text.split(' ');
        let choice = match words.next().unwrap_or_default() {
            "connect" => {
                let rate = words.next().and_then(|rate| rate.parse().ok());
                let flow_control = words.next() == Some("rts-cts");
                let buffer = words.next().and_then(|size| size.parse().ok());
                Choice::Connect(PortSettings {
                    baud_rate: rate.expect("a rate"),
                    flow_control,
                    buffer_size: buffer.expect("a buffer size"),
                    is_line: true,
                    heard: false,
                })
            }
            "package" if text == "package flaw" => {
                Choice::PackageFlaw(FileFlaw::Unreadable, String::new())
            }
            "package" => {
                let size = words
                    .next()
                    .and_then(|size| size.parse().ok())
                    .expect("a size");
                let checksum = words
                    .next()
                    .and_then(|sum| u16::from_str_radix(sum, 16).ok());
                let checksum = checksum.expect("a checksum");
                self.package = Some((size, checksum));
                let name = words.collect::<Vec<_>>().join(" ");
                let (from_version, to_version) = versions_in(&name);
                let sha256 = String::new();
                Choice::Package(PackageFacts {
                    name,
                    size,
                    sha256,
                    checksum,
                    from_version,
                    to_version,
                })
            }
            "start" => {
                let mut flag = || words.next() == Some("true");
                Choice::Start {
                    unknown_model: flag(),
                    preset_go: flag(),
                }
            }
            "go" => Choice::Go,
            "cancel" => Choice::Cancel,
            "next" => Choice::Next,
            "disconnect" => Choice::Disconnect,
            "reconnect" => Choice::Reconnect,
            "look" => Choice::LookAgain,
            other => panic!("unknown choice {other}"),
        };
        self.input(Input::Choice(choice));
    }
}
