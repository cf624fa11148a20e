//! The way back: out of data mode, the partial package deleted, the module as it was.

use super::Source;
use super::asking::{Asking, Told};
use super::connect::{GUARD, learn_state};
use super::context::Context;
use super::follow::Follow;
use super::idle::Done;
use super::io::Output;
use super::machine::{Happening, State};
use super::stored_file;
use super::upload::on_the_wire;
use super::wait::Wait;
use crate::at::{Command, Exchange, Failure, Line, Step, Urc};
use crate::snapshot::{Outcome, Problem, ProblemCode, Remark, WaitCode};
use crate::time::{Duration, Instant};

/// The port has so long to drop what waits in it.
const DISCARD_LIMIT: Duration = Duration::from_secs(5);
/// Stopping takes so long at the most, e.g. with a module that restarts again and again.
const LIMIT: Duration = Duration::from_secs(300);
/// `AT` is sent so often right after the escape...
const TRIES_AFTER_ESCAPE: u32 = 3;
/// ...and so often after data mode must have run out by itself.
const TRIES_AFTER_TIMEOUT: u32 = 5;

/// Stopping: what was begun is undone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Retreat {
    reason: Problem,
    /// Bytes of the announced number that were not handed out: the escape must not exceed them.
    room: u64,
    /// Data mode may not have run out yet.
    may_wait_for_data: bool,
    tries: u32,
    /// Whatever the module does, stopping ends.
    until: Instant,
    step: Task,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Task {
    Discard(Wait),
    GuardBefore(Wait),
    GuardAfter(Wait),
    Greet(Exchange),
    /// Silence until the module's idle limit has passed.
    RunOut(Wait),
    Booting(Wait),
    Clean(Asking),
}

impl Retreat {
    /// Data mode may have been entered: with the escape.
    pub(super) fn enter(cx: &mut Context, reason: Problem, room: u64) -> State {
        let reset = reason.code == ProblemCode::ModuleReset;
        let said_no = matches!(reason.code, ProblemCode::CmeError | ProblemCode::PlainError);
        if reset {
            Self::enter_after_reset(cx, reason)
        } else if said_no {
            Self::enter_in_command_mode(cx, reason)
        } else {
            Self::guard(cx, reason, room, 0)
        }
    }

    /// Data mode was entered and `waiting` bytes are still in the port.
    pub(super) fn enter_from_data_mode(
        cx: &mut Context,
        reason: Problem,
        room: u64,
        waiting: u64,
    ) -> State {
        cx.output(Output::DiscardWrites);
        let limit = DISCARD_LIMIT.saturating_add(on_the_wire(cx, waiting));
        let step = Task::Discard(Wait::plain(WaitCode::DataMode, cx.now, limit));
        State::Retreat(Self {
            reason,
            room,
            may_wait_for_data: true,
            tries: 0,
            until: cx.now + LIMIT,
            step,
        })
    }

    /// The module takes commands: only the package is to be deleted.
    pub(super) fn enter_in_command_mode(cx: &mut Context, reason: Problem) -> State {
        let step = Task::Greet(cx.send(Command::Attention));
        State::Retreat(Self {
            reason,
            room: 0,
            may_wait_for_data: false,
            tries: 1,
            until: cx.now + LIMIT,
            step,
        })
    }

    /// The module restarted by itself and takes commands soon.
    pub(super) fn enter_after_reset(cx: &mut Context, reason: Problem) -> State {
        let wait = Wait::plain(WaitCode::Restart, cx.now, cx.times().app_ready);
        let step = Task::Booting(wait);
        State::Retreat(Self {
            reason,
            room: 0,
            may_wait_for_data: false,
            tries: 0,
            until: cx.now + LIMIT,
            step,
        })
    }

    fn guard(cx: &mut Context, reason: Problem, room: u64, waiting: u64) -> State {
        let limit = GUARD.saturating_add(on_the_wire(cx, waiting));
        let step = Task::GuardBefore(Wait::plain(WaitCode::DataMode, cx.now, limit));
        State::Retreat(Self {
            reason,
            room,
            may_wait_for_data: true,
            tries: 0,
            until: cx.now + LIMIT,
            step,
        })
    }

    pub(super) fn deadline(&self) -> Instant {
        self.wait().deadline().min(self.until)
    }

