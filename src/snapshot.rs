//! What the outside sees: the state of a session as plain data.
//!
//! The page renders a [`Snapshot`] and sends back one of the [`Action`]s that it lists. Every name in
//! here is part of the documented contract of the page's element: names are added, not changed.
//! Words for people live in `www/messages/`, keyed by the codes below.

use serde::Serialize;

/// Where the session stands. One value at a time, named for what is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// No port is open.
    Idle,
    /// The browser is asked to open the port.
    Opening,
    /// Nothing is sent: an update that began earlier may be running (B-rec-1).
    Listening,
    /// `AT` is repeated until the module answers.
    Greeting,
    /// The port is open but no module answers on it; [`Problem`] says what was heard instead.
    WrongPort,
    /// The module is asked who it is and what it holds.
    Identifying,
    /// The module is known and idle. A package may be chosen, or is.
    Module,
    /// The module is asked whether it is ready: SIM, network, signal, address, sleep.
    Readiness,
    /// The module's settings are read or written.
    Settings,
    /// The package is read once more and compared with what was chosen.
    Checking,
    /// The module is made ready for the upload.
    Preparing,
    /// The package is on its way into the module. May be stopped at any time.
    Uploading,
    /// The module fetches the package from a server.
    Downloading,
    /// The module copies the package from its own files.
    Copying,
    /// Waiting for the module's own count and checksum of what arrived, and comparing them.
    Comparing,
    /// Everything matches; the person decides. The last moment at which one can stop.
    Ready,
    /// The start command was sent: the point of no return is passed.
    Starting,
    /// The module restarts into its update mode. Its port may go away.
    Resetting,
    /// The module writes its firmware, with or without reports.
    Updating,
    /// The module may be back, but the browser needs a click to open its port again.
    AskPort,
    /// The module is asked for its version again.
    Verifying,
    /// Stopping: data mode is left and the partial package deleted.
    Stopping,
    /// The run has ended; [`Verdict`] says how.
    Done,
}

/// What a person (or a machine in their place) may do now. Anything else is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Open a port.
    Connect,
    /// Close the port.
    Disconnect,
    /// Choose the package, or another one.
    ChoosePackage,
    /// Choose where the package comes from: the chosen file, a server, or files of the module.
    ChooseSource,
    /// Ask the module whether it is ready.
    Check,
    /// Read the module's settings for DFOTA.
    ReadSettings,
    /// Write one of them.
    WriteSetting,
    /// Start the upload.
    Start,
    /// Start the upload although the model is not known to be supported.
    StartUnknownModel,
    /// The final go: the module starts to write its firmware.
    Go,
    /// Stop, undo and leave the module as it was.
    Cancel,
    /// Give the page a port after the module came back under a new identity.
    Reconnect,
    /// Ask the module once more (after a verdict of "cannot tell").
    LookAgain,
    /// Back to the module, for another try or another package.
    Next,
}

/// The module families of the vendor notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum FamilyId {
    /// BG95, BG77 and BG600L (note N2).
    Bg95,
    /// EG06xK, Ex120K and EM060K (note N3).
    Eg06xk,
    /// BC660K-GL (note N1).
    Bc660k,
    /// BC20 and BC26 (notes N4 and N5).
    Bc26,
}

/// A way into the module that its family has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum RouteId {
    /// The chosen file is uploaded in data mode: `AT+QFOTADL="COM:"`.
    Com,
    /// The chosen file is uploaded to the module's own files, and started by its path.
    File,
    /// The module fetches the package by HTTP.
    Http,
    /// The module fetches the package by HTTPS.
    Https,
    /// The module fetches the package by FTP.
    Ftp,
    /// The module fetches the package by FTPS.
    Ftps,
    /// The module fetches the package by CoAP.
    Coap,
    /// The module fetches the package by CoAPS.
    Coaps,
    /// The module copies the package from one or more of its own files.
    Copy,
    /// The module starts from one of its own files.
    Path,
}

/// How the module fetches a package from a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// In one go.
    #[default]
    Whole,
    /// In segments, one request after the other (N2-026, N2-027).
    Segments,
    /// So that it goes on where it stopped, also after a restart (N2-093).
    Resume,
    /// Into a file of the module, which is copied afterwards (N2-090).
    ToFile,
}

/// Where the package comes from, if it is not the chosen file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SourceFacts {
    /// The way into the module.
    pub route: RouteId,
    /// The URL without its password, or the names of the files with commas between.
    pub text: String,
    /// How the module fetches it.
    pub way: Way,
    /// Bytes of a segment.
    pub request_size: Option<u32>,
    /// The module reports how far it is.
    pub reports: bool,
}

