//! From a chosen port to a module that is known: open, listen, greet, identify.

use super::asking::{Asking, Told};
use super::context::{Context, problem, problem_with};
use super::follow::Follow;
use super::identity::Identity;
use super::idle::{Module, NoPort};
use super::io::{Choice, OpenFailure};
use super::machine::{Happening, State};
use super::wait::Wait;
use crate::at::{Command, Exchange, Line, Step, Urc};
use crate::snapshot::{GreetingFacts, ProblemCode, WaitCode};
use crate::time::{Duration, Instant};

/// The browser may ask the person something before it opens a port.
const OPEN_LIMIT: Duration = Duration::from_secs(20);
/// `AT` is sent so often before the escape is tried (B-id-8 asks for at least five)...
const TRIES: u32 = 6;
/// ...and so often after it.
const TRIES_AFTER_ESCAPE: u32 = 3;
/// Tries in all while the module answers, but not with OK (it is still booting).
const TRIES_ALIVE: u32 = 20;
/// Silence before and after `+++`: the note asks for 1 s (N2-010).
pub(super) const GUARD: Duration = Duration::from_millis(1200);
/// Between an ERROR to `AT` and the next try.
const AFTER_ERROR: Duration = Duration::from_millis(500);
/// Commands in a row that may stay without an answer before the greeting begins again.
const MAX_SILENT: u32 = 3;

/// The browser opens the port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AwaitOpen {
    pub(super) wait: Wait,
}

impl AwaitOpen {
    pub(super) fn enter(cx: &mut Context) -> State {
        cx.hearing = Default::default();
        cx.greeting = None;
        cx.identity = Identity::default();
        cx.module = None;
        cx.readiness = None;
        cx.settings_facts = None;
        cx.proof = None;
        cx.progress = None;
        cx.open(cx.settings.baud_rate);
        State::AwaitOpen(Self {
            wait: Wait::plain(WaitCode::Port, cx.now, OPEN_LIMIT),
        })
    }

    pub(super) fn handle(self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            // True for one opening only.
            Happening::Opened if core::mem::take(&mut cx.settings.heard) => Greet::enter(cx),
            Happening::Opened => Listen::enter(cx),
            Happening::OpenFailed(failure) => {
                let code = match failure {
                    OpenFailure::Busy => ProblemCode::PortBusy,
                    OpenFailure::OtherTab => ProblemCode::PortInOtherTab,
                    OpenFailure::Gone => ProblemCode::PortGone,
                };
                NoPort::enter(cx, Some(code))
            }
            Happening::Deadline => {
                // It may still open behind our back: release it then.
                cx.port_open = true;
                cx.close();
                NoPort::enter(cx, Some(ProblemCode::PortOpenTimeout))
            }
            Happening::Choice(Choice::Disconnect | Choice::Cancel) => {
                cx.port_open = true;
                cx.close();
                NoPort::enter(cx, None)
            }
            _ => State::AwaitOpen(self),
        }
    }
}

/// Nothing is sent: an update that began earlier may be running (B-rec-1, X-26).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Listen {
    pub(super) wait: Wait,
}

impl Listen {
    pub(super) fn enter(cx: &mut Context) -> State {
        cx.problem = None;
        cx.hearing = Default::default();
        cx.greeting = None;
        let limit = cx.times().listen;
        State::Listen(Self {
            wait: Wait::plain(WaitCode::Report, cx.now, limit),
        })
    }

    /// The module is booting: commands are refused until APP RDY, which some never print (B-id-7).
    pub(super) fn enter_after_boot(cx: &mut Context) -> State {
        cx.note("the module has restarted");
        let limit = cx.times().app_ready;
        State::Listen(Self {
            wait: Wait::plain(WaitCode::Restart, cx.now, limit),
        })
    }

    pub(super) fn handle(self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_at_work() => {
                Follow::enter_found(cx, *event)
            }
            Happening::Line(Line::Urc(Urc::Ready)) => Self::enter_after_boot(cx),
            Happening::Line(Line::Urc(Urc::AppReady)) | Happening::Deadline => Greet::enter(cx),
            _ => connection(State::Listen(self), cx, happening),
        }
    }
}

