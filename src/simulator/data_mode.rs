//! Data mode: the bytes of a package, the ways out of it, and the count and checksum (N2-060 to N2-074).

use super::package::{HEAD, StoredPackage};
use crate::at::Checksum;
use crate::time::{Duration, Instant};

/// The silence before, the time for, and the silence after `+++` (N2-010).
const GUARD: Duration = Duration::from_millis(1000);
const ESCAPE: &[u8] = b"+++";

/// Why data mode ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// All bytes have arrived.
    Full,
    /// No data for the timeout.
    Idle,
    /// `+++`, or DTR.
    Escape,
}

/// Where the bytes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To the package's place.
    Package,
    /// To a file.
    File {
        name: String,
        /// An `A` for each 1024 bytes.
        acknowledged: bool,
    },
}

/// The acknowledge mode's unit.
const ACKNOWLEDGED: u64 = 1024;

/// An upload under way.
#[derive(Clone, Debug)]
pub(super) struct DataMode {
    pub(super) target: Target,
    /// How many `A`s are out.
    acks: u64,
    /// Bytes announced.
    size: u64,
    timeout: Duration,
    /// Bytes that the host sent, lost ones included.
    pub(super) sent: u64,
    stored: u64,
    checksum: Checksum,
    head: Vec<u8>,
    last_byte: Instant,
    /// Plus signs that may become an escape, and since when.
    escape: Option<(usize, Instant)>,
}

/// What is to be done with the bytes of a package on their way in.
#[derive(Clone, Debug, Default)]
pub(super) struct Damage {
    /// First byte and number of those that are lost.
    pub(super) lost: Vec<(u64, u64)>,
    /// The bytes that are changed.
    pub(super) corrupt: Vec<u64>,
}

impl DataMode {
    pub(super) fn new(target: Target, size: u64, timeout: Duration, now: Instant) -> Self {
        Self {
            target,
            acks: 0,
            size,
            timeout,
            sent: 0,
            stored: 0,
            checksum: Checksum::new(),
            head: Vec::new(),
            last_byte: now,
            escape: None,
        }
    }

    /// An upload of which `received` bytes are there already.
    pub(super) fn resumed(size: u64, received: u64, timeout: Duration, now: Instant) -> Self {
        let received = received.min(size);
        Self {
            sent: received,
            stored: received,
            ..Self::new(Target::Package, size, timeout, now)
        }
    }

    /// The time of the upload begins now.
    pub(super) const fn begin(&mut self, now: Instant) {
        self.last_byte = now;
    }

    /// The `A`s that are due, by their numbers.
    pub(super) fn due_acks(&mut self) -> core::ops::RangeInclusive<u64> {
        let due = match self.target {
            Target::File {
                acknowledged: true, ..
            } => self.stored / ACKNOWLEDGED,
            _ => 0,
        };
        let first = self.acks + 1;
        self.acks = due.max(self.acks);
        first..=due
    }

    /// Bytes that are still to come.
    pub(super) const fn missing(&self) -> u64 {
        self.size.saturating_sub(self.stored)
    }

    /// Bytes from the host. Says how many of them belonged to the upload, and whether it ends here.
    pub(super) fn receive(
        &mut self,
        now: Instant,
        bytes: &[u8],
        damage: &Damage,
    ) -> (usize, Option<Leave>) {
        let quiet = now.since(self.last_byte) >= GUARD;
        let plus = !bytes.is_empty() && bytes.len() <= ESCAPE.len() && ESCAPE.starts_with(bytes);
        match self.escape {
            Some((count, since))
                if plus && count + bytes.len() <= ESCAPE.len() && now.since(since) < GUARD =>
            {
                self.escape = Some((count + bytes.len(), since));
                self.last_byte = now;
            }
            Some(_) => {
                // it was data after all
                self.release_escape(damage);
                return self.receive(now, bytes, damage);
            }
            None if plus && quiet => {
                self.escape = Some((bytes.len(), now));
                self.last_byte = now;
            }
            None => {
                let used = self.store(bytes, damage);
                self.last_byte = now;
                return (used, (self.missing() == 0).then_some(Leave::Full));
            }
        }
        // bytes that complete the package are the package's, whatever they look like
        let held = self.escape.map_or(0, |(count, _)| count);
        if held as u64 >= self.missing() {
            let wanted = usize::try_from(self.missing()).unwrap_or(held).min(held);
            self.release_escape(damage);
            return (
                bytes.len() - (held - wanted).min(bytes.len()),
                Some(Leave::Full),
            );
        }
        (bytes.len(), None)
    }

    fn release_escape(&mut self, damage: &Damage) {
        if let Some((count, _)) = self.escape.take() {
            let plus = &ESCAPE[..count.min(ESCAPE.len())];
            self.store(plus, damage);
        }
    }

