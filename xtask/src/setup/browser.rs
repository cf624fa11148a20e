//! The browser of the tests.
