//! What the module will do by itself, and when.

use std::collections::VecDeque;

use super::data_mode::DataMode;
use super::fault::Lwm2mMode;
use super::note::Trouble;
use crate::time::Instant;

/// Something that happens at a point in time.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Bytes go out.
    Say(Vec<u8>),
    /// The answer is out; the next command is read.
    Ready,
    /// CONNECT is out; data mode begins.
    Connect(Box<DataMode>),
    /// The UART's rate changes.
    SetRate(u32),
    /// The module restarts.
    Restart,
    /// The module switches itself off.
    PowerDown,
    /// The power is back.
    PowerOn,
    /// The package is to be applied.
    StartUpdate,
    /// Into DFOTA mode.
    EnterDfota,
    /// The update has come this far.
    Percent(u8),
    /// The update has ended with this code.
    End(u16),
    /// An attempt has failed with this code; another one follows.
    FailedTry(u16),
    /// RDY.
    Rdy,
    /// APP RDY.
    AppRdy,
    /// One turn of a boot loop.
    LoopTurn(u32),
    /// A download begins: its start is reported and the server is asked.
    DownloadStart,
    /// The server is asked again after the connection broke.
    DownloadAgain,
    /// A download has come this far.
    DownloadPercent(u8),
    /// The connection to the server breaks; the end of the download if nothing helps.
    DownloadBreaks(Trouble),
    /// A download has ended.
    DownloadEnd(u16),
    /// The mount has not answered.
    FetchTimeout(u32),
    /// A server starts an upgrade.
    Lwm2m(Lwm2mMode),
    /// The way into the recovery mode is done, and the port is there.
    Recovery,
    /// The cable is plugged in again.
    Replug,
    /// The module reads again.
    Unstall,
    /// Whatever the port says by itself.
    Chatter,
}

impl Act {
    /// It belongs to a download.
    pub(super) const fn is_download(&self) -> bool {
        matches!(
            self,
            Self::DownloadStart
                | Self::DownloadAgain
                | Self::DownloadPercent(_)
                | Self::DownloadBreaks(_)
                | Self::DownloadEnd(_)
                | Self::FetchTimeout(_)
        )
    }

    /// It happens outside of the module: a restart does not prevent it.
    const fn outlives_restart(&self) -> bool {
        matches!(self, Self::Replug | Self::Chatter | Self::Lwm2m(_))
    }
}

/// Acts in their order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Agenda(VecDeque<(Instant, Act)>);

impl Agenda {
    /// Adds an act; after those that were added earlier for the same time.
    pub(super) fn add(&mut self, at: Instant, act: Act) {
        let place = self.0.partition_point(|(time, _)| *time <= at);
        self.0.insert(place, (at, act));
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.0.front().map(|(at, _)| *at)
    }

    pub(super) fn take_due(&mut self, now: Instant) -> Option<(Instant, Act)> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_front()
    }

    /// The module restarts: its own plans are void.
    pub(super) fn restart(&mut self) {
        self.0.retain(|(_, act)| act.outlives_restart());
    }

    pub(super) fn remove(&mut self, which: impl Fn(&Act) -> bool) {
        self.0.retain(|(_, act)| !which(act));
    }

    pub(super) fn any(&self, which: impl Fn(&Act) -> bool) -> bool {
        self.0.iter().any(|(_, act)| which(act))
    }
}
