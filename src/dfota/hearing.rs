//! What was heard on a port before any module answered.

use crate::at::Line;
use crate::snapshot::{Heard, ProblemCode};

/// Characters of a foreign line that are shown.
const MAX_SAMPLE: usize = 80;

/// Counts that tell the ports of a module apart (B-id-12), and a wrong rate from a right one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hearing {
    bytes: u64,
    noise: u64,
    /// HDLC flags, which frame the diagnostic protocol.
    flags: u64,
    ends_in_flag: bool,
    nmea: u64,
    echoes: u64,
    lines: u64,
    /// The last line that is neither, as an example of what is spoken there.
    sample: String,
}

impl Hearing {
    /// Takes in bytes as they come; `noise` of them were no text.
    pub(crate) fn bytes(&mut self, bytes: &[u8], noise: u64) {
        self.bytes += bytes.len() as u64;
        self.noise += noise;
        self.flags += bytes.iter().filter(|&&b| b == b'~').count() as u64;
        if let Some(&last) = bytes.last() {
            self.ends_in_flag = last == b'~';
        }
    }

    /// Takes in a line.
    pub(crate) fn line(&mut self, line: &Line<'_>) {
        self.lines += 1;
        if let Line::Text(text) = line {
            if is_nmea(text) {
                self.nmea += 1;
            } else if matches!(text.trim_start_matches('+'), "" | "AT" | "T" | "ATE0") {
                self.echoes += 1;
            } else {
                self.sample = text.chars().take(MAX_SAMPLE).collect();
            }
        }
    }

    /// The word for it.
    pub(crate) const fn heard(&self) -> Heard {
        if self.bytes == 0 {
            Heard::Nothing
        } else if self.nmea > 0 {
            Heard::Nmea
        } else if self.noise > 0 && self.flags >= 2 && self.ends_in_flag {
            Heard::Diagnostic
        } else if self.noise * 4 > self.bytes {
            Heard::Garbage
        } else if self.echoes > 0 && self.echoes == self.lines {
            Heard::EchoOnly
        } else if self.lines > 0 {
            Heard::OtherText
        } else {
            Heard::Garbage
        }
    }

    /// An example of what is spoken on the port.
    pub(crate) fn sample(&self) -> &str {
        &self.sample
    }

    /// The problem that a port with no answer has.
    pub(crate) const fn problem(&self) -> ProblemCode {
        match self.heard() {
            Heard::Nothing => ProblemCode::NoAnswer,
            Heard::Garbage => ProblemCode::WrongSpeed,
            Heard::Nmea => ProblemCode::NmeaPort,
            Heard::Diagnostic => ProblemCode::DiagnosticPort,
            Heard::EchoOnly => ProblemCode::EchoOnly,
            Heard::OtherText => ProblemCode::NotAModule,
        }
    }
}

/// `$GPGGA,...`, `$GNRMC,...`
fn is_nmea(text: &str) -> bool {
    matches!(
        text.as_bytes(),
        [b'$', head @ (b'G' | b'B' | b'P'), a, b, c, d, b',', ..]
            if [head, a, b, c, d].into_iter().all(u8::is_ascii_uppercase)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::at::LineSplitter;

    fn heard(stream: &[u8]) -> Heard {
        let mut hearing = Hearing::default();
        let mut splitter = LineSplitter::new();
        splitter.push(stream, |line| hearing.line(&Line::of(line)));
        hearing.bytes(stream, splitter.noise());
        hearing.heard()
    }

    #[test]
    fn the_ports_of_a_module_are_told_apart_by_what_they_say() {
        assert_eq!(heard(b""), Heard::Nothing);
        assert_eq!(heard(b"$GPGGA,092725.00,,,,,0,,,,,,,,*6B\r\n"), Heard::Nmea);
        assert_eq!(heard(b"\x13\x01\x80~\x1f\x02\x99~"), Heard::Diagnostic);
        assert_eq!(heard(b"\xf8\x80\x00\x9e\xfe\x1c"), Heard::Garbage);
        assert_eq!(heard(b"AT\r\r\nAT\r"), Heard::EchoOnly);
        assert_eq!(heard(b"login: \r\n"), Heard::OtherText);
    }
}
