//! Downloads: from the answer OK to HTTPEND and its like, and what starts then.

use super::agenda::Act;
use super::commands::{Done, Step};
use super::fault::{Fault, Lwm2mMode, NetworkFlaw};
use super::module::{Output, Simulator};
use super::note::{Note, Trouble};
use super::package::{StoredPackage, counted_up, sized_package};
use super::server::{Fetch, FetchFailure, Served, sample_url};
use super::url::{Scheme, Transfer, Url};
use crate::time::{Duration, Instant};

// The module's own durations, in milliseconds.
const TO_START: u64 = 1000;
const TO_REFUSAL: u64 = 3000;
const TO_SILENCE: u64 = 120_000;
const TO_NO_NETWORK: u64 = 8000;
const TO_END: u64 = 1000;
/// N2-162: the segment is here, and more is to come.
const SEGMENT: u16 = 712;
const TO_LWM2M_UPDATE: u64 = 3000;
/// How long a mount may take for its answer. Real time, whatever the haste.
const MOUNT_ANSWERS: Duration = Duration::from_secs(90);
/// What an in-band package weighs.
const IN_BAND: usize = 60_007;

/// Where a download goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To the package's place. True: with a breakpoint or a request size.
    Package(bool),
    /// To a file (N2-090).
    File(String),
}

/// A download under way.
#[derive(Clone, Debug)]
pub(super) struct Download {
    pub(super) transfer: Transfer,
    /// None: the URL is none, or there is no server at all.
    url: Option<Url>,
    purpose: Purpose,
    /// The first byte that is wanted, and how many of them.
    from: u64,
    length: Option<u64>,
    /// Started by a server of the operator.
    lwm2m: Option<Lwm2mMode>,
    /// The request under way, at a mount.
    request: Option<u32>,
    /// What the server has given of it, and how much of that counts as arrived.
    body: Vec<u8>,
    got: usize,
    /// The size of the whole file.
    total: u64,
    /// How often the connection was made again.
    again: u32,
}

impl Download {
    pub(super) fn new(scheme: Scheme, url: &str, purpose: Purpose) -> Self {
        Self {
            transfer: scheme.transfer(),
            url: Url::parse(url),
            purpose,
            from: 0,
            length: None,
            lwm2m: None,
            request: None,
            body: Vec::new(),
            got: 0,
            total: 0,
            again: 0,
        }
    }

    /// One that goes on for ever.
    pub(super) fn endless() -> Self {
        Self::new(Scheme::Http, "", Purpose::Package(false))
    }

    pub(super) const fn part(mut self, from: u64, length: Option<u64>) -> Self {
        self.from = from;
        self.length = length;
        self
    }

    /// How far the file has come, in percent, after so many bytes of this download.
    fn percent(&self, bytes: usize) -> u8 {
        let bytes = self.from.saturating_add(bytes as u64);
        let percent = (u128::from(bytes) * 100).checked_div(u128::from(self.total));
        percent.map_or(100, |percent| percent.min(100) as u8)
    }

    /// As many bytes of this download as make so many percent of the file, of those that are here.
    fn bytes_at(&self, percent: u8) -> usize {
        let bytes = (u128::from(self.total) * u128::from(percent)).div_ceil(100);
        let bytes = bytes.saturating_sub(u128::from(self.from));
        usize::try_from(bytes)
            .unwrap_or(usize::MAX)
            .clamp(self.got, self.body.len().max(self.got))
    }

    /// The end of the file is here.
    fn is_at_end(&self) -> bool {
        self.from.saturating_add(self.body.len() as u64) >= self.total
    }
}

impl Simulator {
    /// The answer to the command is OK, and the rest follows.
    pub(super) fn download(&mut self, download: Download) -> Step {
        self.ram.download = Some(download);
        self.ram.download_failed = false;
        Ok(Done::then(vec![(self.own(TO_START), Act::DownloadStart)]))
    }

