//! The states in which nothing is under way: no port, a module at rest, a run that has ended.

use super::Readiness;
#[cfg(feature = "routes")]
use super::Settings;
use super::asking::{Asking, Told};
use super::connect::{AwaitOpen, Listen, connection};
use super::context::{Context, problem, problem_with};
use super::findings::{findings, stop};
use super::follow::Follow;
use super::io::{Choice, FileFlaw};
use super::machine::{Happening, State};
use super::prepare::AwaitDigest;
use crate::at::{Command, FotaEvent, Line, Urc};
use crate::snapshot::{Outcome, ProblemCode, Remark, Stage};
use crate::time::Instant;

/// No port is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NoPort {
    /// The port went away by itself: it is opened again when it comes back.
    lost: bool,
}

impl NoPort {
    pub(super) fn enter(cx: &mut Context, problem: Option<ProblemCode>) -> State {
        cx.problem = problem.map(super::context::problem);
        cx.greeting = None;
        cx.module = None;
        cx.run = None;
        cx.verdict = None;
        cx.proof = None;
        cx.progress = None;
        cx.restore.clear();
        let lost = problem == Some(ProblemCode::PortLost);
        if lost && cx.port_there {
            return AwaitOpen::enter(cx);
        }
        State::NoPort(Self { lost })
    }

    pub(super) fn handle(self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Choice(Choice::Connect(settings)) => {
                cx.problem = None;
                cx.settings = *settings;
                cx.port_chosen = true;
                AwaitOpen::enter(cx)
            }
            Happening::PortReturned if self.lost => AwaitOpen::enter(cx),
            Happening::Choice(choice) => {
                choose_package(cx, choice);
                State::NoPort(self)
            }
            _ => State::NoPort(self),
        }
    }
}

/// The module is known and idle.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Module;

impl Module {
    pub(super) fn enter(cx: &mut Context) -> State {
        cx.run = None;
        cx.verdict = None;
        cx.proof = None;
        cx.progress = None;
        cx.restore.clear();
        // What was chosen for another family means nothing to this one.
        let is_other = cx.source_family != cx.known_family().map(|family| family.id);
        if is_other {
            cx.source = None;
            cx.settings_facts = None;
            cx.readiness = None;
            cx.source_family = cx.known_family().map(|family| family.id);
        }
        State::Module(Self)
    }

    pub(super) fn handle(self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Line(Line::Urc(Urc::Fota(event))) => match event {
                event if event.is_under_way() || event.is_download() => {
                    return Follow::enter_found(cx, *event);
                }
                // The cloud may have upgraded a host MCU: not our update (B-end-3, X-23).
                FotaEvent::End(_) => cx.note("an END that belongs to no update of ours"),
                _ => {}
            },
            Happening::Line(Line::Urc(Urc::Ready)) => return Listen::enter_after_boot(cx),
            Happening::Choice(Choice::Start {
                unknown_model,
                preset_go,
            }) => {
                return self.start(cx, *unknown_model, *preset_go);
            }
            Happening::Choice(Choice::Cancel) => {}
            #[cfg(feature = "routes")]
            Happening::Choice(Choice::Source(request)) => cx.choose_source(request.as_ref()),
            #[cfg(feature = "routes")]
            Happening::Choice(Choice::Check) => return Readiness::enter_check(cx),
            #[cfg(feature = "routes")]
            Happening::Choice(Choice::ReadSettings) => return Settings::enter(cx),
            #[cfg(feature = "routes")]
            Happening::Choice(Choice::WriteSetting(request)) => {
                return Settings::write(cx, request);
            }
            #[cfg(feature = "routes")]
            Happening::Choice(Choice::StoreCertificate { path, bytes }) => {
                return Settings::store(cx, path, bytes);
            }
            Happening::Choice(choice) if choose_package(cx, choice) => {}
            _ => return connection(State::Module(self), cx, happening),
        }
        State::Module(self)
    }

    fn start(self, cx: &mut Context, unknown_model: bool, preset_go: bool) -> State {
        cx.problem = stop(&findings(cx), unknown_model);
        if cx.package.is_none() && cx.source.is_none() {
            cx.problem = Some(
                cx.package_problem
                    .clone()
                    .unwrap_or(problem(ProblemCode::NoPackage)),
            );
        }
        if cx.problem.is_some() {
            return State::Module(self);
        }
        match cx.source {
            Some(_) => Readiness::enter(cx, preset_go),
            None => AwaitDigest::enter(cx, preset_go),
        }
    }
}

/// A run has ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Done {
    /// What can be taken up again: the module may still be working.
    follow: Option<Box<Follow>>,
    /// Settings that the run changed are brought back.
    restoring: Option<Asking>,
    /// Not all of them could be.
    restore_failed: bool,
}

impl Done {
    pub(super) fn enter(
        cx: &mut Context,
        outcome: Outcome,
        problem: Option<crate::snapshot::Problem>,
        new: Option<String>,
    ) -> State {
        cx.progress = None;
        cx.problem = None;
        let answers = new.is_some();
        cx.conclude(outcome, problem, new);
        State::Done(Self {
            follow: None,
            restoring: restore(cx, answers),
            restore_failed: false,
        })
    }

