//! From a matching upload over the final go to the start command.

use super::asking::{Asking, Told};
use super::context::{Context, problem, problem_of, problem_with};
use super::follow::Follow;
use super::io::Choice;
use super::machine::{Happening, State};
use super::prepare::lost_with_package;
use super::retreat::Retreat;
use super::stored_file;
use super::wait::Wait;
use crate::at::{Command, Exchange, Failure, Line, Step, Urc};
use crate::snapshot::{FamilyId, Problem, ProblemCode, WaitCode};
use crate::time::Instant;

/// "DFOTA is ongoing" (N2-174): the update has begun, whoever started it.
pub(super) const ONGOING: u32 = 591;
/// "FOTA busy" (N4-15, N5-20), which means the same there.
const BUSY: u32 = 2;

/// The module is asked how much it holds: right after the upload, and again after the final go.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConfirmStored {
    asking: Asking,
    /// The final go was given.
    go: bool,
}

impl ConfirmStored {
    pub(super) fn enter(cx: &mut Context) -> State {
        let asking = Asking::new(cx, [stored_size(cx)]);
        State::ConfirmStored(Self { asking, go: false })
    }

    fn enter_after_go(cx: &mut Context) -> State {
        let size = stored_size(cx);
        let asking = Asking::new(cx, [Command::Attention, size]);
        State::ConfirmStored(Self { asking, go: true })
    }

    pub(super) const fn after_go(&self) -> bool {
        self.go
    }

    pub(super) fn wait(&self) -> Wait {
        Wait::answer(WaitCode::Answer, self.asking.exchange())
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        let told = match happening {
            Happening::Line(line @ (Line::Final(_) | Line::Info(_) | Line::Text(_))) => {
                self.asking.take(line)
            }
            Happening::Deadline => self.asking.timeout(cx),
            _ => return before_go(State::ConfirmStored(self), cx, happening),
        };
        let Some(told) = told else {
            return State::ConfirmStored(self);
        };
        if told.result == Err(Failure::Cme(ONGOING)) {
            return Follow::enter_ongoing(cx, ongoing(&told.command.line()));
        }
        if let Some(problem) = Self::check(cx, &told) {
            return Retreat::enter_in_command_mode(cx, problem);
        }
        if self.asking.next(cx) {
            State::ConfirmStored(self)
        } else if self.go {
            Trigger::enter(cx)
        } else {
            AwaitGo::enter(cx)
        }
    }

    fn check(cx: &mut Context, told: &Told) -> Option<Problem> {
        let answer = match &told.result {
            Ok(answer) => answer,
            Err(failure) => return Some(problem_of(failure, &told.command.line())),
        };
        let stored = match &told.command {
            Command::StoredSize => answer.numbers.get(1).copied(),
            Command::ListFiles(_) => stored_file::size_in(answer),
            _ => return None,
        };
        if let Some(module) = cx.module.as_mut().filter(|_| cx.source.is_some()) {
            module.stored_package = stored;
        }
        let Some(proof) = &mut cx.proof else {
            // No file at hand to compare with: but a package there must be.
            return (stored.unwrap_or(0) == 0)
                .then(|| problem_with(ProblemCode::StoredSizeMismatch, "0"));
        };
        proof.stored = stored;
        (stored != Some(proof.expected_size)).then(|| {
            let detail = stored.map_or_else(String::new, |size| size.to_string());
            problem_with(ProblemCode::StoredSizeMismatch, &detail)
        })
    }
}

/// Everything matches. The person decides; from here on it cannot be stopped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AwaitGo;

impl AwaitGo {
    pub(super) fn enter(cx: &mut Context) -> State {
        if cx.run.as_ref().is_some_and(|run| run.preset_go) {
            cx.note("the final go was preset");
            return Self::go(cx);
        }
        State::AwaitGo(Self)
    }

    fn go(cx: &mut Context) -> State {
        let family = cx.family();
        match &cx.source {
            // Nothing is in the module yet, or nothing that could be counted.
            Some(source) if !source.is_counted(family) => Trigger::enter(cx),
            _ => ConfirmStored::enter_after_go(cx),
        }
    }

