//! Deltaport's core.

pub mod at;
pub mod dfota;
pub mod family;
pub mod journal;
pub mod plain;
mod routes_only;
pub mod session;
pub mod simulator;
pub mod snapshot;
pub mod time;

#[cfg(target_arch = "wasm32")]
pub mod web;
