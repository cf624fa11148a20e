//! The flight recorder: what went over the wire and when, bounded, and as text without identities.
//!
//! The text is also the format of `tests/transcripts/`: one entry a line, `<milliseconds> <mark>
//! <payload>`, bytes escaped as in C. Marks: `>` sent, `<` received, `=` package bytes (a count),
//! `@` what happened to the port, `!` a choice, `#` a note.

mod mask;
mod text;

use std::collections::VecDeque;

use serde::Serialize;

use crate::time::Instant;

pub use text::{FORMAT, Mark, ParseError, Record, parse};

/// Entries kept; older ones are dropped and counted.
const MAX_ENTRIES: usize = 8192;
/// Bytes kept over all entries.
const MAX_BYTES: usize = 1 << 20;

/// What kind of entry it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A command line.
    Sent,
    /// A line from the module.
    Received,
    /// Package bytes.
    Data,
    /// Anything worth knowing.
    Note,
}

/// A row of the console.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Entry {
    /// Milliseconds on the clock of `performance.now()`.
    pub at: u64,
    /// What kind of entry it is.
    pub kind: Kind,
    /// The line, or words for a developer. Untrusted text.
    pub text: String,
}

/// The recorder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    records: VecDeque<Record>,
    bytes: usize,
    dropped: u64,
}

impl Journal {
    /// Adds an entry; the oldest ones make room.
    pub fn add(&mut self, at: Instant, mark: Mark, payload: &[u8]) {
        // Pieces of the stream that come at the same moment belong together.
        if let Some(last) = self.records.back_mut()
            && last.mark == mark
            && last.at == at.as_millis()
            && matches!(mark, Mark::Received)
            && last.payload.len() < 4096
        {
            last.payload.extend_from_slice(payload);
        } else {
            self.records.push_back(Record {
                at: at.as_millis(),
                mark,
                payload: payload.to_vec(),
            });
        }
        self.bytes += payload.len();
        while self.records.len() > MAX_ENTRIES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.records.pop_front() else {
                break;
            };
            self.bytes -= oldest.payload.len();
            self.dropped += 1;
        }
    }

    /// The whole journal as text, with identities masked (X-28).
    pub fn text(&self) -> String {
        let mut records: Vec<Record> = self.records.iter().cloned().collect();
        mask::mask(&mut records);
        text::write(&records, self.dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_storm_keeps_the_journal_small() {
        let mut journal = Journal::default();
        for n in 0..100_000 {
            journal.add(
                Instant::from_millis(n),
                Mark::Received,
                b"+QIND: SMS DONE\r\n",
            );
        }
        assert_eq!(journal.records.len(), MAX_ENTRIES);
        assert_eq!(journal.dropped, 100_000 - MAX_ENTRIES as u64);
        journal.add(
            Instant::default(),
            Mark::Received,
            &vec![b'x'; 2 * MAX_BYTES],
        );
        assert!(journal.bytes <= MAX_BYTES);
    }

    #[test]
    fn identities_are_masked_even_when_the_stream_cuts_them_x_28() {
        let mut journal = Journal::default();
        journal.add(Instant::from_millis(1), Mark::Received, b"\r\n86012304");
        journal.add(Instant::from_millis(2), Mark::Note, b"in between");
        journal.add(
            Instant::from_millis(3),
            Mark::Received,
            b"5678901\r\nOK\r\n",
        );
        let text = journal.text();
        assert!(
            !text.contains("86012304") && !text.contains("5678901"),
            "{text}"
        );
        assert!(text.contains("*****"), "{text}");
        assert!(text.contains(r"\r\nOK\r\n"), "{text}");
    }

    #[test]
    fn sizes_and_versions_are_not_masked() {
        let mut journal = Journal::default();
        let line = b"+QFOTADL: 12,1048576 BG95M3LAR02A03_01.012.01.012";
        journal.add(Instant::default(), Mark::Received, line);
        assert!(
            journal
                .text()
                .contains("1048576 BG95M3LAR02A03_01.012.01.012")
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut journal = Journal::default();
        journal.add(Instant::from_millis(10), Mark::Sent, b"AT\r");
        journal.add(
            Instant::from_millis(20),
            Mark::Received,
            b"\r\nOK\r\n\xff\\\0",
        );
        journal.add(Instant::from_millis(30), Mark::Data, b"4096");
        let records = parse(&journal.text()).expect("own text");
        assert_eq!(records, Vec::from(journal.records));
    }

    #[test]
    fn hostile_text_is_refused_with_its_line() {
        for (text, line) in [("", 1), ("x\n", 1), ("# deltaport journal 1\n1 ? x\n", 2)] {
            assert_eq!(parse(text).expect_err(text).line, line, "{text:?}");
        }
        let bad = "# deltaport journal 1\n1 > A\\x4\n";
        assert_eq!(parse(bad).expect_err(bad).line, 2);
    }
}
