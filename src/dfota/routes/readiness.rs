//! Is the module ready? Asked by a person, and again at the beginning of every run that is no upload
//! through the COM form; a run then sets what it needs.

use super::copy::Copy;
use super::download::Download;
use super::source::Source;
use crate::at::{
    Command, Failure, Line, PowerSaving, Registration, Setting, Signal, Sim, Strength,
};
use crate::dfota::asking::{Asking, Told};
use crate::dfota::connect::{connection, learn_identity, learn_state};
use crate::dfota::context::{Context, problem_of, problem_with};
use crate::dfota::findings::{findings, stop};
use crate::dfota::idle::Module;
use crate::dfota::machine::{Happening, State};
use crate::dfota::prepare::{before_upload, refuse, same_version};
use crate::dfota::run::Run;
use crate::dfota::stored_file;
use crate::dfota::trigger::AwaitGo;
use crate::dfota::upload::AwaitConnect;
use crate::dfota::wait::Wait;
use crate::snapshot::{
    FamilyId, Problem, ProblemCode, ReadinessFacts, RegistrationCode, SignalCode, SimCode, Stage,
    WaitCode,
};
use crate::time::Instant;

/// The module is asked, and in a run set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Readiness {
    asking: Asking,
    /// A person only wanted to know.
    check: bool,
    /// Everything was asked; what a run needs is being set.
    setting: bool,
}

impl Readiness {
    /// A person wants to know.
    pub(in crate::dfota) fn enter_check(cx: &mut Context) -> State {
        let mut asking = Asking::new(cx, [Command::Attention]);
        cx.readiness = Some(ReadinessFacts::default());
        ask_all(cx, &mut asking, true);
        State::Readiness(Self {
            asking,
            check: true,
            setting: false,
        })
    }

    /// A run begins.
    pub(in crate::dfota) fn enter(cx: &mut Context, preset_go: bool) -> State {
        let mut run = Run::new(cx, Stage::Readiness, Some(cx.identity.clone()));
        run.preset_go = preset_go;
        if cx.source.is_some() {
            // The file, if there is one, is another package.
            run.promised = None;
        }
        cx.run = Some(run);
        cx.verdict = None;
        cx.proof = None;
        Self::go_on(cx)
    }

    /// The run has begun with the check of the file.
    pub(in crate::dfota) fn go_on(cx: &mut Context) -> State {
        let mut asking = Asking::new(
            cx,
            [
                Command::Attention,
                Command::EchoOff,
                Command::NumericErrors,
                Command::FullVersion,
            ],
        );
        let family = cx.family();
        if family.trigger_mode {
            asking.ask_last([
                Command::TriggerOnCommand,
                Command::TriggerMode,
                Command::DownloadState,
                Command::StoredSize,
            ]);
        }
        let needs_network = cx.source.as_ref().is_some_and(Source::needs_network);
        cx.readiness = Some(ReadinessFacts::default());
        ask_all(cx, &mut asking, needs_network);
        if cx.source.is_none() {
            if cx.settings.flow_control {
                asking.ask_last([Command::UseFlowControl]);
            }
            asking.ask_last([Command::IgnoreDtr, Command::FileSpace]);
        }
        State::Readiness(Self {
            asking,
            check: false,
            setting: false,
        })
    }

    pub(in crate::dfota) fn wait(&self, _: &Context) -> Wait {
        Wait::answer(WaitCode::Answer, self.asking.exchange())
    }

    pub(in crate::dfota) const fn deadline(&self, _: &Context) -> Instant {
        self.asking.deadline()
    }

    pub(in crate::dfota) const fn is_check(&self) -> bool {
        self.check
    }

