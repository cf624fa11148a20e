//! The general commands: who the module is, and how its line is set.

use super::agenda::Act;
use super::commands::{Argument, Done, Final, Form, NOT_ALLOWED, Step, arguments};
use super::fault::Fault;
use super::module::Simulator;
use super::profile::Profile;
use crate::time::Duration;

/// The rates that `AT+IPR` takes.
const RATES: [u32; 9] = [
    4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600,
];
/// A module for NB-IoT gives its serial number where others give the IMEI.
const SERIAL: &str = "MPA20K8D3000123";

pub(super) fn numbers(values: &str) -> Option<Vec<u64>> {
    arguments(values).iter().map(Argument::number).collect()
}

impl Simulator {
    /// `ATE0` and its like.
    pub(super) fn basic(&mut self, command: &str) -> Step {
        let done = Ok(Done::default());
        let digits = command.trim_start_matches(|c: char| !c.is_ascii_digit());
        let letters = &command[..command.len() - digits.len()];
        let value = if digits.is_empty() {
            Some(0)
        } else {
            digits.parse::<u8>().ok()
        };
        let profile = &mut self.ram.profile;
        match (letters, value) {
            ("E", Some(echo @ (0 | 1))) => {
                profile.echo = echo == 1;
                done
            }
            ("V", Some(words @ (0 | 1))) => {
                profile.words = words == 1;
                done
            }
            ("I", Some(0)) => Ok(Done::text(format!(
                "{}\r\n{}\r\nRevision: {}",
                self.settings.model.manufacturer,
                self.model_name(),
                self.base_version()
            ))),
            ("&D", Some(dtr @ 0..=2)) => {
                profile.dtr = dtr;
                done
            }
            ("&W", Some(0)) => {
                self.flash.profile = profile.clone();
                done
            }
            ("&F", Some(0)) => {
                *profile = Profile::default();
                done
            }
            ("Z", Some(0)) => {
                *profile = self.flash.profile.clone();
                done
            }
            ("Q" | "H", Some(0)) | ("&C", Some(0 | 1)) | ("X", Some(0..=4)) => done,
            ("O", Some(0)) => Err(Final::NoCarrier),
            (register, _) if register.starts_with('S') && register.contains('=') => done,
            _ => Err(Final::Error),
        }
    }

