//! The package's way into the module: command, CONNECT, data, the module's count and checksum.

use std::collections::VecDeque;

use super::context::{Context, problem, problem_of, problem_with};
use super::follow::Follow;
use super::io::{Choice, Output};
use super::machine::{Happening, State};
use super::prepare::{lost, lost_with_package, of_file};
use super::retreat::Retreat;
use super::stored_file;
use super::trigger::ConfirmStored;
use super::wait::Wait;
use crate::at::{
    ACKNOWLEDGED, Acknowledgements, Checksum, Command, Exchange, FinalCode, Info, Line, Received,
    Step, Urc,
};
use crate::journal::{Kind, Mark};
use crate::snapshot::{Problem, ProblemCode, Progress, UploadProof, WaitCode};
use crate::time::{Duration, Instant};

/// Pieces that wait in the port at the same time.
const WINDOW: usize = 3;
const SMALLEST_SLICE: u32 = 2048;
const LARGEST_SLICE: u32 = 131_072;
/// What one acknowledgement stands for.
const ACKNOWLEDGED_SLICE: u32 = ACKNOWLEDGED as u32;
/// A piece that is taken faster than this may grow, slower than four times this must shrink: small
/// enough to stop soon and to show progress, large enough not to cost time.
const PIECE_TIME: Duration = Duration::from_millis(50);
/// The rate is that of so much time.
const RATE_WINDOW: Duration = Duration::from_secs(4);
const RATE_SAMPLE: Duration = Duration::from_millis(200);
/// Nothing taken by the port for so long, beyond what the line's rate explains. Shorter than the
/// module's idle limit, so that we end the upload and not the module.
const STALL: Duration = Duration::from_secs(45);
/// Bytes that the system holds behind the browser's own buffer.
const SYSTEM_BUFFER: u64 = 4096;

/// The upload command was sent; not a byte of the package before CONNECT (N2-073).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AwaitConnect {
    exchange: Exchange,
}

impl AwaitConnect {
    pub(super) fn enter(cx: &mut Context) -> State {
        let size = cx.package.as_ref().map_or(0, |package| package.size);
        let timeout_s = cx.times().data_mode_s;
        let command = stored_file::upload(cx, size);
        let exchange = cx.send(command.unwrap_or(Command::Upload { size, timeout_s }));
        State::AwaitConnect(Self { exchange })
    }

    pub(super) fn wait(&self) -> Wait {
        Wait::answer(WaitCode::Connect, &self.exchange)
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Line(Line::Urc(Urc::Ready)) => {
                Retreat::enter(cx, problem(ProblemCode::ModuleReset), 0)
            }
            Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_under_way() => {
                Follow::enter_by_itself(cx, *event)
            }
            // Some commands say OK before CONNECT [cap]; it ends nothing here.
            Happening::Line(Line::Final(FinalCode::Ok)) => State::AwaitConnect(self),
            Happening::Line(line) => match self.exchange.take(line) {
                Step::Connected => Upload::enter(cx),
                Step::Done(Err(failure)) => {
                    let problem = problem_of(&failure, self.exchange.line());
                    Retreat::enter(cx, problem, 0)
                }
                Step::Done(Ok(_)) | Step::Pending => State::AwaitConnect(self),
            },
            Happening::Deadline => {
                // CONNECT may still come, and then the module waits for data.
                Retreat::enter(cx, problem(ProblemCode::ConnectTimeout), 0)
            }
            Happening::Choice(Choice::Cancel) => {
                Retreat::enter(cx, problem(ProblemCode::Cancelled), 0)
            }
            Happening::PortLost => lost(cx),
            Happening::WriteFailed => Retreat::enter(cx, problem(ProblemCode::WriteFailed), 0),
            _ => State::AwaitConnect(self),
        }
    }
}

/// Data mode: exactly the announced number of bytes goes out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Upload {
    total: u64,
    /// Bytes asked for.
    asked: u64,
    /// Bytes handed to the port.
    handed: u64,
    /// Bytes that the port has taken.
    taken: u64,
    checksum: Checksum,
    slice: u32,
    reading: bool,
    /// When each piece was handed over, and its size.
    in_flight: VecDeque<(Instant, u32)>,
    last_taken: Instant,
    samples: VecDeque<(Instant, u64)>,
    /// The module acknowledges each 1024 bytes, and gets no more before (B-up-7).
    acknowledged: Option<Acknowledgements>,
}

