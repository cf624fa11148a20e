//! BG95, BG77 and BG600L-M3: vendor note N2.

use super::{Family, Times};
use crate::snapshot::FamilyId;
use crate::time::Duration;

/// The family of note N2.
pub static BG95: Family = Family {
    id: FamilyId::Bg95,
    models: &["BG95", "BG77", "BG600L"],
    com_upload: true,
    report_rates: &[
        4800, 9600, 19_200, 38_400, 115_200, 230_400, 460_800, 921_600,
    ],
    fallback_report_rate: 115_200,
    times: Times {
        listen: Duration::from_secs(3),
        app_ready: Duration::from_secs(5),
        data_mode_s: 60,
        result: Duration::from_secs(75),
        first_report: Duration::from_secs(90),
        silence: Duration::from_secs(600),
        blind_silence: Duration::from_secs(1800),
        port_return: Duration::from_secs(180),
        restart: Duration::from_secs(20),
        life: Duration::from_secs(120),
        total: Duration::from_secs(3600),
    },
};
