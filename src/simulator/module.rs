//! The module itself: its memory, its clock, and what it does with time and bytes.

use std::collections::VecDeque;

use super::agenda::{Act, Agenda};
use super::data_mode::{DataMode, Leave};
use super::dfota::Download;
use super::fault::{Fault, Faults, PortKind};
use super::lane::Lane;
use super::package::StoredPackage;
use super::profile::Profile;
use super::random::Random;
use super::settings::{Link, Settings};
use crate::time::{Duration, Instant};

/// Longest command line; what is longer is answered with an error.
const LINE_LIMIT: usize = 2048;
/// How many commands are remembered for the tests, and how much of each.
const REMEMBERED: usize = 512;
/// Output that nobody fetches.
const OUTPUT_LIMIT: usize = 1 << 20;
/// The ids of a bridge between USB and UART.
const BRIDGE: (u16, u16) = (0x10c4, 0xea60);

/// What the module does to the outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Bytes for the host.
    Bytes(Vec<u8>),
    /// The port is gone. It counts as closed from here on.
    Unplug,
    /// A port is there (again).
    Plug {
        /// USB vendor id.
        vendor: u16,
        /// USB product id.
        product: u16,
    },
    /// Nothing more to do before that time; none: before something comes from the host.
    Wait(Option<Instant>),
}

/// Whether the module can hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Without power, or between power and RDY.
    Off,
    /// Writing its firmware: it reports and hears nothing (N2-030).
    Dfota,
    /// Between RDY and APP RDY: every command is an error.
    Starting,
    /// As it should be.
    Normal,
}

/// What becomes of the next byte from the host.
#[derive(Clone, Debug)]
pub(super) enum Ear {
    /// It belongs to a command line.
    Command,
    /// A command is being carried out; the byte has to wait.
    Busy(Vec<u8>),
    /// CONNECT is not out yet: the byte is lost.
    Connecting,
    /// It belongs to a package.
    Data(Box<DataMode>),
}

/// What survives a power loss.
#[derive(Clone, Debug)]
pub(super) struct Flash {
    pub(super) version: String,
    pub(super) package: Option<StoredPackage>,
    /// A started update and how far it has come.
    pub(super) update: Option<u8>,
    pub(super) profile: Profile,
    pub(super) baud_rate: u32,
}

/// What a restart wipes out.
#[derive(Clone, Debug)]
pub(super) struct Ram {
    pub(super) profile: Profile,
    pub(super) ear: Ear,
    pub(super) line: Vec<u8>,
    pub(super) line_too_long: bool,
    /// The echo of this line has begun.
    pub(super) echoed: bool,
    /// `AT+QFOTADL=3`.
    pub(super) automatic: bool,
    /// `AT+QFOTADL=8`: times and interval.
    pub(super) retry: (u32, u32),
    pub(super) download: Option<Download>,
    pub(super) download_failed: bool,
    /// The update was started; the reset is near.
    pub(super) leaving: bool,
    /// Answers come in order.
    pub(super) answered: Instant,
    pub(super) full_function: bool,
}

/// What tests want to know.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    commands: VecDeque<String>,
    pub(super) early_bytes: u64,
    pub(super) deaf_bytes: u64,
    pub(super) data_bytes: u64,
    pub(super) updates_started: u32,
    pub(super) updates_ended: u32,
    /// Progress reports.
    pub(super) reports: u32,
}

/// A module in memory. It never looks at a clock: whoever mounts it tells the time with every call.
///
/// Call [`Self::poll`] after every other call that changes something, until it answers
/// [`Output::Wait`], and again when that time has come.
#[derive(Clone, Debug)]
pub struct Simulator {
    pub(super) settings: Settings,
    pub(super) faults: Faults,
    pub(super) random: Random,
    pub(super) clock: Instant,
    plugged: bool,
    /// The rate that the host has opened the port with.
    open: Option<u32>,
    ever_opened: bool,
    incoming: Lane,
    outgoing: Lane,
    outputs: VecDeque<Output>,
    waiting_bytes: usize,
    pub(super) stalled: bool,
    asleep: u32,
    pub(super) agenda: Agenda,
    pub(super) mode: Mode,
    pub(super) flash: Flash,
    pub(super) ram: Ram,
    pub(super) pending_end: Option<u16>,
    pub(super) record: Record,
}