    /// Takes in what still fits; says how many bytes of the line that were.
    fn store(&mut self, bytes: &[u8], damage: &Damage) -> usize {
        let mut used = 0;
        while used < bytes.len() && self.missing() > 0 {
            let rest = &bytes[used..];
            let most = usize::try_from(self.missing())
                .unwrap_or(usize::MAX)
                .min(rest.len());
            let lost = damage
                .lost
                .iter()
                .find(|(at, count)| (*at..at.saturating_add(*count)).contains(&self.sent))
                .map(|(at, count)| at.saturating_add(*count) - self.sent);
            if let Some(lost) = lost {
                let lost = usize::try_from(lost).unwrap_or(usize::MAX).min(rest.len());
                self.sent += lost as u64;
                used += lost;
                continue;
            }
            if damage.corrupt.contains(&self.sent) {
                self.keep(&[rest[0] ^ 0x20]);
                used += 1;
                continue;
            }
            // up to the next byte that something happens to
            let border = damage
                .lost
                .iter()
                .map(|(at, _)| *at)
                .chain(damage.corrupt.iter().copied())
                .filter(|at| *at > self.sent)
                .map(|at| usize::try_from(at - self.sent).unwrap_or(usize::MAX))
                .min()
                .unwrap_or(usize::MAX);
            let piece = most.min(border);
            self.keep(&rest[..piece]);
            used += piece;
        }
        used
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.sent += bytes.len() as u64;
        self.stored += bytes.len() as u64;
        self.checksum.update(bytes);
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
    }

    /// When something happens although no byte comes.
    pub(super) fn deadline(&self) -> Instant {
        match self.escape {
            Some((count, _)) if count == ESCAPE.len() => self.last_byte + GUARD,
            Some((_, since)) => since + GUARD,
            None => self.last_byte + self.timeout,
        }
    }

    /// No byte came up to the deadline.
    pub(super) fn expired(&mut self, damage: &Damage) -> Option<Leave> {
        match self.escape {
            Some((count, _)) if count == ESCAPE.len() => {
                self.escape = None;
                Some(Leave::Escape)
            }
            Some(_) => {
                self.release_escape(damage);
                (self.missing() == 0).then_some(Leave::Full)
            }
            None => Some(Leave::Idle),
        }
    }

    /// What is in the flash afterwards; nothing where not a byte arrived.
    pub(super) fn package(&self) -> Option<StoredPackage> {
        (self.stored > 0).then(|| StoredPackage {
            size: self.stored,
            checksum: self.checksum.value(),
            complete: self.stored == self.size,
            head: self.head.clone(),
            jumbled: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    fn upload(size: u64) -> DataMode {
        DataMode::new(Target::Package, size, Duration::from_secs(60), at(0))
    }

    #[test]
    fn what_is_beyond_the_size_is_not_the_uploads_n2_063() {
        let mut mode = upload(4);
        assert_eq!(
            mode.receive(at(1), b"\x12\x34AT\rX", &Damage::default()),
            (4, Some(Leave::Full))
        );
        let package = mode.package().expect("bytes arrived");
        assert_eq!(
            (package.size, package.checksum, package.complete),
            (4, 0x1234 ^ 0x4154, true)
        );
    }

    #[test]
    fn pluses_with_silence_around_them_leave_data_mode_n2_010() {
        let mut mode = upload(100);
        let none = Damage::default();
        assert_eq!(mode.receive(at(10), b"abc", &none), (3, None));
        assert_eq!(mode.receive(at(1010), b"+", &none), (1, None));
        assert_eq!(mode.receive(at(1500), b"++", &none), (2, None));
        assert_eq!(mode.deadline(), at(2500));
        assert_eq!(mode.expired(&none), Some(Leave::Escape));
        assert_eq!(mode.stored, 3);
    }

    #[test]
    fn pluses_without_silence_are_data_n2_010() {
        let none = Damage::default();
        // no silence before
        let mut mode = upload(100);
        mode.receive(at(10), b"abc", &none);
        mode.receive(at(1009), b"+++", &none);
        assert_eq!(mode.stored, 6);
        // no silence after
        let mut mode = upload(100);
        mode.receive(at(2000), b"+++", &none);
        mode.receive(at(2999), b"d", &none);
        assert_eq!(mode.stored, 4);
        // too slow
        let mut mode = upload(100);
        mode.receive(at(2000), b"+", &none);
        assert_eq!(mode.deadline(), at(3000));
        assert_eq!(mode.expired(&none), None);
        mode.receive(at(3001), b"++", &none);
        assert_eq!(mode.stored, 1);
        // four of them
        let mut mode = upload(100);
        mode.receive(at(2000), b"++++", &none);
        assert_eq!(mode.stored, 4);
    }

    #[test]
    fn pluses_that_complete_the_package_are_data() {
        let mut mode = upload(5);
        let none = Damage::default();
        mode.receive(at(0), b"ab", &none);
        assert_eq!(
            mode.receive(at(5000), b"+++", &none),
            (3, Some(Leave::Full))
        );
        assert_eq!(mode.stored, 5);
    }

    #[test]
    fn silence_ends_data_mode_also_before_the_first_byte_n2_063() {
        let mut mode = upload(5);
        assert_eq!(mode.deadline(), at(60_000));
        assert_eq!(mode.expired(&Damage::default()), Some(Leave::Idle));
        assert_eq!(mode.package(), None);
    }

    #[test]
    fn lost_and_changed_bytes_are_the_ones_asked_for() {
        let damage = Damage {
            lost: vec![(3, 4)],
            corrupt: vec![1],
        };
        for piece in 1..=10 {
            let mut mode = upload(100);
            for part in b"0123456789".chunks(piece) {
                assert_eq!(mode.receive(at(1), part, &damage).0, part.len());
            }
            assert_eq!(mode.sent, 10);
            assert_eq!(mode.head, b"0\x112789");
        }
    }
}
