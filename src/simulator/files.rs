//! The module's file systems: `AT+QFUPL`, `AT+QFLST`, `AT+QFDEL`, `AT+QFLDS`.
//!
//! Their manual is not one of the five notes. Certificates (N2-035, N2-053) and packages for the path
//! form (N3-19) come in this way.

use super::commands::{Argument, Done, Final, Form, Step, arguments};
use super::data_mode::{DataMode, Target};
use super::module::Simulator;
use super::note::Note;
use super::qfotadl::LONGEST_TIMEOUT;
use crate::time::{Duration, Instant};

// Errors of the file commands.
const INVALID: Step = Err(Final::Cme(400));
const FULL: Step = Err(Final::Cme(403));
const NOT_FOUND: Step = Err(Final::Cme(405));
const INVALID_NAME: Step = Err(Final::Cme(406));
const EXISTS: Step = Err(Final::Cme(407));

/// Without a size, so many bytes are expected, and without a timeout for so many seconds.
const DEFAULT_SIZE: u64 = 10_240;
const DEFAULT_TIMEOUT: u64 = 5;
const LONGEST_NAME: usize = 80;

/// A file's full name: the drive, and the name without the folder that the drive stands for.
pub(super) fn key(name: &str) -> String {
    let (drive, name) = match name.split_once(':') {
        Some((drive, name)) if drive.eq_ignore_ascii_case("EUFS") => ("EUFS", name),
        Some((drive, name)) if drive.eq_ignore_ascii_case("UFS") => ("UFS", name),
        _ => ("UFS", name),
    };
    let name = ["/datatx/", "/datax/", "/usrdata/cache/ufs/"]
        .iter()
        .find_map(|folder| name.strip_prefix(folder))
        .unwrap_or(name);
    format!("{drive}:{name}")
}

impl Simulator {
    /// What the file commands answer; none where they are not known.
    pub(super) fn file_command(&mut self, at: Instant, name: &str, form: Form<'_>) -> Option<Step> {
        if !matches!(self.settings.model.note, Some(Note::N2 | Note::N3)) {
            return None;
        }
        let step = match (name, form) {
            ("+QFUPL" | "+QFLST" | "+QFDEL" | "+QFLDS", Form::Test) => Ok(Done::default()),
            ("+QFUPL", Form::Write(values)) => self.upload_file(at, &arguments(values)),
            ("+QFLST", Form::Run) => self.list("*"),
            ("+QFLST", Form::Write(values)) => match one_text(values) {
                Some(pattern) => self.list(&pattern),
                None => INVALID,
            },
            ("+QFDEL", Form::Write(values)) => match one_text(values) {
                Some(pattern) => self.delete(&pattern),
                None => INVALID,
            },
            ("+QFLDS", Form::Run) => {
                let count = self.flash.files.len();
                Ok(Done::text(format!("+QFLDS: {},{count}", self.used("UFS:"))))
            }
            ("+QFLDS", Form::Write(values)) => match one_text(values).as_deref() {
                Some(drive @ ("UFS" | "EUFS")) => {
                    let total = self.drive_size();
                    let free = total.saturating_sub(self.used(&format!("{drive}:")));
                    Ok(Done::text(format!("+QFLDS: {free},{total}")))
                }
                _ => INVALID,
            },
            ("+QFUPL" | "+QFLST" | "+QFDEL" | "+QFLDS", _) => INVALID,
            _ => return None,
        };
        Some(step)
    }

    fn drive_size(&self) -> u64 {
        match self.note() {
            Note::N3 => 128 << 20,
            _ => 14_483_456,
        }
    }

    fn used(&self, drive: &str) -> u64 {
        let on_drive = |(name, _): &(&String, _)| name.starts_with(drive);
        self.flash
            .files
            .iter()
            .filter(on_drive)
            .map(|(_, file)| file.size)
            .sum()
    }

