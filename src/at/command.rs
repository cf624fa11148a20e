//! The commands that Deltaport sends, each with its own deadline and its own way to read the answer.

use core::hash::{Hash, Hasher};
use std::sync::Arc;

use thiserror::Error;

use super::answer::{Answer, PowerSaving};
use super::answer_line::{Info, Line};
use super::fields::{Field, Fields};
use super::secret::masked;
use crate::routes_only::RoutesOnly;
use crate::time::Duration;

/// Lines of an answer beyond this many are not kept: no answer that we ask for is longer.
const MAX_ANSWER_LINES: usize = 8;

/// Text from outside that goes between quotes in a command line.
///
/// Nothing that could end the quotes or the line gets in, so that no text can smuggle a second
/// command (rule 7 of ARCHITECTURE.md, X-14).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Quoted(Arc<str>, RoutesOnly);

/// Why a text cannot be sent.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq, Hash)]
pub enum Unsendable {
    /// A control character, e.g. CR, would end or change the command line.
    #[error("the text holds a control character at byte {0}")]
    Control(usize),
    /// A quote would end the value.
    #[error("the text holds a quote at byte {0}")]
    Quote(usize),
    /// Nothing to send.
    #[error("the text is empty")]
    Empty,
    /// A character that this value cannot hold.
    #[error("the text holds a character at byte {0} that has no place there")]
    Character(usize),
    /// More bytes than the vendor note allows.
    #[error("the text has {is} bytes, at most {limit} are allowed")]
    TooLong {
        /// Bytes in the text.
        is: usize,
        /// Bytes that the note allows.
        limit: usize,
    },
}

impl Quoted {
    /// Checks `text` for use between quotes; `limit` is in bytes of UTF-8, not in characters.
    pub fn new(text: &str, limit: usize) -> Result<Self, Unsendable> {
        if text.len() > limit {
            return Err(Unsendable::TooLong {
                is: text.len(),
                limit,
            });
        }
        for (at, c) in text.char_indices() {
            if c == '"' {
                return Err(Unsendable::Quote(at));
            }
            if c.is_control() {
                return Err(Unsendable::Control(at));
            }
        }
        // A build without routes sends nothing that came from outside.
        let here = RoutesOnly::HERE.ok_or(Unsendable::Empty)?;
        Ok(Self(text.into(), here))
    }

    /// Checks `text` for use as a name, such as that of an HTTP header: letters, digits, `-` and `_`.
    pub fn name(text: &str, limit: usize) -> Result<Self, Unsendable> {
        let is_of_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        match text.bytes().position(|b| !is_of_name(b)) {
            Some(at) => Err(Unsendable::Character(at)),
            None if text.is_empty() => Err(Unsendable::Empty),
            None => Self::new(text, limit),
        }
    }

    /// The text without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which part of a package a file on the module holds (N2-103).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The first of several.
    First,
    /// Neither the first nor the last.
    Middle,
    /// The last of several, or the only one (N2-104).
    Last,
}

impl Part {
    /// The part with this index, counted from 0, of `count` parts.
    pub const fn of(index: usize, count: usize) -> Self {
        if index + 1 >= count {
            Self::Last
        } else if index == 0 {
            Self::First
        } else {
            Self::Middle
        }
    }

    /// Whether this part may come after `earlier`, which is none before the first one.
    pub const fn may_follow(self, earlier: Option<Self>) -> bool {
        match earlier {
            None => matches!(self, Self::First | Self::Last),
            Some(Self::First | Self::Middle) => matches!(self, Self::Middle | Self::Last),
            Some(Self::Last) => false,
        }
    }

    #[cfg(feature = "routes")]
    const fn value(self) -> u32 {
        match self {
            Self::First => 0,
            Self::Middle => 1,
            Self::Last => 2,
        }
    }
}

/// A setting of `AT+QCFGEXT` that is about DFOTA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// `"fota_apn"`: IP family, APN, user and password (N2-110).
    Apn,
    /// `"fota_http_header"`: what is added to the request (N2-114).
    Headers,
    /// `"fota_wd_gpio"`: the pin that feeds an external watchdog (N2-118).
    Watchdog,
    /// `"sni"`: name the server when a secure connection is made (N2-125).
    ServerName,
}

