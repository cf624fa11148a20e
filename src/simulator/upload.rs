//! An upload as the module lives through it: its bytes, its faults, its ends.

use super::commands::Final;
use super::data_mode::{Damage, Leave, Target};
use super::fault::{ChecksumStyle, DataModeEnd, Fault};
use super::module::{Ear, Simulator};
use crate::time::{Duration, Instant};

/// Writing the last bytes into the flash, in milliseconds.
const FLASH_MS: u64 = 200;

/// What happens in the middle of an upload.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    Reset,
    Unplug(Option<Duration>),
    Stall(Option<Duration>),
    Leave(DataModeEnd),
}

/// What an upload has left.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kept {
    is_file: bool,
    size: u64,
    checksum: u16,
}

/// A mishap of the upload and the byte at which it happens.
const fn mishap(fault: &Fault) -> Option<(u64, Mishap)> {
    match fault {
        Fault::ResetInUpload { at } => Some((*at, Mishap::Reset)),
        Fault::UnplugInUpload { at, back } => Some((*at, Mishap::Unplug(*back))),
        Fault::StallInUpload { at, pause } => Some((*at, Mishap::Stall(*pause))),
        Fault::LeaveDataMode { at, with } => Some((*at, Mishap::Leave(*with))),
        _ => None,
    }
}

impl Simulator {
    pub(super) fn hear_data(&mut self, at: Instant, bytes: &[u8]) {
        let damage = self.damage();
        let mut rest = bytes;
        loop {
            let Ear::Data(data) = &mut self.ram.ear else {
                return self.hear(at, rest);
            };
            let sent = data.sent;
            let happens = self.faults.spend(|fault| {
                mishap(fault)
                    .filter(|(at, _)| *at <= sent)
                    .map(|(_, mishap)| (1, mishap))
            });
            if let Some(mishap) = happens {
                match mishap {
                    Mishap::Reset => return self.restart(at),
                    Mishap::Unplug(back) => {
                        self.unplug(at);
                        if let Some(back) = back {
                            self.agenda.add(at + back, super::agenda::Act::Replug);
                        }
                        return;
                    }
                    Mishap::Stall(pause) => return self.stall(at, pause, rest),
                    Mishap::Leave(with) => self.end_data_mode(at, with),
                }
                continue;
            }
            if rest.is_empty() {
                return;
            }
            let border = self
                .faults
                .all(|fault| mishap(fault).map(|(at, _)| at))
                .into_iter()
                .filter(|at| *at > sent);
            let most = border.min().map_or(usize::MAX, |at| {
                usize::try_from(at - sent).unwrap_or(usize::MAX)
            });
            let piece = &rest[..most.min(rest.len())];
            let Ear::Data(data) = &mut self.ram.ear else {
                return;
            };
            let (used, leave) = data.receive(at, piece, &damage);
            let acks = data.due_acks();
            self.record.data_bytes += used as u64;
            rest = &rest[used..];
            for nth in acks {
                if !self.faults.has(&Fault::LoseAck { nth }) {
                    self.send(at, b"A");
                }
            }
            if let Some(leave) = leave {
                self.leave_data_mode(at, leave);
            }
        }
    }

    /// The time for data is over, or for the rest of an escape.
    pub(super) fn data_mode_expired(&mut self, at: Instant) {
        let damage = self.damage();
        if let Ear::Data(data) = &mut self.ram.ear
            && let Some(leave) = data.expired(&damage)
        {
            self.leave_data_mode(at, leave);
        }
    }

    pub(super) fn leave_data_mode(&mut self, at: Instant, why: Leave) {
        let with = match why {
            Leave::Full => return self.upload_complete(at),
            Leave::Idle => self
                .faults
                .find(|fault| match fault {
                    Fault::IdleEnd(with) => Some(*with),
                    _ => None,
                })
                .unwrap_or(DataModeEnd::Result),
            Leave::Escape => self
                .faults
                .find(|fault| match fault {
                    Fault::EscapeEnd(with) => Some(*with),
                    _ => None,
                })
                .unwrap_or(DataModeEnd::Ok),
        };
        self.end_data_mode(at, with);
    }

    /// What has arrived is kept (N2-072), also over a restart.
    pub(super) fn keep_upload(&mut self) -> Kept {
        let Ear::Data(data) = core::mem::replace(&mut self.ram.ear, Ear::Command) else {
            return Kept::default();
        };
        let package = data.package();
        let kept = Kept {
            is_file: data.target != Target::Package,
            size: package.as_ref().map_or(0, |package| package.size),
            checksum: package.as_ref().map_or(0, |package| package.checksum),
        };
        match (data.target, package) {
            (Target::Package, package) => self.flash.package = package,
            (Target::File { name, .. }, Some(file)) => {
                self.flash.files.insert(name, file);
            }
            (Target::File { .. }, None) => {}
        }
        kept
    }

    fn upload_complete(&mut self, at: Instant) {
        let kept = self.keep_upload();
        let starts =
            !kept.is_file && (self.ram.automatic || self.faults.has(&Fault::StartsByItself));
        let at = at + self.own(FLASH_MS);
        if self.faults.has(&Fault::NoResult) {
            return;
        }
        let result = self.upload_result(kept);
        let then = if starts {
            self.leave_for_dfota()
        } else {
            Vec::new()
        };
        self.answer(at, &[result], Final::Ok, then);
    }

    fn end_data_mode(&mut self, at: Instant, with: DataModeEnd) {
        let kept = self.keep_upload();
        match with {
            DataModeEnd::Result => {
                let result = self.upload_result(kept);
                self.answer(at, &[result], Final::Ok, Vec::new());
            }
            DataModeEnd::Ok => self.answer(at, &[], Final::Ok, Vec::new()),
            DataModeEnd::Error => self.answer(at, &[], Final::Error, Vec::new()),
            DataModeEnd::Cme(code) => self.answer(at, &[], Final::CmeNumber(code), Vec::new()),
            DataModeEnd::NoCarrier => self.answer(at, &[], Final::NoCarrier, Vec::new()),
            DataModeEnd::Silent => {}
        }
    }

    /// `+QFOTADL: <upload_size>,<check_sum>` (N2-062), and the same for a file.
    fn upload_result(&self, kept: Kept) -> String {
        let size = kept.size.saturating_add_signed(
            self.faults
                .find(|fault| match fault {
                    Fault::ReportSize { by } => Some(*by),
                    _ => None,
                })
                .unwrap_or(0),
        );
        let checksum = kept.checksum
            ^ self
                .faults
                .find(|fault| match fault {
                    Fault::ReportChecksum { xor } => Some(*xor),
                    _ => None,
                })
                .unwrap_or(0);
        let printed = |style| self.faults.has(&Fault::ChecksumStyle(style));
        let blank = if printed(ChecksumStyle::NoBlank) {
            ""
        } else {
            " "
        };
        let width = if printed(ChecksumStyle::Padded) { 4 } else { 0 };
        let checksum = format!("{checksum:0width$x}");
        let checksum = if printed(ChecksumStyle::Upper) {
            checksum.to_ascii_uppercase()
        } else {
            checksum
        };
        let name = if kept.is_file { "QFUPL" } else { "QFOTADL" };
        format!("+{name}:{blank}{size},{checksum}")
    }

    fn damage(&self) -> Damage {
        Damage {
            lost: self.faults.all(|fault| match fault {
                Fault::LoseBytes { at, count } if *count > 0 => Some((*at, *count)),
                _ => None,
            }),
            corrupt: self.faults.all(|fault| match fault {
                Fault::CorruptByte { at } => Some(*at),
                _ => None,
            }),
        }
    }
}