    pub(super) fn wait(&self) -> Wait {
        match &self.step {
            Task::Discard(wait)
            | Task::GuardBefore(wait)
            | Task::GuardAfter(wait)
            | Task::RunOut(wait)
            | Task::Booting(wait) => *wait,
            Task::Greet(exchange) => Wait::answer(WaitCode::Answer, exchange),
            Task::Clean(asking) => Wait::answer(WaitCode::Answer, asking.exchange()),
        }
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::PortLost => self.end(cx, None),
            Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_under_way() => {
                Follow::enter_by_itself(cx, *event)
            }
            Happening::Line(Line::Urc(Urc::Ready)) => {
                self.may_wait_for_data = false;
                self.tries = 0;
                let wait = Wait::plain(WaitCode::Restart, cx.now, cx.times().app_ready);
                let step = Task::Booting(wait);
                State::Retreat(Self { step, ..self })
            }
            Happening::Line(Line::Urc(Urc::AppReady)) => {
                self.may_wait_for_data = false;
                self.tries = 0;
                self.greet(cx)
            }
            Happening::Discarded if matches!(self.step, Task::Discard(_)) => {
                Self::guard(cx, self.reason, self.room, 0)
            }
            Happening::Deadline if cx.now >= self.until => self.end(cx, None),
            Happening::Deadline => self.go_on(cx),
            Happening::Line(Line::Connect(_)) => {
                // Later than we waited for: the module takes what it gets for data now.
                cx.data_mode_began();
                State::Retreat(self)
            }
            // The module has ended data mode by itself: no need to wait for that.
            Happening::Line(Line::Final(_)) if self.waits_for_data_mode() => {
                self.may_wait_for_data = false;
                self.greet(cx)
            }
            Happening::Line(line) => {
                self.count(cx, line);
                match &mut self.step {
                    Task::Greet(exchange) => match exchange.take(line) {
                        Step::Done(Ok(_)) => self.clean(cx),
                        // Our own bytes may have been read as half a command.
                        Step::Done(Err(_)) => self.greet(cx),
                        _ => State::Retreat(self),
                    },
                    Task::Clean(asking) => match asking.take(line) {
                        Some(told) => self.told(cx, &told),
                        None => State::Retreat(self),
                    },
                    _ => State::Retreat(self),
                }
            }
            _ => State::Retreat(self),
        }
    }

    const fn waits_for_data_mode(&self) -> bool {
        matches!(
            self.step,
            Task::Discard(_) | Task::GuardBefore(_) | Task::GuardAfter(_) | Task::RunOut(_)
        )
    }

    /// The module's own count, where it still comes, says more than "no result".
    fn count(&mut self, cx: &mut Context, line: &Line<'_>) {
        if let Line::Info(info) = line
            && self.reason.code == ProblemCode::ResultMissing
            && matches!(
                self.step,
                Task::GuardBefore(_) | Task::GuardAfter(_) | Task::RunOut(_)
            )
            && super::upload::take_proof(cx, *info)
        {
            let size = cx.proof.as_ref().map_or(0, |proof| proof.size).to_string();
            self.reason = super::context::problem_with(ProblemCode::SizeMismatch, &size);
        }
    }

    fn go_on(mut self, cx: &mut Context) -> State {
        match &mut self.step {
            Task::Discard(_) => Self::guard(cx, self.reason, self.room, 0),
            Task::GuardBefore(_) => {
                // With less room than the escape has bytes, it could be taken for data.
                if self.room == 0 || self.room >= 3 {
                    cx.send_escape();
                }
                let wait = Wait::plain(WaitCode::DataMode, cx.now, GUARD);
                State::Retreat(Self {
                    step: Task::GuardAfter(wait),
                    ..self
                })
            }
            Task::GuardAfter(_) | Task::RunOut(_) | Task::Booting(_) => self.greet(cx),
            Task::Greet(_) => self.greet(cx),
            Task::Clean(asking) => match asking.timeout(cx) {
                Some(told) => self.told(cx, &told),
                None => State::Retreat(self),
            },
        }
    }

    fn greet(mut self, cx: &mut Context) -> State {
        if self.may_wait_for_data && self.tries >= TRIES_AFTER_ESCAPE {
            // Each AT was taken for data: only silence ends data mode now (N2-063).
            self.may_wait_for_data = false;
            self.tries = 0;
            let limit = Duration::from_secs(u64::from(cx.times().data_mode_s) + 1);
            let step = Task::RunOut(Wait::plain(WaitCode::DataMode, cx.now, limit));
            return State::Retreat(Self { step, ..self });
        }
        if self.tries >= TRIES_AFTER_TIMEOUT {
            return self.end(cx, None);
        }
        self.tries += 1;
        let step = Task::Greet(cx.send(Command::Attention));
        State::Retreat(Self { step, ..self })
    }

    fn clean(self, cx: &mut Context) -> State {
        let mut asking = Asking::new(cx, [Command::EchoOff, Command::NumericErrors]);
        let began = cx.run.as_ref().is_some_and(|run| run.data_mode_began);
        let is_download = cx.source.is_some() && cx.family().trigger_mode;
        // What the module held before is not ours to delete, least of all while it updates (591).
        // What can be taken up again later is worth keeping.
        if is_download
            && matches!(
                self.reason.code,
                ProblemCode::DownloadSilent | ProblemCode::WriteFailed
            )
        {
            // Given up, not ended: it must not go on behind the verdict.
            asking.ask_last([Command::CancelDownload]);
        }
        if began && !cx.source.as_ref().is_some_and(Source::is_resumable) {
            asking.ask_last([stored_file::delete(cx).unwrap_or(Command::DeletePackage)]);
        }
        if is_download {
            // Has it really stopped? And not every download tells how far it came.
            asking.ask_last([Command::DownloadState]);
        }
        if began || is_download {
            asking.ask_last([stored_file::list(cx).unwrap_or(Command::StoredSize)]);
        }
        asking.ask_last([Command::FullVersion]);
        let step = Task::Clean(asking);
        State::Retreat(Self { step, ..self })
    }

    fn told(mut self, cx: &mut Context, told: &Told) -> State {
        let Task::Clean(asking) = &mut self.step else {
            return State::Retreat(self);
        };
        // Read, not guessed: what it ran before the run stands in the verdict anyway.
        let mut version = None;
        match (&told.command, &told.result) {
            (Command::DownloadState, _) => {
                if let Some(module) = &mut cx.module {
                    learn_state(module, told);
                }
            }
            // 593: there is none.
            (Command::StoredSize, Err(Failure::Cme(593))) => cx.stored(Some(0)),
            (Command::StoredSize, Ok(answer)) => cx.stored(answer.numbers.get(1).copied()),
            (Command::StoredSize, Err(_)) => cx.stored(None),
            // A list of nothing is an error for some modules.
            (Command::ListFiles(_), Ok(answer)) => {
                cx.stored(Some(stored_file::size_in(answer).unwrap_or(0)));
            }
            (Command::ListFiles(_), Err(Failure::Timeout)) => cx.stored(None),
            (Command::ListFiles(_), Err(_)) => cx.stored(Some(0)),
            (Command::FullVersion, Ok(answer)) => version = cx.identity.version_of(answer),
            (Command::FullVersion, Err(_)) => asking.ask_first(Command::BaseVersion),
            (Command::BaseVersion, Ok(answer)) => version = cx.identity.version_of(answer),
            _ => {}
        }
        if version.is_none() && asking.next(cx) {
            return State::Retreat(self);
        }
        let before = cx.run.as_ref().and_then(|run| run.before.as_ref());
        let is_old = |version| before.is_none_or(|before| before.version() == Some(version));
        if version.as_ref().is_some_and(|version| !is_old(version)) {
            // It has updated itself meanwhile, or one reading was wrong: "not upgraded" would be a guess.
            return Follow::enter_refused(cx, self.reason);
        }
        self.end(cx, Some(version))
    }

    /// `answer`: the module answers, with its version if that can be read.
    fn end(mut self, cx: &mut Context, answer: Option<Option<String>>) -> State {
        let stopped = self.reason.code == ProblemCode::Cancelled;
        if answer.is_none() {
            if cx.run.as_ref().is_some_and(|run| run.data_mode_began) {
                cx.remark(Remark::PackageLeft);
            }
            if stopped {
                self.reason.code = ProblemCode::CancelledNoAnswer;
            }
        }
        let outcome = if stopped {
            Outcome::Stopped
        } else {
            Outcome::NotUpgraded
        };
        Done::enter(cx, outcome, Some(self.reason), answer.flatten())
    }
}

impl Context {
    /// From here on something of our package may be in the module.
    pub(super) fn data_mode_began(&mut self) {
        if let Some(run) = &mut self.run {
            run.data_mode_began = true;
        }
    }

    /// What the module holds after the clean-up.
    fn stored(&mut self, size: Option<u64>) {
        let mut before = None;
        let mut runs_on = false;
        if let Some(module) = &mut self.module {
            before = core::mem::replace(&mut module.stored_package, size);
            runs_on = module.download_state == Some(1);
        }
        let began = self.run.as_ref().is_some_and(|run| run.data_mode_began);
        if !began && !runs_on && (size.unwrap_or(0) == 0 || size == before) {
            return;
        }
        let remark = if size == Some(0) && !runs_on {
            Remark::PackageDeleted
        } else {
            Remark::PackageLeft
        };
        self.remark(remark);
    }
}
