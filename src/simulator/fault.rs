//! What can go wrong with a simulated module, as data.

use super::server::FetchFailure;
use crate::time::Duration;

/// One thing that goes wrong. Faults can be combined at will; positions are bytes of the package as the
/// host sent it, percent are those of the update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    // The port and the way of speaking.
    /// The port is not the AT port of a module.
    Port(PortKind),
    /// The module sleeps: the first lines that it is sent are lost.
    Asleep {
        /// How many.
        lines: u32,
    },
    /// Each echoed line lacks its first character.
    HalfEcho,
    /// Boot ROM lines and bytes of another rate before RDY.
    BootNoise,
    /// Lines end otherwise than with CR LF.
    LineEnds(LineEnds),
    /// Each byte arrives by itself.
    Trickle,
    /// The network makes itself heard, inside of answers and in between, also in data mode.
    Chatter {
        /// How often in between.
        every: Duration,
    },
    /// The module says something unasked, once after the port was opened for the first time.
    Unasked {
        /// The line.
        line: String,
        /// How long after the opening.
        after: Duration,
    },
    // Answers.
    /// A command is answered otherwise.
    Answer {
        /// The command without `AT`, for example `+QFOTADL=12`; with `*` at the end whatever begins so.
        command: String,
        /// The answer.
        reply: Reply,
        /// How many times, then no more; `u32::MAX` for always.
        times: u32,
    },
    /// Each answer takes that much longer.
    Slow {
        /// How much.
        by: Duration,
    },
    /// The module gives another IMEI.
    OtherImei(String),
    // What the module brings along.
    /// It holds a whole package already.
    StoredPackage {
        /// Bytes.
        size: u64,
    },
    /// It is downloading a package from a server, and goes on until it is cancelled.
    Downloading,
    /// It is still in the data mode of an upload that nobody finished.
    InDataMode {
        /// Bytes that were announced.
        size: u64,
        /// Bytes that have arrived.
        received: u64,
        /// Seconds without data after which it leaves data mode; they count from the port's opening.
        timeout: u32,
    },
    /// Its update was cut off by a power loss and now goes on; over UART from the port's opening.
    UpdateRunning {
        /// How far it came.
        percent: u8,
    },
    // The network and the server.
    /// The network is not as it should be: the commands about it say so, and downloads fail.
    Network(NetworkFlaw),
    /// The server, or the way to it, fails, whatever the URL says.
    Fetch(FetchFailure),
    /// A download ends with this code.
    DownloadCode {
        /// The code of HTTPEND, FTPEND or COAPEND.
        code: u16,
        /// How far it came.
        percent: u8,
    },
    /// The connection to the server breaks; a module that knows how tries again.
    ConnectionBreaks {
        /// How far the download came.
        percent: u8,
        /// How many times; `u32::MAX` for always.
        times: u32,
    },
    /// A long silence in a download.
    PauseInDownload {
        /// How far it came.
        percent: u8,
        /// How long; divided by the haste.
        pause: Duration,
    },
    /// The module restarts in the middle of a download, once.
    ResetInDownload {
        /// How far it came.
        percent: u8,
    },
    /// The start of a download is not reported.
    NoDownloadStart,
    /// No DOWNLOADING is reported.
    NoDownloadProgress,
    /// The end of a download is not reported.
    NoDownloadEnd,
    /// The number of DOWNLOADING is spelled otherwise than in the module's note.
    DownloadSpelling(PercentStyle),
    /// The name of an event is printed otherwise, for example `HTTPPEND` for `HTTPEND` (A1).
    EventName {
        /// The event.
        event: String,
        /// What is printed.
        printed: String,
    },
    /// A download in segments stores the package, and nothing starts at its end (A2-5).
    SegmentsDoNotStart,
    /// `+QFOTADL:3,10240`, no blank after the colon of the state (A3-12).
    StateWithoutBlank,
    /// The answers of `AT+QCFGEXT` look like those in the note's examples (A3-17, A3-18).
    ConfigAsInExamples,
    /// A server of the operator starts an upgrade by itself (N2-140).
    Lwm2m {
        /// How the package comes.
        mode: Lwm2mMode,
        /// How long after the port was opened for the first time.
        after: Duration,
    },
    /// A module that saves power falls into deep sleep, from which no command wakes it.
    DeepSleep {
        /// After so much silence.
        after: Duration,
    },
    // Upload.
    /// An `A` of the acknowledge mode is not sent.
    LoseAck {
        /// Which one; the first is 1.
        nth: u64,
    },
    /// The upload command is not answered.
    NoConnect,
    /// CONNECT is late.
    LateConnect {
        /// How much.
        by: Duration,
    },
    /// `CONNECT <rate>` instead of `CONNECT`.
    ConnectWithSpeed,
    /// Bytes are lost on the line.
    LoseBytes {
        /// The first one.
        at: u64,
        /// How many.
        count: u64,
    },
    /// A byte arrives as another one.
    CorruptByte {
        /// Which one.
        at: u64,
    },
    /// The reported size is off.
    ReportSize {
        /// By so many bytes.
        by: i64,
    },
    /// The reported checksum is wrong.
    ReportChecksum {
        /// The bits that are inverted.
        xor: u16,
    },
    /// The checksum is printed otherwise than in lower-case hex.
    ChecksumStyle(ChecksumStyle),
    /// The size that `AT+QFOTADL=4` gives is off.
    StoredSize {
        /// By so many bytes.
        by: i64,
    },
    /// No count and checksum after the data.
    NoResult,
    /// Data mode ends before its time.
    LeaveDataMode {
        /// After so many bytes.
        at: u64,
        /// With this answer.
        with: DataModeEnd,
    },
    /// What the module says when no data came for the timeout.
    IdleEnd(DataModeEnd),
    /// What the module says to `+++`.
    EscapeEnd(DataModeEnd),
    /// The module restarts in the middle of the upload, once.
    ResetInUpload {
        /// After so many bytes.
        at: u64,
    },
    /// The cable is pulled in the middle of the upload, once. The module keeps its power.
    UnplugInUpload {
        /// After so many bytes.
        at: u64,
        /// Plugged in again after this long; none: not at all.
        back: Option<Duration>,
    },
    /// The module takes no more bytes, once.
    StallInUpload {
        /// After so many bytes.
        at: u64,
        /// Goes on after this long; none: not at all.
        pause: Option<Duration>,
    },
    /// The update starts straight after the upload, whatever the trigger mode.
    StartsByItself,
    // Update.
    /// The start command is answered with OK, and nothing happens.
    NoReset,
    /// No RESETTING is reported.
    NoResetting,
    /// No START is reported.
    NoStart,
    /// No UPDATING is reported.
    NoProgress,
    /// No END is reported.
    NoEnd,
    /// No RDY is printed.
    NoRdy,
    /// No APP RDY is printed.
    NoAppRdy,
    /// Reports are spelled otherwise.
    Spelling(Spelling),
    /// Every n-th progress report breaks off.
    Truncated {
        /// n.
        every: u32,
    },
    /// The update fails.
    EndCode {
        /// The code of END.
        code: u16,
        /// How far it came.
        percent: u8,
    },
    /// The update fails, is tried again by the module, and succeeds in the end.
    Retry {
        /// The code of END in the failing tries.
        code: u16,
        /// How many tries fail.
        times: u32,
    },
    /// END,0 is a lie: the old version still runs.
    OldVersion,
    /// END comes after the restart, between RDY and APP RDY.
    EndAfterRestart,
    /// END comes before the restart, where the module's note has it after (A2-1).
    EndBeforeRestart,
    /// END is lost in autobaud mode, not only late (N5-13).
    EndSwallowed,
    /// The reports stop at this percentage; the update itself goes on (B-end 4).
    ReportsStopAt {
        /// The last one that is reported.
        percent: u8,
    },
    /// A module that reports over USB has no port while it updates.
    NoPortInUpdate,
    /// An update that goes on after a power loss says so in words, with a comma inside of the quotes.
    ContinuesAloud,
    /// A long silence in the update.
    PauseAt {
        /// How far it came.
        percent: u8,
        /// How long; divided by the haste.
        pause: Duration,
    },
    /// The power fails, once; the update goes on by itself when it is back (N2-034).
    PowerCut {
        /// How far the update came.
        percent: u8,
        /// Back after this long; divided by the haste.
        back: Duration,
    },
    /// The port does not come back after the update (USB).
    PortNotBack,
    /// The port comes back with another product id (USB).
    OtherProduct(u16),
    /// After the update the module starts again and again.
    BootLoop {
        /// How many times before it comes up; `u32::MAX` for ever.
        times: u32,
    },
    /// Another fault that is there only after an update has ended.
    AfterUpdate(Box<Fault>),
}

