//! Deltaport's core.

pub mod at;
pub mod snapshot;
pub mod time;