    /// What the general commands with a `+` answer; none where they are not known.
    pub(super) fn general(&mut self, name: &str, form: Form<'_>) -> Option<Step> {
        let ok = Ok(Done::default());
        let not_allowed = Err(Final::Cme(NOT_ALLOWED));
        let nb_iot = self
            .settings
            .model
            .note
            .is_some_and(|note| note.is_nb_iot());
        Some(match (name, form) {
            ("+GMI" | "+GMM" | "+GMR" | "+GSN" | "+QGMR", _) if nb_iot => return None,
            ("+CGMI" | "+GMI", Form::Run) => {
                Ok(Done::text(self.settings.model.manufacturer.clone()))
            }
            ("+CGMM" | "+GMM", Form::Run) => Ok(Done::text(self.model_name())),
            ("+CGMR" | "+GMR", Form::Run) => {
                let dialect = self.settings.model.note.map(|note| note.dialect());
                let label = dialect.map_or("", |dialect| dialect.revision_label);
                Ok(Done::text(format!("{label}{}", self.base_version())))
            }
            ("+QGMR", Form::Run) => Ok(Done::text(self.flash.version.clone())),
            ("+CGSN", Form::Run | Form::Write("0")) if nb_iot => Ok(Done::text(SERIAL)),
            ("+CGSN", Form::Write("1")) if nb_iot => {
                Ok(Done::text(format!("+CGSN: {}", self.imei())))
            }
            ("+GSN" | "+CGSN", Form::Run) => Ok(Done::text(self.imei())),
            (
                "+CGMI" | "+GMI" | "+CGMM" | "+GMM" | "+CGMR" | "+GMR" | "+QGMR" | "+GSN" | "+CGSN"
                | "+QPOWD" | "+CFUN",
                Form::Test,
            ) => ok,
            ("+CMEE", Form::Read) => Ok(Done::text(format!("+CMEE: {}", self.ram.profile.errors))),
            ("+CMEE", Form::Test) => Ok(Done::text("+CMEE: (0-2)")),
            ("+CMEE", Form::Write(values)) => match numbers(values).as_deref() {
                Some(&[level @ 0..=2]) => {
                    self.ram.profile.errors = level as u8;
                    ok
                }
                _ => not_allowed,
            },
            ("+IPR", Form::Read) => Ok(Done::text(format!("+IPR: {}", self.flash.baud_rate))),
            ("+IPR", Form::Test) => {
                let rates = self.rates().map(|rate| rate.to_string());
                let rates: Vec<String> = rates.collect();
                Ok(Done::text(format!("+IPR: ({})", rates.join(","))))
            }
            ("+IPR", Form::Write(values)) => match numbers(values).as_deref() {
                Some(&[rate]) => match self.rates().find(|known| u64::from(*known) == rate) {
                    Some(rate) => Ok(Done::then(vec![(Duration::ZERO, Act::SetRate(rate))])),
                    None => not_allowed,
                },
                _ => not_allowed,
            },
            ("+IFC", Form::Read) => {
                let (by_host, by_module) = self.ram.profile.flow;
                Ok(Done::text(format!("+IFC: {by_host},{by_module}")))
            }
            ("+IFC", Form::Test) => Ok(Done::text("+IFC: (0,2),(0,2)")),
            ("+IFC", Form::Write(values)) => match numbers(values).as_deref() {
                Some(&[by_host @ (0 | 2), by_module @ (0 | 2)]) => {
                    self.ram.profile.flow = (by_host as u8, by_module as u8);
                    ok
                }
                _ => not_allowed,
            },
            ("+QURCCFG", Form::Write(_)) => ok,
            ("+CFUN", Form::Read) => Ok(Done::text(format!(
                "+CFUN: {}",
                u8::from(self.ram.full_function)
            ))),
            ("+CFUN", Form::Write(values)) => match numbers(values).as_deref() {
                Some(&[_, 1]) => Ok(Done::then(self.powered_down(Act::Restart))),
                Some(&[level @ (0 | 1 | 4)] | &[level @ (0 | 1 | 4), 0]) => {
                    self.ram.full_function = level == 1;
                    ok
                }
                _ => not_allowed,
            },
            ("+QPOWD", Form::Run | Form::Write("0" | "1")) => {
                Ok(Done::then(self.powered_down(Act::PowerDown)))
            }
            (
                "+CGMI" | "+GMI" | "+CGMM" | "+GMM" | "+CGMR" | "+GMR" | "+QGMR" | "+GSN" | "+CGSN"
                | "+CMEE" | "+IPR" | "+IFC" | "+CFUN" | "+QPOWD",
                _,
            ) => not_allowed,
            _ => return None,
        })
    }

    fn rates(&self) -> impl Iterator<Item = u32> + use<> {
        let dialect = self.settings.model.note.map(|note| note.dialect());
        let autobaud = dialect.is_some_and(|dialect| dialect.autobaud);
        autobaud.then_some(0).into_iter().chain(RATES)
    }

    fn imei(&self) -> String {
        let other = self.faults.find(|fault| match fault {
            Fault::OtherImei(imei) => Some(imei.clone()),
            _ => None,
        });
        other.unwrap_or_else(|| self.settings.imei.clone())
    }

    /// As ATI and `AT+CGMM` give it.
    fn model_name(&self) -> String {
        let model = &self.settings.model;
        let prefix = model.note.map_or("", |note| note.dialect().name_prefix);
        format!("{prefix}{}", model.name)
    }

    fn powered_down(&self, then: Act) -> Vec<(Duration, Act)> {
        vec![
            (self.own(300), Act::Say(self.frame("POWERED DOWN"))),
            (self.own(500), then),
        ]
    }

    /// Without the build, as `AT+CGMR` and `ATI` give it.
    fn base_version(&self) -> String {
        let version = &self.flash.version;
        version
            .split_once('_')
            .map_or(version.as_str(), |(base, _)| base)
            .to_owned()
    }
}