    /// The end of a run of which nobody can tell how it went: it may go on.
    pub(super) fn enter_open(
        cx: &mut Context,
        follow: Follow,
        problem: crate::snapshot::Problem,
        new: Option<String>,
    ) -> State {
        cx.progress = None;
        // While it may still be downloading it must not fall asleep.
        let answers = new.is_some() && !follow.is_downloading();
        cx.conclude(Outcome::CannotTell, Some(problem), new);
        let restoring = restore(cx, answers);
        State::Done(Self {
            follow: Some(Box::new(follow)),
            restoring,
            restore_failed: false,
        })
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.restoring.as_ref().map(Asking::deadline)
    }

    /// One more answer of the commands that bring the settings back.
    fn restored(&mut self, cx: &mut Context, told: Option<Told>) {
        let (Some(asking), Some(told), true) =
            (&mut self.restoring, told, cfg!(feature = "routes"))
        else {
            return;
        };
        // One that is refused is no reason to leave out the others.
        self.restore_failed |= told.result.is_err();
        if asking.next(cx) {
            return;
        }
        let remark = if self.restore_failed {
            Some(Remark::SleepNotRestored)
        } else {
            Some(Remark::SleepRestored)
        };
        self.restoring = None;
        if let (Some(verdict), Some(remark)) = (&mut cx.verdict, remark) {
            verdict.remarks.push(remark);
        }
    }

    /// What could not be sent is kept for the verdict that comes later.
    fn give_up_restoring(&mut self, cx: &mut Context) {
        if let Some(asking) = self.restoring.take()
            && cfg!(feature = "routes")
        {
            cx.restore = asking.unsent();
            if let Some(verdict) = &mut cx.verdict {
                verdict.remarks.push(Remark::SleepNotRestored);
            }
        }
    }

    pub(super) const fn is_restoring(&self) -> bool {
        self.restoring.is_some()
    }

    pub(super) const fn is_open(&self) -> bool {
        self.follow.is_some()
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Choice(Choice::LookAgain) => {
                self.give_up_restoring(cx);
                if let Some(follow) = self.follow.take() {
                    cx.verdict = None;
                    return follow.look_again(cx);
                }
            }
            Happening::Choice(Choice::Next) if cx.port_open => {
                Module::enter(cx);
                return Listen::enter(cx);
            }
            Happening::Choice(Choice::Next) => {
                return NoPort::enter(cx, Some(ProblemCode::PortLost));
            }
            Happening::Choice(Choice::Disconnect) => {
                cx.close();
                return NoPort::enter(cx, None);
            }
            Happening::Choice(choice @ (Choice::Package(_) | Choice::PackageFlaw(..))) => {
                choose_package(cx, choice);
            }
            // A sign of life after "cannot tell" is followed by itself.
            Happening::Line(Line::Urc(Urc::Fota(_) | Urc::Ready | Urc::AppReady))
            | Happening::PortReturned
            | Happening::Opened => {
                self.give_up_restoring(cx);
                if let Some(mut follow) = self.follow.take() {
                    cx.verdict = None;
                    follow.resume(cx);
                    return follow.handle(cx, happening);
                }
                // A verdict is no reason not to listen: the module works on after all.
                if let Happening::Line(Line::Urc(Urc::Fota(event))) = happening
                    && event.is_under_way()
                {
                    cx.verdict = None;
                    return Follow::enter(cx).handle(cx, happening);
                }
            }
            Happening::PortLost => {
                self.give_up_restoring(cx);
                if let Some(follow) = &mut self.follow {
                    follow.lost(cx);
                }
            }
            Happening::Line(line) if cfg!(feature = "routes") => {
                let told = self.restoring.as_mut().and_then(|asking| asking.take(line));
                self.restored(cx, told);
            }
            Happening::Deadline if cfg!(feature = "routes") => {
                let told = self
                    .restoring
                    .as_mut()
                    .and_then(|asking| asking.timeout(cx));
                self.restored(cx, told);
            }
            _ => {}
        }
        State::Done(self)
    }

    pub(super) const fn stage(&self) -> Stage {
        Stage::Done
    }
}

/// Begins to bring back what the run changed, if the module answers.
fn restore(cx: &mut Context, answers: bool) -> Option<Asking> {
    if !cfg!(feature = "routes") || cx.restore.is_empty() {
        return None;
    }
    if !answers || !cx.port_open {
        // A sign of life may still lead to a verdict that can.
        if let Some(verdict) = &mut cx.verdict {
            verdict.remarks.push(Remark::SleepNotRestored);
        }
        return None;
    }
    let commands = core::mem::take(&mut cx.restore);
    let mut asking = Asking::new(cx, [Command::Attention]);
    for command in commands {
        asking.ask_last([command]);
    }
    Some(asking)
}

/// Takes a package, or the reason why there is none. False if `choice` is something else.
pub(super) fn choose_package(cx: &mut Context, choice: &Choice) -> bool {
    match choice {
        Choice::Package(facts) => {
            cx.package = Some(facts.clone());
            cx.package_problem = None;
            cx.problem = None;
        }
        Choice::PackageFlaw(flaw, name) => {
            let code = match flaw {
                FileFlaw::Changed => ProblemCode::PackageChanged,
                FileFlaw::Unreadable => ProblemCode::PackageUnreadable,
            };
            cx.package = None;
            cx.package_problem = Some(problem_with(code, name));
            cx.problem.clone_from(&cx.package_problem);
        }
        _ => return false,
    }
    true
}