/// What the module says of its SIM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum SimCode {
    /// There and open.
    Ready,
    /// It wants its PIN or PUK.
    Locked,
    /// There is none, or it is not ready.
    Missing,
}

/// Whether a network has let the module in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationCode {
    /// In its own network.
    Home,
    /// In another one.
    Roaming,
    /// Not yet.
    Searching,
    /// The network refused.
    Denied,
    /// No, and it does not search.
    Out,
}

/// How good the signal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum SignalCode {
    /// The module cannot tell.
    Unknown,
    /// A download may break off.
    Weak,
    /// It will do.
    Fair,
    /// Nothing to fear.
    Good,
}

/// What the module says about its network and its sleep; what it was not asked is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ReadinessFacts {
    /// The SIM.
    pub sim: Option<SimCode>,
    /// The network.
    pub registration: Option<RegistrationCode>,
    /// The network's name or number.
    pub operator: Option<String>,
    /// The signal as a word.
    pub signal: Option<SignalCode>,
    /// The signal in dBm.
    pub dbm: Option<i16>,
    /// The module has an address in the network.
    pub has_address: Option<bool>,
    /// The APN that downloads use.
    pub apn: Option<String>,
    /// The module may sleep (`AT+QSCLK`).
    pub sleep: Option<bool>,
    /// The module saves power (`AT+CPSMS`).
    pub power_saving: Option<bool>,
}

/// The APN that downloads use (`"fota_apn"`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ApnFacts {
    /// 0: IPv4, 1: IPv6, 2: both.
    pub ip_family: u8,
    /// Its name.
    pub apn: String,
    /// Its user.
    pub user: String,
    /// It has a password, which is never shown.
    pub has_password: bool,
}

/// A header that is added to the requests of a download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct HeaderFacts {
    /// Its name.
    pub key: String,
    /// What it says. May be a secret: the page hides it until asked.
    pub value: String,
}

/// The pin that feeds an external watchdog (`"fota_wd_gpio"`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct WatchdogFacts {
    /// The pin is fed.
    pub on: bool,
    /// The module's pin.
    pub pin: Option<u8>,
    /// Milliseconds between two changes of the pin.
    pub interval_ms: Option<u32>,
}

/// The module's settings for DFOTA, as they were read; what it has not, or did not tell, is null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct SettingsFacts {
    /// The APN.
    pub apn: Option<ApnFacts>,
    /// At most five headers.
    pub headers: Vec<HeaderFacts>,
    /// The watchdog's pin.
    pub watchdog: Option<WatchdogFacts>,
    /// First and last of each row of pins that may feed a watchdog, for this model.
    pub watchdog_pins: Vec<[u8; 2]>,
    /// The server's name is told when a secure connection is made.
    pub server_name: Option<bool>,
    /// How often a broken connection is tried again.
    pub retry_times: Option<u32>,
    /// Seconds between two tries.
    pub retry_interval_s: Option<u32>,
    /// The update starts by itself when a package is there.
    pub automatic: Option<bool>,
    /// Certificates that were stored from here, by their places in the module.
    pub certificates: Vec<String>,
}

/// The port and how it is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct PortFacts {
    /// The port is open now.
    pub open: bool,
    /// USB vendor id, where the port is a USB device.
    pub usb_vendor: Option<u16>,
    /// USB product id, where the port is a USB device.
    pub usb_product: Option<u16>,
    /// Bits per second that the port is open with.
    pub baud_rate: u32,
    /// RTS/CTS flow control is on at our end.
    pub flow_control: bool,
}

/// What was heard on a port before any module answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Heard {
    /// Not a byte.
    Nothing,
    /// Bytes that are no text: most often a wrong baud rate.
    Garbage,
    /// Satellite positions (`$GP...`): the GNSS port of the module.
    Nmea,
    /// Binary frames of the diagnostic port.
    Diagnostic,
    /// Our own characters come back, but no answer.
    EchoOnly,
    /// Text that is no answer.
    OtherText,
}

/// The greeting as it happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct GreetingFacts {
    /// How often `AT` was sent.
    pub tries: u32,
    /// How often it will be sent before the page gives up.
    pub of: u32,
    /// What was heard so far.
    pub heard: Heard,
}

