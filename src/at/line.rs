//! Bytes into lines.
//!
//! A line ends at CR or at LF, whichever comes first, so that CR, LF, CR LF and LF CR all work and a
//! stream that is cut anywhere gives the same lines. Empty lines mean nothing and are not reported.
//! Bytes that no module prints as text are noise: dropped and counted (B-rb-7). Nothing in here can
//! panic, and no more than [`MAX_LINE`] bytes are ever held.

/// Longer lines are cut here and counted (X-04).
pub const MAX_LINE: usize = 4096;

/// The state between two pieces of the stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LineSplitter {
    partial: Vec<u8>,
    cut: bool,
    noise: u64,
    overlong: u64,
}

impl LineSplitter {
    /// A splitter at the start of a stream.
    pub const fn new() -> Self {
        Self {
            partial: Vec::new(),
            cut: false,
            noise: 0,
            overlong: 0,
        }
    }

    /// Takes in the next piece of the stream and calls `found` with each line that it completes.
    #[inline]
    pub fn push(&mut self, bytes: &[u8], mut found: impl FnMut(&[u8])) {
        // A slow line brings its bytes one by one.
        if let [byte] = *bytes
            && is_text(byte)
            && self.partial.len() < MAX_LINE
        {
            self.partial.push(byte);
            return;
        }
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&byte| !is_text(byte)) {
            let (head, tail) = rest.split_at(end);
            let Some((&byte, tail)) = tail.split_first() else {
                break;
            };
            rest = tail;
            if !matches!(byte, b'\r' | b'\n') {
                self.keep(head);
                self.noise += 1;
                continue;
            }
            if self.partial.is_empty() && head.len() <= MAX_LINE {
                // The common case: the whole line lies in this piece and needs no copy. Between CR
                // and LF lies an empty one.
                if !head.is_empty() {
                    found(head);
                }
            } else {
                self.keep(head);
                if !self.partial.is_empty() {
                    found(&self.partial);
                    self.partial.clear();
                }
            }
            self.cut = false;
        }
        self.keep(rest);
    }

    /// Forgets an unfinished line, e.g. after the port was opened anew.
    pub fn reset(&mut self) {
        self.partial.clear();
        self.cut = false;
    }

    /// Bytes dropped so far because they were no text.
    pub const fn noise(&self) -> u64 {
        self.noise
    }

    /// Lines so far that were longer than [`MAX_LINE`].
    pub const fn overlong(&self) -> u64 {
        self.overlong
    }

    /// Keeps text, as much of it as a line may have.
    #[inline]
    fn keep(&mut self, text: &[u8]) {
        let room = MAX_LINE - self.partial.len();
        self.partial
            .extend_from_slice(text.get(..room).unwrap_or(text));
        if text.len() > room && !self.cut {
            self.cut = true;
            self.overlong += 1;
        }
    }
}

#[inline]
const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut splitter = LineSplitter::new();
        let mut found = Vec::new();
        for piece in pieces {
            splitter.push(piece, |line| {
                found.push(String::from_utf8_lossy(line).into_owned())
            });
        }
        found
    }

    #[test]
    fn every_line_end_gives_the_same_lines_x_04() {
        for end in ["\r", "\n", "\r\n", "\n\r", "\r\r\n", "\r\n\r\n"] {
            let stream = format!("{end}OK{end}+CSQ: 26,99{end}");
            assert_eq!(
                lines(&[stream.as_bytes()]),
                ["OK", "+CSQ: 26,99"],
                "{end:?}"
            );
        }
    }

    #[test]
    fn a_stream_cut_after_any_byte_gives_the_same_lines_x_03() {
        let stream = b"AT\r\r\nOK\r\n\xff\x00RDY\r\n\n\r+QIND: \"FOTA\",\"END\",0\r\n";
        let whole = lines(&[stream]);
        assert_eq!(whole, ["AT", "OK", "RDY", "+QIND: \"FOTA\",\"END\",0"]);
        for cut in 0..=stream.len() {
            assert_eq!(
                lines(&[&stream[..cut], &stream[cut..]]),
                whole,
                "cut at {cut}"
            );
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(lines(&bytes), whole);
    }

    #[test]
    fn an_endless_line_is_cut_and_counted_and_the_next_one_is_whole_x_04() {
        for piece in [1, 7, 64, 5000] {
            let mut stream = vec![b'x'; MAX_LINE + 1000];
            stream.extend_from_slice(b"\r\nOK\r\n");
            let mut splitter = LineSplitter::new();
            let mut found = Vec::new();
            for part in stream.chunks(piece) {
                splitter.push(part, |line| found.push(line.len()));
            }
            assert_eq!(found, [MAX_LINE, 2], "pieces of {piece}");
            assert_eq!(splitter.overlong(), 1);
        }
    }

    #[test]
    fn noise_is_dropped_and_counted_x_27() {
        let mut splitter = LineSplitter::new();
        let mut found = Vec::new();
        splitter.push(b"\x00\xfe\x80RD\x07Y\r\n", |line| found.push(line.to_vec()));
        assert_eq!(found, [b"RDY".to_vec()]);
        assert_eq!(splitter.noise(), 4);
    }
}
