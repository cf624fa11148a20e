//! The module puts the package together from its own files (N2-100).

use super::download::DOWNLOADED_FILE;
use super::readiness::is_event;
use super::source::Source;
use crate::at::{Command, Failure, Line, Part, Quoted, Urc};
use crate::dfota::asking::Asking;
use crate::dfota::context::{Context, problem, problem_with};
use crate::dfota::follow::Follow;
use crate::dfota::io::Choice;
use crate::dfota::machine::{Happening, State};
use crate::dfota::prepare::lost_with_package;
use crate::dfota::retreat::Retreat;
use crate::dfota::trigger::ConfirmStored;
use crate::dfota::wait::Wait;
use crate::snapshot::{Problem, ProblemCode, Progress, WaitCode};
use crate::time::{Duration, Instant};

/// A file is being copied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Copy {
    /// Counted from 0.
    part: usize,
    /// A person wants to stop: after the answer, which must not be taken for another command's.
    cancelled: bool,
    asking: Asking,
}

impl Copy {
    pub(in crate::dfota) fn enter(cx: &mut Context) -> State {
        Self::part(cx, 0)
    }

    /// The file that was downloaded a moment ago is the whole package.
    pub(in crate::dfota) fn enter_downloaded(cx: &mut Context) -> State {
        let name = ["EUFS:", DOWNLOADED_FILE].concat();
        let Ok(file) = Quoted::new(&name, name.len()) else {
            return ConfirmStored::enter(cx);
        };
        let command = Command::CopyPart {
            file,
            part: Part::Last,
        };
        let asking = Asking::new(cx, [command]);
        State::Copy(Self {
            part: 0,
            cancelled: false,
            asking,
        })
    }

    fn part(cx: &mut Context, part: usize) -> State {
        let Some(command) = cx.source.as_ref().and_then(|source| source.copy(part)) else {
            cx.progress = None;
            return ConfirmStored::enter(cx);
        };
        let number = |n: usize| u32::try_from(n).ok();
        let parts = match &cx.source {
            Some(Source::Parts(parts)) => number(parts.len()),
            _ => None,
        };
        cx.progress = Some(Progress {
            part: number(part + 1),
            parts,
            ..Progress::default()
        });
        let asking = Asking::new(cx, [command]);
        State::Copy(Self {
            part,
            cancelled: false,
            asking,
        })
    }

    pub(in crate::dfota) fn wait(&self, _: &Context) -> Wait {
        // The note gives no time for it (A3-20).
        Wait {
            code: WaitCode::Copy,
            expected: Duration::from_secs(10),
            warn: Duration::from_secs(30),
            ..Wait::answer(WaitCode::Copy, self.asking.exchange())
        }
    }

    pub(in crate::dfota) const fn deadline(&self, _: &Context) -> Instant {
        self.asking.deadline()
    }

    pub(in crate::dfota) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        let told = match happening {
            Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_under_way() => {
                return Follow::enter_by_itself(cx, *event);
            }
            Happening::Line(Line::Urc(Urc::Ready)) => {
                return Retreat::enter_after_reset(cx, problem(ProblemCode::ModuleReset));
            }
            Happening::Line(line) if !is_event(line) => self.asking.take(line),
            Happening::Deadline => self.asking.timeout(cx),
            Happening::PortLost => {
                cx.data_mode_began();
                return lost_with_package(cx);
            }
            Happening::WriteFailed => {
                return Retreat::enter_in_command_mode(cx, problem(ProblemCode::WriteFailed));
            }
            Happening::Choice(Choice::Cancel) => {
                self.cancelled = true;
                return State::Copy(self);
            }
            _ => return State::Copy(self),
        };
        match told {
            None => State::Copy(self),
            Some(told) => match &told.result {
                Ok(_) => {
                    // From here on something of this package is in the module.
                    cx.data_mode_began();
                    if self.cancelled {
                        let reason = problem(ProblemCode::Cancelled);
                        return Retreat::enter_in_command_mode(cx, reason);
                    }
                    Self::part(cx, self.part + 1)
                }
                Err(failure) => {
                    if *failure == Failure::Timeout {
                        // It may be copying still.
                        cx.data_mode_began();
                    }
                    if self.cancelled {
                        let reason = problem(ProblemCode::Cancelled);
                        return Retreat::enter_in_command_mode(cx, reason);
                    }
                    let name = match &told.command {
                        Command::CopyPart { file, .. } => file.as_str(),
                        _ => "",
                    };
                    let number = match failure {
                        Failure::Cme(number) => Some(*number),
                        _ => None,
                    };
                    let problem = Problem {
                        number,
                        ..problem_with(ProblemCode::CopyRefused, name)
                    };
                    Retreat::enter_in_command_mode(cx, problem)
                }
            },
        }
    }
}