    pub(super) fn start_download(&mut self, at: Instant) {
        let Some(download) = &self.ram.download else {
            return;
        };
        let (transfer, lwm2m) = (download.transfer, download.lwm2m);
        if lwm2m == Some(Lwm2mMode::InBand) {
            self.say(at, "+LWM2M: \"FOTA\",\"DOWNLOADING\",\"START\"");
            return self.in_band(at);
        }
        if !self.faults.has(&Fault::NoDownloadStart) {
            self.report(at, transfer.start(), None);
        }
        self.request(at);
    }

    fn in_band(&mut self, at: Instant) {
        let version = &self.flash.version;
        let bytes = sized_package(version, &counted_up(version), IN_BAND);
        let total = bytes.len() as u64;
        self.served(at, Ok(Served { bytes, total }));
    }

    /// Asks the server for what is still missing.
    pub(super) fn request(&mut self, at: Instant) {
        let network = self.faults.network();
        let failure = self.faults.find(|fault| match fault {
            Fault::Fetch(failure) => Some(*failure),
            _ => None,
        });
        let note = self.note();
        let Some(download) = &mut self.ram.download else {
            return;
        };
        if let Some(flaw) = network.filter(|flaw| *flaw != NetworkFlaw::Weak) {
            let code = note.download_code(download.transfer, Trouble::Network(flaw));
            self.agenda
                .add(at + self.own(TO_NO_NETWORK), Act::DownloadEnd(code));
            return;
        }
        let Some(url) = &download.url else {
            return self.served(at, Err(FetchFailure::Url));
        };
        if let Some(failure) = failure {
            return self.served(at, Err(failure));
        }
        self.fetches = self.fetches.wrapping_add(1);
        let had = download.body.len() as u64;
        let fetch = Fetch::new(
            self.fetches,
            url,
            download.from.saturating_add(had),
            download.length.map(|length| length.saturating_sub(had)),
            self.ram.headers.clone(),
        );
        if self.settings.real_http && url.scheme == Scheme::Http {
            download.request = Some(fetch.id);
            self.agenda
                .add(at + MOUNT_ANSWERS, Act::FetchTimeout(fetch.id));
            self.outputs.push_back(Output::Fetch(fetch));
            return;
        }
        let answer = self.settings.server.answer(&fetch, &self.flash.version);
        self.served(at, answer);
    }

    /// The answer to an [`Output::Fetch`]; one that nobody waits for any more is ignored.
    pub fn fetched(&mut self, now: Instant, id: u32, answer: Result<Served, FetchFailure>) {
        self.advance(now);
        self.fetch_ended(self.clock, id, answer);
    }

    pub(super) fn fetch_ended(
        &mut self,
        at: Instant,
        id: u32,
        answer: Result<Served, FetchFailure>,
    ) {
        let Some(download) = &mut self.ram.download else {
            return;
        };
        if download.request != Some(id) {
            return;
        }
        download.request = None;
        self.agenda
            .remove(|act| matches!(act, Act::FetchTimeout(other) if *other == id));
        self.take_answer(at, answer, true);
    }

    fn served(&mut self, at: Instant, answer: Result<Served, FetchFailure>) {
        self.take_answer(at, answer, false);
    }

    /// What the server has given. An answer that took its real time needs no pretended one.
    fn take_answer(
        &mut self,
        at: Instant,
        answer: Result<Served, FetchFailure>,
        took_its_time: bool,
    ) {
        let (max, note) = (self.settings.max_package, self.note());
        let Some(download) = &mut self.ram.download else {
            return;
        };
        let transfer = download.transfer;
        let served = match answer {
            Ok(served) => served,
            Err(failure) => {
                let wait = match failure {
                    _ if took_its_time => TO_END,
                    FetchFailure::Silent => TO_SILENCE,
                    FetchFailure::Url => TO_END,
                    _ => TO_REFUSAL,
                };
                let code = note.download_code(transfer, Trouble::Server(failure));
                self.agenda.add(at + self.own(wait), Act::DownloadEnd(code));
                return;
            }
        };
        if served.total > max {
            let code = note.download_code(transfer, Trouble::TooLarge);
            self.agenda
                .add(at + self.own(TO_END), Act::DownloadEnd(code));
            return;
        }
        download.total = served.total;
        let rest = served.total.saturating_sub(download.from);
        let wanted = download.length.map_or(rest, |length| length.min(rest));
        let room = usize::try_from(wanted)
            .unwrap_or(usize::MAX)
            .saturating_sub(download.body.len());
        download
            .body
            .extend_from_slice(&served.bytes[..served.bytes.len().min(room)]);
        let broken = (download.body.len() as u64) < wanted;
        self.plan_download(at, broken);
    }

