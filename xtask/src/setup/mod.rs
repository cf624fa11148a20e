//! Getting what the commands need onto this machine.
//!
//! Each part looks first, installs only what is missing, says what it does and why, and where it
//! cannot, says exactly what a person has to type.

pub mod apt;
pub mod browser;
pub mod debian_std;
pub mod npm;
pub mod wasm_target;
