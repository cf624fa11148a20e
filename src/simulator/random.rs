//! Reproducible numbers: the same seed gives the same module, noise and steps.

/// A SplitMix64 generator. Good enough for noise, small enough to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end` - 1; 0 where `end` is 0.
    pub(super) const fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.next() % end }
    }

    /// `count` bytes as they look when they were sent at another rate: no text.
    pub(super) fn noise(&mut self, count: usize) -> Vec<u8> {
        (0..count)
            .map(|_| match self.next() as u8 {
                byte if byte % 7 == 0 => 0,
                byte => byte | 0x80,
            })
            .collect()
    }
}
