//! The commands that Deltaport sends, each with its own deadline and its own way to read the answer.

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
pub struct Quoted(String, RoutesOnly);

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
        Ok(Self(text.to_owned(), here))
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
    const fn value(self) -> u64 {
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

#[cfg_attr(
    not(feature = "routes"),
    allow(dead_code, reason = "only the full build has such values")
)]
/// A value of a command line.
enum Value<'a> {
    /// Digits.
    Number(u64),
    /// Text between quotes.
    Text(&'a Quoted),
    /// Eight binary digits between quotes; nothing between the commas where there are none.
    Bits(Option<u8>),
}

type Parts<'a> = (&'static str, [Option<Value<'a>>; 4]);

const NONE: [Option<Value<'static>>; 4] = [None, None, None, None];

impl Command {
    /// The command line, without the CR that ends it.
    pub fn line(&self) -> String {
        use Value::{Bits, Number, Text};
        let (head, values) = self.parts();
        let mut line = String::from(head);
        for (n, value) in values.iter().flatten().enumerate() {
            if n > 0 {
                line.push(',');
            }
            match value {
                Number(number) => line += &number.to_string(),
                Text(text) => {
                    line.push('"');
                    line += text.as_str();
                    line.push('"');
                }
                Bits(None) => {}
                Bits(Some(bits)) => {
                    line.push('"');
                    for n in (0..8).rev() {
                        line.push(if bits >> n & 1 == 1 { '1' } else { '0' });
                    }
                    line.push('"');
                }
            }
        }
        line
    }

    /// The line's head and its values.
    fn parts(&self) -> Parts<'_> {
        match self {
            Self::Attention => ("AT", NONE),
            Self::EchoOff => ("ATE0", NONE),
            Self::NumericErrors => ("AT+CMEE=1", NONE),
            Self::Identify => ("ATI", NONE),
            Self::FullVersion => ("AT+QGMR", NONE),
            Self::BaseVersion => ("AT+CGMR", NONE),
            Self::Imei => ("AT+GSN", NONE),
            Self::ImeiFallback => ("AT+CGSN", NONE),
            Self::ReadRate => ("AT+IPR?", NONE),
            Self::ReadFlowControl => ("AT+IFC?", NONE),
            Self::UseFlowControl => ("AT+IFC=2,2", NONE),
            Self::IgnoreDtr => ("AT&D0", NONE),
            Self::DownloadState => ("AT+QFOTADL?", NONE),
            Self::TriggerOnCommand => ("AT+QFOTADL=3,0", NONE),
            Self::TriggerMode => ("AT+QFOTADL=3", NONE),
            Self::StoredSize => ("AT+QFOTADL=4", NONE),
            Self::DeletePackage => ("AT+QFOTADL=5", NONE),
            Self::MaxSize => ("AT+QFOTADL=12", NONE),
            Self::Upload { size, timeout_s } => {
                let values = [
                    Some(Value::Number(*size)),
                    Some(Value::Number(u64::from(*timeout_s))),
                    None,
                    None,
                ];
                ("AT+QFOTADL=\"COM:\",", values)
            }
            Self::StartUpdate => ("AT+QFOTADL=1", NONE),
            _ => self.route_parts(),
        }
    }

    #[cfg(not(feature = "routes"))]
    const fn route_parts(&self) -> Parts<'_> {
        ("", NONE)
    }

    /// The same for commands that only the full build sends.
    #[cfg(feature = "routes")]
    fn route_parts(&self) -> Parts<'_> {
        use Value::{Bits, Number, Text};
        let number = |n: u32| Number(u64::from(n));
        match self {
            Self::SetRate(rate) => ("AT+IPR=", [Some(number(*rate)), None, None, None]),
            Self::SimState => ("AT+CPIN?", NONE),
            Self::EpsRegistration => ("AT+CEREG?", NONE),
            Self::PacketRegistration => ("AT+CGREG?", NONE),
            Self::Registration => ("AT+CREG?", NONE),
            Self::Attached => ("AT+CGATT?", NONE),
            Self::Operator => ("AT+COPS?", NONE),
            Self::Signal => ("AT+CSQ", NONE),
            Self::SignalDetail => ("AT+CESQ", NONE),
            Self::AddressesRead => ("AT+CGPADDR?", NONE),
            Self::Addresses => ("AT+CGPADDR", NONE),
            Self::FirstAddress => ("AT+CGPADDR=1", NONE),
            Self::ReadSleep => ("AT+QSCLK?", NONE),
            Self::SetSleep(mode) => (
                "AT+QSCLK=",
                [Some(number((*mode).into())), None, None, None],
            ),
            Self::ReadPowerSaving => ("AT+CPSMS?", NONE),
            Self::SetPowerSaving(PowerSaving { on: false, .. }) => ("AT+CPSMS=0", NONE),
            Self::SetPowerSaving(PowerSaving { timers, .. }) => {
                ("AT+CPSMS=1,", timers.map(|timer| Some(Bits(timer))))
            }
            Self::TestDownload => ("AT+QFOTADL=?", NONE),
            Self::Download { url, from, size } => {
                // A request size needs a breakpoint before it.
                let from = from.or(size.map(|_| 0));
                let values = [Some(Text(url)), from.map(number), size.map(number), None];
                ("AT+QFOTADL=", values)
            }
            Self::UpdateFromFile(path) => ("AT+QFOTADL=", [Some(Text(path)), None, None, None]),
            Self::CopyPart { file, part } => {
                let values = [Some(Text(file)), Some(Number(part.value())), None, None];
                ("AT+QFOTADL=", values)
            }
            Self::TriggerWhenDownloaded => ("AT+QFOTADL=3,1", NONE),
            Self::CancelDownload => ("AT+QFOTADL=6", NONE),
            Self::RetryRule => ("AT+QFOTADL=8", NONE),
            Self::SetRetryRule { times, interval_s } => {
                let values = [Some(number(*times)), Some(number(*interval_s)), None, None];
                ("AT+QFOTADL=8,", values)
            }
            Self::DownloadToFile { url, name } => {
                let values = [Some(Text(url)), name.as_ref().map(Text), None, None];
                ("AT+QFOTADL=10,", values)
            }
            Self::ResumeDownload { url, afresh } => {
                let values = [Some(Text(url)), afresh.then_some(Number(1)), None, None];
                ("AT+QFOTADL=13,", values)
            }
            Self::FileSpace => ("AT+QFLDS=\"UFS\"", NONE),
            Self::ListFiles(name) => ("AT+QFLST=", [Some(Text(name)), None, None, None]),
            Self::DeleteFile(name) => ("AT+QFDEL=", [Some(Text(name)), None, None, None]),
            Self::UploadFile {
                name,
                size,
                timeout_s,
                acknowledged,
            } => {
                let values = [
                    Some(Text(name)),
                    Some(Number(*size)),
                    Some(number(*timeout_s)),
                    Some(Number((*acknowledged).into())),
                ];
                ("AT+QFUPL=", values)
            }
            Self::ReadSetting(Setting::Apn) => ("AT+QCFGEXT=\"fota_apn\"", NONE),
            Self::ReadSetting(Setting::Headers) => ("AT+QCFGEXT=\"fota_http_header\"", NONE),
            Self::ReadSetting(Setting::Watchdog) => ("AT+QCFGEXT=\"fota_wd_gpio\"", NONE),
            Self::ReadSetting(Setting::ServerName) => ("AT+QCFGEXT=\"sni\"", NONE),
            Self::SetApn {
                ip_family,
                apn,
                login,
            } => {
                let login = login.as_ref();
                let values = [
                    Some(number((*ip_family).into())),
                    Some(Text(apn)),
                    login.map(|(user, _)| Text(user)),
                    login.map(|(_, password)| Text(password)),
                ];
                ("AT+QCFGEXT=\"fota_apn\",", values)
            }
            Self::SetHeader { key, value } => {
                let values = [Some(Text(key)), Some(Text(value)), None, None];
                ("AT+QCFGEXT=\"fota_http_header\",", values)
            }
            Self::FeedWatchdog { pin, interval_ms } => {
                let values = [
                    Some(number((*pin).into())),
                    Some(number(*interval_ms)),
                    None,
                    None,
                ];
                ("AT+QCFGEXT=\"fota_wd_gpio\",1,", values)
            }
            Self::LeaveWatchdog => ("AT+QCFGEXT=\"fota_wd_gpio\",0", NONE),
            Self::SetServerName(false) => ("AT+QCFGEXT=\"sni\",0", NONE),
            Self::SetServerName(true) => ("AT+QCFGEXT=\"sni\",1", NONE),
            _ => ("", NONE),
        }
    }

    /// The command line as people and logs may see it: without passwords and other secrets.
    pub fn shown(&self) -> String {
        let line = self.line();
        if cfg!(feature = "routes") {
            masked(&line)
        } else {
            line
        }
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
            Self::ReadSleep => "QSCLK",
            Self::ReadPowerSaving => "CPSMS",
            Self::FileSpace => "QFLDS",
            _ => return Expected::Nothing,
        };
        Expected::value(name, None)
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