    /// The reports of what the server has given, spread over the time of a download.
    fn plan_download(&mut self, start: Instant, broken: bool) {
        let Some(download) = &self.ram.download else {
            return;
        };
        let (first, mut last) = (
            download.percent(download.got),
            download.percent(download.body.len()),
        );
        let mut end = if broken {
            Act::DownloadBreaks(Trouble::Server(FetchFailure::Broken))
        } else if download.is_at_end() {
            Act::DownloadEnd(0)
        } else {
            Act::DownloadEnd(SEGMENT)
        };
        let breaks = self.faults.spend(|fault| match fault {
            Fault::ConnectionBreaks { percent, times }
                if (first..last.max(first + 1)).contains(percent) =>
            {
                Some((*times, *percent))
            }
            _ => None,
        });
        if let Some(percent) = breaks {
            last = percent;
            end = Act::DownloadBreaks(Trouble::Broken);
        }
        let coded = self.faults.find(|fault| match fault {
            Fault::DownloadCode { code, percent } if *percent <= last => Some((*code, *percent)),
            _ => None,
        });
        if let Some((code, percent)) = coded {
            last = percent.max(first);
            end = Act::DownloadEnd(code);
        }
        let step = self.note().dialect().download_step;
        let whole = self.settings.download_time.as_millis();
        let mut at = start;
        let mut before = first;
        let shown = (0..=100u8)
            .step_by(usize::from(step))
            .filter(|percent| *percent > 0 && (first..=last).contains(percent));
        for percent in shown.chain((!last.is_multiple_of(step)).then_some(last)) {
            at += self.own(whole * u64::from(percent - before) / 100);
            let pause = self.faults.find(|fault| match fault {
                Fault::PauseInDownload { percent: at, pause } if (before..percent).contains(at) => {
                    Some(pause.as_millis())
                }
                _ => None,
            });
            at += pause.map_or(Duration::ZERO, |pause| self.own(pause));
            self.agenda.add(at, Act::DownloadPercent(percent));
            before = percent;
        }
        self.agenda.add(at + self.own(TO_END), end);
    }

    pub(super) fn download_progress(&mut self, at: Instant, percent: u8) {
        let dialect = self.note().dialect();
        let Some(download) = &mut self.ram.download else {
            return;
        };
        download.got = download.bytes_at(percent);
        let told = download.transfer != Transfer::Coap
            && download.lwm2m != Some(Lwm2mMode::InBand)
            && percent.is_multiple_of(dialect.download_step)
            && !self.faults.has(&Fault::NoDownloadProgress);
        if let Some(style) = dialect.downloading.filter(|_| told) {
            let other = self.faults.find(|fault| match fault {
                Fault::DownloadSpelling(style) => Some(*style),
                _ => None,
            });
            let value = other.unwrap_or(style).print(percent);
            self.report(at, "DOWNLOADING", Some(&value));
        }
        let resets = self.faults.spend(|fault| match fault {
            Fault::ResetInDownload { percent: at } if *at <= percent => Some((1, ())),
            _ => None,
        });
        if resets.is_some() {
            self.restart(at);
        }
    }

    /// The connection is gone. A module of N2 tries again as `AT+QFOTADL=8` says.
    pub(super) fn download_breaks(&mut self, at: Instant, trouble: Trouble) {
        let (times, interval) = self.ram.retry;
        let note = self.note();
        let Some(download) = &mut self.ram.download else {
            return;
        };
        match trouble {
            Trouble::Broken => download.body.truncate(download.got),
            _ => download.got = download.body.len(),
        }
        if note == Note::N2 && download.again < times {
            download.again += 1;
            let wait = self.own(u64::from(interval) * 1000);
            self.agenda.add(at + wait, Act::DownloadAgain);
            return;
        }
        let code = note.download_code(download.transfer, trouble);
        self.agenda
            .add(at + self.own(TO_REFUSAL), Act::DownloadEnd(code));
    }

