//! `AT+QFOTADL` in all its forms (N1 3.2, N2 2.2.5, N3 3.3, N4 3.1, N5 3.1).

use super::commands::{Argument, Done, Final, Form, Step, arguments};
use super::data_mode::{DataMode, Target};
use super::download::{Download, Purpose};
use super::fault::Fault;
use super::files;
use super::module::Simulator;
use super::note::Note;
use super::package::StoredPackage;
use super::url::{Scheme, Transfer, Url};
use crate::time::{Duration, Instant};

// Table 4 of N2.
const INVALID: Step = Err(Final::Cme(590));
const ONGOING: Step = Err(Final::Cme(591));
const NOT_DOWNLOADING: Step = Err(Final::Cme(592));
const NO_PACKAGE: Step = Err(Final::Cme(593));

/// N2-067.
const DEFAULT_TIMEOUT: u64 = 5;
/// Not told for this command; the one of `AT+QFUPL`.
pub(super) const LONGEST_TIMEOUT: u64 = 65_535;
/// N2-102.
const LONGEST_FILE_NAME: usize = 128;
/// N2-027.
const SEGMENT_UNIT: u64 = 2048;
/// N3-20.
const LOCAL_PATH: &str = "/usrdata/cache/ufs/";
/// Copying takes at least this long, and this much for each megabyte, in milliseconds.
const COPY: u64 = 400;

impl Simulator {
    pub(super) fn qfotadl(&mut self, at: Instant, form: Form<'_>) -> Step {
        let note = self.note();
        match form {
            Form::Test if note == Note::N1 => Ok(Done::text("+QFOTADL=<URL>")),
            Form::Test => Ok(Done::default()),
            Form::Read if note == Note::N2 => Ok(Done::text(self.download_state())),
            Form::Run | Form::Read => Err(Final::Error),
            Form::Write(_) if self.ram.leaving => self.busy(),
            Form::Write(values) => {
                let values = arguments(values);
                let (Some(first), rest) = (values.first(), values.get(1..).unwrap_or_default())
                else {
                    return self.refused();
                };
                match note {
                    Note::N2 if first.quoted => self.transfer(at, &first.text, rest),
                    Note::N2 => self.function(first, rest),
                    _ if first.quoted && rest.is_empty() => self.only_source(&first.text),
                    _ => self.refused(),
                }
            }
        }
    }

    /// An update or a download is under way.
    fn busy(&self) -> Step {
        match self.note() {
            Note::N2 => ONGOING,
            // table 2 of N4 and N5
            Note::N4 | Note::N5 => Err(Final::Cme(2)),
            Note::N1 | Note::N3 => Err(Final::Error),
        }
    }

    fn refused(&self) -> Step {
        match self.note() {
            Note::N2 => INVALID,
            _ => Err(Final::Error),
        }
    }

    /// The one form of N1, N3, N4 and N5: where the package is.
    fn only_source(&mut self, from: &str) -> Step {
        if self.ram.download.is_some() {
            return self.busy();
        }
        let note = self.note();
        let dialect = note.dialect();
        if from.len() > dialect.url_limit {
            return self.refused();
        }
        if note == Note::N3
            && let Some(name) = from.strip_prefix(LOCAL_PATH)
        {
            let Some(package) = self.flash.files.get(&files::key(name)).cloned() else {
                return self.refused();
            };
            self.flash.package = Some(package);
            self.ram.local_file = Some(files::key(name));
            return Ok(Done::then(self.leave_for_dfota()));
        }
        let (Some(scheme), Some(url)) = (Scheme::of(from), Url::parse(from)) else {
            return self.refused();
        };
        let parts_fit =
            scheme.transfer() != Transfer::Ftp || url.longest_part() <= dialect.part_limit;
        if !dialect.schemes.contains(&scheme) || !parts_fit {
            return self.refused();
        }
        self.ram.local_file = None;
        self.download(Download::new(scheme, from, Purpose::Package(false)))
    }

    // From here on: N2.

    /// N2-080, N2-081.
    fn download_state(&self) -> String {
        let blank = if self.faults.has(&Fault::StateWithoutBlank) {
            ""
        } else {
            " "
        };
        let state = match &self.flash.package {
            _ if self.ram.download.is_some() => "1".to_owned(),
            Some(package) if package.complete => "2".to_owned(),
            Some(package) => format!("3,{}", package.size),
            None if self.ram.download_failed => "3,0".to_owned(),
            None => "0".to_owned(),
        };
        format!("+QFOTADL:{blank}{state}")
    }