impl Setting {
    const fn name(self) -> &'static str {
        match self {
            Self::Apn => "fota_apn",
            Self::Headers => "fota_http_header",
            Self::Watchdog => "fota_wd_gpio",
            Self::ServerName => "sni",
        }
    }
}

/// A command, ready to be sent.
#[derive(Clone, Debug)]
pub enum Command {
    /// `AT`: is anybody there?
    Attention,
    /// `ATE0`: no echo. Echoes are tolerated all the same, a reset turns them on again.
    EchoOff,
    /// `AT+CMEE=1`: errors with numbers.
    NumericErrors,
    /// `ATI`: manufacturer, model, revision.
    Identify,
    /// `AT+QGMR`: the full firmware version, which delta packages refer to (B-id-2).
    FullVersion,
    /// `AT+CGMR`: the fallback where QGMR is unknown.
    BaseVersion,
    /// `AT+GSN`: the IMEI. Optional: a damaged module may refuse it (B-id-5).
    Imei,
    /// `AT+CGSN`: the same by its other name.
    ImeiFallback,
    /// `AT+IPR?`: the rate of the main UART.
    ReadRate,
    /// `AT+IPR=<rate>`: fix the rate of the main UART (N5-13).
    SetRate(u32),
    /// `AT+IFC?`: flow control.
    ReadFlowControl,
    /// `AT+IFC=2,2`: RTS/CTS both ways.
    UseFlowControl,
    /// `AT&D0`: DTR does not end data mode (B-up-9). Not stored in the profile.
    IgnoreDtr,

    /// `AT+CPIN?`: is there a SIM, and is it open?
    SimState,
    /// `AT+CEREG?`: is the module in the LTE or NB-IoT network? (A3-22)
    EpsRegistration,
    /// `AT+CGREG?`: the same for packets over GSM.
    PacketRegistration,
    /// `AT+CREG?`: the same for the circuit network.
    Registration,
    /// `AT+CGATT?`: attached to the packet service?
    Attached,
    /// `AT+COPS?`: whose network it is.
    Operator,
    /// `AT+CSQ`: the signal.
    Signal,
    /// `AT+CESQ`: the signal in detail.
    SignalDetail,
    /// `AT+CGPADDR?`: the addresses, as N1 asks for them (A3-23).
    AddressesRead,
    /// `AT+CGPADDR`: the addresses of every context.
    Addresses,
    /// `AT+CGPADDR=1`: the address of context 1, as N4 and N5 ask for it.
    FirstAddress,

    /// `AT+CGSN=1`: the IMEI of modules for NB-IoT, whose `AT+CGSN` is another number (B-id-5).
    ImeiByNumber,
    /// `AT+QSCLK?`: may the module sleep?
    ReadSleep,
    /// `AT+QSCLK=<n>`: 0 forbids it.
    SetSleep(u8),
    /// `AT+CPSMS?`: does the module save power, and by which timers?
    ReadPowerSaving,
    /// `AT+CPSMS=...`
    SetPowerSaving(PowerSaving),