impl Upload {
    fn enter(cx: &mut Context) -> State {
        let total = cx.package.as_ref().map_or(0, |package| package.size);
        cx.data_mode_began();
        let mut upload = Self {
            total,
            asked: 0,
            handed: 0,
            taken: 0,
            checksum: Checksum::new(),
            slice: SMALLEST_SLICE,
            reading: false,
            in_flight: VecDeque::new(),
            last_taken: cx.now,
            samples: VecDeque::from([(cx.now, 0)]),
            acknowledged: cx.uploads_to_file().then(Acknowledgements::new),
        };
        if upload.acknowledged.is_some() {
            upload.slice = ACKNOWLEDGED_SLICE;
        }
        upload.show(cx);
        upload.ask(cx);
        State::Upload(upload)
    }

    pub(super) fn deadline(&self, cx: &Context) -> Instant {
        let waiting: u64 = self
            .in_flight
            .iter()
            .map(|(_, size)| u64::from(*size))
            .sum();
        self.last_taken + STALL.saturating_add(on_the_wire(cx, waiting + cx.buffer()))
    }

    pub(super) fn handle(self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Slice { offset, bytes } => self.hand_over(cx, *offset, bytes),
            Happening::Written(size) => self.taken(cx, *size),
            Happening::Bytes(bytes) => self.acknowledged(cx, bytes),
            Happening::SliceFailed(flaw) => {
                let problem = of_file(cx, *flaw);
                self.retreat(cx, problem)
            }
            Happening::WriteFailed => self.retreat(cx, problem(ProblemCode::WriteFailed)),
            Happening::Deadline => self.retreat(cx, problem(ProblemCode::WriteStalled)),
            Happening::Choice(Choice::Cancel) => self.retreat(cx, problem(ProblemCode::Cancelled)),
            Happening::PortLost => lost(cx),
            Happening::Line(line) => self.line(cx, line),
            _ => State::Upload(self),
        }
    }

    /// In data mode only a line that begins the result means anything (B-up-12).
    fn line(self, cx: &mut Context, line: &Line<'_>) -> State {
        match line {
            Line::Info(info) if take_proof(cx, *info) => {
                if self.handed == self.total {
                    // The module was faster than the port's promise to us.
                    return AwaitResult::enter(cx, self.checksum.value());
                }
                let size = cx.proof.as_ref().map_or(0, |proof| proof.size).to_string();
                self.retreat(cx, problem_with(ProblemCode::UploadAborted, &size))
            }
            Line::Final(FinalCode::Cme(crate::at::ErrorCode::Number(n))) => {
                let code = ProblemCode::CmeError;
                self.retreat(
                    cx,
                    Problem {
                        number: Some(*n),
                        ..problem(code)
                    },
                )
            }
            Line::Final(FinalCode::Error | FinalCode::NoCarrier) => {
                self.retreat(cx, problem(ProblemCode::UploadAborted))
            }
            Line::Urc(Urc::Ready | Urc::AppReady) => {
                self.retreat(cx, problem(ProblemCode::ModuleReset))
            }
            _ => State::Upload(self),
        }
    }

    fn ask(&mut self, cx: &mut Context) {
        let window = if self.acknowledged.is_some() {
            1
        } else {
            WINDOW
        };
        if self.reading || self.asked >= self.total || self.in_flight.len() >= window {
            return;
        }
        if self
            .acknowledged
            .is_some_and(|counted| counted.bytes() < self.asked)
        {
            return;
        }
        let left = u32::try_from(self.total - self.asked).unwrap_or(u32::MAX);
        let length = self.slice.min(left);
        cx.output(Output::ReadSlice {
            offset: self.asked,
            length,
        });
        self.asked += u64::from(length);
        self.reading = true;
    }

    fn acknowledged(mut self, cx: &mut Context, bytes: &[u8]) -> State {
        if let Some(counted) = &mut self.acknowledged {
            let before = counted.bytes();
            counted.take(bytes);
            // Anything else that is heard must not keep a stalled upload alive.
            if counted.bytes() > before {
                self.last_taken = cx.now;
            }
            self.ask(cx);
        }
        State::Upload(self)
    }

    fn hand_over(mut self, cx: &mut Context, offset: u64, bytes: &[u8]) -> State {
        if !self.reading || offset != self.handed {
            return State::Upload(self);
        }
        self.reading = false;
        // A slice of another length would break the count that was announced.
        if self.handed + bytes.len() as u64 != self.asked {
            let problem = of_file(cx, super::io::FileFlaw::Changed);
            return self.retreat(cx, problem);
        }
        self.checksum.update(bytes);
        self.handed = self.asked;
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.in_flight.push_back((cx.now, size));
        cx.output(Output::WriteSlice {
            offset,
            length: size,
        });
        self.ask(cx);
        State::Upload(self)
    }

    fn taken(mut self, cx: &mut Context, size: u32) -> State {
        let Some((since, expected)) = self.in_flight.pop_front() else {
            return State::Upload(self);
        };
        debug_assert_eq!(size, expected, "the port takes pieces whole");
        self.taken += u64::from(expected);
        let began = since.max(self.last_taken);
        self.last_taken = cx.now;
        let time = cx.now.since(began);
        if self.acknowledged.is_some() {
            // The module's own measure.
        } else if time < PIECE_TIME {
            self.slice = (self.slice * 2).min(self.largest_slice(cx));
        } else if time.as_millis() > PIECE_TIME.as_millis() * 4 {
            self.slice = (self.slice / 2).max(SMALLEST_SLICE);
        }
        self.show(cx);
        if self.taken == self.total {
            let sent = format!("{} bytes of the package are sent", self.taken);
            cx.journal
                .add(cx.now, Mark::Data, self.taken.to_string().as_bytes());
            cx.entry(Kind::Data, &sent);
            return AwaitResult::enter(cx, self.checksum.value());
        }
        self.ask(cx);
        State::Upload(self)
    }

    /// On a line, the first pieces vanish in buffers at once; that must not let them grow beyond what
    /// the line takes in a quarter of a second. A port that keeps taking more is no line.
    fn largest_slice(&self, cx: &Context) -> u32 {
        let elapsed = self
            .samples
            .front()
            .map_or(0, |(at, _)| cx.now.since(*at).as_millis());
        let by_the_line = u64::from(cx.rate).saturating_mul(elapsed) / 10_000 + cx.buffer();
        let is_line = cx.settings.is_line && self.taken < by_the_line.saturating_mul(4).max(65_536);
        if is_line {
            (cx.rate / 40).clamp(SMALLEST_SLICE, LARGEST_SLICE)
        } else {
            LARGEST_SLICE
        }
    }

    fn show(&mut self, cx: &mut Context) {
        let due = self
            .samples
            .back()
            .is_none_or(|(at, _)| cx.now.since(*at) >= RATE_SAMPLE);
        // A fast port takes hundreds of pieces a second: nobody reads that many figures.
        if !due && self.taken < self.total && self.taken > 0 {
            return;
        }
        if due {
            self.samples.push_back((cx.now, self.taken));
        }
        while self.samples.len() > 2
            && self
                .samples
                .front()
                .is_some_and(|(at, _)| cx.now.since(*at) > RATE_WINDOW)
        {
            self.samples.pop_front();
        }
        let rate = self.samples.front().and_then(|&(at, bytes)| {
            let ms = cx.now.since(at).as_millis();
            let moved = (self.taken - bytes).checked_mul(1000)?;
            // Less than a second says little about the line: the first buffers fill at once.
            (ms >= 1000).then(|| moved / ms).filter(|&rate| rate > 0)
        });
        let percent = self.taken.saturating_mul(100).checked_div(self.total);
        cx.progress = Some(Progress {
            percent: percent.and_then(|n| u8::try_from(n).ok()),
            bytes: Some(self.taken),
            total: Some(self.total),
            rate: rate.and_then(|rate| u32::try_from(rate).ok()),
            remaining_ms: rate.map(|rate| (self.total - self.taken).saturating_mul(1000) / rate),
            ..Progress::default()
        });
    }

    fn retreat(self, cx: &mut Context, problem: Problem) -> State {
        let at = format!(
            "the upload ends after {} of {} bytes",
            self.taken, self.total
        );
        cx.journal
            .add(cx.now, Mark::Data, self.taken.to_string().as_bytes());
        cx.note(&at);
        Retreat::enter_from_data_mode(
            cx,
            problem,
            self.total - self.handed,
            self.handed - self.taken,
        )
    }
}

