//! A module in memory, of any family: what it answers, what it reports, how it goes wrong.
//!
//! It is the vendor notes in executable form, and the mirror image of the core: it never uses the core's
//! parser, so that both cannot be wrong in the same way. [`Note`] says which note a module follows; what
//! the notes differ in is data in `note.rs`, as far as it can be. It has three mounts: tests drive it
//! under a virtual clock, the test bed puts it behind a pty, and `www/simulator/serial.js` gives it the
//! interface of the browser's own serial port.
//!
//! What it wants from a server comes from a [`PretendServer`], or from the mount: see [`Output::Fetch`].
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
//! Where it is simpler than a real module, or where the notes leave something open, is told in
//! `docs/simulator.md`.

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
pub use scenario::{Route, SCENARIOS, Scenario};
pub use server::{Fetch, FetchFailure, PretendServer, Served, sample_url};
pub use settings::{Link, Settings};
pub use url::Scheme;