impl Simulator {
    /// A module that is on and idle, unless a fault says otherwise.
    pub fn new(mut settings: Settings, now: Instant) -> Self {
        let faults = Faults::new(core::mem::take(&mut settings.faults));
        let profile = Profile::default();
        let mut module = Self {
            random: Random::new(settings.seed),
            clock: now,
            plugged: true,
            open: None,
            ever_opened: false,
            incoming: Lane::new(settings.line_rate, now),
            outgoing: Lane::new(settings.line_rate, now),
            outputs: VecDeque::new(),
            waiting_bytes: 0,
            stalled: false,
            asleep: 0,
            agenda: Agenda::default(),
            mode: Mode::Normal,
            flash: Flash {
                version: settings.version.clone(),
                package: None,
                update: None,
                profile: profile.clone(),
                baud_rate: settings.baud_rate,
            },
            ram: Ram::new(profile, settings.automatic, now),
            pending_end: None,
            record: Record::default(),
            faults,
            settings,
        };
        module.bring_along();
        module
    }

    /// What the faults say that the module brings along.
    fn bring_along(&mut self) {
        self.asleep = self
            .faults
            .find(|fault| match fault {
                Fault::Asleep { lines } => Some(*lines),
                _ => None,
            })
            .unwrap_or(0);
        self.flash.package = self.faults.find(|fault| match fault {
            Fault::StoredPackage { size } => Some(StoredPackage::whole(*size)),
            _ => None,
        });
        if self.faults.has(&Fault::Downloading) {
            self.ram.download = Some(Download::Http);
        }
        if let Some(data) = self.faults.find(|fault| match fault {
            Fault::InDataMode {
                size,
                received,
                timeout,
            } => Some(DataMode::resumed(
                *size,
                *received,
                Duration::from_secs(u64::from(*timeout)),
                self.clock,
            )),
            _ => None,
        }) {
            self.ram.ear = Ear::Data(Box::new(data));
        }
        if let Some(percent) = self.faults.find(|fault| match fault {
            Fault::UpdateRunning { percent } => Some(*percent),
            _ => None,
        }) {
            self.flash.update = Some(percent);
            self.flash
                .package
                .get_or_insert_with(|| StoredPackage::whole(1 << 20));
            self.record.updates_started = 1;
            self.mode = Mode::Dfota;
            if self.settings.link == Link::Usb {
                self.plugged = false;
                self.agenda.add(self.clock, Act::EnterDfota);
            }
        }
    }

    /// The host has opened the port.
    pub fn port_opened(&mut self, now: Instant, baud_rate: u32) {
        self.advance(now);
        if !self.plugged {
            return;
        }
        self.open = Some(baud_rate);
        if !self.agenda.any(|act| matches!(act, Act::Chatter)) {
            self.agenda.add(self.clock, Act::Chatter);
        }
        if self.ever_opened {
            return;
        }
        self.ever_opened = true;
        if let Ear::Data(data) = &mut self.ram.ear {
            data.begin(self.clock);
        }
        if self.mode == Mode::Dfota {
            self.agenda.add(self.clock, Act::EnterDfota);
        }
        let unasked = self.faults.all(|fault| match fault {
            Fault::Unasked { line, after } => Some((line.clone(), *after)),
            _ => None,
        });
        for (line, after) in unasked {
            let bytes = self.frame(&line);
            self.agenda.add(self.clock + after, Act::Say(bytes));
        }
    }

    /// The host has closed the port. What was on its way to the host is lost.
    pub fn port_closed(&mut self, now: Instant) {
        self.advance(now);
        self.open = None;
        self.outgoing.clear();
        self.outputs
            .retain(|output| !matches!(output, Output::Bytes(_)));
        self.waiting_bytes = 0;
    }

    /// The host moves DTR. Switching it off ends data mode unless `AT&D0` was sent (N2-011).
    pub fn set_dtr(&mut self, now: Instant, on: bool) {
        self.advance(now);
        if !on && self.ram.profile.dtr != 0 && self.in_data_mode() {
            self.leave_data_mode(self.clock, Leave::Escape);
        }
    }