/// What is behind the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortKind {
    /// Satellite positions, one sentence a second.
    Nmea,
    /// Frames of the diagnostic protocol.
    Diagnostic,
    /// Nothing.
    Silent,
    /// Some other device with its own text.
    Text,
    /// Every byte comes back, nothing else (a loop-back plug).
    Echo,
}

/// How lines end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnds {
    /// CR.
    Cr,
    /// LF.
    Lf,
    /// LF CR.
    LfCr,
    /// CR LF CR LF.
    Doubled,
}

impl LineEnds {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Cr => "\r",
            Self::Lf => "\n",
            Self::LfCr => "\n\r",
            Self::Doubled => "\r\n\r\n",
        }
    }
}

/// Another answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `ERROR`.
    Error,
    /// `+CME ERROR: <n>`, whatever `AT+CMEE` says.
    Cme(u16),
    /// `+CMS ERROR: <n>`.
    Cms(u16),
    /// OK and nothing else.
    Ok,
    /// Nothing at all.
    Nothing,
    /// Another information text, then OK.
    Text(String),
    /// The usual information text, then ERROR.
    TextThenError,
}

/// How the module ends data mode before all bytes have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataModeEnd {
    /// Count and checksum of what arrived, and OK.
    Result,
    /// OK.
    Ok,
    /// ERROR.
    Error,
    /// `+CME ERROR: <n>`.
    Cme(u16),
    /// NO CARRIER.
    NoCarrier,
    /// Nothing.
    Silent,
}

