//! BG95, BG77 and BG600L-M3: vendor note N2.

use super::certificate::BG95_CERTIFICATES;
use super::code::BG95_CODES;
use super::{Family, Scheme, Times};
use crate::at::{Command, Setting};
use crate::snapshot::FamilyId;

/// The family of note N2.
pub const BG95: Family = Family {
    id: FamilyId::Bg95,
    models: &["BG95", "BG77", "BG600L"],
    com_upload: true,
    routes: &[
        Scheme::Http,
        Scheme::Https,
        Scheme::Ftp,
        Scheme::Ftps,
        Scheme::Coap,
        Scheme::Coaps,
    ],
    file_path: None,
    copies: true,
    url_limit: 700,
    url_part_limit: None,
    segments: true,
    download_progress: true,
    trigger_mode: true,
    settings: true,
    sleeps: false,
    fixed_rate: false,
    retries: 0,
    reports_over_usb: false,
    report_rates: &[
        4800, 9600, 19_200, 38_400, 115_200, 230_400, 460_800, 921_600,
    ],
    fallback_report_rate: 115_200,
    watchdog_pins: &[
        (
            "BG95",
            &[4..=7, 18..=19, 22..=23, 25..=28, 40..=41, 64..=66, 85..=88],
        ),
        ("BG600L", &[9..=12, 22..=23, 29..=30, 53..=54, 57..=62]),
        (
            "BG77",
            &[
                1..=5,
                8..=9,
                33..=37,
                40..=41,
                48..=51,
                57..=57,
                60..=61,
                63..=63,
                67..=71,
                77..=77,
                80..=82,
                90..=91,
                93..=93,
            ],
        ),
    ],
    certificates: BG95_CERTIFICATES,
    readiness: &[
        Command::SimState,
        Command::Signal,
        Command::EpsRegistration,
        Command::PacketRegistration,
        Command::Operator,
        Command::FirstAddress,
        Command::ReadSetting(Setting::Apn),
    ],
    codes: BG95_CODES,
    times: Times::COMMON,
};