    /// The forms whose first value is a text: where the package comes from.
    fn transfer(&mut self, at: Instant, from: &str, rest: &[Argument]) -> Step {
        if from.eq_ignore_ascii_case("COM:") {
            return self.upload(at, rest);
        }
        if ["UFS:", "EUFS:"]
            .iter()
            .any(|start| starts_with(from, start))
        {
            return self.copy(at, from, rest);
        }
        match Scheme::of(from) {
            Some(scheme) if from.len() <= Note::N2.dialect().url_limit => {
                self.server_form(scheme, from, rest)
            }
            _ => INVALID,
        }
    }

    /// `<URL>[,<breakpoint>[,<request_size>]]` (N2-020 to N2-027).
    fn server_form(&mut self, scheme: Scheme, url: &str, rest: &[Argument]) -> Step {
        if self.ram.download.is_some() {
            return ONGOING;
        }
        let numbers: Option<Vec<u64>> = rest.iter().map(Argument::number).collect();
        let (from, length) = match numbers.as_deref() {
            Some([]) => (0, 0),
            Some(&[from]) => (from, 0),
            Some(&[from, length]) if length.is_multiple_of(SEGMENT_UNIT) => (from, length),
            _ => return INVALID,
        };
        let segmented = !rest.is_empty();
        if segmented && scheme.transfer() != Transfer::Http {
            return INVALID;
        }
        self.flash.resume = None;
        let length = (length > 0).then_some(length);
        let download = Download::new(scheme, url, Purpose::Package(segmented));
        self.download(download.part(from, length))
    }

    /// `"UFS:<name>",<type>` (N2-100 to N2-107): what is copied takes its time, then comes OK.
    fn copy(&mut self, at: Instant, from: &str, rest: &[Argument]) -> Step {
        let kind = rest.first().and_then(Argument::number);
        let (1, Some(kind @ 0..=2), true) = (rest.len(), kind, from.len() <= LONGEST_FILE_NAME)
        else {
            return INVALID;
        };
        if self.ram.download.is_some() {
            return ONGOING;
        }
        let Some(file) = self.flash.files.get(&files::key(from)) else {
            return NO_PACKAGE;
        };
        let begun = self.ram.parts.take();
        let mut package = match (kind, begun) {
            // a single file, or the first one
            (0, _) | (2, None) => StoredPackage::whole(0),
            (_, Some(begun)) => begun,
            // neither can come first
            _ => return INVALID,
        };
        package.append(file);
        package.complete = kind == 2;
        if package.size > self.settings.max_package {
            return Err(Final::Cme(594));
        }
        if kind < 2 {
            self.ram.parts = Some(package.clone());
        }
        let takes = self.own(COPY + file.size * COPY / (1 << 20));
        self.ram.answered = self.ram.answered.max(at + takes);
        self.flash.package = Some(package);
        self.ram.download_failed = false;
        Ok(Done::default())
    }

    /// `"COM:",<file_size>[,<timeout>]` (N2-060).
    fn upload(&mut self, at: Instant, rest: &[Argument]) -> Step {
        if self.ram.download.is_some() {
            return ONGOING;
        }
        let size = rest.first().and_then(Argument::number);
        let timeout = match rest.get(1) {
            None => Some(DEFAULT_TIMEOUT),
            Some(timeout) => timeout.number(),
        };
        match (size, timeout) {
            (Some(size), Some(timeout))
                if rest.len() <= 2
                    && (1..=self.settings.max_package).contains(&size)
                    && (1..=LONGEST_TIMEOUT).contains(&timeout) =>
            {
                let timeout = Duration::from_secs(timeout);
                let data = DataMode::new(Target::Package, size, timeout, at);
                Ok(Done {
                    connect: Some(data),
                    ..Done::default()
                })
            }
            _ => INVALID,
        }
    }