/// Who the module says it is, and what it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ModuleFacts {
    /// First line of `ATI`.
    pub manufacturer: Option<String>,
    /// Second line of `ATI`, without `Quectel_`.
    pub model: Option<String>,
    /// The family that the model belongs to; none: unknown model.
    pub family: Option<FamilyId>,
    /// The model can be upgraded: it has a route.
    pub supported: bool,
    /// The ways into the module.
    pub routes: Vec<RouteId>,
    /// The firmware version that packages refer to: `AT+QGMR`, else `AT+CGMR`, else ATI's revision.
    pub version: Option<String>,
    /// 15 digits; the page masks it until asked.
    pub imei: Option<String>,
    /// `AT+IPR?`: the rate of the module's main UART in bits per second; 0 is automatic.
    pub serial_rate: Option<u32>,
    /// `AT+IFC?`: the module has RTS/CTS flow control on.
    pub flow_control: Option<bool>,
    /// `AT+QFOTADL=12`: room for a package in bytes.
    pub max_package: Option<u64>,
    /// `AT+QFOTADL=4`: size of the package that the module holds, in bytes.
    pub stored_package: Option<u64>,
    /// `AT+QFOTADL?`: 0 not started, 1 downloading, 2 downloaded, 3 stopped.
    pub download_state: Option<u32>,
}

/// The package as it was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct PackageFacts {
    /// File name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// The 16-bit checksum that the module must report.
    pub checksum: u16,
    /// The version that the package starts from, if the file name says so. A hint, no proof.
    pub from_version: Option<String>,
    /// The version that the package leads to, if the file name says so. A hint, no proof.
    pub to_version: Option<String>,
}

/// How a finding is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing to do.
    Fine,
    /// Worth a look; does not block.
    Look,
    /// Blocks the upload.
    Stop,
}

/// The subject of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    /// fine: the model is supported. stop: it is not known; an override is offered.
    Model,
    /// stop: the family has no such way into the module.
    Route,
    /// stop: neither a file nor another source is chosen.
    Source,
    /// fine: the SIM is open. stop: it is not.
    Sim,
    /// fine: in a network. stop: in none.
    Registration,
    /// fine, or look: weak or unknown.
    Signal,
    /// fine: the module has an address. look: it told none.
    Address,
    /// look: the APN of downloads, as the module has it.
    Apn,
    /// look: sleep and power saving will be switched off before, and restored after.
    Sleep,
    /// look: the rate is automatic and will be fixed, as the module cannot report otherwise (N5-13).
    AutomaticRate,
    /// look: the URL names no port, and the module's own default may be another one (A3-5).
    ServerPort,
    /// look: the update starts by itself when the download is complete; there is no later stop.
    StartsByItself,
    /// fine: the package fits. stop: it is larger than the module's room.
    Space,
    /// stop: the file holds no bytes.
    Empty,
    /// look: the module did not tell how much room it has.
    SpaceUnknown,
    /// fine: the file name names the module's version. look: it names another one.
    FromVersion,
    /// look: the module holds a package already; it will be overwritten.
    StoredPackage,
    /// stop: the module is downloading a package itself.
    Downloading,
    /// look: reports during the update come at 115200 because `AT+IPR` is not in the list (N2-031).
    ReportRate,
    /// look: the module's flow control and the port's do not agree.
    FlowControl,
    /// look: over USB the module is silent during the update (A5-1).
    BlindUsb,
    /// fine: power and cable; shown as a reminder before the final go.
    Power,
}

/// One row of the checks before an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The subject.
    pub code: FindingCode,
    /// How it is meant.
    pub level: Level,
    /// First number or text of the sentence, e.g. the package's size or the module's version.
    pub a: Option<String>,
    /// Second number or text of the sentence, e.g. the module's room or the package's version.
    pub b: Option<String>,
}

/// How far the current stage is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// 0 to 100; none while the module reports nothing.
    pub percent: Option<u8>,
    /// Upload only: bytes handed to the port.
    pub bytes: Option<u64>,
    /// Upload only: bytes in all.
    pub total: Option<u64>,
    /// Upload only: bytes per second over the last seconds.
    pub rate: Option<u32>,
    /// Upload only: milliseconds left at this rate.
    pub remaining_ms: Option<u64>,
    /// Update only: the module counts programs ("program n of m"); n.
    pub part: Option<u32>,
    /// Update only: the module counts programs ("program n of m"); m.
    pub parts: Option<u32>,
}

