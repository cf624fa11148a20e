//! What the simulated module knows of a delta package: its length, its checksum and its first lines.
//!
//! A real package names its versions deep inside a format that is not public. A simulated one says
//! them in a few lines of ASCII at its beginning, see [`sample_package`]. Any other file is taken too,
//! unless it is a web page: it leads from whatever runs to the version whose last number is one higher.

use super::random::Random;
use crate::at::Checksum;

/// The first line of a package that names its versions.
const MAGIC: &str = "DELTAPORT SIMULATED DELTA";
/// How much of a package's beginning is kept.
pub(super) const HEAD: usize = 512;

/// A package in the module's flash. Its bytes are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPackage {
    /// Bytes that arrived.
    pub size: u64,
    /// Checksum of the bytes that arrived (N2-071).
    pub checksum: u16,
    /// As many bytes as announced have arrived.
    pub complete: bool,
    /// The first bytes, at most [`HEAD`].
    pub(super) head: Vec<u8>,
    /// Pieces of it are not where they belong.
    pub(super) jumbled: bool,
}

/// What is wrong with a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// There is none.
    Missing,
    /// It is not whole, or no package at all.
    Damaged,
    /// It is for another version.
    OtherVersion,
}

impl StoredPackage {
    /// A whole package of which nothing else is known.
    pub(super) const fn whole(size: u64) -> Self {
        Self {
            size,
            checksum: 0,
            complete: true,
            head: Vec::new(),
            jumbled: false,
        }
    }

    /// A package of these bytes.
    pub(super) fn of(bytes: &[u8], complete: bool) -> Self {
        let mut package = Self::whole(0);
        package.append(&Self {
            size: bytes.len() as u64,
            checksum: Checksum::of(bytes),
            head: bytes[..bytes.len().min(HEAD)].to_vec(),
            ..Self::whole(0)
        });
        package.complete = complete;
        package
    }

    /// Adds what comes behind it. Whether it is complete is for the caller to say.
    pub(super) fn append(&mut self, more: &Self) {
        // behind an odd number of bytes, the halves of all words change places
        self.checksum ^= if self.size.is_multiple_of(2) {
            more.checksum
        } else {
            more.checksum.swap_bytes()
        };
        self.size += more.size;
        let room = HEAD.saturating_sub(self.head.len()).min(more.head.len());
        self.head.extend_from_slice(&more.head[..room]);
        self.jumbled |= more.jumbled;
    }

    /// It cannot be a package, whatever module it is for.
    pub(super) fn is_damaged(&self) -> bool {
        let is_page = self.head.first() == Some(&b'<');
        let cut = sealed_size(&self.head).is_some_and(|size| size != self.size);
        !self.complete || self.jumbled || is_page || cut
    }

    /// What keeps a module that runs `version` from applying it.
    pub(super) fn flaw(&self, version: &str) -> Option<Flaw> {
        if self.is_damaged() {
            return Some(Flaw::Damaged);
        }
        versions(&self.head)
            .filter(|(from, _)| *from != version)
            .map(|_| Flaw::OtherVersion)
    }
}

/// A package that leads a simulated module from one version to another.
///
/// It begins with the lines `DELTAPORT SIMULATED DELTA`, `from=<version>` and `to=<version>`, each ended
/// by LF. The rest are pseudo-random bytes, the same for the same arguments. A `size` that does not
/// even hold these lines gives a package of just these lines.
pub fn sample_package(from: &str, to: &str, size: usize) -> Vec<u8> {
    package(from, to, size, false)
}

/// The same with a fourth line `size=<size>`, so that a module finds out when its end is missing.
pub fn sized_package(from: &str, to: &str, size: usize) -> Vec<u8> {
    package(from, to, size, true)
}

fn package(from: &str, to: &str, size: usize, sized: bool) -> Vec<u8> {
    let plain = |version: &str| {
        version
            .chars()
            .filter(|c| !c.is_control())
            .take(100)
            .collect::<String>()
    };
    let (from, to) = (plain(from), plain(to));
    let mut text = format!("{MAGIC}\nfrom={from}\nto={to}\n");
    if sized {
        text += &format!("size={size}\n");
    }
    let mut bytes = text.into_bytes();
    // another pair of versions gives other bytes
    let seed = bytes.iter().fold(size as u64, |seed, &byte| {
        seed.rotate_left(7) ^ u64::from(byte)
    });
    let mut random = Random::new(seed);
    bytes.reserve(size.saturating_sub(bytes.len()));
    while bytes.len() < size {
        let word = random.next().to_le_bytes();
        let missing = (size - bytes.len()).min(word.len());
        bytes.extend(word.iter().take(missing));
    }
    bytes
}

