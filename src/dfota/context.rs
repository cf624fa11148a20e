//! What all states share: the facts gathered so far and the way out.

use std::collections::VecDeque;

use super::Source;
use super::hearing::Hearing;
use super::identity::Identity;
use super::io::{Output, PortSettings, UsbId};
use super::run::Run;
use crate::at::{Command, Exchange, Failure, Transport, masked};
use crate::family::{BG95, Family, Times};
use crate::journal::{Entry, Journal, Kind, Mark};
use crate::snapshot::{
    FamilyId, GreetingFacts, ModuleFacts, PackageFacts, Problem, ProblemCode, Progress,
    ReadinessFacts, SettingsFacts, UploadProof, Verdict,
};
use crate::time::{Duration, Instant};

/// Text from the module that is passed on is cut here.
const MAX_DETAIL: usize = 200;

/// Facts, and what waits to go out.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub(crate) now: Instant,
    pub(crate) out: VecDeque<Output>,
    pub(crate) journal: Journal,
    pub(crate) settings: PortSettings,
    pub(crate) usb: Option<UsbId>,
    /// Bits per second that the port is open with now: differs from the settings while an update
    /// reports at another rate.
    pub(crate) rate: u32,
    pub(crate) port_chosen: bool,
    pub(crate) port_open: bool,
    /// The lost port was seen again.
    pub(crate) port_there: bool,
    pub(crate) hearing: Hearing,
    pub(crate) greeting: Option<GreetingFacts>,
    pub(crate) identity: Identity,
    pub(crate) module: Option<ModuleFacts>,
    pub(crate) package: Option<PackageFacts>,
    pub(crate) package_problem: Option<Problem>,
    /// Where the package comes from, if it is not the chosen file.
    pub(crate) source: Option<Source>,
    /// The family that the source was checked for.
    pub(crate) source_family: Option<FamilyId>,
    pub(crate) readiness: Option<ReadinessFacts>,
    pub(crate) settings_facts: Option<SettingsFacts>,
    #[cfg(feature = "routes")]
    /// `AT+QSCLK?`, as it was found.
    pub(crate) sleep_mode: Option<u8>,
    #[cfg(feature = "routes")]
    /// `AT+CPSMS?`, as it was found.
    pub(crate) power_saving: Option<crate::at::PowerSaving>,
    /// What brings back the settings that a run changed, in the order to send it (X-24).
    pub(crate) restore: Vec<Command>,
    pub(crate) problem: Option<Problem>,
    pub(crate) proof: Option<UploadProof>,
    pub(crate) progress: Option<Progress>,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) run: Option<Run>,
}

