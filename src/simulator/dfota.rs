//! The update: from the start command, or the end of a download, to END (N1-20, N2-030 to N2-034,
//! N3-05 to N3-08, N5-16).

use super::agenda::Act;
use super::fault::{Fault, PercentStyle};
use super::module::{Mode, Ram, Simulator};
use super::note::Note;
use super::package::{self, Flaw};
use super::settings::Link;
use crate::time::{Duration, Instant};

/// The rates at which a module of N2 reports; every other setting reports at [`DEFAULT_RATE`] (N2-031).
const REPORT_RATES: [u32; 8] = [
    4800, 9600, 19_200, 38_400, 115_200, 230_400, 460_800, 921_600,
];
const DEFAULT_RATE: u32 = 115_200;

// The module's own durations, in milliseconds. Not told in the notes; of the order seen on hardware.
const TO_RESETTING: u64 = 1000;
const TO_RESET: u64 = 1600;
const TO_DFOTA: u64 = 5000;
const TO_FIRST_REPORT: u64 = 6000;
const TO_END: u64 = 1500;
const TO_RESTART: u64 = 1500;
const BETWEEN_TRIES: u64 = 4000;
/// Retries of N3's family after the first failure (N3-08).
const RETRIES: u32 = 5;
/// The update exits unexpectedly, and is tried again by a module of N3 (N3-29).
const TRIED_AGAIN: u16 = 502;
/// The package is for another version, which a module of N3 finds before it restarts (N3-06).
const VERSION_FILE: u16 = 505;

impl Simulator {
    /// What follows the OK of the start command, or the end of a download.
    pub(super) fn leave_for_dfota(&mut self) -> Vec<(Duration, Act)> {
        let mut then = self.leave_unannounced();
        if !then.is_empty() && self.note() == Note::N2 && !self.faults.has(&Fault::NoResetting) {
            let line = self.report_line("RESETTING", None);
            then.insert(0, (self.own(TO_RESETTING), Act::Say(self.frame(&line))));
        }
        then
    }

    /// The same where no RESETTING is told: a server of the operator has started it (N2-145).
    pub(super) fn leave_unannounced(&mut self) -> Vec<(Duration, Act)> {
        if self.faults.has(&Fault::NoReset) {
            return Vec::new();
        }
        self.ram.leaving = true;
        vec![(self.own(TO_RESET), Act::StartUpdate)]
    }

    /// The module sets about it.
    pub(super) fn start_update(&mut self, at: Instant) {
        let (code, percent) = self.ending();
        let hopeless = code != 0 && percent == 0;
        match self.note() {
            Note::N3 if code == VERSION_FILE => {
                self.flash.package = None;
                if let Some(name) = self.ram.local_file.take() {
                    self.flash.files.remove(&name);
                }
                self.ram.leaving = false;
                return self.report_end(at, code);
            }
            Note::N1 | Note::N4 | Note::N5 if hopeless => {
                self.record.updates_started += 1;
                self.mode = Mode::Dfota;
                self.report_start(at);
                self.agenda.add(at + self.own(TO_END), Act::End(code));
                return;
            }
            Note::N1 | Note::N4 => {
                self.record.updates_started += 1;
                self.flash.update = Some(0);
                return self.enter_dfota(at);
            }
            // the restart that follows is not announced, and START comes before it
            Note::N5 => self.report_start(at),
            Note::N2 | Note::N3 => {}
        }
        self.reset_into_dfota(at);
    }

    fn reset_into_dfota(&mut self, at: Instant) {
        self.record.updates_started += 1;
        self.flash.update = Some(0);
        self.go_down(at);
        self.agenda.add(at + self.own(TO_DFOTA), Act::EnterDfota);
    }

