//! Identities and secrets out of a journal before it leaves the page.

use super::text::{Mark, Record};
use crate::at::secrets;

/// Longer lines are looked at in parts: none that we send or ask for is longer.
const LONGEST_LINE: usize = 8192;

/// IMEI has 15 digits, IMSI 15, ICCID 19 or 20, phone numbers up to 15; sizes and codes have fewer.
const IDENTITY: core::ops::RangeInclusive<usize> = 11..=24;

/// Replaces the digits of every identity, also where the stream was cut inside one.
pub(super) fn mask(records: &mut [Record]) {
    for mark in [Mark::Received, Mark::Sent, Mark::Note] {
        mask_stream(records, mark);
    }
    if cfg!(feature = "routes") {
        mask_secrets(records, Mark::Received);
        mask_secrets(records, Mark::Sent);
    }
}

/// Replaces passwords and other secrets, line by line, wherever the stream was cut.
fn mask_secrets(records: &mut [Record], mark: Mark) {
    let mut line: Vec<u8> = Vec::new();
    // Where each byte of the line stands: record and index.
    let mut places: Vec<(usize, usize)> = Vec::new();
    let mut hidden: Vec<(usize, usize)> = Vec::new();
    let mut end_line = |line: &mut Vec<u8>, places: &mut Vec<(usize, usize)>| {
        secrets(line, &mut |range| {
            hidden.extend_from_slice(places.get(range).unwrap_or_default());
        });
        line.clear();
        places.clear();
    };
    for (n, record) in records.iter().enumerate() {
        if record.mark != mark {
            continue;
        }
        for (i, &byte) in record.payload.iter().enumerate() {
            if matches!(byte, b'\r' | b'\n') || line.len() >= LONGEST_LINE {
                end_line(&mut line, &mut places);
            }
            if !matches!(byte, b'\r' | b'\n') {
                line.push(byte);
                places.push((n, i));
            }
        }
    }
    end_line(&mut line, &mut places);
    hide(records, hidden);
}

fn hide(records: &mut [Record], places: Vec<(usize, usize)>) {
    for (n, i) in places {
        let byte = records
            .get_mut(n)
            .and_then(|record| record.payload.get_mut(i));
        if let Some(byte) = byte {
            *byte = b'*';
        }
    }
}

fn mask_stream(records: &mut [Record], mark: Mark) {
    // Where each byte of the run stands: record and index.
    let mut run: Vec<(usize, usize)> = Vec::new();
    let mut masked: Vec<(usize, usize)> = Vec::new();
    let mut end_run = |run: &mut Vec<(usize, usize)>| {
        if IDENTITY.contains(&run.len()) {
            masked.append(run);
        }
        run.clear();
    };
    for (n, record) in records
        .iter()
        .enumerate()
        .filter(|(_, record)| record.mark == mark)
    {
        for (i, byte) in record.payload.iter().enumerate() {
            if !byte.is_ascii_digit() {
                end_run(&mut run);
            } else if run.len() <= *IDENTITY.end() {
                run.push((n, i));
            }
        }
        if mark != Mark::Received {
            end_run(&mut run);
        }
    }
    end_run(&mut run);
    hide(records, masked);
}