impl Context {
    /// The family whose times and tables apply; where none is known, BG95's.
    pub(crate) fn family(&self) -> &'static Family {
        self.known_family().unwrap_or(&BG95)
    }

    /// The module's family, if it is known.
    pub(crate) fn known_family(&self) -> Option<&'static Family> {
        let id = self.module.as_ref()?.family?;
        crate::family::of(id)
    }

    /// The chosen file becomes a file of the module first, which is then started by its path (N3-19).
    pub(crate) fn uploads_to_file(&self) -> bool {
        let family = self.family();
        cfg!(feature = "routes") && !family.com_upload && family.file_path.is_some()
    }

    /// For how long silence in a download is usual, and from when on it is not. Where the module
    /// reports nothing, minutes of it are (A1-10, B-dl-1).
    pub(crate) fn download_patience(&self) -> (Duration, Duration) {
        let reports = self
            .source
            .as_ref()
            .is_none_or(|source| source.reports(self.family()));
        if reports {
            (Duration::from_secs(60), self.times().download_start)
        } else {
            (Duration::from_secs(300), Duration::from_secs(600))
        }
    }

    pub(crate) fn times(&self) -> &'static Times {
        &self.family().times
    }

    /// Sends a command.
    pub(crate) fn send(&mut self, command: Command) -> Exchange {
        let exchange = Exchange::new(command, self.now);
        let bytes = format!("{}\r", exchange.line()).into_bytes();
        self.journal.add(self.now, Mark::Sent, &bytes);
        self.entry(Kind::Sent, &exchange.shown());
        self.out.push_back(Output::Write(bytes));
        exchange
    }

    /// The escape out of data mode; the silence round it is the caller's (N2-010).
    pub(crate) fn send_escape(&mut self) {
        self.journal.add(self.now, Mark::Sent, b"+++");
        self.entry(Kind::Sent, "+++");
        self.out.push_back(Output::Write(b"+++".to_vec()));
    }

    pub(crate) fn output(&mut self, output: Output) {
        self.out.push_back(output);
    }

    pub(crate) fn open(&mut self, rate: u32) {
        self.rate = rate;
        self.port_there = false;
        self.note(&format!("opening the port at {rate} bit/s"));
        let buffer_size = self.buffer_size();
        self.out.push_back(Output::Open(PortSettings {
            baud_rate: rate,
            buffer_size,
            ..self.settings
        }));
    }

    fn buffer_size(&self) -> u32 {
        if self.settings.is_line {
            self.settings.buffer_size.min(buffer_for(self.rate))
        } else {
            self.settings.buffer_size.max(PortSettings::USB_BUFFER_SIZE)
        }
    }

    /// Bytes that the browser may hold back behind its last promise.
    pub(crate) fn buffer(&self) -> u64 {
        u64::from(self.buffer_size())
    }

    pub(crate) fn close(&mut self) {
        if self.port_open {
            self.port_open = false;
            self.note("closing the port");
            self.out.push_back(Output::Close);
        }
    }

    /// A note in the journal and on the console.
    pub(crate) fn note(&mut self, text: &str) {
        self.journal.add(self.now, Mark::Note, text.as_bytes());
        self.entry(Kind::Note, text);
    }

    #[cfg(feature = "routes")]
    /// A note with a number of bytes.
    pub(crate) fn note_bytes(&mut self, what: &str, bytes: u64) {
        self.note(&format!("{what}: {bytes}"));
    }

    pub(crate) fn entry(&mut self, kind: Kind, text: &str) {
        let entry = Entry {
            at: self.now.as_millis(),
            kind,
            text: text.to_owned(),
        };
        self.out.push_back(Output::Entry(entry));
    }

    pub(crate) fn problem(&mut self, code: ProblemCode) {
        self.problem = Some(problem(code));
    }

    /// Whether the port is the module's own USB.
    pub(crate) fn is_module_usb(&self) -> bool {
        self.usb.is_some_and(|usb| usb.vendor == UsbId::QUECTEL)
    }

    /// The rate at which the main UART will report during the update, if it is not the rate that
    /// the port was opened with (A5-2).
    pub(crate) fn report_rate(&self) -> Option<u32> {
        let set = self.module.as_ref()?.serial_rate?;
        let report = self.family().reports_at(set);
        // An automatic rate follows ours.
        (set != 0 || !self.family().report_rates.is_empty()).then_some(())?;
        (report != self.settings.baud_rate).then_some(report)
    }
}

/// Half a second of the line, at least 1 KiB: what the browser holds back must not make progress and
/// stop run far ahead of the wire.
fn buffer_for(rate: u32) -> u32 {
    (rate / 20).next_power_of_two().max(1024)
}

/// The problem of a download that ended with a code.
pub(crate) fn download_code(transport: Transport, code: Option<u32>) -> Problem {
    Problem {
        number: code,
        ..problem_with(ProblemCode::DownloadCode, transport.name())
    }
}

/// A problem without number and detail.
pub(crate) const fn problem(code: ProblemCode) -> Problem {
    Problem {
        code,
        number: None,
        detail: None,
    }
}

/// A problem that names what it is about.
pub(crate) fn problem_with(code: ProblemCode, detail: &str) -> Problem {
    Problem {
        code,
        number: None,
        detail: Some(cut(detail)),
    }
}

/// How a command's failure is told.
pub(crate) fn problem_of(failure: &Failure, command: &str) -> Problem {
    let (code, number) = match failure {
        Failure::Plain | Failure::NoCarrier => (ProblemCode::PlainError, None),
        Failure::Cme(n) => (ProblemCode::CmeError, Some(*n)),
        Failure::Cms(n) => (ProblemCode::CmsError, Some(*n)),
        Failure::Words(words) => return problem_with(ProblemCode::CmeError, words),
        Failure::Timeout => (ProblemCode::AnswerTimeout, None),
        Failure::Empty => (ProblemCode::BadAnswer, None),
    };
    Problem {
        code,
        number,
        // It is shown and copied: without passwords (X-28).
        detail: Some(cut(&masked(command))),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_DETAIL).collect()
}