/// `AT` until the module answers OK.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Greet {
    tries: u32,
    alive: bool,
    step: GreetStep,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum GreetStep {
    Asked(Exchange),
    /// ERROR came: the module is there but not ready.
    Pause(Instant),
    /// Silence before `+++`: the module may wait for data that a closed page never sent (B-rec-3).
    GuardBefore(Instant),
    GuardAfter(Instant),
}

impl Greet {
    pub(super) fn enter(cx: &mut Context) -> State {
        let asked = cx.send(Command::Attention);
        let greet = Self {
            tries: 1,
            alive: false,
            step: GreetStep::Asked(asked),
        };
        greet.show(cx);
        State::Greet(greet)
    }

    pub(super) fn deadline(&self) -> Instant {
        match &self.step {
            GreetStep::Asked(exchange) => exchange.deadline(),
            GreetStep::Pause(until)
            | GreetStep::GuardBefore(until)
            | GreetStep::GuardAfter(until) => *until,
        }
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_at_work() => {
                Follow::enter_found(cx, *event)
            }
            Happening::Line(Line::Urc(Urc::Ready)) => Listen::enter_after_boot(cx),
            Happening::Line(line) => {
                if let GreetStep::Asked(exchange) = &mut self.step {
                    match exchange.take(line) {
                        Step::Done(Ok(_)) => return Identify::enter(cx),
                        Step::Done(Err(_)) => {
                            self.alive = true;
                            self.step = GreetStep::Pause(cx.now + AFTER_ERROR);
                        }
                        Step::Pending | Step::Connected => {}
                    }
                }
                self.show(cx);
                State::Greet(self)
            }
            Happening::Deadline => self.go_on(cx),
            _ => connection(State::Greet(self), cx, happening),
        }
    }

    fn go_on(mut self, cx: &mut Context) -> State {
        self.step = match self.step {
            GreetStep::GuardBefore(_) => {
                cx.send_escape();
                GreetStep::GuardAfter(cx.now + GUARD)
            }
            GreetStep::Asked(_) if self.tries == TRIES && !self.alive => {
                GreetStep::GuardBefore(cx.now + GUARD)
            }
            _ if self.tries >= self.of() => return WrongPort::enter(cx, None),
            _ => {
                self.tries += 1;
                GreetStep::Asked(cx.send(Command::Attention))
            }
        };
        self.show(cx);
        State::Greet(self)
    }

    const fn of(&self) -> u32 {
        if self.alive {
            TRIES_ALIVE
        } else {
            TRIES + TRIES_AFTER_ESCAPE
        }
    }

    fn show(&self, cx: &mut Context) {
        let heard = cx.hearing.heard();
        cx.greeting = Some(GreetingFacts {
            tries: self.tries,
            of: self.of(),
            heard,
        });
    }
}

/// The port is open, but what is on it does not answer like a module. It is listened to further.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WrongPort;

impl WrongPort {
    pub(super) fn enter(cx: &mut Context, code: Option<ProblemCode>) -> State {
        let code = code.unwrap_or_else(|| cx.hearing.problem());
        cx.problem = Some(match code {
            ProblemCode::NotAModule => problem_with(code, cx.hearing.sample()),
            _ => problem(code),
        });
        State::WrongPort(Self)
    }

    pub(super) fn handle(self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_at_work() => {
                Follow::enter_found(cx, *event)
            }
            Happening::Line(Line::Urc(Urc::Ready)) => Listen::enter_after_boot(cx),
            Happening::Line(Line::Urc(Urc::AppReady)) | Happening::Choice(Choice::LookAgain) => {
                Listen::enter(cx)
            }
            _ => connection(State::WrongPort(self), cx, happening),
        }
    }
}

/// The module is asked who it is and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identify {
    asking: Asking,
    silent: u32,
}

