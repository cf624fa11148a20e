//! A wait with its deadline, as the page shows it.

use crate::at::Exchange;
use crate::snapshot::{WaitCode, WaitFacts};
use crate::time::{Duration, Instant};

/// What is waited for, and how long that is normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wait {
    pub(crate) code: WaitCode,
    pub(crate) since: Instant,
    pub(crate) expected: Duration,
    pub(crate) warn: Duration,
    pub(crate) limit: Duration,
}

impl Wait {
    /// A wait in which nothing short of the limit is unusual.
    pub(crate) const fn plain(code: WaitCode, since: Instant, limit: Duration) -> Self {
        Self {
            code,
            since,
            expected: limit,
            warn: limit,
            limit,
        }
    }

    /// The wait for the answer to a command: the notes allow 300 ms.
    pub(crate) fn answer(code: WaitCode, exchange: &Exchange) -> Self {
        let since = exchange.deadline() - exchange.limit();
        let second = Duration::from_secs(1);
        Self {
            code,
            since,
            expected: second,
            warn: second,
            limit: exchange.limit(),
        }
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.since + self.limit
    }

    pub(crate) const fn facts(&self) -> WaitFacts {
        WaitFacts {
            code: self.code,
            since: self.since.as_millis(),
            expected_ms: self.expected.as_millis(),
            warn_ms: self.warn.as_millis(),
            limit_ms: self.limit.as_millis(),
        }
    }
}
