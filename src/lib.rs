//! Deltaport's core.

pub mod at;
pub mod simulator;
pub mod snapshot;
pub mod time;
