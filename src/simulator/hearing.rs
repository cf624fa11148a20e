//! What becomes of the bytes from the host.

use super::agenda::Act;
use super::fault::{Fault, PortKind};
use super::module::{Ear, Mode, Simulator};
use crate::time::{Duration, Instant};

/// Longest command line; what is longer is answered with an error.
const LINE_LIMIT: usize = 2048;
/// How long a module for NB-IoT stays awake without a word from the host. Inferred.
const TO_SLEEP: Duration = Duration::from_secs(10);
/// How long it takes to wake up, in milliseconds.
const TO_WAKE: u64 = 1800;

impl Simulator {
    pub(super) fn hear(&mut self, at: Instant, bytes: &[u8]) {
        match self.port_kind() {
            Some(PortKind::Echo) => return self.send(at, bytes),
            Some(_) => return,
            None => {}
        }
        match self.mode {
            Mode::Off | Mode::Dfota => {
                self.record.deaf_bytes += bytes.len() as u64;
                return;
            }
            Mode::Starting | Mode::Normal => {}
        }
        match &mut self.ram.ear {
            Ear::Command => self.hear_command(at, bytes),
            Ear::Busy(held) => {
                let room = LINE_LIMIT.saturating_sub(held.len()).min(bytes.len());
                held.extend_from_slice(&bytes[..room]);
            }
            Ear::Connecting => self.record.early_bytes += bytes.len() as u64,
            Ear::Data(_) => self.hear_data(at, bytes),
        }
    }

    /// A module that sleeps by itself does so after a while without a word (B-rd 1).
    fn fall_asleep(&mut self, at: Instant) {
        let quiet = at.since(self.ram.heard.max(self.ram.answered));
        self.ram.heard = self.ram.heard.max(at);
        let busy = self.ram.download.is_some()
            || self.ram.leaving
            || self.is_unsynced()
            || !self.ram.line.is_empty();
        if !self.note().is_nb_iot() || busy {
            return;
        }
        let deep = self.faults.find(|fault| match fault {
            Fault::DeepSleep { after } => Some(*after),
            _ => None,
        });
        if self.saves_power() && deep.is_some_and(|after| quiet >= after) {
            self.ram.deep_sleep = true;
        } else if self.flash.sleep > 0 && self.asleep == 0 && quiet >= TO_SLEEP {
            self.asleep = 1;
        }
    }

    fn hear_command(&mut self, at: Instant, bytes: &[u8]) {
        self.fall_asleep(at);
        if self.ram.deep_sleep {
            self.record.deaf_bytes += bytes.len() as u64;
            return;
        }
        for (index, &byte) in bytes.iter().enumerate() {
            if self.asleep > 0 {
                if byte == b'\r' {
                    self.asleep -= 1;
                    self.wake_up(at);
                }
                continue;
            }
            match byte {
                // ends nothing and is not echoed: the host may end its lines with CR LF
                b'\n' => {}
                b'\r' => {
                    if self.is_unsynced() {
                        let is_at = self
                            .ram
                            .line
                            .get(..2)
                            .is_some_and(|start| start.eq_ignore_ascii_case(b"AT"));
                        if !is_at {
                            self.ram.line.clear();
                            continue;
                        }
                        self.sync(at);
                    }
                    self.echo(at, byte);
                    self.ram.echoed = false;
                    let line = core::mem::take(&mut self.ram.line);
                    let too_long = core::mem::take(&mut self.ram.line_too_long);
                    self.command_line(at, &line, too_long);
                    if !matches!(self.ram.ear, Ear::Command) {
                        return self.hear(at, &bytes[index + 1..]);
                    }
                }
                _ => {
                    self.echo(at, byte);
                    if self.ram.line.len() < LINE_LIMIT {
                        self.ram.line.push(byte);
                    } else {
                        self.ram.line_too_long = true;
                    }
                }
            }
        }
    }

    /// The line that wakes a sleeping module is lost; an empty one comes back after a while (B-id 8).
    fn wake_up(&mut self, at: Instant) {
        if self.asleep > 0 || !self.note().is_nb_iot() {
            return;
        }
        let awake = at + self.own(TO_WAKE);
        let bytes = self.line_ends("\r\n".to_owned()).into_bytes();
        self.agenda.add(awake, Act::Say(bytes));
        self.ram.answered = self.ram.answered.max(awake);
    }

    fn echo(&mut self, at: Instant, byte: u8) {
        if !self.ram.profile.echo || self.is_unsynced() {
            return;
        }
        let first = !core::mem::replace(&mut self.ram.echoed, true);
        if !(first && self.faults.has(&Fault::HalfEcho)) {
            self.send(at, &[byte]);
        }
    }
}