/// How long so many bytes, and what the system's own buffer holds, are on the wire at most.
pub(super) fn on_the_wire(cx: &Context, bytes: u64) -> Duration {
    let bytes = bytes + SYSTEM_BUFFER;
    // Ten bits a byte.
    Duration::from_millis(bytes.saturating_mul(10_000) / u64::from(cx.rate.max(300)))
}

/// `+QFOTADL: <size>,<checksum>`: keeps it. False if the line is something else.
pub(super) fn take_proof(cx: &mut Context, info: Info<'_>) -> bool {
    let name = if cx.uploads_to_file() {
        "QFUPL"
    } else {
        "QFOTADL"
    };
    if info.name != name {
        return false;
    }
    let Some(received) = Received::of(info) else {
        return false;
    };
    let Some(package) = &cx.package else {
        return false;
    };
    cx.proof = Some(UploadProof {
        expected_size: package.size,
        size: received.size,
        expected_checksum: package.checksum,
        checksum: received.checksum,
        stored: None,
    });
    true
}

/// Every byte is on its way; the module counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AwaitResult {
    pub(super) wait: Wait,
    sent_checksum: u16,
    told: bool,
}

impl AwaitResult {
    fn enter(cx: &mut Context, sent_checksum: u16) -> State {
        let told = cx.proof.is_some();
        let drain = on_the_wire(cx, cx.buffer());
        let wait = Wait {
            code: WaitCode::Result,
            since: cx.now,
            expected: drain.saturating_add(Duration::from_secs(5)),
            warn: drain.saturating_add(Duration::from_secs(30)),
            limit: drain.saturating_add(cx.times().result),
        };
        State::AwaitResult(Self {
            wait,
            sent_checksum,
            told,
        })
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Line(Line::Info(info)) => {
                self.told |= take_proof(cx, *info);
                State::AwaitResult(self)
            }
            Happening::Line(Line::Final(FinalCode::Ok)) => self.compare(cx),
            // The count has come; only its OK is missing.
            Happening::Deadline if self.told => self.compare(cx),
            Happening::Deadline => Retreat::enter(cx, problem(ProblemCode::ResultMissing), 0),
            Happening::Line(Line::Final(code)) => {
                let problem = match code {
                    FinalCode::Cme(crate::at::ErrorCode::Number(n)) => Problem {
                        number: Some(*n),
                        ..problem(ProblemCode::CmeError)
                    },
                    _ => problem(ProblemCode::UploadAborted),
                };
                Retreat::enter(cx, problem, 0)
            }
            // Set to start by itself after all: it is followed, not fought.
            Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_under_way() => {
                Follow::enter_by_itself(cx, *event)
            }
            Happening::Line(Line::Urc(Urc::Ready | Urc::AppReady)) => {
                Retreat::enter(cx, problem(ProblemCode::ModuleReset), 0)
            }
            Happening::Choice(Choice::Cancel) => {
                // What the browser still holds must not reach the module after the escape.
                Retreat::enter_from_data_mode(cx, problem(ProblemCode::Cancelled), 0, 0)
            }
            Happening::PortLost => lost_with_package(cx),
            Happening::WriteFailed => Retreat::enter(cx, problem(ProblemCode::WriteFailed), 0),
            _ => State::AwaitResult(self),
        }
    }

    /// Size and checksum must be those of the file that was chosen.
    fn compare(self, cx: &mut Context) -> State {
        let (Some(proof), Some(package)) = (&cx.proof, &cx.package) else {
            return Retreat::enter(cx, problem(ProblemCode::ResultMissing), 0);
        };
        // A file may change while it is read.
        if self.sent_checksum != package.checksum {
            let flaw = of_file(cx, super::io::FileFlaw::Changed);
            return Retreat::enter(cx, flaw, 0);
        }
        if proof.size != package.size {
            let detail = proof.size.to_string();
            return Retreat::enter(cx, problem_with(ProblemCode::SizeMismatch, &detail), 0);
        }
        if proof.checksum != package.checksum {
            let detail = format!("{:04x}", proof.checksum);
            return Retreat::enter(cx, problem_with(ProblemCode::ChecksumMismatch, &detail), 0);
        }
        ConfirmStored::enter(cx)
    }
}