/// The versions that the first lines of a package name.
pub(super) fn versions(head: &[u8]) -> Option<(&str, &str)> {
    let mut lines = head
        .split(|&byte| byte == b'\n')
        .map(|line| core::str::from_utf8(line).ok());
    if lines.next()?? != MAGIC {
        return None;
    }
    let from = lines.next()??.strip_prefix("from=")?;
    let to = lines.next()??.strip_prefix("to=")?;
    // the last line must be whole
    lines.next()?;
    Some((from, to))
}

/// The size that the fourth line names, if it names one.
fn sealed_size(head: &[u8]) -> Option<u64> {
    versions(head)?;
    let line = head.split(|&byte| byte == b'\n').nth(3)?;
    let number = line.strip_prefix(b"size=")?;
    core::str::from_utf8(number).ok()?.parse().ok()
}

/// The version after `version`: its last number is one higher and as wide as before.
pub(super) fn counted_up(version: &str) -> String {
    let Some(end) = version
        .rfind(|c: char| c.is_ascii_digit())
        .map(|last| last + 1)
    else {
        return format!("{version}_2");
    };
    let start = version[..end]
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .len();
    let mut digits: Vec<u8> = version.as_bytes()[start..end].to_vec();
    for digit in digits.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            let digits = String::from_utf8_lossy(&digits);
            return format!("{}{digits}{}", &version[..start], &version[end..]);
        }
    }
    let digits = String::from_utf8_lossy(&digits);
    format!("{}1{digits}{}", &version[..start], &version[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_names_its_versions_and_is_reproducible() {
        let sample = sample_package("A01", "A02", 5000);
        assert_eq!(sample.len(), 5000);
        assert_eq!(versions(&sample), Some(("A01", "A02")));
        assert_eq!(sample, sample_package("A01", "A02", 5000));
        assert_ne!(sample[200..], sample_package("A01", "A03", 5000)[200..]);
    }

    #[test]
    fn a_line_end_in_a_version_cannot_forge_a_header() {
        let sample = sample_package("A\nto=evil", "B", 0);
        assert_eq!(versions(&sample), Some(("Ato=evil", "B")));
    }

    #[test]
    fn a_sized_package_that_is_cut_is_damaged() {
        let bytes = sized_package("A01", "A02", 5000);
        assert_eq!(StoredPackage::of(&bytes, true).flaw("A01"), None);
        let flaw = StoredPackage::of(&bytes, true).flaw("A02");
        assert_eq!(flaw, Some(Flaw::OtherVersion));
        let cut = StoredPackage::of(&bytes[..4999], true);
        assert_eq!(cut.flaw("A01"), Some(Flaw::Damaged));
        let page = StoredPackage::of(b"<html>", true);
        assert_eq!(page.flaw("A01"), Some(Flaw::Damaged));
        assert_eq!(StoredPackage::of(b"anything", true).flaw("A01"), None);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let bytes = sized_package("A01", "A02", 5001);
        let whole = StoredPackage::of(&bytes, true);
        for cuts in [[0, 1], [1, 2], [333, 1000], [2048, 4097], [17, 5001]] {
            let mut sum = StoredPackage::of(&bytes[..cuts[0]], true);
            sum.append(&StoredPackage::of(&bytes[cuts[0]..cuts[1]], true));
            sum.append(&StoredPackage::of(&bytes[cuts[1]..], true));
            assert_eq!(sum, whole, "{cuts:?}");
        }
    }

    #[test]
    fn other_files_have_no_versions() {
        assert_eq!(versions(b""), None);
        assert_eq!(versions(&[0xff; 300]), None);
        assert_eq!(versions(b"DELTAPORT SIMULATED DELTA\nfrom=A\nto=B"), None);
    }

    #[test]
    fn the_last_number_counts_up() {
        for (old, new) in [
            (
                "BG95M3LAR02A03_01.012.01.012",
                "BG95M3LAR02A03_01.012.01.013",
            ),
            ("A09", "A10"),
            ("A99", "A100"),
            ("1-beta", "2-beta"),
            ("none", "none_2"),
            ("\u{fc}7\u{fc}", "\u{fc}8\u{fc}"),
            ("", "_2"),
        ] {
            assert_eq!(counted_up(old), new);
        }
    }
}
