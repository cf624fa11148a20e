//! The journal's text format, written and read.

use core::fmt::Write as _;

use thiserror::Error;

/// The first line of every journal.
pub const FORMAT: &str = "# deltaport journal 1";

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Bytes sent as a command.
    Sent,
    /// Bytes received.
    Received,
    /// Package bytes, as a decimal count.
    Data,
    /// What happened to the port.
    Port,
    /// A choice.
    Choice,
    /// A note.
    Note,
}

const MARKS: &[(Mark, char)] = &[
    (Mark::Sent, '>'),
    (Mark::Received, '<'),
    (Mark::Data, '='),
    (Mark::Port, '@'),
    (Mark::Choice, '!'),
    (Mark::Note, '#'),
];

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Milliseconds.
    pub at: u64,
    /// What it is about.
    pub mark: Mark,
    /// Bytes.
    pub payload: Vec<u8>,
}

/// A line that is no journal entry.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line} is no journal entry: {why}")]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

pub(super) fn write(records: &[Record], dropped: u64) -> String {
    let mut text = format!("{FORMAT}\n");
    if dropped > 0 {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# {dropped} older entries were dropped");
    }
    for record in records {
        let mark = MARKS
            .iter()
            .find(|(mark, _)| *mark == record.mark)
            .map_or('#', |(_, c)| *c);
        let _ = write!(text, "{} ", record.at);
        text.push(mark);
        text.push(' ');
        for &byte in &record.payload {
            text.extend(core::ascii::escape_default(byte).map(char::from));
        }
        text.push('\n');
    }
    text
}

/// Reads a journal; lines that begin with `#` are comments.
pub fn parse(text: &str) -> Result<Vec<Record>, ParseError> {
    let mut lines = text.lines().enumerate();
    if lines
        .next()
        .is_none_or(|(_, first)| first.trim_end() != FORMAT)
    {
        return Err(ParseError {
            line: 1,
            why: "the first line must name the format",
        });
    }
    lines
        .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
        .map(|(n, line)| record(line).map_err(|why| ParseError { line: n + 1, why }))
        .collect()
}

fn record(line: &str) -> Result<Record, &'static str> {
    let (at, rest) = line.split_once(' ').ok_or("no time")?;
    let at = at.parse().map_err(|_| "the time is no number")?;
    let mut chars = rest.chars();
    let mark = chars.next().ok_or("no mark")?;
    let mark = MARKS
        .iter()
        .find(|(_, c)| *c == mark)
        .ok_or("unknown mark")?
        .0;
    let payload = chars.as_str();
    let payload = unescape(payload.strip_prefix(' ').unwrap_or(payload))?;
    Ok(Record { at, mark, payload })
}

fn unescape(text: &str) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'0') => 0,
            Some(c @ (b'\\' | b'\'' | b'"')) => c,
            Some(b'x') => {
                let (high, low) = (rest.next().and_then(hex), rest.next().and_then(hex));
                high.zip(low)
                    .map(|(high, low)| high << 4 | low)
                    .ok_or("broken escape")?
            }
            _ => return Err("unknown escape"),
        });
    }
    Ok(bytes)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|n| u8::try_from(n).ok())
}