    /// `AT+QFOTADL=?`: does the command exist? OK says nothing about its forms (A3-1, B-rd-8).
    TestDownload,
    /// `AT+QFOTADL="<url>"[,<breakpoint>[,<request size>]]`: fetch a package (N1-05, N2-020, N3-10).
    Download {
        /// The URL, checked for the family.
        url: Quoted,
        /// Begin here, in bytes.
        from: Option<u32>,
        /// Fetch so many bytes and stop.
        size: Option<u32>,
    },
    /// `AT+QFOTADL="<path>"`: start from a file that the module holds (N3-19). The point of no return.
    UpdateFromFile(Quoted),
    /// `AT+QFOTADL="UFS:<name>",<type>`: copy a part of a package from a file (N2-100).
    CopyPart {
        /// The file, checked for the family.
        file: Quoted,
        /// Which part it holds.
        part: Part,
    },
    /// `AT+QFOTADL?` (N2-080)
    DownloadState,
    /// `AT+QFOTADL=3,0`: update only on command (N2-084). Not stored: repeated in every run.
    TriggerOnCommand,
    /// `AT+QFOTADL=3,1`: update as soon as a package is there (N2-084).
    TriggerWhenDownloaded,
    /// `AT+QFOTADL=3` (N2-083)
    TriggerMode,
    /// `AT+QFOTADL=4`: size of the package that the module holds (N2-085).
    StoredSize,
    /// `AT+QFOTADL=5`: delete it (N2-086).
    DeletePackage,
    /// `AT+QFOTADL=6`: cancel the module's own download (N2-087).
    CancelDownload,
    /// `AT+QFOTADL=8`: how often, and after how long, a broken connection is tried again (N2-088).
    RetryRule,
    /// `AT+QFOTADL=8,<times>,<interval>` (N2-089)
    SetRetryRule {
        /// How often.
        times: u32,
        /// Seconds between two tries.
        interval_s: u32,
    },
    /// `AT+QFOTADL=10,"<url>"[,"<name>"]`: fetch a file into the module's EUFS (N2-090, N2-091).
    DownloadToFile {
        /// The URL, checked for the family.
        url: Quoted,
        /// The file's name; without one it is the note's own.
        name: Option<Quoted>,
    },
    /// `AT+QFOTADL=12`: room for a package (N2-092).
    MaxSize,
    /// `AT+QFOTADL=13,"<url>"[,<p3>]`: fetch a package, and go on after a restart (N2-093, N2-094).
    ResumeDownload {
        /// The URL, checked for the family.
        url: Quoted,
        /// From the beginning instead of the last point.
        afresh: bool,
    },
    /// `AT+QFOTADL="COM:",<size>,<timeout>`: upload through this port (N2-060).
    Upload {
        /// Bytes that will follow CONNECT.
        size: u64,
        /// The module leaves data mode after so many seconds without data.
        timeout_s: u32,
    },
    /// `AT+QFOTADL=1`: start the update (N2-082). The point of no return.
    StartUpdate,

    /// `AT+QFLDS="UFS"`: room for files.
    FileSpace,
    /// `AT+QFLST="<pattern>"`: files and their sizes.
    ListFiles(Quoted),
    /// `AT+QFDEL="<name>"`
    DeleteFile(Quoted),
    /// `AT+QFUPL="<name>",<size>,<timeout>,<acknowledge>`: upload a file through this port (A3-27).
    UploadFile {
        /// The file's name on the module.
        name: Quoted,
        /// Bytes that will follow CONNECT.
        size: u64,
        /// The module leaves data mode after so many seconds without data.
        timeout_s: u32,
        /// The module answers `A` to every 1024 bytes (B-up-7).
        acknowledged: bool,
    },

    /// `AT+QCFGEXT="<setting>"`: ask for a setting. No comma behind it (A3-15).
    ReadSetting(Setting),
    /// `AT+QCFGEXT="fota_apn",<IP family>,"<APN>"[,"<user>","<password>"]` (N2-111)
    SetApn {
        /// 0: IPv4, 1: IPv6, 2: both (N2-112).
        ip_family: u8,
        /// The APN.
        apn: Quoted,
        /// User and password: both or none (A3-16).
        login: Option<(Quoted, Quoted)>,
    },
    /// `AT+QCFGEXT="fota_http_header","<key>","<value>"`; an empty value deletes it (N2-115, N2-117).
    SetHeader {
        /// The header's name.
        key: Quoted,
        /// What it says.
        value: Quoted,
    },
    /// `AT+QCFGEXT="fota_wd_gpio",1,<pin>,<interval>` (N2-119)
    FeedWatchdog {
        /// The module's pin.
        pin: u8,
        /// Milliseconds between two changes of the pin.
        interval_ms: u32,
    },
    /// `AT+QCFGEXT="fota_wd_gpio",0`: the switch alone is enough (A3-18).
    LeaveWatchdog,
    /// `AT+QCFGEXT="sni",<0 or 1>` (N2-125)
    SetServerName(bool),
}

