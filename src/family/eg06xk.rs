//! EG06xK, Ex120K and EM060K: vendor note N3.

use super::code::EG06XK_CODES;
use super::{Family, Scheme, Times};
use crate::at::Command;
use crate::snapshot::FamilyId;
use crate::time::Duration;

/// The family of note N3.
pub const EG06XK: Family = Family {
    id: FamilyId::Eg06xk,
    models: &["EG065K", "EG060K", "EM120K", "EG120K", "EM060K"],
    com_upload: false,
    routes: &[Scheme::Http, Scheme::Https, Scheme::Ftp],
    file_path: Some("/usrdata/cache/ufs/"),
    copies: false,
    url_limit: 100,
    url_part_limit: Some(50),
    segments: false,
    download_progress: false,
    trigger_mode: false,
    settings: false,
    sleeps: false,
    fixed_rate: false,
    retries: 5,
    reports_over_usb: true,
    report_rates: &[],
    fallback_report_rate: 115_200,
    watchdog_pins: &[],
    certificates: &[],
    readiness: &[
        Command::SimState,
        Command::Signal,
        Command::EpsRegistration,
        Command::Registration,
        Command::Operator,
        Command::Addresses,
    ],
    codes: EG06XK_CODES,
    times: Times {
        // No progress is reported, but LTE is fast: the vendor's scripts allow 300 s (B-dl-1).
        download_silence: Duration::from_secs(600),
        download_total: Duration::from_secs(1800),
        // The port comes back and reports, so that its absence tells as much as silence does.
        blind_silence: Duration::from_secs(600),
        ..Times::COMMON
    },
};
