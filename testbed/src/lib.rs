//! The simulated module on a pty, a mocked USB bus, and a real browser on both.
//!
//! The page tests use no fake `navigator.serial`: the browser opens a pseudo-terminal that it takes
//! for a USB serial port, through its own serial code. What each part does:
//!
//! - [`pty`] puts a [`Device`](pty::Device), most often the simulated module, on a pty at the line's
//!   own pace. `cargo xtask module` is this part alone;
//! - [`fetch`] gets what the module wants from an HTTP server;
//! - [`peer`] holds devices that are no module: a silent port, a GNSS port;
//! - `usb` makes a pty look like a USB serial port to one process tree;
//! - `display` is a screen in memory, for the browser's own list of ports;
//! - `browser` starts chromedriver and a browser inside that process tree;
//! - `site` serves the built page with the production headers;
//! - `page` drives the page by its documented ids and properties;
//! - `package` makes package files to choose there;
//! - `bed` puts them together for one test.
//!
//! Everything but [`fetch`], [`pty`] and [`peer`] needs the feature `browser`.

pub mod fetch;
pub mod peer;
pub mod pty;

#[cfg(feature = "browser")]
pub mod bed;
#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "browser")]
pub mod display;
#[cfg(feature = "browser")]
pub mod package;
#[cfg(feature = "browser")]
pub mod page;
#[cfg(feature = "browser")]
pub mod policy;
#[cfg(feature = "browser")]
pub mod site;
#[cfg(feature = "browser")]
pub mod usb;