impl Command {
    /// The command line, without the CR that ends it.
    pub fn line(&self) -> String {
        let mut line = Written(String::from(self.head()));
        match self {
            Self::Upload { size, timeout_s } => {
                line.size(*size);
                line.number(*timeout_s);
            }
            _ => self.write_route_values(&mut line),
        }
        line.0
    }

    #[cfg(not(feature = "routes"))]
    const fn write_route_values(&self, _: &mut Written) {}

    /// The values of commands that only the full build sends.
    #[cfg(feature = "routes")]
    fn write_route_values(&self, line: &mut Written) {
        match self {
            Self::SetRate(rate) => line.number(*rate),
            Self::SetSleep(mode) => line.number((*mode).into()),
            Self::SetPowerSaving(PowerSaving { on: true, timers }) => {
                for timer in timers {
                    line.bits(*timer);
                }
            }
            Self::Download { url, from, size } => {
                line.text(url);
                // A request size needs a breakpoint before it.
                if let Some(from) = from.or(size.map(|_| 0)) {
                    line.number(from);
                }
                if let Some(size) = size {
                    line.number(*size);
                }
            }
            Self::UpdateFromFile(text) | Self::ListFiles(text) | Self::DeleteFile(text) => {
                line.text(text);
            }
            Self::CopyPart { file, part } => {
                line.text(file);
                line.number(part.value());
            }
            Self::SetRetryRule { times, interval_s } => {
                line.number(*times);
                line.number(*interval_s);
            }
            Self::DownloadToFile { url, name } => {
                line.text(url);
                if let Some(name) = name {
                    line.text(name);
                }
            }
            Self::ResumeDownload { url, afresh } => {
                line.text(url);
                if *afresh {
                    line.number(1);
                }
            }
            Self::UploadFile {
                name,
                size,
                timeout_s,
                acknowledged,
            } => {
                line.text(name);
                line.size(*size);
                line.number(*timeout_s);
                line.number((*acknowledged).into());
            }
            Self::SetApn {
                ip_family,
                apn,
                login,
            } => {
                line.number((*ip_family).into());
                line.text(apn);
                if let Some((user, password)) = login {
                    line.text(user);
                    line.text(password);
                }
            }
            Self::SetHeader { key, value } => {
                line.text(key);
                line.text(value);
            }
            Self::FeedWatchdog { pin, interval_ms } => {
                line.number(1);
                line.number((*pin).into());
                line.number(*interval_ms);
            }
            Self::SetServerName(on) => line.number((*on).into()),
            _ => {}
        }
    }

