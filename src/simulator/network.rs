//! The commands about SIM, network and sleep.

use super::commands::{Done, Final, Form, NOT_ALLOWED, Step};
use super::fault::NetworkFlaw;
use super::general::numbers;
use super::module::Simulator;
use super::note::Note;

/// No SIM.
const SIM_NOT_INSERTED: u16 = 10;

impl Simulator {
    /// What these commands answer; none where they are not known.
    pub(super) fn network(&mut self, name: &str, form: Form<'_>) -> Option<Step> {
        let flaw = self.faults.network();
        // a module that is no Quectel one still has the plain commands
        let dialect = self.settings.model.note.unwrap_or(Note::N2).dialect();
        let on = self.ram.full_function;
        let no_radio = !on || flaw == Some(NetworkFlaw::NoSim);
        let attached = registered(on, flaw) && flaw != Some(NetworkFlaw::Detached);
        let known = match name {
            "+CGREG" => dialect.cgreg.is_some(),
            "+CREG" => dialect.creg.is_some(),
            "+CPIN" | "+CSQ" | "+CESQ" | "+CEREG" | "+CGATT" | "+COPS" | "+CGPADDR" | "+QSCLK"
            | "+CPSMS" => true,
            _ => false,
        };
        if !known {
            return None;
        }
        let text = |text: String| Ok(Done::text(text));
        let state = |usual: u8| match flaw {
            _ if no_radio => 0,
            Some(NetworkFlaw::Searching | NetworkFlaw::SimLocked) => 2,
            Some(NetworkFlaw::Denied) => 3,
            _ => usual,
        };
        Some(match (name, form) {
            ("+CPIN", Form::Read) => match flaw {
                Some(NetworkFlaw::NoSim) => Err(Final::Cme(SIM_NOT_INSERTED)),
                Some(NetworkFlaw::SimLocked) => text("+CPIN: SIM PIN".to_owned()),
                _ => text("+CPIN: READY".to_owned()),
            },
            ("+CSQ", Form::Run) => text(match flaw {
                _ if !registered(on, flaw) => "+CSQ: 99,99".to_owned(),
                Some(NetworkFlaw::Weak) => "+CSQ: 3,99".to_owned(),
                _ => format!("+CSQ: {}", dialect.csq),
            }),
            ("+CESQ", Form::Run) => text(match flaw {
                _ if !registered(on, flaw) => "+CESQ: 99,99,255,255,255,255".to_owned(),
                Some(NetworkFlaw::Weak) => "+CESQ: 99,99,255,255,3,6".to_owned(),
                _ => format!("+CESQ: {}", dialect.cesq),
            }),
            ("+CEREG", Form::Read) => text(format!("+CEREG: 0,{}", state(dialect.cereg))),
            ("+CGREG", Form::Read) => {
                text(format!("+CGREG: 0,{}", state(dialect.cgreg.unwrap_or(0))))
            }
            ("+CREG", Form::Read) => text(format!("+CREG: 0,{}", state(dialect.creg.unwrap_or(0)))),
            // the note of 2019 asks without `?` and shows an answer (A3-24)
            ("+CGATT", Form::Read | Form::Run) => text(format!("+CGATT: {}", u8::from(attached))),
            ("+COPS", Form::Read) => text(if registered(on, flaw) {
                format!("+COPS: {}", dialect.operator)
            } else {
                "+COPS: 0".to_owned()
            }),
            ("+CGPADDR", Form::Read | Form::Run) => text(self.address(u64::from(dialect.context))),
            ("+CGPADDR", Form::Write(values)) => match numbers(values).as_deref() {
                Some(&[context]) => text(self.address(context)),
                _ => Err(Final::Cme(NOT_ALLOWED)),
            },
            ("+QSCLK", Form::Read) => text(format!("+QSCLK: {}", self.flash.sleep)),
            ("+QSCLK", Form::Write(values)) => match numbers(values).as_deref() {
                Some(&[sleep @ 0..=2]) => {
                    self.flash.sleep = sleep as u8;
                    Ok(Done::default())
                }
                _ => Err(Final::Cme(NOT_ALLOWED)),
            },
            ("+CPSMS", Form::Read) => text(format!("+CPSMS: {}", self.flash.power_saving)),
            ("+CPSMS", Form::Write(values)) => match values.split_at_checked(1) {
                Some((mode @ ("0" | "1"), rest)) if rest.is_empty() || rest.starts_with(',') => {
                    let old = core::mem::take(&mut self.flash.power_saving);
                    let kept = old.split_at_checked(1).map_or("", |(_, kept)| kept);
                    let rest = if rest.is_empty() { kept } else { rest };
                    self.flash.power_saving = format!("{mode}{rest}");
                    Ok(Done::default())
                }
                _ => Err(Final::Cme(NOT_ALLOWED)),
            },
            (_, Form::Test) => Ok(Done::default()),
            ("+CEREG" | "+CGREG" | "+CREG" | "+COPS" | "+CGATT", Form::Write(_)) => {
                Ok(Done::default())
            }
            _ => Err(Final::Cme(NOT_ALLOWED)),
        })
    }

    /// The address of a context. A context that is not up has none.
    fn address(&self, context: u64) -> String {
        let flaw = self.faults.network();
        let dialect = self.settings.model.note.unwrap_or(Note::N2).dialect();
        let up = registered(self.ram.full_function, flaw)
            && !matches!(
                flaw,
                Some(NetworkFlaw::NoAddress | NetworkFlaw::Detached | NetworkFlaw::Activating)
            );
        if up && context == u64::from(dialect.context) {
            format!("+CGPADDR: {context},\"{}\"", dialect.address)
        } else {
            format!("+CGPADDR: {context}")
        }
    }

    /// `AT+CPSMS`.
    pub(super) fn saves_power(&self) -> bool {
        self.flash.power_saving.starts_with('1')
    }
}

/// The module has found its network.
fn registered(on: bool, flaw: Option<NetworkFlaw>) -> bool {
    use NetworkFlaw::{Denied, NoSim, Searching, SimLocked};
    on && !matches!(flaw, Some(NoSim | SimLocked | Searching | Denied))
}
