//! From the click on "start upload" to the upload command: the package is read once more, the
//! module is asked once more and set to wait for the final go.

use super::Readiness;
use super::asking::{Asking, Told};
use super::connect::{learn_identity, learn_state};
use super::context::{Context, problem, problem_of, problem_with};
use super::findings::{findings, stop};
use super::follow::Follow;
use super::identity::Comparison;
use super::idle::Done;
use super::io::{Choice, Digest, FileFlaw, Output};
use super::machine::{Happening, State};
use super::run::Run;
use super::upload::AwaitConnect;
use super::wait::Wait;
use crate::at::{Command, Line, Urc};
use crate::snapshot::{Outcome, Problem, ProblemCode, Remark, Stage, WaitCode};
use crate::time::{Duration, Instant};

/// A few megabytes take milliseconds...
const DIGEST_EXPECTED: Duration = Duration::from_secs(2);
/// ...but a network drive may take longer.
const DIGEST_LIMIT: Duration = Duration::from_secs(120);

/// The package is read whole and compared with what was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AwaitDigest {
    pub(super) wait: Wait,
}

impl AwaitDigest {
    pub(super) fn enter(cx: &mut Context, preset_go: bool) -> State {
        let mut run = Run::new(cx, Stage::Checking, Some(cx.identity.clone()));
        run.preset_go = preset_go;
        cx.run = Some(run);
        cx.verdict = None;
        cx.proof = None;
        cx.output(Output::DigestPackage);
        State::AwaitDigest(Self {
            wait: Wait {
                expected: DIGEST_EXPECTED,
                ..Wait::plain(WaitCode::Answer, cx.now, DIGEST_LIMIT)
            },
        })
    }

    pub(super) fn handle(self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Digest(Ok(digest)) => match self.compare(cx, digest) {
                Some(problem) => refuse(cx, problem),
                None if cx.family().com_upload => Prepare::enter(cx),
                None => Readiness::go_on(cx),
            },
            Happening::Digest(Err(flaw)) => refuse(cx, of_file(cx, *flaw)),
            Happening::Deadline => refuse(cx, of_file(cx, FileFlaw::Unreadable)),
            _ => before_upload(State::AwaitDigest(self), cx, happening),
        }
    }

    fn compare(&self, cx: &Context, digest: &Digest) -> Option<Problem> {
        let package = cx.package.as_ref()?;
        let same = package.size == digest.size
            && package.sha256 == digest.sha256
            && package.checksum == digest.checksum;
        (!same).then(|| problem_with(ProblemCode::PackageChanged, &package.name))
    }
}

/// The problem of a package whose bytes cannot be had.
pub(super) fn of_file(cx: &Context, flaw: FileFlaw) -> Problem {
    let code = match flaw {
        FileFlaw::Changed => ProblemCode::PackageChanged,
        FileFlaw::Unreadable => ProblemCode::PackageUnreadable,
    };
    problem_with(
        code,
        cx.package.as_ref().map_or("", |package| &package.name),
    )
}

/// Ends a run before anything of the package was sent.
pub(super) fn refuse(cx: &mut Context, problem: Problem) -> State {
    let old = cx.identity.version().cloned();
    Done::enter(cx, Outcome::NotUpgraded, Some(problem), old)
}

/// What may happen in any state before the upload command.
pub(super) fn before_upload(state: State, cx: &mut Context, happening: &Happening<'_>) -> State {
    match happening {
        Happening::PortLost => lost(cx),
        Happening::Choice(Choice::Cancel) => {
            let old = cx.identity.version().cloned();
            Done::enter(
                cx,
                Outcome::Stopped,
                Some(problem(ProblemCode::Cancelled)),
                old,
            )
        }
        Happening::Line(Line::Urc(Urc::Ready | Urc::AppReady)) => {
            refuse(cx, problem(ProblemCode::ModuleReset))
        }
        Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_under_way() => {
            Follow::enter_by_itself(cx, *event)
        }
        Happening::WriteFailed => refuse(cx, problem(ProblemCode::WriteFailed)),
        _ => state,
    }
}

