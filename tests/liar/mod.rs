//! A module that answers as a module does, but for a few lies, and the session that has to cope.
//!
//! Most of what it says is true, so that a run comes as far as a lie can do harm.

use std::collections::VecDeque;
use std::ops::Range;

use deltaport::at::Checksum;
use deltaport::dfota::{Choice, Input, Output, PortSettings};
use deltaport::session::{Poll, Session};
use deltaport::simulator::sample_package;
use deltaport::snapshot::{Stage, Verdict};
use deltaport::time::{Duration, Instant};

use crate::rig::{NEW, OLD, digest};

/// The session may wait half an hour here and there, but not for ever.
const NEVER: Duration = Duration::from_secs(3 * 3600);
/// In an update the module is not spoken to before it was silent for so long.
const SILENCE: Duration = Duration::from_secs(600);

/// What the module says instead of the truth.
#[derive(Clone, Debug)]
pub enum Lie {
    /// Nothing.
    Silence,
    /// This, and no truth.
    Instead(&'static str),
    /// This, and then the truth.
    Before(&'static str),
    /// The truth, and then this.
    After(&'static str),
    /// The truth with another number or version in it.
    OtherValue,
}

/// Everything that a case varies.
#[derive(Clone, Debug)]
pub struct Plan {
    /// At the n-th thing that the module is asked.
    pub lies: Vec<(usize, Lie)>,
    /// What it says after the start command, each so many milliseconds after the one before.
    pub reports: Vec<(&'static str, u64)>,
    /// It runs the new version after these reports.
    pub updates: bool,
}

/// Something that went over the line.
#[derive(Clone, Debug)]
enum Event {
    Command(String),
    Data(usize),
    /// `in_data_mode`: what a module says there means nothing to the session.
    Line {
        text: String,
        in_data_mode: bool,
    },
}

/// The run with such a module.
pub struct Liar {
    plan: Plan,
    session: Session,
    now: Instant,
    file: Vec<u8>,
    asked: usize,
    says: VecDeque<(Instant, String)>,
    /// Bytes of the package that are still to come.
    data_mode: Option<usize>,
    data: Vec<u8>,
    stored: Option<usize>,
    version: &'static str,
    log: Vec<(Instant, Event)>,
}

impl Liar {
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            session: Session::new(),
            now: Instant::from_millis(1000),
            file: sample_package(OLD, NEW, 5000),
            asked: 0,
            says: VecDeque::new(),
            data_mode: None,
            data: Vec::new(),
            stored: None,
            version: OLD,
            log: Vec::new(),
        }
    }

    /// One run, from the chosen port to a verdict, or to a port that is no module's.
    pub fn run(&mut self) -> Result<Option<Verdict>, String> {
        let end = self.now + NEVER;
        self.input(Input::Choice(Choice::Connect(PortSettings::default())));
        let mut started = false;
        loop {
            self.drain();
            match self.session.snapshot().stage {
                Stage::Module if !started => {
                    started = true;
                    self.start();
                    continue;
                }
                Stage::Ready => {
                    self.input(Input::Choice(Choice::Go));
                    continue;
                }
                Stage::Done => return Ok(self.session.snapshot().verdict),
                Stage::Module | Stage::WrongPort | Stage::Idle => return Ok(None),
                _ => {}
            }
            let Poll::Wait(deadline) = self.session.poll_output() else {
                continue;
            };
            let said = self.says.front().map(|(at, _)| *at);
            let Some(next) = deadline.into_iter().chain(said).min() else {
                return Err(format!("nothing more happens:\n{}", self.session.journal()));
            };
            if next > end {
                return Err(format!("no end:\n{}", self.session.journal()));
            }
            self.now = self.now.max(next);
            if said.is_some_and(|at| at <= self.now)
                && let Some((_, text)) = self.says.pop_front()
            {
                self.say(text);
            } else {
                self.input(Input::Tick);
            }
        }
    }

    pub fn journal(&self) -> String {
        self.session.journal()
    }

    /// Whether the start command was sent.
    pub fn started(&self) -> bool {
        self.start_at().is_some()
    }

    fn start(&mut self) {
        let digest = digest(&self.file);
        self.input(Input::Choice(Choice::Package(
            deltaport::snapshot::PackageFacts {
                name: "update.zip".into(),
                size: digest.size,
                sha256: digest.sha256,
                checksum: digest.checksum,
                from_version: None,
                to_version: None,
            },
        )));
        self.input(Input::Choice(Choice::Start {
            unknown_model: true,
            preset_go: false,
        }));
    }

    fn input(&mut self, input: Input<'_>) {
        self.session.handle_input(self.now, input);
    }

    fn drain(&mut self) {
        while let Poll::Output(output) = self.session.poll_output() {
            match output {
                Output::Open(_) => self.input(Input::PortOpened(None)),
                Output::Write(bytes) => self.command(&bytes),
                Output::WriteSlice { offset, length } => {
                    let from = usize::try_from(offset).expect("a small file");
                    self.take_data(from..from + length as usize);
                }
                Output::ReadSlice { offset, length } => {
                    let from = usize::try_from(offset).expect("a small file");
                    let bytes = self.file[from..from + length as usize].to_vec();
                    self.input(Input::Slice {
                        offset,
                        bytes: &bytes,
                    });
                }
                Output::DigestPackage => self.input(Input::Digest(Ok(digest(&self.file)))),
                Output::DiscardWrites => self.input(Input::Discarded),
                Output::Close | Output::Entry(_) => {}
            }
        }
    }

    fn say(&mut self, text: String) {
        let bytes = format!("\r\n{text}\r\n");
        let in_data_mode = self.session.snapshot().stage == Stage::Uploading;
        self.log
            .push((self.now, Event::Line { text, in_data_mode }));
        self.input(Input::Bytes(bytes.as_bytes()));
    }

    fn command(&mut self, bytes: &[u8]) {
        let command = String::from_utf8_lossy(bytes).trim_end().to_owned();
        self.log.push((self.now, Event::Command(command.clone())));
        if command == "+++" {
            self.data_mode = None;
            return self.answer(&["OK".to_owned()]);
        }
        if self.data_mode.is_some() {
            // Taken for data, so that the count is wrong from here on.
            return;
        }
        let truth = self.truth(&command);
        self.answer(&truth);
        if command == "AT+QFOTADL=1" {
            self.update();
        }
    }

    fn truth(&mut self, command: &str) -> Vec<String> {
        let (base, ok) = (&self.version[..16], "OK".to_owned());
        let text = match command {
            "ATI" => {
                return vec![
                    "Quectel".into(),
                    "BG95-M3".into(),
                    format!("Revision: {base}"),
                    ok,
                ];
            }
            "AT+QGMR" => self.version.to_owned(),
            "AT+CGMR" => base.to_owned(),
            "AT+GSN" | "AT+CGSN" => "004999010640000".to_owned(),
            "AT+IPR?" => "+IPR: 115200".to_owned(),
            "AT+IFC?" => "+IFC: 0,0".to_owned(),
            "AT+QFOTADL?" => "+QFOTADL: 0".to_owned(),
            "AT+QFOTADL=3" => "+QFOTADL: 3,0".to_owned(),
            "AT+QFOTADL=4" => match self.stored {
                Some(size) => format!("+QFOTADL: 4,{size}"),
                None => return vec!["+CME ERROR: 593".into()],
            },
            "AT+QFOTADL=12" => "+QFOTADL: 12,1572864".to_owned(),
            "AT+QFOTADL=5" => {
                self.stored = None;
                return vec![ok];
            }
            _ if command.starts_with("AT+QFOTADL=\"COM:\"") => {
                self.data_mode = Some(self.file.len());
                self.data.clear();
                return vec!["CONNECT".into()];
            }
            _ => return vec![ok],
        };
        vec![text, ok]
    }

    /// The truth, or what the plan has instead.
    fn answer(&mut self, truth: &[String]) {
        let number = self.asked;
        self.asked += 1;
        let lie = self.plan.lies.iter().find(|(at, _)| *at == number);
        let mut lines = truth.to_vec();
        match lie.map(|(_, lie)| lie) {
            None => {}
            Some(Lie::Silence) => lines.clear(),
            Some(Lie::Instead(text)) => lines = vec![(*text).to_owned()],
            Some(Lie::Before(text)) => lines.insert(0, (*text).to_owned()),
            Some(Lie::After(text)) => lines.push((*text).to_owned()),
            Some(Lie::OtherValue) => {
                for line in &mut lines {
                    let last = line.pop();
                    line.push(if last == Some('0') { '1' } else { '0' });
                }
            }
        }
        // What takes the module into data mode takes it there only if it is said.
        if !lines.iter().any(|line| line.starts_with("CONNECT")) && truth[0] == "CONNECT" {
            self.data_mode = None;
        }
        let at = self.now + Duration::from_millis(5);
        self.says.extend(lines.into_iter().map(|line| (at, line)));
        self.says.make_contiguous().sort_by_key(|(at, _)| *at);
    }

    fn take_data(&mut self, range: Range<usize>) {
        self.log.push((self.now, Event::Data(range.len())));
        let size = u32::try_from(range.len()).expect("a small piece");
        self.data.extend_from_slice(&self.file[range]);
        self.input(Input::Written(size));
        if let Some(size) = self.data_mode
            && self.data.len() >= size
        {
            self.data_mode = None;
            self.stored = Some(self.data.len());
            let sum = Checksum::of(&self.data);
            self.answer(&[
                format!("+QFOTADL: {},{sum:x}", self.data.len()),
                "OK".to_owned(),
            ]);
        }
    }

    fn update(&mut self) {
        if self.plan.updates {
            self.version = NEW;
        }
        let mut at = self.now;
        for (text, pause) in &self.plan.reports {
            at += Duration::from_millis(*pause);
            self.says.push_back((at, (*text).to_owned()));
        }
        self.says.make_contiguous().sort_by_key(|(at, _)| *at);
    }

    fn start_at(&self) -> Option<usize> {
        self.log
            .iter()
            .position(|(_, event)| matches!(event, Event::Command(line) if line == "AT+QFOTADL=1"))
    }

    /// How often the module told this version since the start command.
    fn readings(&self, version: &str) -> usize {
        let from = self.start_at().unwrap_or(self.log.len());
        self.log[from..]
            .iter()
            .filter(|(_, event)| {
                matches!(event, Event::Line { text, .. }
                    if text.strip_prefix("Revision: ").unwrap_or(text) == version)
            })
            .count()
    }

    /// Not a byte before CONNECT, and never more than was announced (rule 2).
    pub fn check_data(&self) -> Result<(), String> {
        let mut announced = None;
        let mut left = 0;
        for (_, event) in &self.log {
            match event {
                Event::Command(line) if line.starts_with("AT+QFOTADL=\"COM:\",") => {
                    announced = Some(self.file.len());
                }
                Event::Line { text, .. } if text.starts_with("CONNECT") => {
                    left = announced.take().unwrap_or(left);
                }
                Event::Data(count) if *count > left => {
                    return Err(format!("{count} bytes of the package, {left} were due"));
                }
                Event::Data(count) => left -= count,
                _ => {}
            }
        }
        Ok(())
    }

    /// The start command is sent once at most, and only after the module has told the size and the
    /// checksum of the file, and then that it holds so many bytes (rule 1).
    pub fn check_start(&self) -> Result<(), String> {
        let Some(start) = self.start_at() else {
            return Ok(());
        };
        let size = self.file.len();
        let told = |wanted: &str| {
            self.log[..start]
                .iter()
                .rposition(|(_, event)| matches!(event, Event::Line { text, .. } if text == wanted))
        };
        let proof = told(&format!("+QFOTADL: {size},{:x}", Checksum::of(&self.file)));
        let stored = told(&format!("+QFOTADL: 4,{size}"));
        if proof.is_none() || stored < proof {
            return Err("started without proof of what the module holds".into());
        }
        let again = self.log[start + 1..]
            .iter()
            .any(|(_, event)| matches!(event, Event::Command(line) if line == "AT+QFOTADL=1"));
        if again {
            return Err("started twice".into());
        }
        Ok(())
    }

    /// While the module updates itself, nothing is sent before its end, its return, or a long silence
    /// (rule 3).
    pub fn check_peace(&self) -> Result<(), String> {
        let mut since = None;
        for (at, event) in &self.log {
            match event {
                Event::Line {
                    text,
                    in_data_mode: false,
                } => match text.as_str() {
                    text if is_under_way(text) => since = Some(*at),
                    "RDY" | "APP RDY" => since = None,
                    text if text.contains("\"END\"") => since = None,
                    _ => {}
                },
                Event::Command(line) => {
                    if let Some(since) = since
                        && at.since(since) < SILENCE
                    {
                        return Err(format!("{line} in the middle of an update"));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Both claims rest on what the module told after the start command (rule 4).
    pub fn check_verdict(&self, verdict: &Verdict) -> Result<(), String> {
        use deltaport::snapshot::Outcome;
        let (old, new) = (
            verdict.old_version.as_deref(),
            verdict.new_version.as_deref(),
        );
        match verdict.outcome {
            Outcome::Upgraded => {
                let (Some(old), Some(new)) = (old, new) else {
                    return Err("upgraded without both versions".into());
                };
                if old == new || self.readings(new) < 2 {
                    return Err(format!("upgraded from {old} to {new} without proof"));
                }
            }
            Outcome::NotUpgraded if self.started() => {
                let (Some(old), Some(new)) = (old, new) else {
                    return Err("not upgraded, but nobody knows what runs".into());
                };
                let same = old.starts_with(new) || new.starts_with(old);
                if !same || self.readings(new) < 1 {
                    return Err(format!("not upgraded, though {old} became {new}"));
                }
            }
            Outcome::Stopped => return Err("nobody stopped it".into()),
            Outcome::NotUpgraded | Outcome::CannotTell => {}
        }
        Ok(())
    }
}

fn is_under_way(text: &str) -> bool {
    ["RESETTING", "START", "UPDATING"]
        .iter()
        .any(|event| text.starts_with(&format!("+QIND: \"FOTA\",\"{event}\"")))
}
