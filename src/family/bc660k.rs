//! BC660K-GL: vendor note N1.

use super::code::BC660K_CODES;
use super::{Family, Scheme, Times};
use crate::at::Command;
use crate::snapshot::FamilyId;

/// The family of note N1.
pub const BC660K: Family = Family {
    id: FamilyId::Bc660k,
    models: &["BC660K"],
    com_upload: false,
    routes: &[Scheme::Http],
    file_path: None,
    copies: false,
    url_limit: 255,
    url_part_limit: None,
    segments: false,
    download_progress: true,
    trigger_mode: false,
    settings: false,
    sleeps: true,
    fixed_rate: true,
    retries: 0,
    reports_over_usb: false,
    report_rates: &[],
    fallback_report_rate: 115_200,
    watchdog_pins: &[],
    certificates: &[],
    readiness: &[
        Command::SimState,
        Command::SignalDetail,
        Command::EpsRegistration,
        Command::Registration,
        Command::AddressesRead,
    ],
    codes: BC660K_CODES,
    times: Times::COMMON,
};
