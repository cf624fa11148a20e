//! The port: framing, the line's rate, the cable, and what a port says by itself.

use super::agenda::Act;
use super::fault::{Fault, PortKind};
use super::module::{Mode, Output, Simulator};
use super::settings::Link;
use crate::time::{Duration, Instant};

/// Output that nobody fetches.
const OUTPUT_LIMIT: usize = 1 << 20;
/// How many lines wait for the rate to be known.
const UNSAID: usize = 16;
/// The ids of a bridge between USB and UART.
const BRIDGE: (u16, u16) = (0x10c4, 0xea60);

impl Simulator {
    /// A line as the module frames it: CR LF before and after (G-02).
    pub(super) fn frame(&self, text: &str) -> Vec<u8> {
        self.line_ends(format!("\r\n{text}\r\n")).into_bytes()
    }

    pub(super) fn line_ends(&self, text: String) -> String {
        let ends = self.faults.find(|fault| match fault {
            Fault::LineEnds(ends) => Some(*ends),
            _ => None,
        });
        match ends {
            Some(ends) => text.replace("\r\n", ends.text()),
            None => text,
        }
    }

    pub(super) fn send(&mut self, at: Instant, bytes: &[u8]) {
        if self.open.is_none() {
            return;
        }
        if self.mode == Mode::Normal && self.is_unsynced() {
            if self.ram.unsaid.len() < UNSAID {
                self.ram.unsaid.push(bytes.to_vec());
            }
            return;
        }
        let rate = if self.mode == Mode::Dfota {
            self.report_rate()
        } else {
            self.line_rate()
        };
        let bytes = self.through_the_rate(bytes.to_vec(), rate);
        self.outgoing.push_ahead(at, &bytes);
    }

    pub(super) fn say(&mut self, at: Instant, line: &str) {
        let bytes = self.frame(line);
        self.send(at, &bytes);
    }

    /// Autobaud, and nobody has said AT yet (N5-13).
    pub(super) fn is_unsynced(&self) -> bool {
        self.flash.baud_rate == 0 && self.ram.synced.is_none() && self.settings.link == Link::Uart
    }

    /// The rate of the module's side; in autobaud mode before the first AT, that of the other side.
    pub(super) fn line_rate(&self) -> u32 {
        match self.flash.baud_rate {
            0 => self.ram.synced.or(self.open).unwrap_or(0),
            rate => rate,
        }
    }

    /// The first AT has come: what waited is said.
    pub(super) fn sync(&mut self, at: Instant) {
        self.ram.synced = self.open;
        for bytes in core::mem::take(&mut self.ram.unsaid) {
            self.send(at, &bytes);
        }
    }

    /// Bytes as they arrive when both ends do not agree on the rate.
    pub(super) fn through_the_rate(&mut self, bytes: Vec<u8>, module_rate: u32) -> Vec<u8> {
        if self.settings.link == Link::Usb || self.open.is_none_or(|rate| rate == module_rate) {
            return bytes;
        }
        self.random.noise(bytes.len())
    }

    /// Moves what the line has carried to the outputs.
    pub(super) fn transmit(&mut self, at: Instant) {
        let bytes = self.outgoing.carried(at);
        if bytes.is_empty() || self.waiting_bytes > OUTPUT_LIMIT {
            return;
        }
        self.waiting_bytes += bytes.len();
        if self.faults.has(&Fault::Trickle) {
            self.outputs
                .extend(bytes.into_iter().map(|byte| Output::Bytes(vec![byte])));
        } else {
            self.outputs.push_back(Output::Bytes(bytes));
        }
    }

    // The cable.

    pub(super) fn unplug(&mut self, at: Instant) {
        if !self.plugged {
            return;
        }
        self.transmit(at);
        self.outgoing.clear();
        self.incoming.clear();
        self.plugged = false;
        self.open = None;
        self.outputs.push_back(Output::Unplug);
    }

    pub(super) fn plug(&mut self) {
        if self.plugged || self.faults.has(&Fault::PortNotBack) && self.record.updates_started > 0 {
            return;
        }
        self.plugged = true;
        let (vendor, product) = self.ids();
        self.outputs.push_back(Output::Plug { vendor, product });
    }

    pub(super) fn ids(&self) -> (u16, u16) {
        if self.settings.link == Link::Uart {
            return BRIDGE;
        }
        let other = self.faults.find(|fault| match fault {
            Fault::OtherProduct(product) if self.record.updates_started > 0 => Some(*product),
            _ => None,
        });
        (
            self.settings.model.vendor,
            other.unwrap_or(self.settings.model.product),
        )
    }

    pub(super) fn stall(&mut self, at: Instant, pause: Option<Duration>, unread: &[u8]) {
        self.stalled = true;
        self.incoming.put_back(unread);
        if let Some(pause) = pause {
            self.agenda.add(at + pause, Act::Unstall);
        }
    }

    // What a port says by itself.

    pub(super) fn port_kind(&self) -> Option<PortKind> {
        self.faults.find(|fault| match fault {
            Fault::Port(kind) => Some(*kind),
            _ => None,
        })
    }

    /// Says it; and when again.
    pub(super) fn chatter(&mut self, at: Instant) -> Option<Duration> {
        match self.port_kind() {
            Some(PortKind::Nmea) => {
                self.send(
                    at,
                    b"$GPGSV,1,1,00*79\r\n$GPRMC,,V,,,,,,,,,,N*53\r\n$GPGGA,,,,,,0,,,,,,,,*66\r\n",
                );
                Some(Duration::from_secs(1))
            }
            Some(PortKind::Diagnostic) => {
                let mut bytes = vec![0x7e, 0x1d];
                let count = 12 + self.random.below(20) as usize;
                bytes.extend(self.random.noise(count));
                bytes.push(0x7e);
                self.send(at, &bytes);
                Some(Duration::from_millis(700))
            }
            Some(PortKind::Text) => {
                self.send(at, b"sensor 7: 21.4 C, fan 1200 rpm\r\n");
                Some(Duration::from_millis(500))
            }
            Some(PortKind::Silent | PortKind::Echo) => None,
            None => {
                let every = self.faults.find(|fault| match fault {
                    Fault::Chatter { every } => Some(*every),
                    _ => None,
                })?;
                if self.mode == Mode::Normal {
                    let line = self.gossip();
                    let bytes = self.frame(line);
                    self.send(at, &bytes);
                }
                Some(every)
            }
        }
    }

    /// Something from the network that nobody asked for.
    pub(super) const fn gossip(&mut self) -> &'static str {
        match self.random.below(7) {
            0 => "+CEREG: 1",
            1 => "+CEREG: 4,\"0001\",\"0000ABCD\",9,,,\"00100011\",\"00101010\"",
            2 => "+QIND: \"csq\",26,99",
            3 => "+QIND: SMS DONE",
            4 => "+QIURC: \"pdpdeact\",1",
            5 => "+QIND: \"act\",\"CAT-M1\"",
            _ => "+CTZE: \"+08\",0,\"2026/01/01,00:00:00\"",
        }
    }
}
