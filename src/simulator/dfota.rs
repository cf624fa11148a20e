//! The update: from the start command to END, with the module deaf in between (N2-030 to N2-034).

use super::agenda::Act;
use super::fault::Fault;
use super::module::{Mode, Ram, Simulator};
use super::package;
use super::settings::Link;
use crate::time::{Duration, Instant};

/// The rates at which reports come; every other setting reports at [`DEFAULT_RATE`] (N2-031).
const REPORT_RATES: [u32; 8] = [
    4800, 9600, 19_200, 38_400, 115_200, 230_400, 460_800, 921_600,
];
const DEFAULT_RATE: u32 = 115_200;

// The module's own durations, in milliseconds. Not told in the note; of the order seen on hardware.
const TO_RESETTING: u64 = 1000;
const TO_RESET: u64 = 1600;
const TO_DFOTA: u64 = 5000;
const TO_END: u64 = 1500;
const TO_RESTART: u64 = 1500;
const BETWEEN_TRIES: u64 = 4000;

/// The kinds of server that a package is downloaded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Download {
    /// HTTP(S).
    Http,
    /// CoAP(S).
    Coap,
    /// FTP(S).
    Ftp,
}

impl Download {
    pub(super) const fn start(self) -> &'static str {
        match self {
            Self::Http => "HTTPSTART",
            Self::Coap => "COAPSTART",
            Self::Ftp => "FTPSTART",
        }
    }

    const fn end(self) -> &'static str {
        match self {
            Self::Http => "HTTPEND",
            Self::Coap => "COAPEND",
            Self::Ftp => "FTPEND",
        }
    }
}

impl Simulator {
    /// What follows the OK of the start command.
    pub(super) fn leave_for_dfota(&mut self) -> Vec<(Duration, Act)> {
        if self.faults.has(&Fault::NoReset) {
            return Vec::new();
        }
        self.ram.leaving = true;
        let mut then = Vec::new();
        if !self.faults.has(&Fault::NoResetting) {
            let line = self.faults.spelling().report("RESETTING", None);
            then.push((self.own(TO_RESETTING), Act::Say(self.frame(&line))));
        }
        then.push((self.own(TO_RESET), Act::StartUpdate));
        then
    }

    pub(super) fn reset_into_dfota(&mut self, at: Instant) {
        self.record.updates_started += 1;
        self.flash.update = Some(0);
        self.go_down(at);
        self.agenda.add(at + self.own(TO_DFOTA), Act::EnterDfota);
    }

    /// Everything that only lives as long as the module is on is gone.
    pub(super) fn go_down(&mut self, at: Instant) {
        self.keep_upload();
        self.mode = Mode::Off;
        self.stalled = false;
        self.agenda.restart();
        self.ram = Ram::new(self.flash.profile.clone(), self.settings.automatic, at);
        if self.settings.link == Link::Usb {
            self.unplug(at);
        }
    }

    pub(super) fn lose_power(&mut self, at: Instant, back: u64) {
        self.go_down(at);
        self.agenda
            .add(at + Duration::from_millis(back.max(1)), Act::PowerOn);
    }

    /// Plans the whole update from where it stands.
    pub(super) fn enter_dfota(&mut self, at: Instant) {
        self.mode = Mode::Dfota;
        let mut percent = self.flash.update.unwrap_or(0).min(100);
        if !self.faults.has(&Fault::NoStart) {
            self.report(at, "START", None);
        }
        let mut at = self.failed_tries(at);
        let (code, last) = self.ending();
        let whole = self.settings.update_time.as_millis();
        while percent < last {
            let step = if percent == 0 {
                1
            } else {
                1 + self.random.below(4) as u8
            };
            let before = percent;
            percent = percent.saturating_add(step).min(last);
            // uneven: half to one and a half of the even time
            let even = whole * u64::from(percent - before) / 100;
            let uneven = even / 2 + self.random.below(even + 1);
            at += self.own(uneven);
            at += self.pause(before, percent);
            self.agenda.add(at, Act::Percent(percent));
        }
        at += self.own(TO_END);
        self.agenda.add(at, Act::End(code));
    }