    /// The command line up to its values: everything, where there are none.
    const fn head(&self) -> &'static str {
        match self {
            Self::Attention => "AT",
            Self::EchoOff => "ATE0",
            Self::NumericErrors => "AT+CMEE=1",
            Self::Identify => "ATI",
            Self::FullVersion => "AT+QGMR",
            Self::BaseVersion => "AT+CGMR",
            Self::Imei => "AT+GSN",
            Self::ImeiFallback => "AT+CGSN",
            Self::ReadRate => "AT+IPR?",
            Self::ReadFlowControl => "AT+IFC?",
            Self::UseFlowControl => "AT+IFC=2,2",
            Self::IgnoreDtr => "AT&D0",
            Self::DownloadState => "AT+QFOTADL?",
            Self::TriggerOnCommand => "AT+QFOTADL=3,0",
            Self::TriggerMode => "AT+QFOTADL=3",
            Self::StoredSize => "AT+QFOTADL=4",
            Self::DeletePackage => "AT+QFOTADL=5",
            Self::MaxSize => "AT+QFOTADL=12",
            Self::Upload { .. } => "AT+QFOTADL=\"COM:\"",
            Self::StartUpdate => "AT+QFOTADL=1",
            _ => self.route_head(),
        }
    }

    #[cfg(not(feature = "routes"))]
    const fn route_head(&self) -> &'static str {
        ""
    }

    /// The same for commands that only the full build sends.
    #[cfg(feature = "routes")]
    const fn route_head(&self) -> &'static str {
        match self {
            Self::SetRate(_) => "AT+IPR=",
            Self::SimState => "AT+CPIN?",
            Self::EpsRegistration => "AT+CEREG?",
            Self::PacketRegistration => "AT+CGREG?",
            Self::Registration => "AT+CREG?",
            Self::Attached => "AT+CGATT?",
            Self::Operator => "AT+COPS?",
            Self::Signal => "AT+CSQ",
            Self::SignalDetail => "AT+CESQ",
            Self::AddressesRead => "AT+CGPADDR?",
            Self::Addresses => "AT+CGPADDR",
            Self::FirstAddress => "AT+CGPADDR=1",
            Self::ImeiByNumber => "AT+CGSN=1",
            Self::ReadSleep => "AT+QSCLK?",
            Self::SetSleep(_) => "AT+QSCLK=",
            Self::ReadPowerSaving => "AT+CPSMS?",
            Self::SetPowerSaving(PowerSaving { on: false, .. }) => "AT+CPSMS=0",
            Self::SetPowerSaving(_) => "AT+CPSMS=1",
            Self::TestDownload => "AT+QFOTADL=?",
            Self::Download { .. } | Self::UpdateFromFile(_) | Self::CopyPart { .. } => {
                "AT+QFOTADL="
            }
            Self::TriggerWhenDownloaded => "AT+QFOTADL=3,1",
            Self::CancelDownload => "AT+QFOTADL=6",
            Self::RetryRule | Self::SetRetryRule { .. } => "AT+QFOTADL=8",
            Self::DownloadToFile { .. } => "AT+QFOTADL=10",
            Self::ResumeDownload { .. } => "AT+QFOTADL=13",
            Self::FileSpace => "AT+QFLDS=\"UFS\"",
            Self::ListFiles(_) => "AT+QFLST=",
            Self::DeleteFile(_) => "AT+QFDEL=",
            Self::UploadFile { .. } => "AT+QFUPL=",
            Self::ReadSetting(Setting::Apn) | Self::SetApn { .. } => "AT+QCFGEXT=\"fota_apn\"",
            Self::ReadSetting(Setting::Headers) | Self::SetHeader { .. } => {
                "AT+QCFGEXT=\"fota_http_header\""
            }
            Self::ReadSetting(Setting::Watchdog) | Self::FeedWatchdog { .. } => {
                "AT+QCFGEXT=\"fota_wd_gpio\""
            }
            Self::LeaveWatchdog => "AT+QCFGEXT=\"fota_wd_gpio\",0",
            Self::ReadSetting(Setting::ServerName) | Self::SetServerName(_) => "AT+QCFGEXT=\"sni\"",
            _ => "",
        }
    }

    /// The command line as people and logs may see it: without passwords and other secrets.
    pub fn shown(&self) -> String {
        masked(&self.line())
    }

    /// How long the module may take. Always longer than its note says (A3-20).
    pub const fn deadline(&self) -> Duration {
        match self {
            Self::Attention => Duration::from_secs(1),
            // 10 s by N2 for the extended forms; 5 s by N1 for the URL, 300 ms elsewhere.
            Self::TestDownload
            | Self::Download { .. }
            | Self::UpdateFromFile(_)
            | Self::DownloadState
            | Self::TriggerOnCommand
            | Self::TriggerWhenDownloaded
            | Self::TriggerMode
            | Self::StoredSize
            | Self::DeletePackage
            | Self::CancelDownload
            | Self::RetryRule
            | Self::SetRetryRule { .. }
            | Self::DownloadToFile { .. }
            | Self::MaxSize
            | Self::ResumeDownload { .. }
            | Self::StartUpdate
            | Self::ListFiles(_)
            | Self::DeleteFile(_) => Duration::from_secs(12),
            // 300 ms by the note, but flash may have to be erased first (inferred).
            Self::Upload { .. } | Self::UploadFile { .. } => Duration::from_secs(20),
            // The note gives no time, and a whole package may have to be copied (inferred).
            Self::CopyPart { .. } => Duration::from_secs(90),
            // Their answers carry no name: they are not repeated, but waited for.
            Self::Identify
            | Self::FullVersion
            | Self::BaseVersion
            | Self::Imei
            | Self::ImeiFallback => Duration::from_secs(10),
            _ => Duration::from_secs(5),
        }
    }

    /// Takes what belongs to this command from `line`. True if the line was for this command.
    pub(super) fn claim(&self, line: &Line<'_>, answer: &mut Answer) -> bool {
        let room = answer.text.len() < MAX_ANSWER_LINES;
        match (self.expects(), line) {
            (Expected::Text, Line::Text(text)) => {
                if room {
                    answer.text.push((*text).to_owned());
                }
                room
            }
            (
                Expected::Setting(setting),
                Line::Info(Info {
                    name: "QCFGEXT",
                    values: text,
                })
                | Line::Text(text),
            ) => {
                let fits = room && is_about(setting, text);
                if fits {
                    answer.text.push((*text).to_owned());
                }
                fits
            }
            (Expected::Values { name, first, .. }, Line::Info(info)) => {
                let fits = info.name == name
                    && first.is_none_or(|first| first_number(*info) == Some(first))
                    && !(name.ends_with("REG") && is_registration_urc(*info));
                if fits && room {
                    let fields = || info.fields().take(MAX_ANSWER_LINES);
                    answer.numbers = fields().map_while(|f| f.number()).collect();
                    answer.text.push(info.values.to_owned());
                }
                fits
            }
            _ => false,
        }
    }

    /// The command asks for a value: an OK alone is no answer.
    pub const fn expects_value(&self) -> bool {
        match self.expects() {
            Expected::Nothing => false,
            Expected::Text => true,
            // No header may be set.
            Expected::Setting(setting) => !matches!(setting, Setting::Headers),
            Expected::Values { needed, .. } => needed,
        }
    }

    /// A second answer to this command cannot be taken for the answer to another one, and to run it
    /// twice does nothing else than to run it once.
    pub const fn may_be_repeated(&self) -> bool {
        !matches!(self.expects(), Expected::Text)
            && !matches!(
                self,
                Self::Download { .. }
                    | Self::DownloadToFile { .. }
                    | Self::ResumeDownload { .. }
                    | Self::UpdateFromFile(_)
                    | Self::CopyPart { .. }
                    | Self::Upload { .. }
                    | Self::UploadFile { .. }
                    | Self::StartUpdate
            )
    }

    const fn expects(&self) -> Expected {
        let (name, first) = match self {
            Self::Identify
            | Self::FullVersion
            | Self::BaseVersion
            | Self::Imei
            | Self::ImeiFallback => return Expected::Text,
            Self::ReadRate => ("IPR", None),
            Self::ReadFlowControl => ("IFC", None),
            Self::DownloadState => ("QFOTADL", None),
            Self::TriggerMode => ("QFOTADL", Some(3)),
            Self::StoredSize => ("QFOTADL", Some(4)),
            Self::MaxSize => ("QFOTADL", Some(12)),
            _ => return self.route_expects(),
        };
        Expected::value(name, first)
    }

    #[cfg(not(feature = "routes"))]
    const fn route_expects(&self) -> Expected {
        Expected::Nothing
    }

    /// The same for commands that only the full build sends.
    #[cfg(feature = "routes")]
    const fn route_expects(&self) -> Expected {
        let name = match self {
            Self::ReadSetting(setting) => return Expected::Setting(*setting),
            Self::RetryRule => return Expected::value("QFOTADL", Some(8)),
            // No context, no line.
            Self::AddressesRead | Self::Addresses | Self::FirstAddress => {
                return Expected::optional("CGPADDR");
            }
            // No file, no line.
            Self::ListFiles(_) => return Expected::optional("QFLST"),
            Self::SimState => "CPIN",
            Self::EpsRegistration => "CEREG",
            Self::PacketRegistration => "CGREG",
            Self::Registration => "CREG",
            Self::Attached => "CGATT",
            Self::Operator => "COPS",
            Self::Signal => "CSQ",
            Self::SignalDetail => "CESQ",
            Self::ImeiByNumber => "CGSN",
            Self::ReadSleep => "QSCLK",
            Self::ReadPowerSaving => "CPSMS",
            Self::FileSpace => "QFLDS",
            _ => return Expected::Nothing,
        };
        Expected::value(name, None)
    }
}

