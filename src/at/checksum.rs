//! The 16-bit checksum that the module reports after an upload (N2-071).
//!
//! The package is read as 16-bit big-endian words that are XORed; an odd last byte is the high half
//! of a word whose low half is 0. Two values printed by real BG95 modules (for `AT+QFUPL`) agree.

/// A running checksum: fed in pieces of any size, it gives the same value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Checksum {
    value: u16,
    /// The next byte is the low half of a word.
    odd: bool,
}

impl Checksum {
    /// The checksum of nothing.
    pub const fn new() -> Self {
        Self {
            value: 0,
            odd: false,
        }
    }

    /// The checksum of `bytes`.
    pub fn of(bytes: &[u8]) -> u16 {
        let mut sum = Self::new();
        sum.update(bytes);
        sum.value()
    }

    /// Takes in the next piece of the package.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        if self.odd
            && let Some((&low, rest)) = bytes.split_first()
        {
            self.value ^= u16::from(low);
            self.odd = false;
            bytes = rest;
        }
        // XOR has no carry, so that four words at once fold into one at the end.
        let mut wide = 0u64;
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            // chunks_exact gives pieces of exactly eight bytes
            wide ^= word.try_into().map_or(0, u64::from_be_bytes);
        }
        self.value ^= (wide ^ (wide >> 16) ^ (wide >> 32) ^ (wide >> 48)) as u16;
        for pair in words.remainder().chunks(2) {
            match *pair {
                [high, low] => self.value ^= u16::from_be_bytes([high, low]),
                [high] => {
                    self.value ^= u16::from_be_bytes([high, 0]);
                    self.odd = true;
                }
                _ => {}
            }
        }
    }

    /// The value for all bytes seen so far.
    pub const fn value(self) -> u16 {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_x_11() {
        assert_eq!(Checksum::of(b""), 0);
        assert_eq!(Checksum::of(&[0x12, 0x34]), 0x1234);
        assert_eq!(Checksum::of(&[0x2d; 4]), 0);
        assert_eq!(Checksum::of(&[0xab]), 0xab00);
        assert_eq!(Checksum::of(&[0x12, 0x34, 0x56]), 0x4434);
    }

    #[test]
    fn pieces_of_any_size_give_the_same_value_n2_071() {
        let bytes: Vec<u8> = (0u32..1001).map(|n| (n * 7 + n / 3) as u8).collect();
        let whole = Checksum::of(&bytes);
        for piece in 1..40 {
            let mut sum = Checksum::new();
            for part in bytes.chunks(piece) {
                sum.update(part);
            }
            assert_eq!(sum.value(), whole, "pieces of {piece} bytes");
        }
    }
}
