//! Identities out of a journal before it leaves the page.

use super::text::{Mark, Record};

/// IMEI has 15 digits, IMSI 15, ICCID 19 or 20, phone numbers up to 15; sizes and codes have fewer.
const IDENTITY: core::ops::RangeInclusive<usize> = 11..=24;

/// Replaces the digits of every identity, also where the stream was cut inside one.
pub(super) fn mask(records: &mut [Record]) {
    for mark in [Mark::Received, Mark::Sent, Mark::Note] {
        mask_stream(records, mark);
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
    for (n, i) in masked {
        if let Some(byte) = records
            .get_mut(n)
            .and_then(|record| record.payload.get_mut(i))
        {
            *byte = b'*';
        }
    }
}