    pub(in crate::dfota) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        let told = match happening {
            Happening::Line(line) if !is_event(line) => self.asking.take(line),
            Happening::Deadline => self.asking.timeout(cx),
            _ if self.check => return checking(State::Readiness(self), cx, happening),
            _ => return before_upload(State::Readiness(self), cx, happening),
        };
        let Some(told) = told else {
            return State::Readiness(self);
        };
        if let Some(problem) = self.learn(cx, &told) {
            if self.check {
                cx.problem = Some(problem);
                return Module::enter(cx);
            }
            return refuse(cx, problem);
        }
        if self.asking.next(cx) {
            return State::Readiness(self);
        }
        if self.check {
            return Module::enter(cx);
        }
        if !self.setting {
            if let Some(problem) = stop(&findings(cx), true) {
                return refuse(cx, problem);
            }
            let commands = settings(cx);
            if self.asking.begin(cx, commands) {
                self.setting = true;
                return State::Readiness(self);
            }
        }
        begin(cx)
    }

    /// What was told, and the problem if the run must not begin.
    fn learn(&mut self, cx: &mut Context, told: &Told) -> Option<Problem> {
        let line = told.command.line();
        if matches!(&told.result, Err(Failure::Timeout)) {
            // What a module cannot tell keeps nobody from going on; that it does not answer does.
            let is_needed = !self.check && !is_question(&told.command);
            if is_needed || told.command == Command::Attention {
                return Some(problem_of(&Failure::Timeout, &line));
            }
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
                return Some(problem_with(ProblemCode::TriggerModeRefused, &line));
            }
            (Command::TriggerMode, Ok(answer)) if answer.numbers.get(1) != Some(&0) => {
                return Some(problem_with(ProblemCode::TriggerModeRefused, &line));
            }
            // It would sleep in the middle of the download.
            (Command::SetSleep(_), Err(failure)) => {
                cx.restore
                    .retain(|command| !matches!(command, Command::SetSleep(_)));
                return Some(problem_of(failure, &line));
            }
            (Command::SetPowerSaving(_), Err(failure)) => {
                cx.restore
                    .retain(|command| !matches!(command, Command::SetPowerSaving(_)));
                return Some(problem_of(failure, &line));
            }
            // Reports may be lost; the version tells all the same.
            (Command::SetRate(_), Err(_)) => {
                cx.restore
                    .retain(|command| !matches!(command, Command::SetRate(_)));
            }
            (Command::Attention, Err(failure)) => return Some(problem_of(failure, &line)),
            _ => {}
        }
        self.learn_readiness(cx, told);
        None
    }

    fn learn_readiness(&mut self, cx: &mut Context, told: &Told) {
        let mut facts = cx.readiness.take().unwrap_or_default();
        let answer = told.result.as_ref().ok();
        match told.command {
            // A SIM that is not there is an error; without any answer nothing is known.
            Command::SimState => {
                facts.sim = match (answer.and_then(crate::at::Answer::sim), &told.result) {
                    (Some(Sim::Ready), _) => Some(SimCode::Ready),
                    (Some(Sim::Pin | Sim::Puk), _) => Some(SimCode::Locked),
                    (Some(Sim::Other), _) => Some(SimCode::Missing),
                    (None, Err(Failure::Timeout)) => None,
                    (None, _) => Some(SimCode::Missing),
                };
            }
            Command::EpsRegistration | Command::PacketRegistration | Command::Registration => {
                let state = answer.and_then(crate::at::Answer::registration);
                let code = state.map(registration_code);
                if matches!(state, Some(Registration::In { .. })) || facts.registration.is_none() {
                    facts.registration = code.or(facts.registration);
                }
                // The older queries are the fallback (A3-22).
                if !matches!(state, Some(Registration::In { .. })) {
                    match told.command {
                        Command::EpsRegistration => {
                            self.asking.ask_first(Command::PacketRegistration);
                        }
                        Command::PacketRegistration => {
                            self.asking.ask_first(Command::Registration);
                        }
                        _ => {}
                    }
                }
            }
            Command::Operator => {
                let name = answer.and_then(crate::at::Answer::operator);
                facts.operator = name.map(|name| name.chars().take(64).collect());
            }
            Command::Signal | Command::SignalDetail => {
                let signal = match told.command {
                    Command::Signal => answer.and_then(crate::at::Answer::signal),
                    _ => answer.and_then(crate::at::Answer::signal_detail),
                };
                if let Some(signal) =
                    signal.filter(|signal| signal.dbm.is_some() || facts.signal.is_none())
                {
                    take_signal(&mut facts, signal);
                }
            }
            Command::AddressesRead | Command::Addresses | Command::FirstAddress => {
                let found = answer.and_then(crate::at::Answer::address).is_some();
                facts.has_address = Some(found || facts.has_address == Some(true));
                if !found && told.command == Command::AddressesRead {
                    self.asking.ask_first(Command::FirstAddress);
                }
            }
            Command::ReadSetting(Setting::Apn) => {
                facts.apn = answer.and_then(crate::at::Answer::apn).map(|apn| apn.apn);
            }
            Command::ReadSleep => {
                facts.sleep = answer
                    .and_then(|answer| answer.numbers.first())
                    .map(|&n| n != 0);
                let mode = answer.and_then(|answer| answer.numbers.first().copied());
                cx.sleep_mode = mode.and_then(|n| u8::try_from(n).ok());
            }
            Command::ReadPowerSaving => {
                cx.power_saving = answer.and_then(crate::at::Answer::power_saving);
                facts.power_saving = cx.power_saving.as_ref().map(|saving| saving.on);
            }
            Command::FileSpace => {
                if let (Some(module), Some(answer)) = (&mut cx.module, answer) {
                    module.max_package = answer.numbers.first().copied();
                }
            }
            _ => {}
        }
        cx.readiness = Some(facts);
    }
}

