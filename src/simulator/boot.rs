//! From power to readiness.

use super::agenda::Act;
use super::fault::Fault;
use super::module::{Mode, Simulator};
use super::note::Note;
use super::settings::Link;
use crate::time::Instant;

// In milliseconds.
const TO_POWER_ON: u64 = 500;
const TO_DFOTA: u64 = 3000;
const TO_NOISE: u64 = 1000;
const TO_RDY: u64 = 4000;
const TO_LATE_END: u64 = 700;
const TO_APP_RDY: u64 = 2000;
const TO_FUNCTION: u64 = 200;
const TO_SIM: u64 = 300;
const TO_SMS: u64 = 1500;
const LOOP_TURN: u64 = 3000;

/// What a boot ROM prints; its lines end with LF CR (N5-17, B-rb 5).
const BOOT_ROM: &[u8] =
    b"\n\rF1: 0000 0000\n\rV0: 0000 0000 [0001]\n\r00: 0006 000C\n\r01: 0000 0000\n\r\
    U0: 0000 0001 [0000]\n\rT0: 0000 00B4\n\rLeaving the BROM\n\r\n\r";

impl Simulator {
    pub(super) fn restart(&mut self, at: Instant) {
        self.go_down(at);
        self.agenda.add(at + self.own(TO_POWER_ON), Act::PowerOn);
    }

    /// The power is there. A started update goes on (N1-21, N2-034, N4-11, N5-12).
    pub(super) fn start_up(&mut self, at: Instant) {
        if self.flash.update.is_some() {
            self.forced = true;
            self.agenda.add(at + self.own(TO_DFOTA), Act::EnterDfota);
            return;
        }
        if self.faults.after_update && self.boot_turns().is_some_and(|turns| turns > 0) {
            self.agenda.add(at + self.own(TO_NOISE), Act::LoopTurn(1));
            return;
        }
        if self.faults.has(&Fault::BootNoise) {
            let mut bytes = self.random.noise(37);
            bytes.extend_from_slice(BOOT_ROM);
            bytes.extend(self.random.noise(5));
            self.agenda.add(at + self.own(TO_NOISE), Act::Say(bytes));
        } else if self.note() == Note::N5 {
            let bytes = BOOT_ROM.to_vec();
            self.agenda.add(at + self.own(TO_NOISE), Act::Say(bytes));
        }
        self.agenda.add(at + self.own(TO_RDY), Act::Rdy);
    }

    fn boot_turns(&self) -> Option<u32> {
        self.faults.find(|fault| match fault {
            Fault::BootLoop { times } => Some(*times),
            _ => None,
        })
    }

    pub(super) fn boot_rom(&mut self, at: Instant) {
        self.send(at, BOOT_ROM);
    }

    pub(super) fn loop_turn(&mut self, at: Instant, turn: u32) {
        self.boot_rom(at);
        let last = self
            .boot_turns()
            .is_some_and(|turns| turns != u32::MAX && turn >= turns);
        let next = if last {
            Act::Rdy
        } else {
            Act::LoopTurn(turn.saturating_add(1))
        };
        self.agenda.add(at + self.own(LOOP_TURN), next);
    }

    pub(super) fn rdy(&mut self, at: Instant) {
        let note = self.note();
        // only a module of N2 has a time between RDY and APP RDY
        self.mode = if note == Note::N2 {
            Mode::Starting
        } else {
            Mode::Normal
        };
        let usb = self.settings.link == Link::Usb;
        if usb {
            self.plug();
        } else if !self.faults.has(&Fault::NoRdy) {
            self.say(at, "RDY");
        }
        let swallowed = self.faults.has(&Fault::EndSwallowed) && self.is_unsynced();
        if let Some(code) = self.pending_end.take()
            && (!usb || note == Note::N3)
            && !swallowed
        {
            let line = self.report_line("END", Some(&code.to_string()));
            let bytes = self.frame(&line);
            self.agenda.add(at + self.own(TO_LATE_END), Act::Say(bytes));
        }
        if note == Note::N2 {
            self.agenda.add(at + self.own(TO_APP_RDY), Act::AppRdy);
            return;
        }
        let lines: &[(u64, &str)] = if note.is_nb_iot() {
            &[(1000, "+CPIN: READY"), (TO_SMS, "+IP: 100.75.72.128")]
        } else {
            &[
                (1000, "+CPIN: READY"),
                (1000, "+QUSIM: 1"),
                (TO_SMS, "+QIND: SMS DONE"),
            ]
        };
        if !usb {
            let bytes = self.frame("+CFUN: 1");
            self.agenda.add(at + self.own(TO_FUNCTION), Act::Say(bytes));
            for (after, line) in lines {
                let bytes = self.frame(line);
                self.agenda.add(at + self.own(*after), Act::Say(bytes));
            }
        }
    }

    pub(super) fn app_rdy(&mut self, at: Instant) {
        self.mode = Mode::Normal;
        // what a start reports goes to the main UART
        if self.settings.link == Link::Usb {
            return;
        }
        if !self.faults.has(&Fault::NoAppRdy) {
            self.say(at, "APP RDY");
        }
        for (after, line) in [
            (TO_SIM, "+CPIN: READY"),
            (TO_SIM + 100, "+QUSIM: 1"),
            (TO_SMS, "+QIND: SMS DONE"),
        ] {
            let bytes = self.frame(line);
            self.agenda.add(at + self.own(after), Act::Say(bytes));
        }
    }
}
