//! The module's settings for DFOTA: read, and written back only on request.

use super::certificate::{Outcome, Store};
use super::readiness::is_event;
use super::source::{number, refused, unsendable};
use crate::at::{Command, Line, Quoted, Setting, Urc};
use crate::dfota::asking::{Asking, Told};
use crate::dfota::connect::{Greet, Listen, connection, learn_state};
use crate::dfota::context::{Context, problem_of};
use crate::dfota::follow::Follow;
use crate::dfota::idle::Module;
use crate::dfota::io::Choice;
use crate::dfota::machine::{Happening, State};
use crate::dfota::wait::Wait;
use crate::family::limit;
use crate::snapshot::{ApnFacts, HeaderFacts, Problem, ProblemCode, WaitCode, WatchdogFacts};
use crate::time::Instant;

/// What a person wants to set, not yet checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SettingRequest {
    /// `apn`, `header`, `watchdog`, `server-name`, `retry`, `trigger`, `delete-package` or
    /// `cancel-download`.
    pub name: String,
    /// Its values, in the order of the command.
    pub values: Vec<String>,
}

/// The settings are read or written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    asking: Asking,
    /// A certificate to be stored when everything else was asked.
    store: Option<Store>,
}

impl Settings {
    /// Reads all of them.
    pub(in crate::dfota) fn enter(cx: &mut Context) -> State {
        cx.problem = None;
        Self::ask(cx, Command::Attention)
    }

    /// Writes one, and reads them again: what counts is what the module holds.
    pub(in crate::dfota) fn write(cx: &mut Context, request: &SettingRequest) -> State {
        match command(cx, request) {
            Ok(command) => {
                cx.problem = None;
                Self::ask(cx, command)
            }
            Err(problem) => {
                cx.problem = Some(Problem {
                    code: ProblemCode::SettingRefused,
                    ..problem
                });
                State::Module(Module)
            }
        }
    }

    /// Stores a certificate, and reads the settings again.
    pub(in crate::dfota) fn store(cx: &mut Context, name: &str, bytes: &[u8]) -> State {
        match Store::new(cx, name, bytes) {
            Ok(store) => {
                cx.problem = None;
                let mut asking = Asking::new(cx, [Command::Attention]);
                asking.ask_last([Command::IgnoreDtr, store.delete()]);
                let store = Some(store);
                State::Settings(Self { asking, store })
            }
            Err(problem) => {
                cx.problem = Some(Problem {
                    code: ProblemCode::SettingRefused,
                    ..problem
                });
                State::Module(Module)
            }
        }
    }

    fn stored(self, cx: &mut Context, outcome: Outcome) -> State {
        match outcome {
            Outcome::Stored(path) => {
                let mut facts = cx.settings_facts.take().unwrap_or_default();
                let path = path.as_str().to_owned();
                if !facts.certificates.contains(&path) {
                    facts.certificates.push(path);
                }
                cx.settings_facts = Some(facts);
                cx.note("the certificate is stored");
                Self::ask(cx, Command::Attention)
            }
            Outcome::Failed(problem) => {
                cx.problem = Some(problem);
                // Half a certificate is worse than none.
                let delete = self.store.as_ref().map(Store::delete);
                Self::ask(cx, delete.unwrap_or(Command::Attention))
            }
            Outcome::Stuck(problem) => {
                cx.problem = Some(problem);
                // The greeting ends data mode, if the module still waits for data.
                Greet::enter(cx)
            }
        }
    }

    fn ask(cx: &mut Context, first: Command) -> State {
        let mut asking = Asking::new(cx, [first]);
        if cx.family().settings {
            asking.ask_last([
                Command::ReadSetting(Setting::Apn),
                Command::ReadSetting(Setting::Headers),
                Command::ReadSetting(Setting::Watchdog),
                Command::ReadSetting(Setting::ServerName),
                Command::RetryRule,
                Command::TriggerMode,
                Command::DownloadState,
                Command::StoredSize,
                Command::MaxSize,
            ]);
        }
        let mut facts = cx.settings_facts.take().unwrap_or_default();
        facts.watchdog_pins = pins(cx);
        cx.settings_facts = Some(facts);
        State::Settings(Self {
            asking,
            store: None,
        })
    }