    /// The forms whose first value is a number (N2-082 to N2-095).
    fn function(&mut self, which: &Argument, rest: &[Argument]) -> Step {
        let numbers: Option<Vec<u64>> = rest.iter().map(Argument::number).collect();
        match (which.number(), numbers.as_deref()) {
            (Some(1), Some([])) => self.start(),
            (Some(3), Some([])) => Ok(Done::text(format!(
                "+QFOTADL: 3,{}",
                u8::from(self.ram.automatic)
            ))),
            (Some(3), Some(&[mode @ (0 | 1)])) => {
                self.ram.automatic = mode == 1;
                Ok(Done::default())
            }
            (Some(4), Some([])) => match &self.flash.package {
                Some(package) => {
                    let by = self.faults.find(|fault| match fault {
                        Fault::StoredSize { by } => Some(*by),
                        _ => None,
                    });
                    let size = package.size.saturating_add_signed(by.unwrap_or(0));
                    Ok(Done::text(format!("+QFOTADL: 4,{size}")))
                }
                None => NO_PACKAGE,
            },
            (Some(5), Some([])) => {
                self.ram.download_failed = false;
                self.flash.resume = None;
                match self.flash.package.take() {
                    Some(_) => Ok(Done::default()),
                    None => NO_PACKAGE,
                }
            }
            (Some(6), Some([])) => match self.ram.download {
                Some(_) => Ok(Done::then(self.cancel_download())),
                None => NOT_DOWNLOADING,
            },
            (Some(8), Some([])) => {
                let (times, interval) = self.ram.retry;
                Ok(Done::text(format!("+QFOTADL: 8,{times},{interval}")))
            }
            (Some(8), Some(&[times @ 1..=2_147_483_647, interval])) => {
                match u32::try_from(interval) {
                    Ok(interval) => {
                        self.ram.retry = (times as u32, interval);
                        Ok(Done::default())
                    }
                    Err(_) => INVALID,
                }
            }
            (Some(12), Some([])) => Ok(Done::text(format!(
                "+QFOTADL: 12,{}",
                self.settings.max_package
            ))),
            (Some(which @ (10 | 13)), _) => match rest {
                [url, rest @ ..] if url.quoted && rest.len() <= 1 => {
                    let scheme = Scheme::of(&url.text)
                        .filter(|scheme| scheme.transfer() == Transfer::Http)
                        .filter(|_| url.text.len() <= Note::N2.dialect().url_limit);
                    match scheme {
                        None => INVALID,
                        Some(_) if self.ram.download.is_some() => ONGOING,
                        Some(scheme) if which == 10 => {
                            self.file_form(scheme, &url.text, rest.first())
                        }
                        Some(scheme) => self.resumable(scheme, &url.text, rest.first()),
                    }
                }
                _ => INVALID,
            },
            _ => INVALID,
        }
    }

    /// `=1` (N2-082).
    fn start(&mut self) -> Step {
        if self.ram.download.is_some() {
            return ONGOING;
        }
        if self.flash.package.is_none() {
            return NO_PACKAGE;
        }
        Ok(Done::then(self.leave_for_dfota()))
    }

    /// `=10,<url>[,<name>]` (N2-090, N2-091).
    fn file_form(&mut self, scheme: Scheme, url: &str, name: Option<&Argument>) -> Step {
        let name = match name {
            None => "EUFS:update.zip".to_owned(),
            Some(name) if name.quoted && !name.text.is_empty() => {
                files::key(&format!("EUFS:{}", without_drive(&name.text)))
            }
            Some(_) => return INVALID,
        };
        self.download(Download::new(scheme, url, Purpose::File(name)))
    }

    /// `=13,<url>[,<from>]` (N2-093, N2-094): goes on where it was when the module went down.
    fn resumable(&mut self, scheme: Scheme, url: &str, from: Option<&Argument>) -> Step {
        let anew = match from.map(Argument::number) {
            None | Some(Some(0)) => false,
            Some(Some(1)) => true,
            Some(_) => return INVALID,
        };
        let same = self.flash.resume.as_deref() == Some(url);
        let had = self
            .flash
            .package
            .as_ref()
            .filter(|package| same && !anew && !package.complete)
            .map_or(0, |package| package.size);
        self.flash.resume = Some(url.to_owned());
        let download = Download::new(scheme, url, Purpose::Package(false));
        self.download(download.part(had, None))
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

fn without_drive(name: &str) -> &str {
    match name.split_once(':') {
        Some((drive, name)) if drive.eq_ignore_ascii_case("EUFS") => name,
        _ => name,
    }
}
