//! The checks of a package that comes from elsewhere.

use super::source::Source;
use crate::dfota::context::Context;
use crate::dfota::findings::Add;
use crate::snapshot::{FindingCode, Level, RegistrationCode, SignalCode, SimCode};

impl Source {
    /// What speaks for or against it. Only a server needs the network (B-rd-7).
    pub(in crate::dfota) fn findings(&self, cx: &Context, add: Add<'_>) {
        if !cx.family().trigger_mode {
            add(FindingCode::StartsByItself, Level::Look, None, None);
        }
        let Source::Server { url, .. } = self else {
            return;
        };
        if url.port().is_none() {
            let port = url.scheme().usual_port().to_string();
            add(FindingCode::ServerPort, Level::Look, Some(port), None);
        }
        let Some(facts) = &cx.readiness else { return };
        match facts.sim {
            Some(SimCode::Ready) => add(FindingCode::Sim, Level::Fine, None, None),
            Some(sim) => add(FindingCode::Sim, Level::Stop, Some(name(&sim)), None),
            None => {}
        }
        match facts.registration {
            Some(state @ (RegistrationCode::Home | RegistrationCode::Roaming)) => {
                let operator = facts.operator.clone();
                add(
                    FindingCode::Registration,
                    Level::Fine,
                    Some(name(&state)),
                    operator,
                );
            }
            Some(state) => add(
                FindingCode::Registration,
                Level::Stop,
                Some(name(&state)),
                None,
            ),
            None => {}
        }
        if let Some(signal) = facts.signal {
            let level = match signal {
                SignalCode::Weak | SignalCode::Unknown => Level::Look,
                SignalCode::Fair | SignalCode::Good => Level::Fine,
            };
            let dbm = facts.dbm.map(|dbm| dbm.to_string());
            add(FindingCode::Signal, level, Some(name(&signal)), dbm);
        }
        match facts.has_address {
            Some(true) => add(FindingCode::Address, Level::Fine, None, None),
            // Necessary by rights, but some modules do not tell it (A3-23).
            Some(false) => add(FindingCode::Address, Level::Look, None, None),
            None => {}
        }
        if let Some(apn) = &facts.apn {
            add(FindingCode::Apn, Level::Look, Some(apn.clone()), None);
        }
    }
}

fn name<T: serde::Serialize>(code: &T) -> String {
    crate::plain::name_of(code).to_owned()
}