    pub(in crate::dfota) fn wait(&self, cx: &Context) -> Wait {
        match &self.store {
            Some(store) if !store.is_waiting() => store.wait(cx),
            _ => Wait::answer(WaitCode::Answer, self.asking.exchange()),
        }
    }

    pub(in crate::dfota) fn deadline(&self, cx: &Context) -> Instant {
        match &self.store {
            Some(store) if !store.is_waiting() => store.wait(cx).deadline(),
            _ => self.asking.deadline(),
        }
    }

    /// A certificate is under way: to stop now would leave the module in data mode.
    pub(in crate::dfota) fn is_storing(&self) -> bool {
        self.store.is_some()
    }

    pub(in crate::dfota) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        let told = match happening {
            Happening::Line(Line::Urc(Urc::Fota(event))) if event.is_under_way() => {
                return Follow::enter_found(cx, *event);
            }
            Happening::Line(Line::Urc(Urc::Ready)) => return Listen::enter_after_boot(cx),
            Happening::Line(_) | Happening::Deadline
                if self.store.as_ref().is_some_and(|store| !store.is_waiting()) =>
            {
                let outcome = self
                    .store
                    .as_mut()
                    .and_then(|store| store.take(cx, happening));
                return match outcome {
                    Some(outcome) => self.stored(cx, outcome),
                    None => State::Settings(self),
                };
            }
            Happening::Line(line) if !is_event(line) => self.asking.take(line),
            Happening::Deadline => self.asking.timeout(cx),
            Happening::Choice(Choice::Cancel) => return Module::enter(cx),
            _ => return connection(State::Settings(self), cx, happening),
        };
        let Some(told) = told else {
            return State::Settings(self);
        };
        learn(cx, &told);
        let is_deaf = told.command == Command::Attention && told.result.is_err();
        if !is_deaf && self.asking.next(cx) {
            return State::Settings(self);
        }
        if let Some(store) = self.store.as_mut().filter(|_| !is_deaf) {
            store.begin(cx);
            return State::Settings(self);
        }
        Module::enter(cx)
    }
}

fn learn(cx: &mut Context, told: &Told) {
    if let Some(module) = &mut cx.module {
        learn_state(module, told);
        if let (Command::StoredSize, Err(_)) = (&told.command, &told.result) {
            module.stored_package = Some(0);
        }
    }
    let mut facts = cx.settings_facts.take().unwrap_or_default();
    let answer = match &told.result {
        Ok(answer) => Some(answer),
        Err(failure) => {
            let may_fail = matches!(told.command, Command::DeleteFile(_) | Command::IgnoreDtr);
            if !told.command.expects_value() && !may_fail {
                // Only a write: a setting that a module lacks is no problem.
                let line = crate::at::masked(&told.command.line());
                cx.problem = Some(problem_of(failure, &line));
            }
            None
        }
    };
    match told.command {
        Command::ReadSetting(Setting::Apn) => {
            facts.apn = answer.and_then(crate::at::Answer::apn).map(|apn| ApnFacts {
                ip_family: apn.ip_family,
                apn: apn.apn,
                user: apn.user,
                has_password: !apn.password.is_empty(),
            });
        }
        Command::ReadSetting(Setting::Headers) => {
            let headers = answer.map(crate::at::Answer::headers).unwrap_or_default();
            facts.headers = headers
                .into_iter()
                .map(|header| HeaderFacts {
                    key: header.key,
                    value: header.value,
                })
                .collect();
        }
        Command::ReadSetting(Setting::Watchdog) => {
            facts.watchdog = answer
                .and_then(crate::at::Answer::watchdog)
                .map(|watchdog| WatchdogFacts {
                    on: watchdog.on,
                    pin: watchdog.pin,
                    interval_ms: watchdog.interval_ms,
                });
        }
        Command::ReadSetting(Setting::ServerName) => {
            facts.server_name = answer.and_then(crate::at::Answer::server_name);
        }
        Command::RetryRule => {
            let rule = answer.and_then(crate::at::Answer::retry_rule);
            (facts.retry_times, facts.retry_interval_s) = rule.unzip();
        }
        Command::TriggerMode => {
            let mode = answer.and_then(|answer| answer.numbers.get(1));
            facts.automatic = mode.map(|&mode| mode == 1);
        }
        _ => {}
    }
    cx.settings_facts = Some(facts);
}