    /// Everything that only lives as long as the module is on is gone.
    pub(super) fn go_down(&mut self, at: Instant) {
        self.keep_upload();
        self.keep_download();
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

    /// The module is where it writes its firmware.
    pub(super) fn enter_dfota(&mut self, at: Instant) {
        let note = self.note();
        let blind = self.faults.has(&Fault::NoPortInUpdate);
        if note == Note::N5 {
            self.boot_rom(at);
        }
        self.mode = Mode::Dfota;
        if note == Note::N3 && self.settings.link == Link::Usb && !blind {
            self.plug();
            // the host has to open the port first
            self.agenda
                .add(at + self.own(TO_FIRST_REPORT), Act::Recovery);
            return;
        }
        self.plan_update(at);
    }

    /// Plans the whole update from where it stands.
    pub(super) fn plan_update(&mut self, start: Instant) {
        let note = self.note();
        let dialect = note.dialect();
        if note != Note::N5 || self.forced {
            if self.forced && self.faults.has(&Fault::ContinuesAloud) {
                let line = "+QIND: \"FOTA\",\"Last upgrade was not finished,continue upgrade\"";
                self.say(start, line);
            }
            self.report_start(start);
        }
        if note == Note::N3 {
            // it begins anew
            self.flash.update = Some(0);
            if let Some(code) = self.failing_try() {
                let at = self.plan_failure(start);
                self.agenda.add(at, Act::FailedTry(code));
                return;
            }
        }
        let mut percent = self.flash.update.unwrap_or(0).min(100);
        let mut at = if note == Note::N3 {
            start
        } else {
            self.failed_tries(start)
        };
        let (code, last) = self.ending();
        if dialect.from_zero && percent == 0 && last > 0 {
            self.agenda.add(at, Act::Percent(0));
        }
        let whole = self.settings.update_time.as_millis();
        while percent < last {
            let step = if percent == 0 {
                1
            } else {
                1 + self.random.below(dialect.update_step) as u8
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

    /// Tries that fail before the one that counts, without a restart in between.
    fn failed_tries(&mut self, start: Instant) -> Instant {
        let mut at = start;
        let retry = self.faults.spend(|fault| match fault {
            Fault::Retry { code, times } => Some((1, (*code, (*times).min(100)))),
            _ => None,
        });
        let (code, times) = retry.unwrap_or_default();
        for _ in 0..times {
            at = self.plan_failure(at);
            self.agenda.add(at, Act::FailedTry(code));
            at += self.own(BETWEEN_TRIES);
            let line = self.report_line("START", None);
            self.agenda.add(at, Act::Say(self.frame(&line)));
        }
        at
    }

    fn plan_failure(&mut self, start: Instant) -> Instant {
        let mut at = start;
        for percent in [2, 5, 11] {
            at += self.own(self.settings.update_time.as_millis() / 20);
            self.agenda.add(at, Act::Percent(percent));
        }
        at + self.own(TO_END)
    }

    /// The code with which this try of a module of N3 fails.
    fn failing_try(&mut self) -> Option<u16> {
        self.faults.spend(|fault| match fault {
            Fault::Retry { code, times } => Some((*times, *code)),
            Fault::EndCode {
                code: TRIED_AGAIN, ..
            } => Some((u32::MAX, TRIED_AGAIN)),
            _ => None,
        })
    }

    /// A try has failed. A module of N3 restarts for each of the next ones, and gives up in the end.
    pub(super) fn failed_try(&mut self, at: Instant, code: u16) {
        self.report(at, "END", Some(&code.to_string()));
        if self.note() != Note::N3 {
            return;
        }
        self.flash.tries += 1;
        if self.flash.tries <= RETRIES {
            let at = at + self.own(TO_RESTART);
            self.go_down(at);
            self.agenda
                .add(at + self.own(BETWEEN_TRIES), Act::EnterDfota);
        } else {
            self.update_is_over();
            self.agenda.add(at + self.own(TO_RESTART), Act::Restart);
        }
    }

    fn update_is_over(&mut self) {
        self.flash.update = None;
        self.flash.tries = 0;
        self.forced = false;
        self.record.updates_ended += 1;
        self.faults.after_update = true;
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
        let flaw = match &self.flash.package {
            None => Some(Flaw::Missing),
            Some(package) => package.flaw(&self.flash.version),
        };
        flaw.map_or((0, 100), |flaw| (self.note().update_code(flaw), 0))
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
        let stops = self.faults.find(|fault| match fault {
            Fault::ReportsStopAt { percent } => Some(*percent),
            _ => None,
        });
        if self.faults.has(&Fault::NoProgress) || stops.is_some_and(|stops| percent > stops) {
            return;
        }
        self.record.reports += 1;
        let style = match self.faults.spelling() {
            Some(spelling) => spelling.percent,
            // as in the note's own words about it
            None if self.forced && self.note() == Note::N5 => PercentStyle::BlankParts,
            None => self.note().dialect().updating,
        };
        let line = self.report_line("UPDATING", Some(&style.print(percent)));
        let mut bytes = self.frame(&line);
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
        let note = self.note();
        let was_reset = self.flash.update.is_some() && !matches!(note, Note::N1 | Note::N4);
        self.update_is_over();
        if code == 0 {
            let target =
                self.flash.package.take().and_then(|package| {
                    package::versions(&package.head).map(|(_, to)| to.to_owned())
                });
            if !self.faults.has(&Fault::OldVersion) {
                self.flash.version =
                    target.unwrap_or_else(|| package::counted_up(&self.flash.version));
            }
        } else if note != Note::N2 {
            self.flash.package = None;
        }
        if code != 0 && !was_reset {
            // it leaves DFOTA and runs on (N1-20)
            self.report_end(at, code);
            self.mode = Mode::Normal;
            self.ram.leaving = false;
            return;
        }
        let usually_after = matches!(note, Note::N1 | Note::N5);
        let after = usually_after && !self.faults.has(&Fault::EndBeforeRestart)
            || self.faults.has(&Fault::EndAfterRestart);
        if !after {
            self.report_end(at, code);
        } else if !self.faults.has(&Fault::NoEnd) {
            self.pending_end = Some(code);
        }
        self.agenda.add(at + self.own(TO_RESTART), Act::Restart);
    }

    // Reports.

    fn report_start(&mut self, at: Instant) {
        if !self.faults.has(&Fault::NoStart) {
            self.report(at, "START", None);
        }
    }

    fn report_end(&mut self, at: Instant, code: u16) {
        if !self.faults.has(&Fault::NoEnd) {
            self.report(at, "END", Some(&code.to_string()));
        }
    }

    pub(super) fn report(&mut self, at: Instant, event: &str, value: Option<&str>) {
        let line = self.report_line(event, value);
        self.say(at, &line);
    }

    /// `+QIND: "FOTA","<event>"[,<value>]`, in the spelling of a fault or of the note's own example.
    pub(super) fn report_line(&self, event: &str, value: Option<&str>) -> String {
        let note = self.note();
        let other = self.faults.find(|fault| match fault {
            Fault::EventName {
                event: name,
                printed,
            } if name == event => Some(printed.clone()),
            _ => None,
        });
        let printed = other.as_deref().unwrap_or_else(|| note.printed(event));
        if let Some(spelling) = self.faults.spelling() {
            return spelling.report(printed, value);
        }
        let comma = if note.has_blanks(event) { ", " } else { "," };
        let value = value.map_or_else(String::new, |value| format!("{comma}{value}"));
        format!("+QIND: \"FOTA\"{comma}\"{printed}\"{value}")
    }

    /// At which rate reports come in DFOTA mode.
    pub(super) fn report_rate(&self) -> u32 {
        let rate = self.line_rate();
        if self.note() != Note::N2 || REPORT_RATES.contains(&rate) {
            rate
        } else {
            DEFAULT_RATE
        }
    }
}
