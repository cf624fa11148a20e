//! What becomes of the bytes from the host.

use super::fault::{Fault, PortKind};
use super::module::{Ear, Mode, Simulator};
use crate::time::Instant;

/// Longest command line; what is longer is answered with an error.
const LINE_LIMIT: usize = 2048;

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

    fn hear_command(&mut self, at: Instant, bytes: &[u8]) {
        for (index, &byte) in bytes.iter().enumerate() {
            if self.asleep > 0 {
                if byte == b'\r' {
                    self.asleep -= 1;
                }
                continue;
            }
            match byte {
                // ends nothing and is not echoed: the host may end its lines with CR LF
                b'\n' => {}
                b'\r' => {
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

    fn echo(&mut self, at: Instant, byte: u8) {
        if !self.ram.profile.echo {
            return;
        }
        let first = !core::mem::replace(&mut self.ram.echoed, true);
        if !(first && self.faults.has(&Fault::HalfEcho)) {
            self.send(at, &[byte]);
        }
    }
}
