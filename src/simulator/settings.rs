//! How the simulated module is set up.

use super::fault::Fault;
use super::model::Model;
use crate::time::Duration;

/// How the module is connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// The main UART behind a bridge: the port stays through a restart, and the module reports there.
    #[default]
    Uart,
    /// The module's own USB: the port goes away with the restart, comes back at the next normal start,
    /// and tells nothing of what happened in between (N2-032).
    Usb,
}

/// How the simulated module is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The model.
    pub model: Model,
    /// The firmware version as `AT+QGMR` gives it.
    pub version: String,
    /// 15 digits.
    pub imei: String,
    /// How it is connected.
    pub link: Link,
    /// Bits per second that the line carries in each direction; none: as fast as can be.
    pub line_rate: Option<u32>,
    /// How long the module thinks before an answer.
    pub latency: Duration,
    /// Divides the module's own durations (start, update); 1 is lifelike.
    pub haste: u32,
    /// How long the writing of the firmware takes.
    pub update_time: Duration,
    /// `AT+QFOTADL=12`: the largest package, in bytes.
    pub max_package: u64,
    /// `AT+IPR`: bits per second of the main UART. A port that is opened with another rate exchanges
    /// garbage with it.
    pub baud_rate: u32,
    /// The trigger mode after a start: true is `=3,1`, the update starts by itself after the upload.
    /// The note's default is lost; this one is the one that a host must not rely on.
    pub automatic: bool,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// Another seed gives other noise and other steps of progress.
    pub seed: u64,
}

impl Settings {
    /// A healthy module of this model.
    pub fn of(model: Model) -> Self {
        Self {
            version: model.first_version(),
            model,
            ..Self::default()
        }
    }

    /// The same with one more fault.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            model: Model::default(),
            version: "BG95M3LAR02A03_01.012.01.012".to_owned(),
            // of the range for tests
            imei: "004999010640000".to_owned(),
            link: Link::Uart,
            line_rate: None,
            latency: Duration::from_millis(5),
            haste: 1,
            update_time: Duration::from_secs(90),
            max_package: 4 << 20,
            baud_rate: 115_200,
            automatic: true,
            faults: Vec::new(),
            seed: 1,
        }
    }
}
