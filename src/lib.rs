//! Deltaport's core.

pub mod at;
pub mod family;
pub mod snapshot;
pub mod time;
