//! The parser and the checksum, in bytes per second.

use std::hint::black_box;
use std::time::Instant;

use atat::digest::{ParseError, parser::urc_helper};
use atat::{AtDigester, DigestResult, Digester, Parser};
use deltaport::at::{Checksum, Line, LineSplitter};
use serde_json::json;

use crate::report::{Report, median};

/// The dialogue of an upgrade, with echo off, in the form that both parsers know.
const DIALOGUE: &str = "\
\r\nOK\r\n\
\r\nBG95M3LAR02A03_01.012.01.012\r\n\r\nOK\r\n\
\r\n+IPR: 115200\r\n\r\nOK\r\n\
\r\n+QFOTADL: 12,4194304\r\n\r\nOK\r\n\
\r\n+CEREG: 1\r\n\
\r\n+CME ERROR: 593\r\n\
\r\n+QIND: \"FOTA\",\"START\"\r\n\
\r\n+QIND: \"FOTA\",\"UPDATING\",1%\r\n\
\r\n+QIND: \"FOTA\",\"UPDATING\",57%\r\n\
\r\n+QIND: \"FOTA\",\"UPDATING\",100%\r\n\
\r\n+QIND: \"FOTA\",\"END\",0\r\n\
\r\nRDY\r\n\
\r\nAPP RDY\r\n";

/// How often each figure is measured.
const RUNS: usize = 5;

/// How the bytes arrive.
const PIECES: [(&str, &str, usize, Option<f64>); 3] = [
    ("parser_bytewise", "byte by byte", 1, Some(50.0)),
    ("parser_64", "in pieces of 64 bytes", 64, Some(200.0)),
    ("parser_whole", "in one piece", usize::MAX, None),
];

/// Measures parser and checksum.
pub fn measure(report: &mut Report, quick: bool) {
    let scale = if quick { 1 } else { 4 };
    let long = DIALOGUE.repeat(scale * 8 * 1024).into_bytes();
    // atat is slower by an order of magnitude; its rate does not depend on the length.
    let short = DIALOGUE.repeat(scale * 512).into_bytes();
    let lines_in_one = ours(DIALOGUE.as_bytes(), usize::MAX);
    for (name, how, piece, bar) in PIECES {
        let mut rates = (Vec::new(), Vec::new());
        let mut counts = (0, 0);
        for _ in 0..RUNS {
            rates.0.push(megabytes_per_second(long.len(), || {
                counts.0 = ours(&long, piece)
            }));
            rates.1.push(megabytes_per_second(short.len(), || {
                counts.1 = atats(&short, piece)
            }));
        }
        assert_eq!(counts.0, lines_in_one * scale * 8 * 1024, "lines were lost");
        let (rate, atat) = (median(rates.0), median(rates.1));
        report.add(
            name,
            format!("parser, {how}"),
            (rate, "MB/s"),
            bar,
            json!({ "atat": atat, "bytes": long.len(), "lines": counts.0, "atatResults": counts.1 }),
        );
        report.add(
            match piece {
                1 => "atat_bytewise",
                64 => "atat_64",
                _ => "atat_whole",
            },
            format!("  the crate atat, {how}"),
            (atat, "MB/s"),
            None,
            json!({ "bytes": short.len(), "results": counts.1 }),
        );
    }

    let package = vec![0x5a; scale * (16 << 20)];
    let mut rates = Vec::new();
    for _ in 0..RUNS {
        rates.push(megabytes_per_second(package.len(), || {
            let mut sum = Checksum::new();
            for slice in package.chunks(65_536) {
                sum.update(black_box(slice));
            }
            black_box(sum.value());
        }));
    }
    report.add(
        "checksum",
        "checksum",
        (median(rates), "MB/s"),
        None,
        json!({ "bytes": package.len() }),
    );
}

fn megabytes_per_second(bytes: usize, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    bytes as f64 / 1e6 / start.elapsed().as_secs_f64()
}

/// Splits and classifies; answers with the number of lines.
fn ours(stream: &[u8], piece: usize) -> usize {
    let mut splitter = LineSplitter::new();
    let mut count = 0;
    for bytes in stream.chunks(piece.min(stream.len())) {
        splitter.push(black_box(bytes), |line| {
            black_box(Line::of(line));
            count += 1;
        });
    }
    count
}

/// The unsolicited result codes of the dialogue, for atat.
struct Urcs;

impl Parser for Urcs {
    fn parse(buffer: &[u8]) -> Result<(&[u8], usize), ParseError> {
        for token in ["+QIND", "+CEREG", "RDY", "APP RDY"] {
            match urc_helper::<_, nom7::error::Error<&[u8]>>(token)(buffer) {
                Ok((_, found)) => return Ok(found),
                Err(nom7::Err::Incomplete(_)) => return Err(ParseError::Incomplete),
                Err(_) => {}
            }
        }
        Err(ParseError::NoMatch)
    }
}

/// Feeds atat as its own ingress does: a buffer, appended to, and digested until nothing comes.
fn atats(stream: &[u8], piece: usize) -> usize {
    const BUFFER: usize = 1024;
    let mut digester = AtDigester::<Urcs>::new();
    let mut buffer = Vec::with_capacity(BUFFER);
    let mut count = 0;
    // Its buffer is fixed, so one piece is at most what fits.
    for bytes in stream.chunks(piece.min(BUFFER / 2)) {
        buffer.extend_from_slice(black_box(bytes));
        loop {
            let (result, used) = digester.digest(&buffer);
            let found = !matches!(result, DigestResult::None);
            black_box(&result);
            count += usize::from(found);
            buffer.drain(..used);
            if !found && used == 0 || buffer.is_empty() {
                break;
            }
        }
    }
    count
}