/// Everything that is worth knowing before an upgrade.
fn ask_all(cx: &Context, asking: &mut Asking, network: bool) {
    let family = cx.family();
    if network {
        asking.ask_last([Command::SimState, Command::EpsRegistration, Command::Signal]);
        if family.sleeps {
            asking.ask_last([Command::SignalDetail]);
        }
        asking.ask_last([
            Command::Operator,
            match family.id {
                FamilyId::Bc660k => Command::AddressesRead,
                FamilyId::Bc26 => Command::FirstAddress,
                _ => Command::Addresses,
            },
        ]);
        if family.settings {
            asking.ask_last([Command::ReadSetting(Setting::Apn)]);
        }
    }
    if family.sleeps {
        asking.ask_last([Command::ReadSleep, Command::ReadPowerSaving]);
    }
    asking.ask_last([Command::ReadRate]);
}

/// What a run has to set before it begins, with the way back noted.
fn settings(cx: &mut Context) -> Vec<Command> {
    let family = cx.family();
    let mut set = Vec::new();
    cx.restore.clear();
    if family.fixed_rate
        && cx
            .module
            .as_ref()
            .is_some_and(|module| module.serial_rate == Some(0))
    {
        set.push(Command::SetRate(cx.rate));
        cx.restore.push(Command::SetRate(0));
    }
    if let Some(mode) = cx.sleep_mode.filter(|&mode| family.sleeps && mode != 0) {
        set.push(Command::SetSleep(0));
        cx.restore.insert(0, Command::SetSleep(mode));
    }
    if let Some(saving) = cx.power_saving.filter(|saving| family.sleeps && saving.on) {
        set.push(Command::SetPowerSaving(PowerSaving::OFF));
        cx.restore.insert(0, Command::SetPowerSaving(saving));
    }
    set.extend(stored_file::delete(cx));
    set
}

/// The run goes its way.
fn begin(cx: &mut Context) -> State {
    match &cx.source {
        None => AwaitConnect::enter(cx),
        Some(Source::Parts(_)) => Copy::enter(cx),
        Some(Source::Server { .. }) if cx.family().trigger_mode => Download::enter(cx),
        // From here on the module goes all the way by itself.
        Some(_) => AwaitGo::enter(cx),
    }
}

/// The module speaks of itself. Other URCs have the look of an answer, as `+CPIN: READY` does.
pub(in crate::dfota) const fn is_event(line: &Line<'_>) -> bool {
    use crate::at::Urc;
    matches!(
        line,
        Line::Urc(Urc::Fota(_) | Urc::Ready | Urc::AppReady | Urc::PoweredDown | Urc::BootRom)
    )
}

/// What may happen while a person's check is under way.
fn checking(state: State, cx: &mut Context, happening: &Happening<'_>) -> State {
    use crate::at::Urc;
    use crate::dfota::connect::Listen;
    use crate::dfota::follow::Follow;
    use crate::dfota::io::Choice;
    match happening {
        Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_under_way() => {
            Follow::enter_found(cx, *event)
        }
        Happening::Line(Line::Urc(Urc::Ready)) => Listen::enter_after_boot(cx),
        Happening::Choice(Choice::Cancel) => Module::enter(cx),
        _ => connection(state, cx, happening),
    }
}

/// A question whose answer a run can do without.
const fn is_question(command: &Command) -> bool {
    matches!(
        command,
        Command::SimState
            | Command::EpsRegistration
            | Command::PacketRegistration
            | Command::Registration
            | Command::Signal
            | Command::SignalDetail
            | Command::Operator
            | Command::AddressesRead
            | Command::Addresses
            | Command::FirstAddress
            | Command::ReadSetting(_)
            | Command::ReadSleep
            | Command::ReadPowerSaving
            | Command::ReadRate
            | Command::FileSpace
            | Command::DeleteFile(_)
            | Command::FullVersion
    )
}

const fn registration_code(state: Registration) -> RegistrationCode {
    match state {
        Registration::In { roaming: false } => RegistrationCode::Home,
        Registration::In { roaming: true } => RegistrationCode::Roaming,
        Registration::Searching => RegistrationCode::Searching,
        Registration::Denied => RegistrationCode::Denied,
        Registration::Out => RegistrationCode::Out,
    }
}

fn take_signal(facts: &mut ReadinessFacts, signal: Signal) {
    facts.dbm = signal.dbm;
    facts.signal = Some(match signal.strength {
        Strength::Unknown => SignalCode::Unknown,
        Strength::Weak => SignalCode::Weak,
        Strength::Fair => SignalCode::Fair,
        Strength::Good => SignalCode::Good,
    });
}
