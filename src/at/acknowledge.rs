//! The acknowledgements of an upload in steps: `A` for each 1024 bytes (B-up-7).

/// Bytes that one acknowledgement stands for.
pub const ACKNOWLEDGED: u64 = 1024;

/// Counts the acknowledgements of one upload. They may come several at a time, and stand in no line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Acknowledgements {
    count: u64,
    /// A line has begun: until its end nothing is an acknowledgement.
    in_line: bool,
}

impl Acknowledgements {
    /// None yet.
    pub const fn new() -> Self {
        Self {
            count: 0,
            in_line: false,
        }
    }

    /// Takes in what the module sent after CONNECT. Line ends before the first acknowledgement belong
    /// to CONNECT.
    pub fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                b'A' if !self.in_line => self.count += 1,
                b'\r' | b'\n' => self.in_line = false,
                _ => self.in_line = true,
            }
        }
    }

    /// Bytes that the module has acknowledged; the last piece of a package, if it is shorter, never is.
    pub const fn bytes(self) -> u64 {
        self.count.saturating_mul(ACKNOWLEDGED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_count_however_they_come() {
        for pieces in [
            &["AAA"][..],
            &["A", "A", "A"],
            &["\r\n", "AA", "A\r\n+QFUPL: 3072,AAAA"],
        ] {
            let mut counted = Acknowledgements::new();
            for piece in pieces {
                counted.take(piece.as_bytes());
            }
            assert_eq!(counted.bytes(), 3072, "{pieces:?}");
        }
    }

    #[test]
    fn an_error_is_no_acknowledgement() {
        let mut counted = Acknowledgements::new();
        counted.take(b"\r\nERROR A\r\n+CEREG: 1\r\n");
        assert_eq!(counted.bytes(), 0);
    }
}