/// The port went away before the point of no return: the module runs what it ran.
pub(super) fn lost(cx: &mut Context) -> State {
    if cx.run.as_ref().is_some_and(|run| run.data_mode_began) {
        cx.remark(Remark::PackageLeft);
    }
    Done::enter(
        cx,
        Outcome::NotUpgraded,
        Some(problem(ProblemCode::PortLost)),
        None,
    )
}

/// The same when the module holds the whole package.
pub(super) fn lost_with_package(cx: &mut Context) -> State {
    if cx.is_module_usb() {
        Follow::enter_lost(cx)
    } else {
        lost(cx)
    }
}

/// The module is asked and set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Prepare {
    asking: Asking,
}

impl Prepare {
    pub(super) fn enter(cx: &mut Context) -> State {
        // The settings of the last session may be gone: the note saves none of them (A3-11).
        let mut asking = Asking::new(
            cx,
            [
                Command::Attention,
                Command::EchoOff,
                Command::NumericErrors,
                Command::FullVersion,
                Command::IgnoreDtr,
            ],
        );
        if cx.settings.flow_control {
            asking.ask_last([Command::UseFlowControl]);
        }
        asking.ask_last([
            Command::TriggerOnCommand,
            Command::TriggerMode,
            Command::DownloadState,
            Command::StoredSize,
            Command::MaxSize,
        ]);
        State::Prepare(Self { asking })
    }

    pub(super) fn wait(&self) -> Wait {
        Wait::answer(WaitCode::Answer, self.asking.exchange())
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.asking.deadline()
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        let told = match happening {
            Happening::Line(line @ (Line::Final(_) | Line::Info(_) | Line::Text(_))) => {
                self.asking.take(line)
            }
            Happening::Deadline => self.asking.timeout(cx),
            _ => return before_upload(State::Prepare(self), cx, happening),
        };
        let Some(told) = told else {
            return State::Prepare(self);
        };
        if let Some(problem) = self.learn(cx, &told) {
            return refuse(cx, problem);
        }
        if self.asking.next(cx) {
            return State::Prepare(self);
        }
        // The room is known now for certain, whatever was known before.
        if let Some(problem) = stop(&findings(cx), true) {
            return refuse(cx, problem);
        }
        AwaitConnect::enter(cx)
    }

    /// What was told, and the problem if the upload must not begin.
    fn learn(&mut self, cx: &mut Context, told: &Told) -> Option<Problem> {
        let line = told.command.line();
        if let Err(failure @ crate::at::Failure::Timeout) = &told.result {
            return Some(problem_of(failure, &line));
        }
        if learn_identity(cx, &mut self.asking, told) {
            return same_version(cx, told);
        }
        if let Some(module) = &mut cx.module {
            learn_state(module, told);
        }
        match (&told.command, &told.result) {
            // Without it the module could start by itself, without the final go (A3-10, X-12).
            (Command::TriggerOnCommand, Err(_)) => {
                Some(problem_with(ProblemCode::TriggerModeRefused, &line))
            }
            (Command::TriggerMode, Ok(answer)) if answer.numbers.get(1) != Some(&0) => {
                Some(problem_with(ProblemCode::TriggerModeRefused, &line))
            }
            (Command::Attention, Err(failure)) => Some(problem_of(failure, &line)),
            _ => None,
        }
    }
}

/// The version is the ground of the verdict: it is read again, and must be what it was.
pub(super) fn same_version(cx: &Context, told: &Told) -> Option<Problem> {
    let known = cx.identity.full.is_some() || told.command == Command::BaseVersion;
    let before = cx.run.as_ref().and_then(|run| run.before.as_ref())?;
    (known && before.compare(&cx.identity) == Comparison::Other)
        .then(|| problem(ProblemCode::ModuleSwapped))
}