/// The pins that may feed a watchdog, for the model at hand (N2-121 to N2-123).
fn pins(cx: &Context) -> Vec<[u8; 2]> {
    let model = cx
        .module
        .as_ref()
        .and_then(|module| module.model.as_deref());
    let pins = cx.family().pins_of(model.unwrap_or_default());
    pins.iter()
        .map(|pins| [*pins.start(), *pins.end()])
        .collect()
}

/// The command for what was asked for, if it may be sent.
fn command(cx: &Context, request: &SettingRequest) -> Result<Command, Problem> {
    let family = cx.family();
    let value = |n: usize| request.values.get(n).map_or("", String::as_str);
    let quoted = |n: usize, limit: usize| Quoted::new(value(n), limit).map_err(unsendable);
    let flag = |n: usize| match value(n) {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(refused("no-number", None)),
    };
    Ok(match request.name.as_str() {
        "apn" if family.settings => {
            let ip_family = match value(0) {
                "0" => 0,
                "1" => 1,
                "2" => 2,
                _ => return Err(refused("no-number", None)),
            };
            let apn = quoted(1, limit::APN_LIMIT)?;
            // A pair, or none of both (A3-16).
            let login = match (value(2), value(3)) {
                ("", "") => None,
                (user, password) if user.is_empty() || password.is_empty() => {
                    return Err(refused("half-credentials", None));
                }
                _ => Some((
                    quoted(2, limit::LOGIN_LIMIT)?,
                    quoted(3, limit::LOGIN_LIMIT)?,
                )),
            };
            Command::SetApn {
                ip_family,
                apn,
                login,
            }
        }
        "header" if family.settings => {
            let key = Quoted::name(value(0), limit::HEADER_LIMIT).map_err(unsendable)?;
            let headers = cx.settings_facts.as_ref().map(|facts| &facts.headers[..]);
            let headers = headers.unwrap_or_default();
            let is_new = !headers.iter().any(|header| header.key == key.as_str());
            if is_new && !value(1).is_empty() && headers.len() >= limit::MAX_HEADERS {
                return Err(refused("too-many", Some(limit::MAX_HEADERS)));
            }
            let value = quoted(1, limit::HEADER_LIMIT)?;
            Command::SetHeader { key, value }
        }
        "watchdog" if family.settings => {
            if !flag(0)? {
                return Ok(Command::LeaveWatchdog);
            }
            let model = cx
                .module
                .as_ref()
                .and_then(|module| module.model.as_deref());
            let pin = value(1).trim().parse().ok();
            let pin = pin
                .filter(|&pin| family.feeds_watchdog(model.unwrap_or_default(), pin))
                .ok_or_else(|| refused("pin", None))?;
            let interval_ms = number(limit::FEED_INTERVAL_MS, value(2))?;
            Command::FeedWatchdog { pin, interval_ms }
        }
        "server-name" if family.settings => Command::SetServerName(flag(0)?),
        "retry" if family.trigger_mode => Command::SetRetryRule {
            times: number(limit::RETRY_TIMES, value(0))?,
            interval_s: number(limit::RETRY_INTERVAL_S, value(1))?,
        },
        "trigger" if family.trigger_mode => {
            if flag(0)? {
                Command::TriggerWhenDownloaded
            } else {
                Command::TriggerOnCommand
            }
        }
        "delete-package" if family.trigger_mode => Command::DeletePackage,
        "cancel-download" if family.trigger_mode => Command::CancelDownload,
        _ => return Err(refused("no-route", None)),
    })
}
