//! The shell round the core in a browser: port, clock, file, page. No decisions in here.
//!
//! The package is built twice: feature `flasher` exports what every page needs, feature `demo` the
//! simulated module, which is loaded only when somebody chooses it.

#[cfg(feature = "flasher")]
mod capability;
#[cfg(feature = "flasher")]
mod flasher;
#[cfg(feature = "flasher")]
mod lock;
#[cfg(feature = "flasher")]
mod object;
#[cfg(feature = "flasher")]
mod package;
#[cfg(feature = "flasher")]
mod panic;
#[cfg(feature = "flasher")]
mod port;
#[cfg(feature = "routes")]
mod routes;
#[cfg(feature = "flasher")]
mod shell;
#[cfg(feature = "demo")]
mod simulator;
#[cfg(feature = "flasher")]
mod task;
#[cfg(feature = "flasher")]
mod timer;

#[cfg(feature = "flasher")]
pub use flasher::Flasher;
