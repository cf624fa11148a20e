//! What each module family can do: data, not behaviour.

mod bg95;

use crate::snapshot::FamilyId;
use crate::time::Duration;

pub use bg95::BG95;

/// One family of a vendor note.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name in the contract.
    pub id: FamilyId,
    /// How the model names begin (B-id-1).
    pub models: &'static [&'static str],
    /// `AT+QFOTADL="COM:"` works (N2-060).
    pub com_upload: bool,
    /// Rates at which the main UART can report during the update (N2-031); any other reports at
    /// [`Family::fallback_report_rate`].
    pub report_rates: &'static [u32],
    /// See [`Family::report_rates`].
    pub fallback_report_rate: u32,
    /// How long things take.
    pub times: Times,
}

/// The waits of an upgrade. All of them are ours where the note gives no number (inferred).
#[derive(Debug, PartialEq, Eq)]
pub struct Times {
    /// Nothing is sent on connect for so long: an update may be running (B-rec-1).
    pub listen: Duration,
    /// From RDY to APP RDY, at most (B-id-7).
    pub app_ready: Duration,
    /// The idle limit of data mode that we ask for, in seconds (B-up-5).
    pub data_mode_s: u32,
    /// From the last byte to the module's count and checksum. Longer than the idle limit, so that
    /// the module itself ends an upload that lost bytes, and tells how many it got.
    pub result: Duration,
    /// From `=1` or the restart to the first report: unusual after this long (B-up2-1).
    pub first_report: Duration,
    /// Silence between two reports that makes us ask the module (B-up2-1).
    pub silence: Duration,
    /// The same where the module cannot report, over USB (A5-1).
    pub blind_silence: Duration,
    /// From the port's loss to the moment when a person may have to help (B-rb-2).
    pub port_return: Duration,
    /// From END to the first command, if no sign of a restart is seen.
    pub restart: Duration,
    /// From END, or from the first question, to "does not answer" (B-end-4).
    pub life: Duration,
    /// The whole update.
    pub total: Duration,
}

/// Families that exist beside those that this version upgrades, to name them rightly.
const NAMES_ONLY: &[(FamilyId, &[&str])] = &[
    (
        FamilyId::Eg06xk,
        &["EG065K", "EG060K", "EM120K", "EG120K", "EM060K"],
    ),
    (FamilyId::Bc660k, &["BC660K"]),
    (FamilyId::Bc26, &["BC20", "BC26"]),
];

/// The family that `model` (as ATI prints it) belongs to, by name.
pub fn id_of(model: &str) -> Option<FamilyId> {
    let known = NAMES_ONLY.iter().copied().chain([(BG95.id, BG95.models)]);
    known
        .into_iter()
        .find(|(_, models)| matches_any(model, models))
        .map(|(id, _)| id)
}

/// The family's data, where this version has them.
pub fn of(id: FamilyId) -> Option<&'static Family> {
    (id == BG95.id).then_some(&BG95)
}

/// BG95 is no prefix of BG950A, nor BG77 of BG770A: those are other chips.
fn matches_any(model: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        model
            .get(..name.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(name))
            && !model[name.len()..].starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_match_by_name_and_not_by_look_alike() {
        for model in ["BG95", "BG95-M3", "BG95-M1", "bg77", "BG600L-M3"] {
            assert_eq!(id_of(model), Some(FamilyId::Bg95), "{model}");
        }
        assert_eq!(id_of("EG120K-EA"), Some(FamilyId::Eg06xk));
        assert_eq!(id_of("BC660K-GL"), Some(FamilyId::Bc660k));
        for model in ["BG950A-GL", "BG770A-GL", "BG96", "EC25", "", "B", "BÄ95"] {
            assert_eq!(id_of(model), None, "{model}");
        }
    }
}
