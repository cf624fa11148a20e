//! The one state machine: every state, where each happening goes, and what each state allows.

use super::connect::{AwaitOpen, Greet, Identify, Listen, WrongPort};
use super::context::{Context, problem};
use super::follow::Follow;
use super::idle::{Done, Module, NoPort};
use super::io::{Choice, Digest, FileFlaw, OpenFailure};
use super::prepare::{AwaitDigest, Prepare};
use super::retreat::Retreat;
use super::trigger::{AwaitGo, ConfirmStored, Trigger};
use super::upload::{AwaitConnect, AwaitResult, Upload};
use super::wait::Wait;
use super::{Copy, Download, Readiness, Settings};
use crate::at::Line;
use crate::snapshot::{Action, ProblemCode, Stage};
use crate::time::Instant;

/// What a state may be told.
#[derive(Clone, Debug)]
pub enum Happening<'a> {
    /// A line from the module.
    Line(Line<'a>),
    /// So many bytes were no text.
    Noise(u64),
    /// The port is open.
    Opened,
    /// The port did not open.
    OpenFailed(OpenFailure),
    /// The port is gone.
    PortLost,
    /// A port that may be the lost one is there.
    PortReturned,
    /// The port has taken a piece of the package.
    Written(u32),
    /// Writing failed.
    WriteFailed,
    /// Waiting writes were dropped.
    Discarded,
    /// Bytes from the module, for the state that counts acknowledgements ([`State::hears_bytes`]).
    Bytes(&'a [u8]),
    /// A slice of the package.
    Slice {
        /// Where it begins.
        offset: u64,
        /// Its bytes.
        bytes: &'a [u8],
    },
    /// A slice could not be read.
    SliceFailed(FileFlaw),
    /// The package was digested.
    Digest(Result<Digest, FileFlaw>),
    /// A choice.
    Choice(Choice),
    /// The state's deadline has passed.
    Deadline,
}

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Every state of a session, each named for what it waits for.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[allow(clippy::large_enum_variant, reason = "one state exists at a time")]
        pub enum State {
            $($(#[$doc])* $name($name),)*
        }

        impl State {
            /// The names of all states, in the order of a run.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// The name of this state.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }

            fn dispatch(self, cx: &mut Context, happening: &Happening<'_>) -> Self {
                match self {
                    $(Self::$name(state) => state.handle(cx, happening),)*
                }
            }
        }
    };
}

states! {
    /// No port is open.
    NoPort,
    /// The browser opens the port.
    AwaitOpen,
    /// Nothing is sent.
    Listen,
    /// `AT` until OK.
    Greet,
    /// The port is not a module's AT port.
    WrongPort,
    /// The module is asked who it is.
    Identify,
    /// The module is idle.
    Module,
    /// The module's settings are read or written.
    Settings,
    /// The package is digested.
    AwaitDigest,
    /// The module is asked whether it is ready, and in a run set.
    Readiness,
    /// The module is set for the upload.
    Prepare,
    /// The upload command was sent.
    AwaitConnect,
    /// Data mode.
    Upload,
    /// The module counts.
    AwaitResult,
    /// The module fetches the package.
    Download,
    /// The module copies the package from its files.
    Copy,
    /// The module is asked what it holds.
    ConfirmStored,
    /// The person decides.
    AwaitGo,
    /// The start command was sent.
    Trigger,
    /// The module updates itself.
    Follow,
    /// What was begun is undone.
    Retreat,
    /// The run has ended.
    Done,
}

impl Default for State {
    fn default() -> Self {
        Self::NoPort(NoPort::default())
    }
}

impl State {
    /// Lets something happen.
    pub(crate) fn handle(self, cx: &mut Context, happening: &Happening<'_>) -> Self {
        match happening {
            Happening::Choice(choice) if !self.allows(cx, choice) => {
                let late = matches!(choice, Choice::Cancel) && cx.past_no_return();
                let code = if late {
                    ProblemCode::PastNoReturn
                } else {
                    ProblemCode::NotNow
                };
                cx.problem = Some(problem(code));
                return self;
            }
            // The port is gone in whatever state: remember it before the state decides.
            Happening::PortLost => {
                if !cx.port_open {
                    return self;
                }
                cx.port_open = false;
            }
            Happening::PortReturned => {
                cx.port_there = true;
                if cx.port_open {
                    return self;
                }
            }
            Happening::Opened => cx.port_open = true,
            _ => {}
        }
        self.mark_stage(cx);
        let next = self.dispatch(cx, happening);
        next.mark_stage(cx);
        next
    }

    /// Some stages begin by the clock alone: the run notes them when it looks.
    pub(crate) fn mark_stage(&self, cx: &mut Context) {
        let (stage, now) = (self.stage(cx), cx.now);
        if let Some(run) = &mut cx.run {
            run.enter(stage, now);
        }
    }

    pub(crate) fn allows(&self, cx: &Context, choice: &Choice) -> bool {
        let action = match choice {
            Choice::Connect(_) => Action::Connect,
            Choice::Disconnect => Action::Disconnect,
            Choice::Package(_) | Choice::PackageFlaw(..) => Action::ChoosePackage,
            // Whether the model may be uploaded to is a finding with a sentence of its own.
            Choice::Start { .. } => return matches!(self, Self::Module(_)),
            #[cfg(feature = "routes")]
            Choice::Source(_) => Action::ChooseSource,
            #[cfg(feature = "routes")]
            Choice::Check => Action::Check,
            #[cfg(feature = "routes")]
            Choice::ReadSettings => Action::ReadSettings,
            #[cfg(feature = "routes")]
            Choice::WriteSetting(_) | Choice::StoreCertificate { .. } => Action::WriteSetting,
            Choice::Go => Action::Go,
            Choice::Cancel => Action::Cancel,
            Choice::Reconnect => Action::Reconnect,
            Choice::LookAgain => Action::LookAgain,
            Choice::Next => Action::Next,
        };
        self.actions(cx).contains(&action)
    }

    /// What may be done now.
    pub(crate) fn actions(&self, cx: &Context) -> Vec<Action> {
        use Action::{
            Cancel, Check, ChoosePackage, ChooseSource, Connect, Disconnect, Go, LookAgain, Next,
            ReadSettings, Reconnect, WriteSetting,
        };
        match self {
            Self::NoPort(_) => vec![Connect, ChoosePackage],
            Self::AwaitOpen(_) | Self::Listen(_) | Self::Greet(_) | Self::Identify(_) => {
                vec![Cancel, Disconnect]
            }
            Self::WrongPort(_) => vec![Connect, LookAgain, Disconnect],
            Self::Module(_) => {
                let mut actions = vec![ChoosePackage, Connect, Disconnect];
                if let Some(family) = cx.known_family().filter(|_| cfg!(feature = "routes")) {
                    actions.extend([ChooseSource, Check]);
                    if family.settings {
                        actions.extend([ReadSettings, WriteSetting]);
                    }
                }
                if cx.package.is_some() || cx.source.is_some() {
                    let findings = super::findings::findings(cx);
                    if super::findings::stop(&findings, false).is_none() {
                        actions.push(Action::Start);
                    } else if super::findings::stop(&findings, true).is_none() {
                        actions.push(Action::StartUnknownModel);
                    }
                }
                actions
            }
            #[cfg(feature = "routes")]
            Self::Settings(state) if state.is_storing() => vec![],
            Self::Settings(_) => vec![Cancel, Disconnect],
            Self::Readiness(state) if state.is_check() => vec![Cancel, Disconnect],
            Self::AwaitDigest(_)
            | Self::Readiness(_)
            | Self::Download(_)
            | Self::Copy(_)
            | Self::Prepare(_)
            | Self::AwaitConnect(_)
            | Self::Upload(_)
            | Self::AwaitResult(_)
            | Self::ConfirmStored(_) => vec![Cancel],
            Self::AwaitGo(_) => vec![Go, Cancel],
            Self::Trigger(_) | Self::Retreat(_) => vec![],
            // Nothing was started here yet: one may leave.
            Self::Follow(_) if !cx.past_no_return() => vec![Reconnect, Disconnect],
            Self::Follow(state) if state.is_port_lost() => vec![Reconnect],
            Self::Follow(_) => vec![],
            Self::Done(state) => {
                let mut actions = vec![ChoosePackage];
                // What was changed is brought back first.
                if !state.is_restoring() {
                    actions.extend([Next, Disconnect]);
                }
                if state.is_open() {
                    actions.push(LookAgain);
                }
                actions
            }
        }
    }

    /// The state counts acknowledgements, which stand in no line.
    pub(crate) const fn hears_bytes(&self) -> bool {
        matches!(self, Self::Upload(_))
    }

    /// When the state must be told that time has passed.
    pub(crate) fn deadline(&self, cx: &Context) -> Option<Instant> {
        match self {
            Self::NoPort(_) | Self::WrongPort(_) | Self::Module(_) | Self::AwaitGo(_) => None,
            Self::Done(state) => state.deadline(),
            Self::Settings(state) => Some(state.deadline(cx)),
            Self::Readiness(state) => Some(state.deadline(cx)),
            Self::Download(state) => Some(state.deadline(cx)),
            Self::Copy(state) => Some(state.deadline(cx)),
            Self::AwaitOpen(state) => Some(state.wait.deadline()),
            Self::Listen(state) => Some(state.wait.deadline()),
            Self::Greet(state) => Some(state.deadline()),
            Self::Identify(state) => Some(state.deadline()),
            Self::AwaitDigest(state) => Some(state.wait.deadline()),
            Self::Prepare(state) => Some(state.deadline()),
            Self::AwaitConnect(state) => Some(state.wait().deadline()),
            Self::Upload(state) => Some(state.deadline(cx)),
            Self::AwaitResult(state) => Some(state.wait.deadline()),
            Self::ConfirmStored(state) => Some(state.wait().deadline()),
            Self::Trigger(state) => Some(state.deadline()),
            Self::Follow(state) => Some(state.deadline(cx)),
            Self::Retreat(state) => Some(state.deadline()),
        }
    }

    /// Where the session stands.
    pub(crate) fn stage(&self, cx: &Context) -> Stage {
        match self {
            Self::NoPort(_) => Stage::Idle,
            Self::AwaitOpen(_) => Stage::Opening,
            Self::Listen(_) => Stage::Listening,
            Self::Greet(_) => Stage::Greeting,
            Self::WrongPort(_) => Stage::WrongPort,
            Self::Identify(_) => Stage::Identifying,
            Self::Module(_) => Stage::Module,
            Self::AwaitDigest(_) => Stage::Checking,
            Self::Settings(_) => Stage::Settings,
            Self::Readiness(_) => Stage::Readiness,
            Self::Download(_) => Stage::Downloading,
            Self::Copy(_) => Stage::Copying,
            Self::Prepare(_) | Self::AwaitConnect(_) => Stage::Preparing,
            Self::Upload(_) => Stage::Uploading,
            Self::AwaitResult(_) => Stage::Comparing,
            Self::ConfirmStored(state) if state.after_go() => Stage::Starting,
            Self::ConfirmStored(_) => Stage::Comparing,
            Self::AwaitGo(_) => Stage::Ready,
            Self::Trigger(_) => Stage::Starting,
            Self::Follow(state) => state.stage(cx),
            Self::Retreat(_) => Stage::Stopping,
            Self::Done(state) => state.stage(),
        }
    }

    /// What is waited for, for the page.
    pub(crate) fn wait(&self, cx: &Context) -> Option<Wait> {
        match self {
            Self::AwaitOpen(state) => Some(state.wait),
            Self::Listen(state) => Some(state.wait),
            Self::AwaitDigest(state) => Some(state.wait),
            Self::Prepare(state) => Some(state.wait()),
            Self::Settings(state) => Some(state.wait(cx)),
            Self::Readiness(state) => Some(state.wait(cx)),
            Self::Download(state) => Some(state.wait(cx)),
            Self::Copy(state) => Some(state.wait(cx)),
            Self::AwaitConnect(state) => Some(state.wait()),
            Self::AwaitResult(state) => Some(state.wait),
            Self::ConfirmStored(state) => Some(state.wait()),
            Self::Trigger(state) => Some(state.wait()),
            Self::Follow(state) => Some(state.wait(cx)),
            Self::Retreat(state) => Some(state.wait()),
            Self::NoPort(_)
            | Self::Greet(_)
            | Self::WrongPort(_)
            | Self::Identify(_)
            | Self::Module(_)
            | Self::Upload(_)
            | Self::AwaitGo(_)
            | Self::Done(_) => None,
        }
    }
}
