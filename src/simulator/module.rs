//! The module itself: its memory, its clock, and what it does with time and bytes.

use std::collections::{BTreeMap, VecDeque};

use super::agenda::{Act, Agenda};
use super::config::Apn;
use super::data_mode::{DataMode, Leave, Target};
use super::download::Download;
use super::fault::{Fault, Faults};
use super::files;
use super::inspect::Record;
use super::lane::Lane;
use super::note::Note;
use super::package::StoredPackage;
use super::profile::Profile;
use super::random::Random;
use super::server::{Fetch, FetchFailure};
use super::settings::{Link, Settings};
use crate::time::{Duration, Instant};

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
    /// The module wants something from a server; the answer goes to [`Simulator::fetched`]. It comes only
    /// where [`Settings::real_http`] is set.
    Fetch(Fetch),
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
    /// `AT+IPR`; 0 is autobaud.
    pub(super) baud_rate: u32,
    /// Failed tries of the update (N3-08).
    pub(super) tries: u32,
    /// By their full names, see [`files::key`].
    pub(super) files: BTreeMap<String, StoredPackage>,
    /// The URL of the download that can go on (N2-093).
    pub(super) resume: Option<String>,
    pub(super) apn: Apn,
    /// Pin and interval of the watchdog.
    pub(super) watchdog: Option<(u8, u32)>,
    /// `AT+QSCLK`.
    pub(super) sleep: u8,
    /// What `AT+CPSMS?` gives.
    pub(super) power_saving: String,
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
    /// The rate that the first AT has set (autobaud).
    pub(super) synced: Option<u32>,
    /// What waits for that.
    pub(super) unsaid: Vec<Vec<u8>>,
    /// When the host was heard last.
    pub(super) heard: Instant,
    pub(super) deep_sleep: bool,
    /// `AT+QCFGEXT`.
    pub(super) headers: Vec<(String, String)>,
    pub(super) sni: bool,
    /// The parts of a package that were copied so far (N2-103).
    pub(super) parts: Option<StoredPackage>,
    /// The file that the package was taken from (N3-19).
    pub(super) local_file: Option<String>,
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
    pub(super) plugged: bool,
    /// The rate that the host has opened the port with.
    pub(super) open: Option<u32>,
    pub(super) ever_opened: bool,
    pub(super) incoming: Lane,
    pub(super) outgoing: Lane,
    pub(super) outputs: VecDeque<Output>,
    pub(super) waiting_bytes: usize,
    pub(super) stalled: bool,
    pub(super) asleep: u32,
    pub(super) agenda: Agenda,
    pub(super) mode: Mode,
    pub(super) flash: Flash,
    pub(super) ram: Ram,
    pub(super) pending_end: Option<u16>,
    /// The update goes on after a power loss.
    pub(super) forced: bool,
    /// Requests to servers so far.
    pub(super) fetches: u32,
    pub(super) record: Record,
}

impl Simulator {
    /// A module that is on and idle, unless a fault says otherwise.
    pub fn new(mut settings: Settings, now: Instant) -> Self {
        let faults = Faults::new(core::mem::take(&mut settings.faults));
        let profile = Profile::default();
        let dialect = settings.model.note.unwrap_or(Note::N2).dialect();
        let files = core::mem::take(&mut settings.files)
            .into_iter()
            .map(|(name, bytes)| (files::key(&name), StoredPackage::of(&bytes, true)))
            .collect();
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
                tries: 0,
                files,
                resume: None,
                apn: Apn::default(),
                watchdog: None,
                sleep: dialect.sleep,
                power_saving: dialect.power_saving.to_owned(),
            },
            ram: Ram::new(profile, settings.automatic, now),
            pending_end: None,
            forced: false,
            fetches: 0,
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
            // the first line wakes it, and is lost (B-id 8)
            .unwrap_or(u32::from(self.settings.model.note == Some(Note::N1)));
        self.flash.package = self.faults.find(|fault| match fault {
            Fault::StoredPackage { size } => Some(StoredPackage::whole(*size)),
            _ => None,
        });
        if self.faults.has(&Fault::Downloading) {
            self.ram.download = Some(Download::endless());
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
            self.forced = true;
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
        self.ram.heard = self.clock;
        if let Some((mode, after)) = self.faults.find(|fault| match fault {
            Fault::Lwm2m { mode, after } => Some((*mode, *after)),
            _ => None,
        }) {
            self.agenda.add(self.clock + after, Act::Lwm2m(mode));
        }
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

    /// How many bytes the line takes now; `usize::MAX` without pacing, 0 while the module takes none.
    /// A mount hands over no more than that to [`Self::receive`].
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

    // Time.

    /// Everything up to `now`, in its order.
    pub(super) fn advance(&mut self, now: Instant) {
        // leaves room for every later point in time
        let now = now.min(Instant::from_millis(u64::MAX / 2));
        loop {
            let step = self
                .next_act()
                .map_or(now, |at| at.min(now))
                .max(self.clock);
            self.clock = step;
            if !self.stalled {
                let bytes = self.incoming.carried(step);
                if !bytes.is_empty() {
                    let bytes = self.through_the_rate(bytes, self.line_rate());
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
                if data.target == Target::Package {
                    self.flash.package = None;
                    self.flash.resume = None;
                    self.ram.download_failed = false;
                }
                self.ram.ear = Ear::Data(data);
            }
            Act::SetRate(rate) => {
                // whoever switches to autobaud was understood already
                self.ram.synced = self.open;
                self.flash.baud_rate = rate;
            }
            Act::Restart => self.restart(at),
            Act::PowerDown => {
                self.agenda.restart();
                self.mode = Mode::Off;
                if self.settings.link == Link::Usb {
                    self.unplug(at);
                }
            }
            Act::PowerOn => self.start_up(at),
            Act::StartUpdate => self.start_update(at),
            Act::EnterDfota => self.enter_dfota(at),
            Act::Percent(percent) => self.progress(at, percent),
            Act::End(code) => self.end_update(at, code),
            Act::FailedTry(code) => self.failed_try(at, code),
            Act::Rdy => self.rdy(at),
            Act::AppRdy => self.app_rdy(at),
            // what was missed while nobody looked for long stays missed
            Act::LoopTurn(turn) => self.loop_turn(at.max(now - Duration::from_secs(3600)), turn),
            Act::DownloadStart => self.start_download(at),
            Act::DownloadAgain => self.request(at),
            Act::DownloadPercent(percent) => self.download_progress(at, percent),
            Act::DownloadBreaks(trouble) => self.download_breaks(at, trouble),
            Act::DownloadEnd(code) => self.end_download(at, code),
            Act::FetchTimeout(id) => self.fetch_ended(at, id, Err(FetchFailure::Silent)),
            Act::Lwm2m(mode) => self.lwm2m(mode),
            Act::Recovery => self.plan_update(at),
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

    /// The note that it follows. A module that follows none never comes to where it matters.
    pub(super) fn note(&self) -> Note {
        self.settings.model.note.unwrap_or(Note::N2)
    }

    /// One of the module's own durations.
    pub(super) fn own(&self, ms: u64) -> Duration {
        Duration::from_millis((ms / u64::from(self.settings.haste.max(1))).max(1))
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
            retry: (3, 10),
            download: None,
            download_failed: false,
            leaving: false,
            answered: now,
            full_function: true,
            synced: None,
            unsaid: Vec::new(),
            heard: now,
            deep_sleep: false,
            headers: Vec::new(),
            sni: false,
            parts: None,
            local_file: None,
        }
    }
}
