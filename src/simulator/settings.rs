//! How the simulated module is set up.

use super::fault::Fault;
use super::model::Model;
use super::note::Note;
use super::server::PretendServer;
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
    /// How long the download of a whole package takes.
    pub download_time: Duration,
    /// The largest package, in bytes; `AT+QFOTADL=12` gives it where that is known.
    pub max_package: u64,
    /// `AT+IPR`: bits per second of the main UART. A port that is opened with another rate exchanges
    /// garbage with it. 0 is autobaud: the first AT after a start sets the rate.
    pub baud_rate: u32,
    /// The trigger mode after a start: true is `=3,1`, the update starts by itself after the upload.
    /// The note's default is lost; this one is the one that a host must not rely on.
    pub automatic: bool,
    /// Files in the module's file systems, by their names with `UFS:` or `EUFS:`.
    pub files: Vec<(String, Vec<u8>)>,
    /// The server that is pretended.
    pub server: PretendServer,
    /// `http://` is asked of the mount, as [`Output::Fetch`](super::Output::Fetch); everything else, and
    /// without this everything, is answered by the pretend server.
    pub real_http: bool,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// Another seed gives other noise and other steps of progress.
    pub seed: u64,
}

impl Settings {
    /// A healthy module of this model, as it comes from the factory: see [`Model::named`].
    pub fn of(model: Model) -> Self {
        let usual = Self {
            version: model.first_version(),
            model,
            ..Self::default()
        };
        match usual.model.note {
            Some(Note::N2) | None => usual,
            Some(Note::N3) => Self {
                link: Link::Usb,
                max_package: 64 << 20,
                ..usual
            },
            Some(note) => Self {
                max_package: 512 << 10,
                download_time: Duration::from_secs(120),
                baud_rate: if note == Note::N1 { 115_200 } else { 0 },
                ..usual
            },
        }
    }

    /// The same faults and deviations with another model.
    #[must_use]
    pub fn with_model(self, model: Model) -> Self {
        if self.model == model {
            return self;
        }
        let (old, new) = (Self::of(self.model), Self::of(model));
        /// What was turned stays; what was usual becomes usual again.
        fn turned<T: PartialEq>(value: T, old: &T, new: T) -> T {
            if value == *old { new } else { value }
        }
        Self {
            model: new.model,
            version: turned(self.version, &old.version, new.version),
            link: turned(self.link, &old.link, new.link),
            max_package: turned(self.max_package, &old.max_package, new.max_package),
            download_time: turned(self.download_time, &old.download_time, new.download_time),
            baud_rate: turned(self.baud_rate, &old.baud_rate, new.baud_rate),
            imei: self.imei,
            line_rate: self.line_rate,
            latency: self.latency,
            haste: self.haste,
            update_time: self.update_time,
            automatic: self.automatic,
            files: self.files,
            server: self.server,
            real_http: self.real_http,
            faults: self.faults,
            seed: self.seed,
        }
    }

    /// The same with a file on the pretend server.
    #[must_use]
    pub fn serving(mut self, path: &str, bytes: Vec<u8>) -> Self {
        self.server.files.push((path.to_owned(), bytes));
        self
    }

    /// The same with a file in the module, by its name with `UFS:` or `EUFS:`.
    #[must_use]
    pub fn holding(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.files.push((name.to_owned(), bytes));
        self
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
            download_time: Duration::from_secs(40),
            max_package: 4 << 20,
            baud_rate: 115_200,
            automatic: true,
            files: Vec::new(),
            server: PretendServer::default(),
            real_http: false,
            faults: Vec::new(),
            seed: 1,
        }
    }
}