/// A command line that is being written. A comma goes before each value but the first.
struct Written(String);

#[cfg_attr(
    not(feature = "routes"),
    allow(dead_code, reason = "only the full build has such values")
)]
impl Written {
    fn next(&mut self) {
        if !self.0.ends_with('=') {
            self.0.push(',');
        }
    }

    fn number(&mut self, number: u32) {
        self.size(number.into());
    }

    #[inline(never)]
    fn size(&mut self, size: u64) {
        self.next();
        self.0 += &size.to_string();
    }

    #[inline(never)]
    fn text(&mut self, text: &Quoted) {
        self.next();
        self.0.push('"');
        self.0 += text.as_str();
        self.0.push('"');
    }

    /// Eight binary digits between quotes; nothing where there are none.
    fn bits(&mut self, bits: Option<u8>) {
        self.next();
        if let Some(bits) = bits {
            self.0.push('"');
            for n in (0..8).rev() {
                self.0.push(if bits >> n & 1 == 1 { '1' } else { '0' });
            }
            self.0.push('"');
        }
    }
}

/// Two commands are the same if they are the same line to the module.
impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        self.line() == other.line()
    }
}

impl Eq for Command {}

impl Hash for Command {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.line().hash(state);
    }
}

#[cfg_attr(
    not(feature = "routes"),
    allow(dead_code, reason = "only the full build has such values")
)]
enum Expected {
    Nothing,
    Text,
    /// `+QCFGEXT: "name",...` in any of the forms that the note shows.
    Setting(Setting),
    /// `+NAME: ...`; where several commands share the name, the first value tells them apart.
    Values {
        name: &'static str,
        first: Option<u64>,
        /// Without such a line, OK is no answer.
        needed: bool,
    },
}

