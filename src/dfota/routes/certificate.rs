//! A certificate on its way into the module's files, under the name that the note gives (N2-035).

use super::source::refused;
use crate::at::{Checksum, Command, Exchange, FinalCode, Line, Quoted, Received, Step as Answered};
use crate::dfota::context::{Context, problem, problem_of, problem_with};
use crate::dfota::io::Output;
use crate::dfota::machine::Happening;
use crate::dfota::wait::Wait;
use crate::journal::{Kind, Mark};
use crate::snapshot::{Problem, ProblemCode, WaitCode};
use crate::time::{Duration, Instant};

/// A certificate with its chain is far smaller (inferred): what is larger is another file.
const LARGEST: usize = 16_384;
/// From the last byte to the module's count and checksum: longer than its idle limit.
const RESULT: Duration = Duration::from_secs(20);
/// The module leaves data mode after so many seconds without data.
const IDLE_S: u32 = 10;

/// A certificate to be stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Store {
    path: Quoted,
    bytes: Vec<u8>,
    step: Step,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// The module is still asked other things.
    Waiting,
    Connect(Exchange),
    Result {
        since: Instant,
        received: Option<(u64, u16)>,
    },
}

/// How it went.
pub(super) enum Outcome {
    /// The module holds it, byte for byte as far as its checksum tells.
    Stored(Quoted),
    /// The module takes commands.
    Failed(Problem),
    /// The module may still wait for data.
    Stuck(Problem),
}

impl Store {
    /// Checks name and size. Nothing that fails here may be sent.
    pub(super) fn new(cx: &Context, name: &str, bytes: &[u8]) -> Result<Self, Problem> {
        let known = cx.family().certificates.iter();
        let found = known.map(|file| file.path).find(|path| *path == name);
        let path = found.ok_or_else(|| refused("no-route", None))?;
        if bytes.is_empty() {
            return Err(refused("empty", None));
        }
        if bytes.len() > LARGEST {
            return Err(refused("too-large", Some(LARGEST)));
        }
        let path = Quoted::new(path, path.len()).map_err(|_| refused("no-route", None))?;
        Ok(Self {
            path,
            bytes: bytes.to_vec(),
            step: Step::Waiting,
        })
    }

    /// What is there under this name goes first.
    pub(super) fn delete(&self) -> Command {
        Command::DeleteFile(self.path.clone())
    }

    pub(super) const fn is_waiting(&self) -> bool {
        matches!(self.step, Step::Waiting)
    }

    pub(super) fn begin(&mut self, cx: &mut Context) {
        self.step = Step::Connect(cx.send(Command::UploadFile {
            name: self.path.clone(),
            size: self.bytes.len() as u64,
            timeout_s: IDLE_S,
            acknowledged: false,
        }));
    }

    pub(super) fn wait(&self, cx: &Context) -> Wait {
        match &self.step {
            Step::Waiting => Wait::plain(WaitCode::Answer, cx.now, RESULT),
            Step::Connect(exchange) => Wait::answer(WaitCode::Connect, exchange),
            Step::Result { since, .. } => Wait::plain(WaitCode::Result, *since, RESULT),
        }
    }

    /// Takes in what happened; an outcome when it is over.
    pub(super) fn take(&mut self, cx: &mut Context, happening: &Happening<'_>) -> Option<Outcome> {
        match (&mut self.step, happening) {
            (Step::Connect(exchange), Happening::Line(line)) => match exchange.take(line) {
                // Not a byte before CONNECT.
                Answered::Connected => {
                    let size = self.bytes.len().to_string();
                    cx.journal.add(cx.now, Mark::Data, size.as_bytes());
                    cx.entry(Kind::Data, &[&size, " bytes of a certificate"].concat());
                    cx.output(Output::Write(self.bytes.clone()));
                    self.step = Step::Result {
                        since: cx.now,
                        received: None,
                    };
                    None
                }
                Answered::Done(Err(failure)) => {
                    Some(Outcome::Failed(problem_of(&failure, &exchange.shown())))
                }
                Answered::Done(Ok(_)) | Answered::Pending => None,
            },
            (Step::Result { received, .. }, Happening::Line(Line::Info(info))) => {
                if let Some(told) = Received::of(*info) {
                    *received = Some((told.size, told.checksum));
                }
                None
            }
            (Step::Result { received, .. }, Happening::Line(Line::Final(code))) => {
                let received = received.take();
                Some(self.compare(*code == FinalCode::Ok, received))
            }
            (Step::Connect(_), Happening::Deadline) => {
                Some(Outcome::Stuck(problem(ProblemCode::ConnectTimeout)))
            }
            (Step::Result { .. }, Happening::Deadline) => {
                Some(Outcome::Stuck(problem(ProblemCode::ResultMissing)))
            }
            _ => None,
        }
    }

    fn compare(&self, ok: bool, received: Option<(u64, u16)>) -> Outcome {
        let mut checksum = Checksum::new();
        checksum.update(&self.bytes);
        Outcome::Failed(match received {
            None if ok => problem(ProblemCode::ResultMissing),
            None => problem(ProblemCode::UploadAborted),
            Some((size, _)) if size != self.bytes.len() as u64 => {
                problem_with(ProblemCode::SizeMismatch, &size.to_string())
            }
            Some((_, sum)) if sum != checksum.value() => {
                problem_with(ProblemCode::ChecksumMismatch, &format!("{sum:04x}"))
            }
            Some(_) => return Outcome::Stored(self.path.clone()),
        })
    }
}