    /// Somebody pulls the cable. The module itself runs on.
    pub fn pull_cable(&mut self, now: Instant) {
        self.advance(now);
        self.unplug(self.clock);
    }

    /// Somebody plugs the cable in again.
    pub fn plug_cable(&mut self, now: Instant) {
        self.advance(now);
        if self.settings.link == Link::Uart || matches!(self.mode, Mode::Starting | Mode::Normal) {
            self.plug();
        }
    }

    /// The module loses its power; it is back after `back`.
    pub fn cut_power(&mut self, now: Instant, back: Duration) {
        self.advance(now);
        self.lose_power(self.clock, back.as_millis());
    }

    /// How many bytes the line takes now. A mount hands over no more than that to [`Self::receive`].
    pub fn capacity(&self, now: Instant) -> usize {
        if self.stalled || self.open.is_none() {
            return 0;
        }
        self.incoming.room_at(now)
    }

    /// Bytes from the host. What goes beyond [`Self::capacity`] is lost, as in an overrun.
    pub fn receive(&mut self, now: Instant, bytes: &[u8]) {
        self.advance(now);
        if self.open.is_some() {
            self.incoming.push(self.clock, bytes);
        }
    }

    /// What happens next; to be called until it is [`Output::Wait`].
    pub fn poll(&mut self, now: Instant) -> Output {
        if self.outputs.is_empty() {
            self.advance(now);
            self.transmit(self.clock);
        }
        if let Some(output) = self.outputs.pop_front() {
            if let Output::Bytes(bytes) = &output {
                self.waiting_bytes = self.waiting_bytes.saturating_sub(bytes.len());
            }
            return output;
        }
        let lines = [
            self.outgoing.wake(),
            self.incoming.wake().filter(|_| !self.stalled),
        ];
        Output::Wait(lines.into_iter().flatten().chain(self.next_act()).min())
    }

    /// The firmware version that really runs.
    pub fn version(&self) -> &str {
        &self.flash.version
    }

    /// The package in the module's flash.
    pub const fn package(&self) -> Option<&StoredPackage> {
        self.flash.package.as_ref()
    }

    /// Vendor and product id of the port, while it is there.
    pub fn usb_ids(&self) -> Option<(u16, u16)> {
        self.plugged.then(|| self.ids())
    }

    /// The module takes bytes as data.
    pub const fn in_data_mode(&self) -> bool {
        matches!(self.ram.ear, Ear::Data(_))
    }

    /// The module listens to commands.
    pub fn is_idle(&self) -> bool {
        self.mode == Mode::Normal && matches!(self.ram.ear, Ear::Command)
    }

    /// Bytes that the host sent in all data modes together.
    pub const fn data_bytes(&self) -> u64 {
        self.record.data_bytes
    }

    /// Bytes that the host sent between an upload command and its CONNECT. There should be none.
    pub const fn early_bytes(&self) -> u64 {
        self.record.early_bytes
    }

    /// Bytes that the host sent while the module could not hear. There should be none.
    pub const fn deaf_bytes(&self) -> u64 {
        self.record.deaf_bytes
    }

    /// How many updates were started.
    pub const fn updates_started(&self) -> u32 {
        self.record.updates_started
    }

    /// How many updates have come to an end, good or bad.
    pub const fn updates_ended(&self) -> u32 {
        self.record.updates_ended
    }

