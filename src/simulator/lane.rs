//! One direction of the serial line: bytes wait here until the line has carried them.

use std::collections::VecDeque;

use crate::time::{Duration, Instant};

/// A byte on the line: start bit, eight data bits, stop bit; times 1000, for milliseconds.
const COST: u64 = 10_000;
/// How long the line is fed ahead, in milliseconds: the buffers of a driver and a bridge.
const AHEAD_MS: u64 = 200;
/// Room without pacing, in bytes.
const UNPACED: usize = 1 << 16;

/// One direction of the line. Without a rate everything arrives at once.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    /// Bits per second.
    rate: Option<u64>,
    queue: VecDeque<u8>,
    /// What the line could carry and has not yet, in [`COST`] units.
    credit: u64,
    /// Up to when `credit` is counted.
    counted: Instant,
}

impl Lane {
    pub(super) fn new(rate: Option<u32>, now: Instant) -> Self {
        Self {
            rate: rate.map(u64::from).filter(|&rate| rate > 0),
            queue: VecDeque::new(),
            credit: 0,
            counted: now,
        }
    }

    /// How many bytes are taken in without loss.
    pub(super) fn room(&self) -> usize {
        let whole = self.rate.map_or(UNPACED, |rate| {
            usize::try_from(rate * AHEAD_MS / COST)
                .map_or(UNPACED, |ahead| ahead.clamp(16, UNPACED))
        });
        whole.saturating_sub(self.queue.len())
    }

    /// How many bytes will be taken in without loss at `now`.
    pub(super) fn room_at(&self, now: Instant) -> usize {
        let carried = self.rate.map_or(0, |rate| {
            let passed = now.since(self.counted).as_millis();
            let credit = self.credit.saturating_add(passed.saturating_mul(rate));
            usize::try_from(credit / COST)
                .unwrap_or(usize::MAX)
                .min(self.queue.len())
        });
        self.room() + carried
    }

    /// Puts bytes on the line. What is beyond [`Self::room`] is lost, as in an overrun.
    pub(super) fn push(&mut self, now: Instant, bytes: &[u8]) {
        if self.queue.is_empty() {
            self.credit = 0;
            self.counted = now;
        }
        let room = self.room().min(bytes.len());
        self.queue.extend(bytes.iter().take(room));
    }

    /// Puts bytes on the line that must not be lost, within the bound of an unpaced line.
    pub(super) fn push_all(&mut self, now: Instant, bytes: &[u8]) {
        if self.queue.is_empty() {
            self.credit = 0;
            self.counted = now;
        }
        let room = UNPACED.saturating_sub(self.queue.len()).min(bytes.len());
        self.queue.extend(bytes.iter().take(room));
    }

    /// Puts bytes back that were carried and not read.
    pub(super) fn put_back(&mut self, bytes: &[u8]) {
        for &byte in bytes.iter().rev() {
            self.queue.push_front(byte);
        }
    }

    /// The bytes that the line has carried by `now`.
    pub(super) fn carried(&mut self, now: Instant) -> Vec<u8> {
        let Some(rate) = self.rate else {
            return self.queue.drain(..).collect();
        };
        let passed = now.since(self.counted).as_millis();
        self.counted = self.counted.max(now);
        self.credit = self.credit.saturating_add(passed.saturating_mul(rate));
        let count = usize::try_from(self.credit / COST)
            .unwrap_or(usize::MAX)
            .min(self.queue.len());
        self.credit -= count as u64 * COST;
        let bytes = self.queue.drain(..count).collect();
        if self.queue.is_empty() {
            // an idle line saves nothing up
            self.credit = 0;
        }
        bytes
    }

    /// When a look at the line is worth while: a fair piece has passed, or everything.
    pub(super) fn wake(&self) -> Option<Instant> {
        if self.queue.is_empty() {
            return None;
        }
        let Some(rate) = self.rate else {
            return Some(self.counted);
        };
        let piece = (rate * AHEAD_MS / COST / 4).clamp(1, self.queue.len() as u64);
        let missing = (piece * COST).saturating_sub(self.credit);
        Some(self.counted + Duration::from_millis(missing.div_ceil(rate)))
    }

    /// Drops what is on the line.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.credit = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paced_line_carries_exactly_its_rate() {
        let start = Instant::from_millis(0);
        let mut lane = Lane::new(Some(115_200), start);
        let mut sent = 0;
        let mut carried = 0;
        for ms in 0..=10_000 {
            let now = Instant::from_millis(ms);
            carried += lane.carried(now).len();
            let room = lane.room_at(now);
            lane.push(now, &vec![0; room]);
            sent += room;
        }
        assert_eq!(carried, 115_200);
        assert!(sent - carried <= 2304);
    }

    #[test]
    fn an_idle_line_saves_no_credit_up() {
        let mut lane = Lane::new(Some(9_600), Instant::from_millis(0));
        let late = Instant::from_millis(60_000);
        assert!(lane.carried(late).is_empty());
        lane.push(late, &[0; 100]);
        assert!(lane.carried(late).is_empty());
        assert_eq!(lane.carried(late + Duration::from_millis(10)).len(), 9);
    }

    #[test]
    fn what_is_beyond_the_room_is_lost() {
        let now = Instant::from_millis(0);
        let mut lane = Lane::new(Some(9_600), now);
        let room = lane.room();
        lane.push(now, &vec![1; room + 50]);
        assert_eq!(lane.room(), 0);
        assert_eq!(lane.carried(now + Duration::from_secs(60)).len(), room);
    }

    #[test]
    fn the_wake_up_call_comes_when_there_is_something_to_read() {
        let now = Instant::from_millis(7);
        let mut lane = Lane::new(Some(4_800), now);
        assert_eq!(lane.wake(), None);
        lane.push(now, b"AT\r");
        let wake = lane.wake().expect("bytes are on the line");
        assert_eq!(lane.carried(wake), b"AT\r");
    }
}