/// How the checksum is printed; several of these may hold at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumStyle {
    /// Upper-case hex.
    Upper,
    /// Four digits, with leading zeros.
    Padded,
    /// `+QFOTADL:1234,abcd`, no blank after the colon.
    NoBlank,
}

/// How reports are spelled, after what the vendor notes and captures show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// The number of UPDATING.
    pub percent: PercentStyle,
    /// `"FOTA", "END", 0`, and `"START "` with a blank inside of the quotes.
    pub blanks: bool,
    /// `"Updating"` for `"UPDATING"`.
    pub mixed_case: bool,
}

/// How the number of UPDATING is spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PercentStyle {
    /// `5%`.
    #[default]
    Sign,
    /// `5`.
    Bare,
    /// ` 5%`.
    Blank,
    /// `5%,1,1`.
    Parts,
    /// ` 5%, 1, 1`.
    BlankParts,
}

impl PercentStyle {
    pub(super) fn print(self, percent: u8) -> String {
        match self {
            Self::Sign => format!("{percent}%"),
            Self::Bare => percent.to_string(),
            Self::Blank => format!(" {percent}%"),
            Self::Parts => format!("{percent}%,1,1"),
            Self::BlankParts => format!(" {percent}%, 1, 1"),
        }
    }
}

/// What is wrong with the network or the SIM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkFlaw {
    /// No SIM.
    NoSim,
    /// The SIM wants its PIN.
    SimLocked,
    /// Still looking for a network.
    Searching,
    /// The network refuses.
    Denied,
    /// Registered, and without an address.
    NoAddress,
    /// Registered and not attached.
    Detached,
    /// The data connection is still being set up.
    Activating,
    /// All is well but the signal.
    Weak,
}

/// How a package comes when a server starts the upgrade (N2-141).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lwm2mMode {
    /// From the server itself.
    InBand,
    /// From an HTTP(S) server.
    Http,
    /// From a CoAP(S) server.
    Coap,
}

impl Spelling {
    /// The line of a report: `+QIND: "FOTA","<event>"[,<value>]`.
    pub(super) fn report(self, event: &str, value: Option<&str>) -> String {
        let event = if self.mixed_case {
            let mut letters = event.chars();
            let first: String = letters.by_ref().take(1).collect();
            first + &letters.as_str().to_ascii_lowercase()
        } else {
            event.to_owned()
        };
        let comma = if self.blanks { ", " } else { "," };
        let inside = if self.blanks && value.is_none() {
            " "
        } else {
            ""
        };
        let value = value.map_or_else(String::new, |value| format!("{comma}{value}"));
        format!("+QIND: \"FOTA\"{comma}\"{event}{inside}\"{value}")
    }
}

