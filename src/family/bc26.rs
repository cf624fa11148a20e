//! BC20 and BC26: vendor notes N4 (BC20 alone) and N5 (both).

use super::code::BC26_CODES;
use super::{Family, Scheme, Times};
use crate::at::Command;
use crate::snapshot::FamilyId;

/// The family of notes N4 and N5.
pub const BC26: Family = Family {
    id: FamilyId::Bc26,
    models: &["BC20", "BC26"],
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
        Command::Attached,
        Command::Operator,
        Command::FirstAddress,
    ],
    codes: BC26_CODES,
    times: Times::COMMON,
};
