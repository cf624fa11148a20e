//! The simulated module on a pty, a mocked USB bus, and a real browser on both.
