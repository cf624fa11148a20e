//! A session with one port: composes line splitter, state machine and journal.
//!
//! One way in, [`Session::handle_input`]; one way out, [`Session::poll_output`], until it answers with
//! the next deadline. The caller owns clock, port, file and page.

use crate::at::{Line, LineSplitter, masked};
#[cfg(feature = "routes")]
use crate::dfota::SourceRequest;
use crate::dfota::{Choice, Context, Happening, Input, OpenFailure, Output, State, findings};
use crate::journal::{Kind, Mark};
#[cfg(feature = "routes")]
use crate::snapshot::Problem;
use crate::snapshot::{PortFacts, Snapshot, Stage};
use crate::time::Instant;

/// Noise is reported on the console in portions of this size.
const NOISE_PORTION: u64 = 64;

/// What the caller is to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// This, and then poll again.
    Output(Output),
    /// Wait for an input, and give [`Input::Tick`] at this time if there is one.
    Wait(Option<Instant>),
}

/// The session.
#[derive(Clone, Debug, Default)]
pub struct Session {
    cx: Context,
    state: State,
    splitter: LineSplitter,
    noise_told: u64,
    /// Something that [`Session::snapshot`] shows may be other than it was.
    changed: bool,
}

impl Session {
    /// A session without a port.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what happened at `now`.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        // A clock that goes backwards stands still.
        self.cx.now = self.cx.now.max(now);
        // Hundreds of pieces a second: most of them change nothing that is shown.
        let is_piece = matches!(input, Input::Slice { .. } | Input::Written(_));
        let (state, progress) = (
            self.state.name(),
            is_piece.then(|| self.cx.progress.clone()),
        );
        // A deadline that has passed comes first: what happened, happened after it.
        if !matches!(input, Input::Bytes(_)) {
            self.deadline();
        }
        match input {
            Input::Bytes(bytes) => self.bytes(bytes),
            Input::Choice(choice) => {
                self.record_choice(&choice);
                self.happen(&Happening::Choice(choice));
            }
            Input::PortOpened(usb) => {
                self.cx.usb = usb;
                self.splitter.reset();
                // The ids belong to the log: whether a restart takes the port away hangs on them.
                match usb {
                    Some(usb) => {
                        self.record_port(&format!("opened {:04x}:{:04x}", usb.vendor, usb.product));
                    }
                    None => self.record_port("opened"),
                }
                self.happen(&Happening::Opened);
            }
            Input::PortOpenFailed(failure) => {
                self.record_port(match failure {
                    OpenFailure::Busy => "did not open: busy",
                    OpenFailure::OtherTab => "did not open: another tab has it",
                    OpenFailure::Gone => "did not open: gone",
                });
                self.happen(&Happening::OpenFailed(failure));
            }
            Input::PortLost => {
                self.record_port("lost");
                self.happen(&Happening::PortLost);
            }
            Input::PortReturned => {
                self.record_port("there again");
                self.happen(&Happening::PortReturned);
            }
            Input::ReadFlaw => self
                .cx
                .note("the port reported a read error; some bytes are lost"),
            Input::Written(size) => self.happen(&Happening::Written(size)),
            Input::WriteFailed => self.happen(&Happening::WriteFailed),
            Input::Discarded => self.happen(&Happening::Discarded),
            Input::Slice { offset, bytes } => {
                self.happen(&Happening::Slice { offset, bytes });
            }
            Input::SliceFailed(flaw) => self.happen(&Happening::SliceFailed(flaw)),
            Input::Digest(digest) => self.happen(&Happening::Digest(digest)),
            Input::Tick => {}
        }
        self.deadline();
        self.state.mark_stage(&mut self.cx);
        self.changed |= state != self.state.name() || progress != Some(self.cx.progress.clone());
    }

    /// Whether [`Session::snapshot`] may show something new since this was asked last.
    pub const fn take_change(&mut self) -> bool {
        core::mem::replace(&mut self.changed, false)
    }

    /// What is to be done, one thing at a time, until a wait.
    pub fn poll_output(&mut self) -> Poll {
        match self.cx.out.pop_front() {
            Some(output) => Poll::Output(output),
            None => Poll::Wait(self.state.deadline(&self.cx)),
        }
    }

    /// The state as the page sees it.
    pub fn snapshot(&self) -> Snapshot {
        let cx = &self.cx;
        let stage = self.state.stage(cx);
        Snapshot {
            stage,
            actions: self.state.actions(cx),
            port: cx.port_chosen.then(|| PortFacts {
                open: cx.port_open,
                usb_vendor: cx.usb.map(|usb| usb.vendor),
                usb_product: cx.usb.map(|usb| usb.product),
                baud_rate: cx.rate,
                flow_control: cx.settings.flow_control,
            }),
            greeting: cx.greeting.clone(),
            module: cx.module.clone(),
            package: cx.package.clone(),
            #[cfg(feature = "routes")]
            source: cx.source.as_ref().map(|source| source.facts(cx.family())),
            #[cfg(feature = "routes")]
            readiness: cx.readiness.clone(),
            #[cfg(feature = "routes")]
            settings: cx.settings_facts.clone(),
            findings: findings(cx),
            progress: cx.progress.clone(),
            wait: self.state.wait(cx).map(|wait| wait.facts()),
            proof: cx.proof.clone(),
            problem: cx.problem.clone(),
            verdict: cx.verdict.clone(),
            no_return: cx.past_no_return(),
            busy: cx.run.is_some() && stage != Stage::Done,
        }
    }

    #[cfg(feature = "routes")]
    /// What is wrong with a source for the module at hand.
    pub fn check_source(&self, request: &SourceRequest) -> Option<Problem> {
        request.check(self.cx.family()).err()
    }

    /// Whether `choice` would be taken now.
    pub fn allows(&self, choice: &Choice) -> bool {
        self.state.allows(&self.cx, choice)
    }

    /// The name of the state, for tests and for the developer's eye.
    pub const fn state_name(&self) -> &'static str {
        self.state.name()
    }

    /// The whole journal as text, with identities masked.
    pub fn journal(&self) -> String {
        self.cx.journal.text()
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.cx.journal.add(self.cx.now, Mark::Received, bytes);
        let noise = self.splitter.noise();
        if self.state.hears_bytes() {
            self.happen(&Happening::Bytes(bytes));
        }
        // Both are borrowed apart: the splitter holds the line while the state machine reads it.
        let Self {
            cx,
            state,
            splitter,
            ..
        } = self;
        splitter.push(bytes, |text| {
            let line = Line::of(text);
            cx.hearing.line(&line);
            // The splitter lets ASCII through only.
            let shown = core::str::from_utf8(text).unwrap_or_default();
            // A row of acknowledgements is nothing to read.
            if !(text.len() > 2 && text.iter().all(|&byte| byte == b'A')) {
                cx.entry(Kind::Received, &masked(shown));
            }
            step(cx, state, &Happening::Line(line));
        });
        let noise = self.splitter.noise() - noise;
        self.cx.hearing.bytes(bytes, noise);
        if noise > 0 {
            self.tell_noise();
            self.happen(&Happening::Noise(noise));
        }
    }

    fn tell_noise(&mut self) {
        let noise = self.splitter.noise();
        if self.noise_told == 0 || noise - self.noise_told >= NOISE_PORTION {
            self.noise_told = noise;
            let text = format!("{noise} bytes so far were no text");
            self.cx.entry(Kind::Note, &text);
        }
    }

    fn happen(&mut self, happening: &Happening<'_>) {
        step(&mut self.cx, &mut self.state, happening);
    }

    /// One deadline at most: a state that is entered late has a new one.
    fn deadline(&mut self) {
        let due = self
            .state
            .deadline(&self.cx)
            .is_some_and(|deadline| deadline <= self.cx.now);
        if due {
            self.happen(&Happening::Deadline);
        }
    }

    fn record_port(&mut self, what: &str) {
        self.cx
            .journal
            .add(self.cx.now, Mark::Port, what.as_bytes());
        self.cx.entry(Kind::Note, &format!("port: {what}"));
    }

    fn record_choice(&mut self, choice: &Choice) {
        let text = match choice {
            Choice::Connect(settings) => {
                let flow = if settings.flow_control {
                    "rts-cts"
                } else {
                    "no-flow"
                };
                format!(
                    "connect {} {flow} {}",
                    settings.baud_rate, settings.buffer_size
                )
            }
            Choice::Disconnect => "disconnect".into(),
            Choice::Package(facts) => {
                format!(
                    "package {} {:04x} {}",
                    facts.size, facts.checksum, facts.name
                )
            }
            Choice::PackageFlaw(..) => "package flaw".into(),
            // Typed text may hold secrets; what of it is sent stands in the journal by itself.
            #[cfg(feature = "routes")]
            Choice::Source(None) => "source file".into(),
            #[cfg(feature = "routes")]
            Choice::Source(Some(_)) => "source".into(),
            #[cfg(feature = "routes")]
            Choice::Check => "check".into(),
            #[cfg(feature = "routes")]
            Choice::ReadSettings => "read settings".into(),
            #[cfg(feature = "routes")]
            Choice::StoreCertificate { path, .. } => ["store ", path].concat(),
            #[cfg(feature = "routes")]
            Choice::WriteSetting(request) => format!("write setting {}", request.name),
            Choice::Start {
                unknown_model,
                preset_go,
            } => {
                format!("start {unknown_model} {preset_go}")
            }
            Choice::Go => "go".into(),
            Choice::Cancel => "cancel".into(),
            Choice::Reconnect => "reconnect".into(),
            Choice::LookAgain => "look again".into(),
            Choice::Next => "next".into(),
        };
        self.cx
            .journal
            .add(self.cx.now, Mark::Choice, text.as_bytes());
    }
}

fn step(cx: &mut Context, state: &mut State, happening: &Happening<'_>) {
    *state = core::mem::take(state).handle(cx, happening);
}
