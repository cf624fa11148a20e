//! The limits of everything else that a person may set: numbers, files, watchdog pins.

use core::ops::RangeInclusive;

use super::Family;
use crate::at::{Header, Quoted, Unsendable};

/// The whole numbers that a value may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The smallest.
    pub least: u32,
    /// The largest.
    pub most: u32,
    /// Only multiples of it.
    pub step: u32,
}

/// Where in the package a download begins (N2-026).
pub const BREAKPOINT: Numbers = Numbers::of(0, i32::MAX as u32);
/// Bytes that one download fetches (N2-027).
pub const REQUEST_SIZE: Numbers = Numbers {
    least: 2048,
    most: i32::MAX as u32,
    step: 2048,
};
/// How often a broken connection is tried again (N2-089).
pub const RETRY_TIMES: Numbers = Numbers::of(1, i32::MAX as u32);
/// Seconds between two tries; the note gives no range (N2-089).
pub const RETRY_INTERVAL_S: Numbers = Numbers::of(0, i32::MAX as u32);
/// Milliseconds between two changes of the watchdog's pin (N2-124).
pub const FEED_INTERVAL_MS: Numbers = Numbers::of(100, 3_600_000);

/// Most HTTP headers (N2-116).
pub const MAX_HEADERS: usize = 5;
/// Most bytes of the name of a file that is copied, with its `UFS:` or `EUFS:` (N2-102).
pub const COPY_NAME_LIMIT: usize = 128;
/// Most bytes of the name that `AT+QFUPL` gives a file, by the vendor's manual of another module.
pub const FILE_NAME_LIMIT: usize = 80;
/// Most bytes of an APN. The note gives none; 3GPP allows 100 (inferred).
pub const APN_LIMIT: usize = 100;
/// Most bytes of the APN's user and password. The note gives none (inferred).
pub const LOGIN_LIMIT: usize = 127;
/// Most bytes of a header's key or value. The note gives none (inferred).
pub const HEADER_LIMIT: usize = 255;

/// Whether one more header may be set: five are enough for the module, but one of them may be changed
/// (N2-116).
pub fn takes_header(headers: &[Header], key: &str) -> bool {
    headers.len() < MAX_HEADERS || headers.iter().any(|header| header.key == key)
}

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberFlaw {
    /// It is no whole number.
    NoNumber,
    /// It is below this one.
    TooSmall(u32),
    /// It is above this one.
    TooLarge(u32),
    /// It is no multiple of this one.
    NoMultiple(u32),
}

impl Numbers {
    const fn of(least: u32, most: u32) -> Self {
        Self {
            least,
            most,
            step: 1,
        }
    }

    /// Checks a number as a person typed it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(self, text: &str) -> Result<u32, NumberFlaw> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NumberFlaw::NoNumber);
        }
        if negative {
            return Err(NumberFlaw::TooSmall(self.least));
        }
        // Digits that do not fit are a number all the same: a large one.
        let number = digits.parse().unwrap_or(u32::MAX);
        if number < self.least {
            Err(NumberFlaw::TooSmall(self.least))
        } else if number > self.most {
            Err(NumberFlaw::TooLarge(self.most))
        } else if number % self.step != 0 {
            Err(NumberFlaw::NoMultiple(self.step))
        } else {
            Ok(number)
        }
    }
}

/// Why a file on the module cannot be named so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileFlaw {
    /// The family has no such route.
    NoRoute,
    /// It does not begin with the folder or the storage that the note demands.
    Place,
    /// Nothing stands behind that.
    NoName,
    /// The text cannot be sent.
    Text(Unsendable),
}

impl Family {
    /// Checks the path of a package that the module holds already (N3-20).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_path(&self, text: &str) -> Result<Quoted, FileFlaw> {
        let folder = self.file_path.ok_or(FileFlaw::NoRoute)?;
        file(text, &[folder], self.url_limit)
    }

    /// Checks the name of a file that holds a part of a package: `UFS:<name>` in the modem's storage,
    /// `EUFS:<name>` in that of its application processor (N2-102).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_copy(&self, text: &str) -> Result<Quoted, FileFlaw> {
        if !self.copies {
            return Err(FileFlaw::NoRoute);
        }
        file(text, &["UFS:", "EUFS:"], COPY_NAME_LIMIT)
    }

    /// The pins of `model` that can feed a watchdog (N2-121 to N2-123).
    pub fn pins_of(&self, model: &str) -> &'static [RangeInclusive<u8>] {
        let named = |(name, _): &&(&str, _)| super::is_named(model, name);
        let pins = self.watchdog_pins.iter().find(named);
        pins.map(|(_, pins)| *pins).unwrap_or_default()
    }

    /// `model` can feed a watchdog through `pin`.
    pub fn feeds_watchdog(&self, model: &str, pin: u8) -> bool {
        self.pins_of(model).iter().any(|pins| pins.contains(&pin))
    }
}

fn file(text: &str, places: &[&str], limit: usize) -> Result<Quoted, FileFlaw> {
    let text = text.trim();
    let name = places.iter().find_map(|place| text.strip_prefix(place));
    if name.ok_or(FileFlaw::Place)?.is_empty() {
        return Err(FileFlaw::NoName);
    }
    Quoted::new(text, limit).map_err(FileFlaw::Text)
}