    /// The last command lines, oldest first, each cut to a sensible length.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.record.commands.iter().map(String::as_str)
    }

    // Time.

    /// Everything up to `now`, in its order.
    fn advance(&mut self, now: Instant) {
        loop {
            let step = self
                .next_act()
                .map_or(now, |at| at.min(now))
                .max(self.clock);
            self.clock = step;
            if !self.stalled {
                let bytes = self.incoming.carried(step);
                if !bytes.is_empty() {
                    let bytes = self.through_the_rate(bytes, self.flash.baud_rate);
                    self.hear(step, &bytes);
                    continue;
                }
            }
            if let Some((_, act)) = self.agenda.take_due(step) {
                self.perform(step, act, now);
            } else if self.data_deadline().is_some_and(|at| at <= step) {
                self.data_mode_expired(step);
            } else if step >= now {
                return;
            }
        }
    }

    fn next_act(&self) -> Option<Instant> {
        self.agenda
            .next()
            .into_iter()
            .chain(self.data_deadline())
            .min()
    }

    fn data_deadline(&self) -> Option<Instant> {
        match &self.ram.ear {
            // a module that hangs does not count
            Ear::Data(data) if !self.stalled && self.ever_opened => Some(data.deadline()),
            _ => None,
        }
    }

    fn perform(&mut self, at: Instant, act: Act, now: Instant) {
        match act {
            Act::Say(bytes) => self.send(at, &bytes),
            Act::Ready => {
                if let Ear::Busy(held) = core::mem::replace(&mut self.ram.ear, Ear::Command) {
                    self.hear(at, &held);
                }
            }
            Act::Connect(mut data) => {
                data.begin(at);
                self.flash.package = None;
                self.ram.download_failed = false;
                self.ram.ear = Ear::Data(data);
            }
            Act::SetRate(rate) => self.flash.baud_rate = rate,
            Act::Restart => self.restart(at),
            Act::PowerDown => {
                self.agenda.restart();
                self.mode = Mode::Off;
                if self.settings.link == Link::Usb {
                    self.unplug(at);
                }
            }
            Act::PowerOn => self.start_up(at),
            Act::StartUpdate => self.reset_into_dfota(at),
            Act::EnterDfota => self.enter_dfota(at),
            Act::Percent(percent) => self.progress(at, percent),
            Act::End(code) => self.end_update(at, code),
            Act::FailedTry(code) => self.report(at, "END", Some(&code.to_string())),
            Act::Rdy => self.rdy(at),
            Act::AppRdy => self.app_rdy(at),
            Act::LoopTurn(turn) => self.loop_turn(at, turn),
            Act::DownloadEnd(download, code) => self.end_download(at, download, code),
            Act::Replug => self.plug_cable(at),
            Act::Unstall => self.stalled = false,
            Act::Chatter => {
                if self.open.is_some()
                    && let Some(every) = self.chatter(at)
                {
                    // what was missed while nobody looked stays missed
                    self.agenda.add(
                        now.max(at) + every.max(Duration::from_millis(1)),
                        Act::Chatter,
                    );
                }
            }
        }
    }

    /// One of the module's own durations.
    pub(super) fn own(&self, ms: u64) -> Duration {
        Duration::from_millis((ms / u64::from(self.settings.haste.max(1))).max(1))
    }

    // Hearing.

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

    pub(super) fn remember(&mut self, line: &str) {
        if self.record.commands.len() >= REMEMBERED {
            self.record.commands.pop_front();
        }
        self.record
            .commands
            .push_back(line.chars().take(200).collect());
    }

    // Speaking.

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
        let rate = if self.mode == Mode::Dfota {
            self.report_rate()
        } else {
            self.flash.baud_rate
        };
        let bytes = self.through_the_rate(bytes.to_vec(), rate);
        self.outgoing.push_all(at, &bytes);
    }

    /// Bytes as they arrive when both ends do not agree on the rate.
    fn through_the_rate(&mut self, bytes: Vec<u8>, module_rate: u32) -> Vec<u8> {
        if self.settings.link == Link::Usb || self.open.is_none_or(|rate| rate == module_rate) {
            return bytes;
        }
        self.random.noise(bytes.len())
    }

    /// Moves what the line has carried to the outputs.
    fn transmit(&mut self, at: Instant) {
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

    fn ids(&self) -> (u16, u16) {
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

    fn port_kind(&self) -> Option<PortKind> {
        self.faults.find(|fault| match fault {
            Fault::Port(kind) => Some(*kind),
            _ => None,
        })
    }

    /// Says it; and when again.
    fn chatter(&mut self, at: Instant) -> Option<Duration> {
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

impl Ram {
    pub(super) const fn new(profile: Profile, automatic: bool, now: Instant) -> Self {
        Self {
            profile,
            ear: Ear::Command,
            line: Vec::new(),
            line_too_long: false,
            echoed: false,
            automatic,
            retry: (3, 60),
            download: None,
            download_failed: false,
            leaving: false,
            answered: now,
            full_function: true,
        }
    }
}