    pub(super) fn handle(self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Choice(Choice::Go) => Self::go(cx),
            _ => before_go(State::AwaitGo(self), cx, happening),
        }
    }
}

/// What may happen between upload and start command.
fn before_go(state: State, cx: &mut Context, happening: &Happening<'_>) -> State {
    match happening {
        Happening::Choice(Choice::Cancel) => {
            Retreat::enter_in_command_mode(cx, problem(ProblemCode::Cancelled))
        }
        Happening::PortLost => lost_with_package(cx),
        Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_under_way() => {
            Follow::enter_by_itself(cx, *event)
        }
        // Its trigger mode is forgotten now, and nobody knows what else.
        Happening::Line(Line::Urc(Urc::Ready | Urc::AppReady)) => {
            Retreat::enter_after_reset(cx, problem(ProblemCode::ModuleReset))
        }
        Happening::WriteFailed => {
            Retreat::enter_in_command_mode(cx, problem(ProblemCode::WriteFailed))
        }
        _ => state,
    }
}

/// How the module is asked what it holds.
fn stored_size(cx: &Context) -> Command {
    stored_file::list(cx).unwrap_or(Command::StoredSize)
}

/// What makes the module go all the way.
fn start_command(cx: &Context) -> Command {
    match &cx.source {
        Some(source) => source.start_command(cx.family()),
        None => stored_file::start(cx).unwrap_or(Command::StartUpdate),
    }
}

/// The start command was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Trigger {
    exchange: Exchange,
}

impl Trigger {
    fn enter(cx: &mut Context) -> State {
        // Rule 1, once more at the only place that sends the command. What the module fetched by itself
        // was never in our hands: the module checks it.
        let matches = cx.proof.as_ref().is_some_and(|proof| {
            proof.size == proof.expected_size
                && proof.checksum == proof.expected_checksum
                && proof.stored == Some(proof.expected_size)
        });
        if !matches && cx.source.is_none() {
            return Retreat::enter_in_command_mode(cx, problem(ProblemCode::BadAnswer));
        }
        let now = cx.now;
        if let Some(run) = &mut cx.run {
            run.no_return = Some(now);
        }
        cx.progress = None;
        cx.note("the point of no return is passed");
        let command = start_command(cx);
        if let Some(run) = &mut cx.run {
            run.began_download = matches!(command, Command::Download { .. });
        }
        State::Trigger(Self {
            exchange: cx.send(command),
        })
    }

    pub(super) fn wait(&self) -> Wait {
        Wait::answer(WaitCode::Answer, &self.exchange)
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.exchange.deadline()
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Line(line @ Line::Urc(Urc::Fota(_) | Urc::Ready | Urc::PoweredDown)) => {
                Follow::enter(cx).handle(cx, &Happening::Line(*line))
            }
            Happening::Line(line) => match self.exchange.take(line) {
                Step::Done(Ok(_)) => State::Follow(Follow::enter(cx)),
                Step::Done(Err(failure)) => self.refused(cx, &failure),
                Step::Pending | Step::Connected => State::Trigger(self),
            },
            // It may have begun without a word.
            Happening::Deadline | Happening::WriteFailed => State::Follow(Follow::enter(cx)),
            Happening::PortLost => Follow::enter(cx).handle(cx, happening),
            _ => State::Trigger(self),
        }
    }

    /// The module says no. Whether nothing happened is proved by its version.
    fn refused(self, cx: &mut Context, failure: &Failure) -> State {
        let problem = problem_of(failure, self.exchange.line());
        let is_busy = *failure == Failure::Cme(BUSY) && cx.family().id == FamilyId::Bc26;
        if is_busy || *failure == Failure::Cme(ONGOING) {
            return Follow::enter_ongoing(cx, problem);
        }
        Follow::enter_refused(cx, problem)
    }
}

fn ongoing(command: &str) -> Problem {
    problem_of(&Failure::Cme(ONGOING), command)
}
