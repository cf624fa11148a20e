//! The upgrade: one state machine from the chosen port to the verdict.
//!
//! A state is a struct named for what it waits for; a transition consumes it. Nothing in here reads
//! a clock, touches a port or knows a language.

#[cfg(not(feature = "routes"))]
mod absent;
mod asking;
mod connect;
mod context;
mod findings;
mod follow;
mod hearing;
mod identity;
mod idle;
mod io;
mod machine;
mod package_name;
mod prepare;
mod retreat;
#[cfg(feature = "routes")]
mod routes;
mod run;
mod stored_file;
mod trigger;
mod upload;
mod wait;

#[cfg(not(feature = "routes"))]
pub(crate) use absent::{Copy, Download, Readiness, Settings, Source, routes};
pub(crate) use context::Context;
#[cfg(all(target_arch = "wasm32", feature = "flasher"))]
pub(crate) use findings::LARGEST;
pub(crate) use findings::findings;
pub use io::{Choice, Digest, FileFlaw, Input, OpenFailure, Output, PortSettings, UsbId};
pub(crate) use machine::Happening;
pub use machine::State;
pub use package_name::versions_in;
#[cfg(feature = "routes")]
pub(crate) use routes::{Copy, Download, Readiness, Settings, Source, routes};
#[cfg(feature = "routes")]
pub use routes::{SettingRequest, SourceRequest};
