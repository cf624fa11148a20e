//! What each module family can do: data, not behaviour.

mod bc26;
mod bc660k;
mod bg95;
mod certificate;
mod code;
mod eg06xk;
pub mod limit;
mod url;

use core::ops::RangeInclusive;

use crate::at::Command;
use crate::snapshot::FamilyId;
use crate::time::Duration;

pub use bc26::BC26;
pub use bc660k::BC660K;
pub use bg95::BG95;
pub use certificate::{Certificate, Role};
pub use code::{Check, Code, Table, Tables};
pub use eg06xk::EG06XK;
pub use url::{PackageUrl, Scheme, UrlFlaw, UrlPart};

/// One family of a vendor note.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name in the contract.
    pub id: FamilyId,
    /// How the model names begin (B-id-1).
    pub models: &'static [&'static str],
    /// `AT+QFOTADL="COM:"` works (N2-060).
    pub com_upload: bool,
    /// The servers that the module fetches a package from by itself.
    pub routes: &'static [Scheme],
    /// The folder of the module's own files: a package in it is started by its path, and
    /// `AT+QFUPL` puts one there (N3-20, A3-27).
    pub file_path: Option<&'static str>,
    /// A package is put together from files of the module, in one or more parts (N2-100).
    pub copies: bool,
    /// Most bytes between the quotes of a URL or a path (A3-2).
    pub url_limit: usize,
    /// Most bytes of user, password, server and path of an FTP URL, each (N3-13).
    pub url_part_limit: Option<usize>,
    /// HTTP(S) takes a breakpoint and a request size, and can resume after a restart (N2-020, N2-093).
    pub segments: bool,
    /// A download reports percent; see [`Family::reports_download`].
    pub download_progress: bool,
    /// `AT+QFOTADL=3` and the other extended forms exist. Without them a package that was downloaded
    /// starts the update by itself, and a download cannot be cancelled.
    pub trigger_mode: bool,
    /// `AT+QCFGEXT` has settings for DFOTA: APN, headers, watchdog, server name (N2-110 to N2-125).
    pub settings: bool,
    /// The module sleeps unless it is told not to: `AT+QSCLK` and `AT+CPSMS` (B-rd-1).
    pub sleeps: bool,
    /// The rate has to be fixed before an update: automatic rate detection swallows END (N5-13).
    pub fixed_rate: bool,
    /// How often the module tries an update again by itself. END 502 is final only after so many of
    /// them (N3-08, N3-29).
    pub retries: u8,
    /// The port of the module's own USB comes back during the update and reports (N3-21). Where it
    /// does not, nothing is seen over USB (N2-032).
    pub reports_over_usb: bool,
    /// Rates at which the main UART can report during the update (N2-031); any other reports at
    /// [`Family::fallback_report_rate`]. None: the note knows no such limit.
    pub report_rates: &'static [u32],
    /// See [`Family::report_rates`].
    pub fallback_report_rate: u32,
    /// Pins that can feed an external watchdog during the update, by model (N2-121 to N2-123).
    pub watchdog_pins: &'static [(&'static str, &'static [RangeInclusive<u8>])],
    /// The files for secure connections, with the names that the note demands.
    pub certificates: &'static [Certificate],
    /// What is asked before a download, in the order of the note; the SIM first (A3-22).
    pub readiness: &'static [Command],
    /// What its result codes mean.
    pub codes: Tables,
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
    /// From the OK of a download command to the first report: unusual after this long. The vendor's
    /// own scripts wait 60 s on faster networks (B-dl-1).
    pub download_start: Duration,
    /// Silence in a download that makes us ask, or tell. Twelve minutes were seen before a download
    /// ended well, six before it ended badly (B-dl-1).
    pub download_silence: Duration,
    /// The whole download. NB-IoT needs at least half an hour (B-dl-1).
    pub download_total: Duration,
    /// From `=1` or the restart to the first report: unusual after this long (B-up2-1). N3 gives the
    /// number (N3-22).
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

