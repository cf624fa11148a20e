//! `AT+QFOTADL` in all its forms (N2 2.2.5).

use super::agenda::Act;
use super::commands::{Argument, Done, Final, Form, Step, arguments};
use super::data_mode::DataMode;
use super::dfota::Download;
use super::fault::Fault;
use super::module::Simulator;
use crate::time::{Duration, Instant};

// Table 4 of N2.
const INVALID: Step = Err(Final::Cme(590));
const ONGOING: Step = Err(Final::Cme(591));
const NOT_DOWNLOADING: Step = Err(Final::Cme(592));
const NO_PACKAGE: Step = Err(Final::Cme(593));

/// N2-067.
const DEFAULT_TIMEOUT: u64 = 5;
/// Not told for this command; the one of `AT+QFUPL`.
const LONGEST_TIMEOUT: u64 = 65_535;
/// N2-025.
const LONGEST_URL: usize = 700;
/// N2-102.
const LONGEST_FILE_NAME: usize = 128;

impl Simulator {
    pub(super) fn qfotadl(&mut self, at: Instant, form: Form<'_>) -> Step {
        match form {
            Form::Test => Ok(Done::default()),
            Form::Run => Err(Final::Error),
            Form::Read => Ok(Done::text(format!("+QFOTADL: {}", self.download_state()))),
            Form::Write(_) if self.ram.leaving => ONGOING,
            Form::Write(values) => {
                let values = arguments(values);
                let (Some(first), rest) = (values.first(), values.get(1..).unwrap_or_default())
                else {
                    return INVALID;
                };
                if first.quoted {
                    self.transfer(at, &first.text, rest)
                } else {
                    self.function(first, rest)
                }
            }
        }
    }

    /// N2-080, N2-081.
    fn download_state(&self) -> String {
        match &self.flash.package {
            _ if self.ram.download.is_some() => "1".to_owned(),
            Some(package) if package.complete => "2".to_owned(),
            Some(package) => format!("3,{}", package.size),
            None if self.ram.download_failed => "3,0".to_owned(),
            None => "0".to_owned(),
        }
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
            let kind = rest.first().and_then(Argument::number);
            let fits = from.len() <= LONGEST_FILE_NAME
                && rest.len() == 1
                && kind.is_some_and(|kind| kind <= 2);
            // the simulated file systems are empty
            return if fits { NO_PACKAGE } else { INVALID };
        }
        match Download::of(from) {
            Some(download) if from.len() <= LONGEST_URL => self.download(download),
            _ => INVALID,
        }
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
                let data = DataMode::new(size, Duration::from_secs(timeout), at);
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
                match self.flash.package.take() {
                    Some(_) => Ok(Done::default()),
                    None => NO_PACKAGE,
                }
            }
            (Some(6), Some([])) => match self.ram.download {
                Some(download) => {
                    self.agenda
                        .remove(|act| matches!(act, Act::DownloadEnd(..)));
                    Ok(Done::then(vec![(
                        self.own(300),
                        Act::DownloadEnd(download, 709),
                    )]))
                }
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
            (Some(10 | 13), None) => match rest.first().and_then(|url| Download::of(&url.text)) {
                Some(Download::Http) if rest.len() <= 2 => self.download(Download::Http),
                _ => INVALID,
            },
            (Some(12), Some([])) => Ok(Done::text(format!(
                "+QFOTADL: 12,{}",
                self.settings.max_package
            ))),
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

    /// The server forms: the simulated network has none, and says so after a while (N2-151).
    fn download(&mut self, download: Download) -> Step {
        if self.ram.download.is_some() {
            return ONGOING;
        }
        self.ram.download = Some(download);
        let start = self.frame(&self.faults.spelling().report(download.start(), None));
        Ok(Done::then(vec![
            (self.own(1000), Act::Say(start)),
            (self.own(20_000), Act::DownloadEnd(download, 702)),
        ]))
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

impl Download {
    /// The kind of server that a URL names.
    fn of(url: &str) -> Option<Self> {
        let kinds = [
            (Self::Http, ["http://", "https://"]),
            (Self::Coap, ["coap://", "coaps://"]),
            (Self::Ftp, ["ftp://", "ftps://"]),
        ];
        kinds
            .into_iter()
            .find(|(_, starts)| starts.iter().any(|start| starts_with(url, start)))
            .map(|(kind, _)| kind)
    }
}
