//! The simulated module on a pty, for any terminal program.

fn main() {}
