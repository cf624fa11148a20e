//! The AT language: lines, commands, result codes, unsolicited result codes, and the checksum.

mod checksum;

pub use checksum::Checksum;
