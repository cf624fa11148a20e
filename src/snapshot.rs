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
    /// The package is read once more and compared with what was chosen.
    Checking,
    /// The module is made ready for the upload.
    Preparing,
    /// The package is on its way into the module. May be stopped at any time.
    Uploading,
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
    /// This version can upload a package to the model.
    pub supported: bool,
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
    /// stop: the model is known, but its family cannot be upgraded by upload in this version.
    Route,
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