    /// Tries that fail before the one that counts.
    fn failed_tries(&mut self, start: Instant) -> Instant {
        let mut at = start;
        let retry = self.faults.spend(|fault| match fault {
            Fault::Retry { code, times } => Some((1, (*code, (*times).min(100)))),
            _ => None,
        });
        let (code, times) = retry.unwrap_or_default();
        for _ in 0..times {
            for percent in [2, 5, 11] {
                at += self.own(self.settings.update_time.as_millis() / 20);
                self.agenda.add(at, Act::Percent(percent));
            }
            at += self.own(TO_END);
            self.agenda.add(at, Act::FailedTry(code));
            at += self.own(BETWEEN_TRIES);
            let line = self.faults.spelling().report("START", None);
            self.agenda.add(at, Act::Say(self.frame(&line)));
        }
        at
    }

    /// The code at the end, and at how many percent the end is.
    fn ending(&self) -> (u16, u8) {
        let fault = self.faults.find(|fault| match fault {
            Fault::EndCode { code, percent } => Some((*code, (*percent).min(100))),
            _ => None,
        });
        if let Some(ending) = fault {
            return ending;
        }
        match &self.flash.package {
            None => (505, 0),
            Some(package) if !package.complete => (506, 0),
            Some(package) => match package::versions(&package.head) {
                Some((from, _)) if from != self.flash.version => (511, 0),
                _ => (0, 100),
            },
        }
    }

    /// A long silence between two reports.
    fn pause(&self, before: u8, percent: u8) -> Duration {
        let pause = self.faults.find(|fault| match fault {
            Fault::PauseAt { percent: at, pause } if (before..percent).contains(at) => Some(*pause),
            _ => None,
        });
        pause.map_or(Duration::ZERO, |pause| self.own(pause.as_millis()))
    }

    pub(super) fn progress(&mut self, at: Instant, percent: u8) {
        self.flash.update = Some(percent);
        let cut = self.faults.spend(|fault| match fault {
            Fault::PowerCut { percent: at, back } if *at <= percent => Some((1, *back)),
            _ => None,
        });
        if let Some(back) = cut {
            let back = self.own(back.as_millis());
            return self.lose_power(at, back.as_millis());
        }
        if self.faults.has(&Fault::NoProgress) {
            return;
        }
        self.record.reports += 1;
        let mut bytes = self.frame(&self.faults.spelling().updating(percent));
        let every = self.faults.find(|fault| match fault {
            Fault::Truncated { every } => Some((*every).max(1)),
            _ => None,
        });
        if every.is_some_and(|every| self.record.reports.is_multiple_of(every)) {
            bytes.truncate(bytes.len() * 2 / 3);
        }
        self.send(at, &bytes);
    }

    pub(super) fn end_update(&mut self, at: Instant, code: u16) {
        self.flash.update = None;
        self.record.updates_ended += 1;
        self.faults.after_update = true;
        if code == 0 {
            let target =
                self.flash.package.take().and_then(|package| {
                    package::versions(&package.head).map(|(_, to)| to.to_owned())
                });
            if !self.faults.has(&Fault::OldVersion) {
                self.flash.version =
                    target.unwrap_or_else(|| package::counted_up(&self.flash.version));
            }
        }
        if !self.faults.has(&Fault::NoEnd) {
            if self.faults.has(&Fault::EndAfterRestart) {
                self.pending_end = Some(code);
            } else {
                self.report(at, "END", Some(&code.to_string()));
            }
        }
        self.agenda.add(at + self.own(TO_RESTART), Act::Restart);
    }

    pub(super) fn end_download(&mut self, at: Instant, download: Download, code: u16) {
        self.ram.download = None;
        self.ram.download_failed = true;
        self.report(at, download.end(), Some(&code.to_string()));
    }

    pub(super) fn report(&mut self, at: Instant, event: &str, value: Option<&str>) {
        let line = self.faults.spelling().report(event, value);
        let bytes = self.frame(&line);
        self.send(at, &bytes);
    }

    /// At which rate reports come in DFOTA mode.
    pub(super) fn report_rate(&self) -> u32 {
        let rate = self.flash.baud_rate;
        if REPORT_RATES.contains(&rate) {
            rate
        } else {
            DEFAULT_RATE
        }
    }
}