impl Times {
    /// What holds where a family's note and modules say nothing else.
    const COMMON: Self = Self {
        listen: Duration::from_secs(3),
        app_ready: Duration::from_secs(5),
        data_mode_s: 60,
        result: Duration::from_secs(75),
        download_start: Duration::from_secs(90),
        download_silence: Duration::from_secs(900),
        download_total: Duration::from_secs(3600),
        first_report: Duration::from_secs(90),
        silence: Duration::from_secs(600),
        blind_silence: Duration::from_secs(1800),
        port_return: Duration::from_secs(180),
        restart: Duration::from_secs(20),
        life: Duration::from_secs(120),
        total: Duration::from_secs(3600),
    };
}

/// Every family that this build can upgrade.
#[cfg(feature = "routes")]
pub const FAMILIES: [&Family; 4] = [&BG95, &EG06XK, &BC660K, &BC26];
/// Every family that this build can upgrade.
#[cfg(not(feature = "routes"))]
pub const FAMILIES: [&Family; 1] = [&BG95];

/// The models of every family, also of those that need the full build.
const MODELS: [(FamilyId, &[&str]); 4] = [
    (FamilyId::Bg95, BG95.models),
    (FamilyId::Eg06xk, EG06XK.models),
    (FamilyId::Bc660k, BC660K.models),
    (FamilyId::Bc26, BC26.models),
];

impl Family {
    /// The module tells the progress of a download from such a server (A1-10).
    pub const fn reports_download(&self, scheme: Scheme) -> bool {
        self.download_progress && !matches!(scheme, Scheme::Coap | Scheme::Coaps)
    }

    /// The rate of the reports during an update, where the main UART is set to `rate` (N2-031).
    pub fn reports_at(&self, rate: u32) -> u32 {
        if self.report_rates.is_empty() || self.report_rates.contains(&rate) {
            rate
        } else {
            self.fallback_report_rate
        }
    }
}

/// The family that `model` (as ATI prints it) belongs to, by name.
pub fn id_of(model: &str) -> Option<FamilyId> {
    let is_of = |(_, models): &(FamilyId, &[&str])| models.iter().any(|name| is_named(model, name));
    MODELS.into_iter().find(is_of).map(|(id, _)| id)
}

/// The family's data.
pub fn of(id: FamilyId) -> Option<&'static Family> {
    FAMILIES.into_iter().find(|family| family.id == id)
}

/// BG95 is no prefix of BG950A, nor BG77 of BG770A: those are other chips.
fn is_named(model: &str, name: &str) -> bool {
    model
        .split_at_checked(name.len())
        .is_some_and(|(head, rest)| {
            head.eq_ignore_ascii_case(name)
                && !rest.bytes().next().is_some_and(|b| b.is_ascii_digit())
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
        assert_eq!(id_of("BC26"), Some(FamilyId::Bc26));
        for model in ["BG950A-GL", "BG770A-GL", "BG96", "EC25", "", "B", "BÄ95"] {
            assert_eq!(id_of(model), None, "{model}");
        }
    }

    #[test]
    fn every_family_has_data() {
        for id in [
            FamilyId::Bg95,
            FamilyId::Eg06xk,
            FamilyId::Bc660k,
            FamilyId::Bc26,
        ] {
            let family = of(id).expect("a family");
            assert_eq!(family.id, id);
            assert!(!family.routes.is_empty() && !family.models.is_empty());
            for model in family.models {
                assert_eq!(id_of(model), Some(id), "{model}");
            }
            let times = &family.times;
            assert!(times.result > Duration::from_secs(u64::from(times.data_mode_s)));
            assert!(times.download_silence < times.download_total);
            assert!(times.silence < times.total);
        }
    }

    /// Proves N2-030, N2-031.
    #[test]
    fn reports_come_at_the_set_rate_only_where_the_note_lists_it() {
        for rate in [
            4800, 9600, 19_200, 38_400, 115_200, 230_400, 460_800, 921_600,
        ] {
            assert_eq!(BG95.reports_at(rate), rate);
        }
        for rate in [0, 2400, 14_400, 28_800, 57_600, 921_601, 3_000_000] {
            assert_eq!(BG95.reports_at(rate), 115_200, "{rate}");
        }
        assert_eq!(BC26.reports_at(57_600), 57_600);
    }
}