    pub(super) fn cancel_download(&mut self) -> Vec<(Duration, Act)> {
        self.agenda.remove(Act::is_download);
        if let Some(download) = &mut self.ram.download {
            download.request = None;
        }
        vec![(self.own(300), Act::DownloadEnd(709))]
    }

    pub(super) fn end_download(&mut self, at: Instant, code: u16) {
        let Some(mut download) = self.ram.download.take() else {
            return;
        };
        if matches!(code, 0 | SEGMENT) {
            download.got = download.body.len();
        }
        let note = self.note();
        let (transfer, lwm2m) = (download.transfer, download.lwm2m);
        let segmented = download.purpose == Purpose::Package(true);
        let is_package = !matches!(download.purpose, Purpose::File(_));
        let mut code = code;
        self.store_download(&download, code == 0);
        let damaged = self
            .flash
            .package
            .as_ref()
            .is_some_and(StoredPackage::is_damaged);
        if is_package && code == 0 && note == Note::N2 && damaged {
            self.flash.package = None;
            code = note.download_code(transfer, Trouble::Check);
        }
        self.ram.download_failed = code != 0 && is_package;
        if code == 0 {
            self.flash.resume = None;
        }
        if !self.faults.has(&Fault::NoDownloadEnd) {
            match lwm2m {
                None => self.report(at, transfer.end(), Some(&code.to_string())),
                Some(Lwm2mMode::InBand) => {
                    self.say(at, "+LWM2M: \"FOTA\",\"DOWNLOADING\",\"COMPLETED\"");
                }
                Some(_) => self.say(at, &format!("+LWM2M: \"FOTA\",\"DOWNLOADED\",{code}")),
            }
        }
        let stays = segmented && self.faults.has(&Fault::SegmentsDoNotStart);
        let automatic = note != Note::N2 || self.ram.automatic && !stays;
        if code == 0 && is_package && (automatic || lwm2m.is_some()) {
            let (wait, then) = match lwm2m {
                Some(_) => (TO_LWM2M_UPDATE, self.leave_unannounced()),
                None => (1, self.leave_for_dfota()),
            };
            let at = at + self.own(wait);
            for (delay, act) in then {
                self.agenda.add(at + delay, act);
            }
        }
    }

    /// What has arrived goes where it belongs.
    fn store_download(&mut self, download: &Download, complete: bool) {
        let bytes = &download.body[..download.got.min(download.body.len())];
        let piece = StoredPackage::of(bytes, complete);
        if let Purpose::File(name) = &download.purpose {
            if complete {
                self.flash.files.insert(name.clone(), piece);
            }
            return;
        }
        let stored = self.flash.package.take().filter(|_| download.from > 0);
        let mut package = stored.unwrap_or(StoredPackage::whole(0));
        package.jumbled |= package.size != download.from;
        package.append(&piece);
        package.complete = complete;
        self.flash.package = (package.size > 0).then_some(package);
    }

    /// The module goes down: only a download that was asked to be resumable leaves something.
    pub(super) fn keep_download(&mut self) {
        if let Some(download) = self.ram.download.take()
            && self.flash.resume.is_some()
        {
            self.store_download(&download, false);
        }
    }

    /// A server of the operator has written a package's place, or the package itself (N2-140).
    pub(super) fn lwm2m(&mut self, mode: Lwm2mMode) {
        if self.ram.download.is_some() || self.ram.leaving || !self.is_idle() {
            return;
        }
        let scheme = match mode {
            Lwm2mMode::Http => Scheme::Http,
            Lwm2mMode::InBand | Lwm2mMode::Coap => Scheme::Coap,
        };
        let mut download = Download::new(scheme, sample_url(scheme), Purpose::Package(false));
        download.lwm2m = Some(mode);
        self.ram.download = Some(download);
        self.agenda.add(self.clock, Act::DownloadStart);
    }
}