    /// `<name>[,<size>[,<timeout>[,<ack>]]]`.
    fn upload_file(&mut self, at: Instant, values: &[Argument]) -> Step {
        let (Some(name), numbers) = (values.first(), values.get(1..).unwrap_or_default()) else {
            return INVALID;
        };
        let numbers: Option<Vec<u64>> = numbers.iter().map(Argument::number).collect();
        let (size, timeout, acknowledged) = match numbers.as_deref() {
            Some([]) => (DEFAULT_SIZE, DEFAULT_TIMEOUT, 0),
            Some(&[size]) => (size, DEFAULT_TIMEOUT, 0),
            Some(&[size, timeout]) => (size, timeout, 0),
            Some(&[size, timeout, acknowledged @ 0..=1]) => (size, timeout, acknowledged),
            _ => return INVALID,
        };
        if size == 0 || !(1..=LONGEST_TIMEOUT).contains(&timeout) {
            return INVALID;
        }
        let key = key(&name.text);
        if !name.quoted || name.text.len() > LONGEST_NAME || key.ends_with(':') {
            return INVALID_NAME;
        }
        if self.flash.files.contains_key(&key) {
            return EXISTS;
        }
        let drive = key.split_inclusive(':').next().unwrap_or_default();
        if size > self.drive_size().saturating_sub(self.used(drive)) {
            return FULL;
        }
        let target = Target::File {
            name: key,
            acknowledged: acknowledged == 1,
        };
        let timeout = Duration::from_secs(timeout);
        Ok(Done {
            connect: Some(DataMode::new(target, size, timeout, at)),
            ..Done::default()
        })
    }

    fn list(&self, pattern: &str) -> Step {
        let lines: Vec<String> = self
            .matching(pattern)
            .into_iter()
            .filter_map(|name| {
                let size = self.flash.files.get(&name)?.size;
                // N3's family prints the drive, N2's only where it was asked for
                let shown = match name.strip_prefix("UFS:") {
                    Some(bare) if self.note() == Note::N2 && !pattern.contains(':') => bare,
                    _ => &name,
                };
                Some(format!("+QFLST: \"{shown}\",{size}"))
            })
            .collect();
        if lines.is_empty() && !pattern.ends_with('*') {
            return NOT_FOUND;
        }
        Ok(Done {
            text: (!lines.is_empty()).then(|| lines.join("\r\n")),
            ..Done::default()
        })
    }

    fn delete(&mut self, pattern: &str) -> Step {
        let found = self.matching(pattern);
        if found.is_empty() && !pattern.ends_with('*') {
            return NOT_FOUND;
        }
        for name in found {
            self.flash.files.remove(&name);
        }
        Ok(Done::default())
    }

    /// The full names that fit a name, or all of a drive.
    fn matching(&self, pattern: &str) -> Vec<String> {
        let wanted = key(pattern);
        let all = wanted.strip_suffix('*');
        self.flash
            .files
            .keys()
            .filter(|name| match all {
                Some(drive) => name.starts_with(drive),
                None => **name == wanted,
            })
            .cloned()
            .collect()
    }
}

fn one_text(values: &str) -> Option<String> {
    match arguments(values).as_slice() {
        [value] if value.quoted && !value.text.is_empty() => Some(value.text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name_however_it_is_written() {
        for (name, full) in [
            ("a.bin", "UFS:a.bin"),
            ("UFS:a.bin", "UFS:a.bin"),
            ("ufs:a.bin", "UFS:a.bin"),
            ("/usrdata/cache/ufs/a.bin", "UFS:a.bin"),
            ("EUFS:a.bin", "EUFS:a.bin"),
            ("EUFS:/datatx/a.bin", "EUFS:a.bin"),
            ("EUFS:/datatx/ssl/coap-key.pem", "EUFS:ssl/coap-key.pem"),
        ] {
            assert_eq!(key(name), full, "{name}");
        }
    }
}