/// The faults of a module, with what is left of those that happen only so many times.
#[derive(Clone, Debug)]
pub(super) struct Faults {
    entries: Vec<Entry>,
    /// An update has ended: the faults for afterwards are there.
    pub(super) after_update: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    fault: Fault,
    used: u32,
    only_after_update: bool,
}

impl Faults {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        let entries = faults
            .into_iter()
            .map(|mut fault| {
                let mut only_after_update = false;
                while let Fault::AfterUpdate(inner) = fault {
                    only_after_update = true;
                    fault = *inner;
                }
                Entry {
                    fault,
                    used: 0,
                    only_after_update,
                }
            })
            .collect();
        Self {
            entries,
            after_update: false,
        }
    }

    fn active(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| self.after_update || !entry.only_after_update)
    }

    /// What `pick` finds in the first fault that it knows.
    pub(super) fn find<T>(&self, pick: impl FnMut(&Fault) -> Option<T>) -> Option<T> {
        self.active().map(|entry| &entry.fault).find_map(pick)
    }

    /// Everything that `pick` finds.
    pub(super) fn all<T>(&self, pick: impl FnMut(&Fault) -> Option<T>) -> Vec<T> {
        self.active()
            .map(|entry| &entry.fault)
            .filter_map(pick)
            .collect()
    }

    /// This very fault is there.
    pub(super) fn has(&self, fault: &Fault) -> bool {
        self.active().any(|entry| entry.fault == *fault)
    }

    /// As [`Self::find`], for faults that happen only so many times: `pick` gives how many times, and what.
    pub(super) fn spend<T>(
        &mut self,
        mut pick: impl FnMut(&Fault) -> Option<(u32, T)>,
    ) -> Option<T> {
        let after_update = self.after_update;
        self.entries
            .iter_mut()
            .filter(|entry| after_update || !entry.only_after_update)
            .find_map(|entry| {
                let (times, found) = pick(&entry.fault)?;
                if entry.used >= times {
                    return None;
                }
                if times != u32::MAX {
                    entry.used += 1;
                }
                Some(found)
            })
    }

    /// Another reply to `command`, which comes without `AT`.
    pub(super) fn reply(&mut self, command: &str) -> Option<Reply> {
        self.spend(|fault| match fault {
            Fault::Answer {
                command: pattern,
                reply,
                times,
            } if matches(pattern, command) => Some((*times, reply.clone())),
            _ => None,
        })
    }

    pub(super) fn spelling(&self) -> Option<Spelling> {
        self.find(|fault| match fault {
            Fault::Spelling(spelling) => Some(*spelling),
            _ => None,
        })
    }

    pub(super) fn network(&self) -> Option<NetworkFlaw> {
        self.find(|fault| match fault {
            Fault::Network(flaw) => Some(*flaw),
            _ => None,
        })
    }
}

fn matches(pattern: &str, command: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => command
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
        None => command.eq_ignore_ascii_case(pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_spelled_as_seen_in_the_notes_a1() {
        let updating =
            |spelling: Spelling| spelling.report("UPDATING", Some(&spelling.percent.print(7)));
        assert_eq!(
            updating(Spelling::default()),
            r#"+QIND: "FOTA","UPDATING",7%"#
        );
        let odd = Spelling {
            percent: PercentStyle::Parts,
            blanks: true,
            mixed_case: true,
        };
        assert_eq!(updating(odd), r#"+QIND: "FOTA", "Updating", 7%,1,1"#);
        assert_eq!(odd.report("START", None), r#"+QIND: "FOTA", "Start ""#);
    }

    #[test]
    fn a_fault_for_afterwards_waits_for_the_update() {
        let mut faults = Faults::new(vec![Fault::AfterUpdate(Box::new(Fault::NoRdy))]);
        assert!(!faults.has(&Fault::NoRdy));
        faults.after_update = true;
        assert!(faults.has(&Fault::NoRdy));
    }

    #[test]
    fn an_answer_is_replaced_only_as_often_as_told() {
        let mut faults = Faults::new(vec![Fault::Answer {
            command: "+QFOTADL=1".to_owned(),
            reply: Reply::Error,
            times: 2,
        }]);
        assert_eq!(faults.reply("+QFOTADL=12"), None);
        assert_eq!(faults.reply("+qfotadl=1"), Some(Reply::Error));
        assert_eq!(faults.reply("+QFOTADL=1"), Some(Reply::Error));
        assert_eq!(faults.reply("+QFOTADL=1"), None);
    }
}