impl Identify {
    pub(super) fn enter(cx: &mut Context) -> State {
        cx.identity = Identity::default();
        let asking = Asking::new(
            cx,
            [
                Command::EchoOff,
                Command::NumericErrors,
                Command::Identify,
                Command::FullVersion,
                Command::Imei,
                Command::ReadRate,
                Command::ReadFlowControl,
            ],
        );
        cx.module = Some(Default::default());
        State::Identify(Self { asking, silent: 0 })
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.asking.deadline()
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        let told = match happening {
            Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_under_way() => {
                // Half an identity proves nothing.
                if let Some(module) = &mut cx.module {
                    module.version = None;
                }
                return Follow::enter_found(cx, *event);
            }
            Happening::Line(Line::Urc(Urc::Ready)) => return Listen::enter_after_boot(cx),
            Happening::Line(line) => self.asking.take(line),
            Happening::Deadline => self.asking.timeout(cx),
            _ => return connection(State::Identify(self), cx, happening),
        };
        let Some(told) = told else {
            return State::Identify(self);
        };
        let silent = matches!(told.result, Err(crate::at::Failure::Timeout));
        self.silent = if silent { self.silent + 1 } else { 0 };
        if self.silent >= MAX_SILENT {
            return WrongPort::enter(cx, Some(ProblemCode::AnswerTimeout));
        }
        self.learn(cx, &told);
        if self.asking.next(cx) {
            return State::Identify(self);
        }
        if cx.identity.model.is_none() || cx.identity.version().is_none() {
            return WrongPort::enter(cx, Some(ProblemCode::NoIdentity));
        }
        Module::enter(cx)
    }

    fn learn(&mut self, cx: &mut Context, told: &Told) {
        let known = learn_identity(cx, &mut self.asking, told);
        let module = cx.module.get_or_insert_default();
        if known {
            *module = cx.identity.facts(Some(module));
            let has_states = cx.identity.model.as_deref().and_then(family_of);
            if told.command == Command::Identify
                && has_states.is_some_and(|family| family.trigger_mode)
            {
                self.asking.ask_last([
                    Command::DownloadState,
                    Command::StoredSize,
                    Command::MaxSize,
                ]);
            }
        } else {
            learn_state(module, told);
        }
    }
}

fn family_of(model: &str) -> Option<&'static crate::family::Family> {
    crate::family::id_of(model).and_then(crate::family::of)
}

/// What an identity command said; false if `told` is none. A refused one is asked for by its
/// other name.
pub(super) fn learn_identity(cx: &mut Context, asking: &mut Asking, told: &Told) -> bool {
    let answer = told.result.as_ref().unwrap_or(&told.partial);
    match told.command {
        Command::Identify => cx.identity.take_ati(answer),
        Command::FullVersion => {
            cx.identity.full = cx.identity.version_of(answer);
            if cx.identity.full.is_none() {
                asking.ask_first(Command::BaseVersion);
            }
        }
        Command::BaseVersion => cx.identity.base = cx.identity.version_of(answer),
        Command::Imei => {
            if !cx.identity.take_imei(answer) {
                asking.ask_first(Command::ImeiFallback);
            }
        }
        Command::ImeiFallback => {
            let family = cx.identity.model.as_deref().and_then(family_of);
            if !cx.identity.take_imei(answer) && family.is_some_and(|family| family.sleeps) {
                asking.ask_first(Command::ImeiByNumber);
            }
        }
        Command::ImeiByNumber => {
            cx.identity.take_imei(answer);
        }
        _ => return false,
    }
    true
}

/// What a settings or package query said.
pub(super) fn learn_state(module: &mut crate::snapshot::ModuleFacts, told: &Told) {
    let Ok(answer) = &told.result else { return };
    let number = |n: usize| answer.numbers.get(n).copied();
    let small = |n: usize| number(n).and_then(|n| u32::try_from(n).ok());
    match told.command {
        Command::ReadRate => module.serial_rate = small(0),
        Command::ReadFlowControl => module.flow_control = small(0).map(|n| n == 2),
        Command::DownloadState => module.download_state = small(0),
        Command::StoredSize => module.stored_package = number(1),
        Command::MaxSize => module.max_package = number(1),
        _ => {}
    }
}

/// What ends a connection in any of its states: the port goes, or the person leaves.
pub(super) fn connection(state: State, cx: &mut Context, happening: &Happening<'_>) -> State {
    match happening {
        Happening::PortLost => NoPort::enter(cx, Some(ProblemCode::PortLost)),
        Happening::Choice(Choice::Disconnect | Choice::Cancel) => {
            cx.close();
            NoPort::enter(cx, None)
        }
        Happening::Choice(Choice::Connect(settings)) => {
            cx.close();
            cx.settings = *settings;
            AwaitOpen::enter(cx)
        }
        Happening::WriteFailed => {
            cx.close();
            NoPort::enter(cx, Some(ProblemCode::WriteFailed))
        }
        _ => state,
    }
}