impl Expected {
    const fn value(name: &'static str, first: Option<u64>) -> Self {
        Self::Values {
            name,
            first,
            needed: true,
        }
    }

    #[cfg(feature = "routes")]
    const fn optional(name: &'static str) -> Self {
        Self::Values {
            name,
            first: None,
            needed: false,
        }
    }
}

fn first_number(info: Info<'_>) -> Option<u64> {
    info.fields().next().and_then(|field| field.number())
}

/// An answer about registration has a bare state as its second value, a URC a quoted area or nothing
/// (B-rd-2).
fn is_registration_urc(info: Info<'_>) -> bool {
    !matches!(info.fields().nth(1), Some(Field::Bare(_)))
}

/// `"sni",0`; of headers also `key:Auth value:test` (A3-17). The name may come without `+QCFGEXT:`
/// before it (A3-18).
fn is_about(setting: Setting, values: &str) -> bool {
    match Fields::of(values).next() {
        Some(Field::Quoted(name)) => name.eq_ignore_ascii_case(setting.name()),
        _ => matches!(setting, Setting::Headers) && values.starts_with("key:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_smuggles_a_second_command_x_14() {
        for (text, at) in [
            ("a\rAT+QFOTADL=1", 1),
            ("\n", 0),
            ("ab\u{0}", 2),
            ("\u{85}", 0),
        ] {
            assert_eq!(
                Quoted::new(text, 100),
                Err(Unsendable::Control(at)),
                "{text:?}"
            );
        }
        assert_eq!(Quoted::new("a\",1", 100), Err(Unsendable::Quote(1)));
        assert_eq!(
            Quoted::new("a;b", 3).as_ref().map(Quoted::as_str),
            Ok("a;b")
        );
    }

    #[test]
    fn lengths_count_bytes_not_characters_x_14() {
        assert!(Quoted::new(&"é".repeat(50), 100).is_ok());
        assert_eq!(
            Quoted::new(&"é".repeat(51), 101),
            Err(Unsendable::TooLong {
                is: 102,
                limit: 101
            })
        );
    }

    #[test]
    fn the_upload_command_names_size_and_timeout_n2_060() {
        let command = Command::Upload {
            size: 10_240,
            timeout_s: 60,
        };
        assert_eq!(command.line(), "AT+QFOTADL=\"COM:\",10240,60");
    }
}