/// What the session waits for, and how long that is normal. Times are in milliseconds; `since` is on
/// the clock of `performance.now()`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct WaitFacts {
    /// What for.
    pub code: WaitCode,
    /// When the wait began.
    pub since: u64,
    /// Usually over after this long.
    pub expected_ms: u64,
    /// Longer than this is unusual, though no failure.
    pub warn_ms: u64,
    /// At this point the session acts by itself.
    pub limit_ms: u64,
}

/// What is being waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum WaitCode {
    /// The answer to a command.
    Answer,
    /// The module's CONNECT.
    Connect,
    /// The module's count and checksum.
    Result,
    /// The first sign of the update after the start command.
    Reset,
    /// The next report of a running update.
    Report,
    /// The next report of a running download.
    Download,
    /// The copy of a file.
    Copy,
    /// The module's port, which went away as expected.
    Port,
    /// The module's end of restart.
    Restart,
    /// The module's data mode to run out by itself.
    DataMode,
    /// A sign of life after the update.
    Life,
}

/// What the module reported of the upload beside what the file holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct UploadProof {
    /// Bytes in the file.
    pub expected_size: u64,
    /// Bytes that the module counted.
    pub size: u64,
    /// Checksum of the file.
    pub expected_checksum: u16,
    /// Checksum that the module reported.
    pub checksum: u16,
    /// Bytes that the module says it holds (`AT+QFOTADL=4`).
    pub stored: Option<u64>,
}

/// Everything that can go wrong, each with a sentence and a remedy in `www/messages/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    // The cable and the port.
    /// The port could not be opened: another program or tab holds it, or the system refuses.
    PortBusy,
    /// Another tab of this page has the port.
    PortInOtherTab,
    /// The port is not there any more.
    PortGone,
    /// The browser did not open the port in time.
    PortOpenTimeout,
    /// The port went away while it was in use.
    PortLost,
    /// Bytes could not be written to the port.
    WriteFailed,
    /// Writing came to a stop: nothing more was taken by the port.
    WriteStalled,
    // The greeting.
    /// Not a byte was heard.
    NoAnswer,
    /// What was heard is no text.
    WrongSpeed,
    /// What was heard are satellite positions.
    NmeaPort,
    /// What was heard is the diagnostic protocol.
    DiagnosticPort,
    /// Only our own characters came back.
    EchoOnly,
    /// Text was heard, but no answer to `AT`.
    NotAModule,
    /// The port answers, but does not say what it is.
    NoIdentity,
    // The package.
    /// The file holds no bytes.
    PackageEmpty,
    /// The file is larger than the module's room.
    PackageTooLarge,
    /// The file is not what it was when it was chosen.
    PackageChanged,
    /// The file could not be read.
    PackageUnreadable,
    /// No package is chosen.
    NoPackage,
    /// The URL, file name or number cannot be used with this family; the detail is the flaw's name,
    /// the number the limit it breaks.
    SourceRefused,
    /// The SIM is missing or locked.
    NoSim,
    /// No network has let the module in.
    NotRegistered,
    /// The download ended with a code; the detail is the protocol: `http`, `ftp` or `coap`.
    DownloadCode,
    /// Nothing more was heard of the download.
    DownloadSilent,
    /// A segment came without moving the module's own count on.
    SegmentStuck,
    /// The module did not take a file of the package; the detail is its name.
    CopyRefused,
    /// The setting cannot be used; the detail is the flaw's name, the number the limit it breaks.
    SettingRefused,
    /// The model is not known to be supported.
    UnknownModel,
    /// The model's family has no upload route in this version.
    UnsupportedRoute,
    // The module's answers.
    /// `+CME ERROR` with a number (590 to 594 are explained, others keep their number).
    CmeError,
    /// `+CMS ERROR` with a number.
    CmsError,
    /// A plain `ERROR`.
    PlainError,
    /// The module did not answer a command in time.
    AnswerTimeout,
    /// The module answered something that breaks the rules of its note.
    BadAnswer,
    /// CONNECT did not come.
    ConnectTimeout,
    /// The module left data mode before the package was through.
    UploadAborted,
    /// The module reported no count and checksum.
    ResultMissing,
    /// The module counted another number of bytes.
    SizeMismatch,
    /// The module computed another checksum.
    ChecksumMismatch,
    /// The module holds another number of bytes than it was sent (`AT+QFOTADL=4`).
    StoredSizeMismatch,
    /// The trigger mode could not be set to "only on command".
    TriggerModeRefused,
    /// The module restarted by itself.
    ModuleReset,
    /// The module is downloading a package itself.
    ModuleDownloading,
    // The update.
    /// END with a code other than 0.
    EndCode,
    /// END 0, but the version is the same as before.
    VersionUnchanged,
    /// No END was seen and the version is the same as before.
    NoEndSameVersion,
    /// END with a code other than 0, yet the version is another one.
    EndCodeButNewVersion,
    /// The module does not answer after the update.
    NoLifeSign,
    /// The module's port did not come back.
    PortNotBack,
    /// The module answers, but does not tell its version.
    VersionUnreadable,
    /// Another module (another IMEI or model) answers now.
    ModuleSwapped,
    /// An update that was found running has ended; what ran before is not known.
    OldVersionUnknown,
    /// The module restarts again and again without coming up.
    BootLoop,
    // The person.
    /// The person stopped it.
    Cancelled,
    /// Stopped, but the module does not answer: it may still wait for data.
    CancelledNoAnswer,
    /// It cannot be stopped any more.
    PastNoReturn,
    /// This is not possible now.
    NotNow,
}

