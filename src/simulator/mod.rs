//! A BG95 in memory: what it answers, what it reports, how it goes wrong.
//!
//! It is the vendor note (N2) in executable form, and the mirror image of the core: it never uses the
//! core's parser, so that both cannot be wrong in the same way. It has three mounts: tests drive it
//! under a virtual clock, the test bed puts it behind a pty, and `www/simulator/serial.js` gives it the
//! interface of the browser's own serial port.
//!
//! ```
//! use deltaport::simulator::{Output, Settings, Simulator};
//! use deltaport::time::Instant;
//!
//! let mut now = Instant::from_millis(0);
//! let mut module = Simulator::new(Settings::default(), now);
//! module.port_opened(now, 115_200);
//! module.receive(now, b"ATE0;+QGMR\r");
//! let mut heard = Vec::new();
//! loop {
//!     match module.poll(now) {
//!         Output::Bytes(bytes) => heard.extend(bytes),
//!         Output::Wait(Some(later)) => now = later,
//!         Output::Wait(None) => break,
//!         Output::Unplug | Output::Plug { .. } => unreachable!("nobody restarted it"),
//!         Output::Fetch(_) => unreachable!("the pretend server answers"),
//!     }
//! }
//! assert_eq!(heard, b"ATE0;+QGMR\r\r\nBG95M3LAR02A03_01.012.01.012\r\n\r\nOK\r\n");
//! ```
//!
//! Where it is simpler than a real module, or where the note leaves something open:
//!
//! - A package names its versions in its first lines, see [`sample_package`]; any other file leads to
//!   the running version with its last number counted up. A package for another version ends in
//!   `END,511`, an incomplete one in `END,506`.
//! - No server is reachable: downloads end in 702 after a while.
//! - Leaving data mode early is answered with count and checksum after the timeout and with OK after
//!   `+++`; [`Fault::IdleEnd`] and [`Fault::EscapeEnd`] change that. What arrived is kept.
//! - `AT+QFOTADL=4` and `=5` without a package are `+CME ERROR: 593`.
//! - `AT+IPR` is kept through a restart.

mod agenda;
mod boot;
mod commands;
mod config;
mod data_mode;
mod dfota;
mod download;
mod fault;
mod files;
mod general;
mod hearing;
mod inspect;
mod lane;
mod model;
mod module;
mod network;
mod note;
mod package;
mod port;
mod profile;
mod qfotadl;
mod random;
mod scenario;
mod server;
mod settings;
mod upload;
mod url;

pub use fault::{
    ChecksumStyle, DataModeEnd, Fault, LineEnds, Lwm2mMode, NetworkFlaw, PercentStyle, PortKind,
    Reply, Spelling,
};
pub use model::Model;
pub use module::{Output, Simulator};
pub use note::Note;
pub use package::{StoredPackage, sample_package, sized_package};
pub use scenario::{SCENARIOS, Scenario};
pub use server::{Fetch, FetchFailure, PretendServer, Served, sample_url};
pub use settings::{Link, Settings};
pub use url::Scheme;