/// A problem that the page shows; the session goes on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The stable code.
    pub code: ProblemCode,
    /// The module's number, for codes that carry one.
    pub number: Option<u32>,
    /// What the sentence is about: a command, a size, a line from the module. Untrusted text.
    pub detail: Option<String>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The module, asked again, reports another version than before.
    Upgraded,
    /// The module runs what it ran before.
    NotUpgraded,
    /// It could not be found out; the module may still be working.
    CannotTell,
    /// The person stopped it before the point of no return.
    Stopped,
}

/// Something unusual about an upgrade that succeeded, or about what is left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Remark {
    /// The module never reported the end of the update.
    EndMissing,
    /// The module reported nothing: normal over USB.
    Blind,
    /// The version is another one than the file name promised.
    OtherVersion,
    /// The update was found running; it was not started here.
    Continued,
    /// The module started the update by itself, straight after the upload.
    AutoStarted,
    /// The partial package could not be deleted.
    PackageLeft,
    /// The partial package was deleted.
    PackageDeleted,
    /// The module restarted more often than expected.
    ExtraRestarts,
    /// The module ended with an error in an earlier try and went on.
    Retried,
    /// Sleep and power saving are as they were before.
    SleepRestored,
    /// Sleep and power saving could not be restored.
    SleepNotRestored,
}

/// A stage that the run went through.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Lap {
    /// The stage.
    pub stage: Stage,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// How a run ended, with the facts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// How it ended.
    pub outcome: Outcome,
    /// Why, where the outcome is not a plain success.
    pub code: Option<ProblemCode>,
    /// The module's number, for codes that carry one.
    pub number: Option<u32>,
    /// What the sentence is about. Untrusted text.
    pub detail: Option<String>,
    /// The version before the run.
    pub old_version: Option<String>,
    /// The version that the module reported when it was asked after the run.
    pub new_version: Option<String>,
    /// The stage in which the run was decided.
    pub stage: Stage,
    /// What was unusual.
    pub remarks: Vec<Remark>,
    /// The stages of the run with their durations.
    pub laps: Vec<Lap>,
}

/// The state of a session, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Where the session stands.
    pub stage: Stage,
    /// What may be done now.
    pub actions: Vec<Action>,
    /// The port, once one was chosen.
    pub port: Option<PortFacts>,
    /// The greeting, while and after it happens.
    pub greeting: Option<GreetingFacts>,
    /// The module, once it was asked.
    pub module: Option<ModuleFacts>,
    /// The package, once one was chosen.
    pub package: Option<PackageFacts>,
    /// Where the package comes from, if it is not that file. Only in the full build.
    #[cfg(feature = "routes")]
    pub source: Option<SourceFacts>,
    /// What the module said about its network, once it was asked. Only in the full build.
    #[cfg(feature = "routes")]
    pub readiness: Option<ReadinessFacts>,
    /// The module's settings, once they were read. Only in the full build.
    #[cfg(feature = "routes")]
    pub settings: Option<SettingsFacts>,
    /// The checks, once module and package are known.
    pub findings: Vec<Finding>,
    /// How far the stage is.
    pub progress: Option<Progress>,
    /// What is being waited for.
    pub wait: Option<WaitFacts>,
    /// Size and checksum of the upload, once the module reported them.
    pub proof: Option<UploadProof>,
    /// What went wrong, while the session goes on.
    pub problem: Option<Problem>,
    /// How the run ended.
    pub verdict: Option<Verdict>,
    /// The start command was sent: the module may be writing its firmware.
    pub no_return: bool,
    /// Leaving the page now would lose something: show the warning, hold the screen awake.
    pub busy: bool,
}
