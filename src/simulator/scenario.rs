//! Modules by name: for the demo's menu, for `cargo xtask module`, and for the tests of the page.

use super::fault::{
    ChecksumStyle, DataModeEnd, Fault, LineEnds, Lwm2mMode, NetworkFlaw, PercentStyle, PortKind,
    Reply, Spelling,
};
use super::model::Model;
use super::note::Note;
use super::package::{counted_up, sized_package};
use super::server::sample_url;
use super::settings::{Link, Settings};
use super::url::Scheme;
use crate::time::Duration;

/// A module with a name.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// In kebab-case.
    pub name: &'static str,
    /// What it is, or what goes wrong.
    pub summary: &'static str,
    /// How the package comes to the module in it.
    pub route: Route,
    /// The URL that shows it, where it is about a server.
    pub url: Option<&'static str>,
    build: fn() -> Settings,
}

/// How a package comes to the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Through the port, by `AT+QFOTADL="COM:"`.
    Com,
    /// From a server.
    Server,
    /// From a file in the module, sent there by `AT+QFUPL` or there already.
    File,
    /// A server of the operator starts it.
    Operator,
}

impl Route {
    /// In kebab-case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Com => "com",
            Self::Server => "server",
            Self::File => "file",
            Self::Operator => "operator",
        }
    }
}

impl Scenario {
    /// The family of its module, by the model that stands for it.
    pub fn family(&self) -> &'static str {
        match (self.build)().model.note {
            Some(Note::N1) => "bc660k",
            Some(Note::N2) => "bg95",
            Some(Note::N3) => "eg06xk",
            Some(Note::N4) => "bc20",
            Some(Note::N5) => "bc26",
            None => "other",
        }
    }
}

impl Settings {
    /// The module of this name.
    pub fn scenario(name: &str) -> Option<Self> {
        SCENARIOS
            .iter()
            .find(|scenario| scenario.name == name)
            .map(|scenario| (scenario.build)())
    }
}

fn uart(faults: impl IntoIterator<Item = Fault>) -> Settings {
    Settings {
        faults: faults.into_iter().collect(),
        ..Settings::default()
    }
}

fn usb(faults: impl IntoIterator<Item = Fault>) -> Settings {
    Settings {
        link: Link::Usb,
        ..uart(faults)
    }
}

fn model(name: &str) -> Settings {
    Settings {
        link: Link::Usb,
        ..Settings::of(Model::named(name))
    }
}

fn answer(command: &str, reply: Reply) -> Fault {
    Fault::Answer {
        command: command.to_owned(),
        reply,
        times: u32::MAX,
    }
}

fn to_upload(reply: Reply) -> Settings {
    uart([answer("+QFOTADL=\"COM:\"*", reply)])
}

fn after_update(fault: Fault) -> Fault {
    Fault::AfterUpdate(Box::new(fault))
}

/// Where in an upload it happens.
const MIDDLE: u64 = 20_000;

/// A module of another family.
fn of(name: &str, faults: impl IntoIterator<Item = Fault>) -> Settings {
    Settings {
        faults: faults.into_iter().collect(),
        ..Settings::of(Model::named(name))
    }
}

fn eg06xk(faults: impl IntoIterator<Item = Fault>) -> Settings {
    of("EG060K-EA", faults)
}

fn bc660k(faults: impl IntoIterator<Item = Fault>) -> Settings {
    of("BC660K-GL", faults)
}

/// At a fixed rate, so that it reports its end.
fn bc26(faults: impl IntoIterator<Item = Fault>) -> Settings {
    Settings {
        baud_rate: 115_200,
        ..of("BC26", faults)
    }
}

fn bc20(faults: impl IntoIterator<Item = Fault>) -> Settings {
    of("BC20-2018", faults)
}

/// A download that ends with a code half-way.
fn code(code: u16) -> [Fault; 1] {
    [Fault::DownloadCode { code, percent: 40 }]
}

/// An update that ends with a code.
fn end(code: u16, percent: u8) -> [Fault; 1] {
    [Fault::EndCode { code, percent }]
}

fn named(event: &str, printed: &str) -> [Fault; 1] {
    [Fault::EventName {
        event: event.to_owned(),
        printed: printed.to_owned(),
    }]
}

fn lwm2m(mode: Lwm2mMode) -> Settings {
    let after = Duration::from_secs(15);
    uart([Fault::Lwm2m { mode, after }])
}

fn cut() -> [Fault; 1] {
    let back = Duration::from_secs(8);
    [Fault::PowerCut { percent: 42, back }]
}

/// With a fitting package in its file system, whole or in four parts.
fn holding(settings: Settings, name: &str, parts: usize) -> Settings {
    let next = counted_up(&settings.version);
    let package = sized_package(&settings.version, &next, PACKAGE);
    if parts == 1 {
        return settings.holding(name, package);
    }
    let pieces = package.chunks(PACKAGE.div_ceil(parts)).enumerate();
    pieces.fold(settings, |settings, (n, piece)| {
        settings.holding(&format!("{name}{}.bin", n + 1), piece.to_vec())
    })
}

/// What a package in a file weighs.
const PACKAGE: usize = 60_007;

const HTTP: &str = sample_url(Scheme::Http);
const HTTPS: &str = sample_url(Scheme::Https);
const FTP: &str = sample_url(Scheme::Ftp);
const COAP: &str = sample_url(Scheme::Coap);

macro_rules! scenarios {
    ($($name:literal, $summary:literal, $(@ $route:ident $(($url:expr))?,)? $build:expr;)*) => {
        /// All modules that have a name; the healthy ones first.
        pub const SCENARIOS: &[Scenario] = &[
            $(Scenario {
                name: $name,
                summary: $summary,
                route: scenarios!(#route $($route)?),
                url: scenarios!(#url $($($url)?)?),
                build: || $build,
            },)*
        ];
    };
    (#route) => { Route::Com };
    (#route $route:ident) => { Route::$route };
    (#url) => { None };
    (#url $url:expr) => { Some($url) };
}

scenarios! {
    // Healthy.
    "healthy-uart", "A healthy BG95 on its main UART: it reports every step.", uart([]);
    "healthy-usb", "A healthy BG95 on its own USB: the port goes away and comes back, without reports.", usb([]);

    // The port and the greeting.
    "wrong-port-nmea", "The port is the one for satellite positions.", usb([Fault::Port(PortKind::Nmea)]);
    "wrong-port-diagnostic", "The port is the diagnostic one.", usb([Fault::Port(PortKind::Diagnostic)]);
    "wrong-port-silent", "Nothing is heard on the port.", usb([Fault::Port(PortKind::Silent)]);
    "wrong-port-text", "Another device talks on the port.", uart([Fault::Port(PortKind::Text)]);
    "wrong-port-echo", "Every character comes back, nothing else.", uart([Fault::Port(PortKind::Echo)]);
    "wrong-baud-rate", "The module is set to 9600 bit/s.", Settings { baud_rate: 9600, ..uart([]) };
    "asleep", "The module sleeps: the first commands are lost.", uart([Fault::Asleep { lines: 3 }]);
    "half-echo", "The echo of each command lacks its first character.", uart([Fault::HalfEcho]);
    "boot-noise", "Noise and boot ROM lines at each start.", uart([Fault::BootNoise]);
    "line-ends", "Lines end with LF CR.", uart([Fault::LineEnds(LineEnds::LfCr)]);
    "trickle", "Each byte arrives by itself.", uart([Fault::Trickle]);
    "talkative-network", "The network makes itself heard in every answer and in between.",
        uart([Fault::Chatter { every: Duration::from_millis(900) }]);
    "slow-module", "Each answer takes 2.5 seconds.", uart([Fault::Slow { by: Duration::from_millis(2500) }]);
    "always-error", "Every command is answered with ERROR.", uart([answer("*", Reply::Error)]);
    "unknown-model", "The model is not known.", model("XY99");
    "other-family", "The model is known, but cannot be upgraded by upload.", model("EG120K-EA");
    "no-identity", "The module does not say who it is.", uart([
        answer("I", Reply::Error), answer("+CGMM", Reply::Error), answer("+GMM", Reply::Error),
        answer("+QGMR", Reply::Error), answer("+CGMR", Reply::Error),
    ]);
    "no-full-version", "AT+QGMR is not known; only the base version can be read.",
        uart([answer("+QGMR", Reply::Error)]);
    "no-imei", "The IMEI cannot be read.",
        uart([answer("+GSN", Reply::Cme(23)), answer("+CGSN", Reply::Cme(23))]);
    "identity-then-error", "ATI gives its text and then ERROR.", uart([answer("I", Reply::TextThenError)]);
    "rate-not-in-list", "The module runs at 57600 bit/s; its reports will come at 115200.",
        Settings { baud_rate: 57_600, ..uart([]) };

    // What it brings along.
    "stored-package", "The module holds a package already.", uart([Fault::StoredPackage { size: 345_678 }]);
    "downloading", "The module is downloading a package by itself.", uart([Fault::Downloading]);
    "in-data-mode", "The module still waits for the data of an earlier upload.",
        uart([Fault::InDataMode { size: 500_000, received: 1234, timeout: 20 }]);
    "update-running", "An update was cut off earlier and goes on now.", uart([Fault::UpdateRunning { percent: 37 }]);
    "stray-end", "The end of some update is reported although none runs.", uart([Fault::Unasked {
        line: "+QIND: \"FOTA\",\"END\",0".to_owned(), after: Duration::from_secs(2),
    }]);

    // Preparing.
    "space-unknown", "The module does not tell how much room it has.", uart([answer("+QFOTADL=12", Reply::Error)]);
    "little-space", "The module has room for 4096 bytes only.", Settings { max_package: 4096, ..uart([]) };
    "trigger-refused", "The trigger mode cannot be set.", uart([answer("+QFOTADL=3,0", Reply::Error)]);
    "upload-refused-590", "The upload is refused: invalid input parameter.", to_upload(Reply::Cme(590));
    "upload-refused-591", "The upload is refused: DFOTA is ongoing.", to_upload(Reply::Cme(591));
    "upload-refused-592", "The upload is refused: DFOTA is not in downloading.", to_upload(Reply::Cme(592));
    "upload-refused-593", "The upload is refused: no package.", to_upload(Reply::Cme(593));
    "upload-refused-594", "The upload is refused: no memory.", to_upload(Reply::Cme(594));
    "upload-refused-unknown", "The upload is refused with a number that no note knows.", to_upload(Reply::Cme(9876));
    "upload-refused", "The upload is refused with a plain ERROR.", to_upload(Reply::Error);

    // Upload.
    "no-connect", "The upload command is not answered.", uart([Fault::NoConnect]);
    "late-connect", "CONNECT comes after 4 seconds.", uart([Fault::LateConnect { by: Duration::from_secs(4) }]);
    "connect-with-speed", "CONNECT comes with the line's rate.", uart([Fault::ConnectWithSpeed]);
    "wrong-checksum", "A byte of the package arrives as another one.", uart([Fault::CorruptByte { at: 1000 }]);
    "checksum-style", "The checksum is printed in upper case, without a blank before.",
        uart([Fault::ChecksumStyle(ChecksumStyle::Upper), Fault::ChecksumStyle(ChecksumStyle::NoBlank)]);
    "size-short", "The module reports fewer bytes than it was sent.", uart([Fault::ReportSize { by: -7 }]);
    "stored-size-wrong", "The module holds fewer bytes than it reported.", uart([Fault::StoredSize { by: -512 }]);
    "lost-bytes", "Bytes are lost on the way into the module.", uart([Fault::LoseBytes { at: 2000, count: 13 }]);
    "upload-error", "The module breaks the upload off with ERROR.",
        uart([Fault::LeaveDataMode { at: MIDDLE, with: DataModeEnd::Error }]);
    "no-result", "The module is silent after the data.", uart([Fault::NoResult]);
    "reset-in-upload", "The module restarts in the middle of the upload.",
        uart([Fault::ResetInUpload { at: MIDDLE }]);
    "unplug-in-upload", "The cable is pulled in the middle of the upload, and plugged in again.",
        usb([Fault::UnplugInUpload { at: MIDDLE, back: Some(Duration::from_secs(5)) }]);
    "unplug-for-good", "The cable is pulled in the middle of the upload.",
        usb([Fault::UnplugInUpload { at: MIDDLE, back: None }]);
    "stall-in-upload", "The module takes no more bytes in the middle of the upload.",
        uart([Fault::StallInUpload { at: MIDDLE, pause: None }]);
    "pause-in-upload", "The module takes no bytes for 3 seconds in the middle of the upload.",
        uart([Fault::StallInUpload { at: MIDDLE, pause: Some(Duration::from_secs(3)) }]);
    "starts-by-itself", "The update starts straight after the upload.", uart([Fault::StartsByItself]);

    // Update.
    "start-refused", "The start command is answered with ERROR.", uart([answer("+QFOTADL=1", Reply::Error)]);
    "no-reset", "The start command is answered with OK, and nothing happens.", uart([Fault::NoReset]);
    "wrong-package", "The package is for another version: END,511.",
        uart([Fault::EndCode { code: 511, percent: 0 }]);
    "wrong-package-usb", "The package is for another version; over USB that is not reported.",
        usb([Fault::EndCode { code: 511, percent: 0 }]);
    "end-504", "The update fails: END,504.", uart([Fault::EndCode { code: 504, percent: 63 }]);
    "end-505", "There is no package: END,505.", uart([Fault::EndCode { code: 505, percent: 0 }]);
    "end-506", "The package is damaged: END,506.", uart([Fault::EndCode { code: 506, percent: 0 }]);
    "end-507", "The package cannot be decompressed: END,507.", uart([Fault::EndCode { code: 507, percent: 4 }]);
    "end-508", "Compressing fails: END,508.", uart([Fault::EndCode { code: 508, percent: 21 }]);
    "end-509", "Copying fails: END,509.", uart([Fault::EndCode { code: 509, percent: 40 }]);
    "end-510", "Restoring fails: END,510.", uart([Fault::EndCode { code: 510, percent: 88 }]);
    "end-512", "The update fails for an unknown reason: END,512.",
        uart([Fault::EndCode { code: 512, percent: 50 }]);
    "end-unknown", "The update ends with a code that no note knows.",
        uart([Fault::EndCode { code: 4711, percent: 12 }]);
    "retry", "The update fails, is tried again by the module, and succeeds.",
        uart([Fault::Retry { code: 504, times: 1 }]);
    "no-end", "The end of the update is not reported.", uart([Fault::NoEnd]);
    "end-after-restart", "The end of the update is reported after RDY.", uart([Fault::EndAfterRestart]);
    "old-version", "END,0, but the old version still runs.", uart([Fault::OldVersion]);
    "old-version-usb", "The old version still runs after a silent update.", usb([Fault::OldVersion]);
    "no-reports", "Neither the reset nor start nor progress is reported.",
        uart([Fault::NoResetting, Fault::NoStart, Fault::NoProgress]);
    "no-start", "The start of the update is not reported.", uart([Fault::NoStart]);
    "spelled-differently", "Reports come with blanks, in mixed case, without a percent sign.",
        uart([Fault::Spelling(Spelling { percent: PercentStyle::Bare, blanks: true, mixed_case: true })]);
    "three-numbers", "Reports of progress carry three numbers.",
        uart([Fault::Spelling(Spelling { percent: PercentStyle::Parts, ..Spelling::default() })]);
    "truncated-reports", "Every third report of progress breaks off.", uart([Fault::Truncated { every: 3 }]);
    "long-silence", "Ten minutes without a report in the middle of the update.",
        uart([Fault::PauseAt { percent: 44, pause: Duration::from_secs(600) }]);
    "power-cut", "The power fails in the middle of the update; the module goes on by itself afterwards.",
        uart([Fault::PowerCut { percent: 42, back: Duration::from_secs(8) }]);
    "power-cut-usb", "The power fails in the middle of a silent update.",
        usb([Fault::PowerCut { percent: 42, back: Duration::from_secs(8) }]);
    "no-app-rdy", "APP RDY is not printed.", uart([Fault::NoAppRdy]);
    "no-rdy", "Neither RDY nor APP RDY is printed.", uart([Fault::NoRdy, Fault::NoAppRdy]);
    "port-not-back", "The port does not come back after the update.", usb([Fault::PortNotBack]);
    "other-product", "The port comes back with another product id.", usb([Fault::OtherProduct(0x0701)]);
    "boot-loop", "After the update the module starts again and again.", uart([Fault::BootLoop { times: u32::MAX }]);
    "silent-after-update", "After the update nothing is heard any more.",
        uart([Fault::NoRdy, Fault::NoAppRdy, after_update(Fault::Port(PortKind::Silent))]);
    "version-unreadable", "After the update the version cannot be read.", uart([
        after_update(answer("I", Reply::Error)), after_update(answer("+QGMR", Reply::Error)),
        after_update(answer("+CGMR", Reply::Error)),
    ]);
    "module-swapped", "After the update another module answers.",
        uart([after_update(Fault::OtherImei("004999010640018".to_owned()))]);
    // A BG95 and a server.
    "bg95-http", "A BG95 that downloads from an HTTP server, and tells how far it is.", @Server (HTTP), uart([]);
    "bg95-http-usb", "The same over its own USB: the download is reported, the update is not.", @Server (HTTP), usb([]);
    "bg95-https", "A BG95 that downloads from an HTTPS server.", @Server (HTTPS), uart([]);
    "bg95-ftp", "A BG95 that downloads from an FTP server.", @Server (FTP), uart([]);
    "bg95-coap", "A BG95 that downloads from a CoAP server, without a word on the way.", @Server (COAP), uart([]);
    "bg95-segments", "Downloaded in segments, nothing starts after the last one by itself.", @Server (HTTP),
        uart([Fault::SegmentsDoNotStart]);
    "bg95-resume", "The module restarts at 15 percent of the download, and can go on from there.", @Server (HTTP),
        uart([Fault::ResetInDownload { percent: 15 }]);
    "bg95-reconnect", "The connection breaks twice; the module makes it again.", @Server (HTTP),
        uart([Fault::ConnectionBreaks { percent: 30, times: 2 }]);
    "bg95-701", "The download fails for an unknown reason: 701.", @Server (HTTP), uart(code(701));
    "bg95-702", "The server refuses the connection: 702.", @Server ("http://refused.test:8080/update.bin"), uart([]);
    "bg95-702-name", "The server's name is not known: 702.", @Server ("http://no.such.invalid:8080/update.bin"), uart([]);
    "bg95-703", "The connection ends before the file does, again and again: 703.",
        @Server ("http://firmware.example:8080/short.bin"), uart([]);
    "bg95-704", "The server does not answer: 704.", @Server ("http://silent.test:8080/update.bin"), uart([]);
    "bg95-705", "The module takes the URL for none: 705.", @Server (HTTP), uart(code(705));
    "bg95-706", "The file is not on the server: 706.", @Server ("http://firmware.example:8080/none.bin"), uart([]);
    "bg95-707", "The package cannot be written: 707.", @Server (HTTP), uart(code(707));
    "bg95-708", "The package is too large: 708.", @Server ("http://firmware.example:8080/large.bin"), uart([]);
    "bg95-709", "The download is cancelled by somebody else: 709.", @Server (HTTP), uart(code(709));
    "bg95-710", "The server gives a web page instead of a package: 710.",
        @Server ("http://firmware.example:8080/page.html"), uart([]);
    "bg95-711", "The data connection is lost for good: 711.", @Server (HTTP),
        uart([Fault::ConnectionBreaks { percent: 60, times: u32::MAX }]);
    "bg95-download-unknown", "The download ends with a code that no note knows.", @Server (HTTP), uart(code(4711));
    "bg95-wrong-version", "The package on the server is for another version: END,511.",
        @Server ("http://firmware.example:8080/wrong.bin"), uart([]);
    "bg95-needs-header", "The server wants the header Auth with the value test.", @Server (HTTP), {
        let mut settings = uart([]);
        settings.server.header = Some(("Auth".to_owned(), "test".to_owned()));
        settings
    };
    "bg95-settings-style", "The answers about settings look like those in the note's examples.", @Server (HTTP),
        uart([Fault::ConfigAsInExamples, Fault::StateWithoutBlank]);
    "bg95-httppend", "The end of the download is spelled HTTPPEND.", @Server (HTTP), uart(named("HTTPEND", "HTTPPEND"));
    "bg95-no-sim", "There is no SIM.", @Server (HTTP), uart([Fault::Network(NetworkFlaw::NoSim)]);
    "bg95-sim-locked", "The SIM wants its PIN.", @Server (HTTP), uart([Fault::Network(NetworkFlaw::SimLocked)]);
    "bg95-searching", "The module has not found a network.", @Server (HTTP), uart([Fault::Network(NetworkFlaw::Searching)]);
    "bg95-denied", "The network refuses the module.", @Server (HTTP), uart([Fault::Network(NetworkFlaw::Denied)]);
    "bg95-no-address", "The module has no address.", @Server (HTTP), uart([Fault::Network(NetworkFlaw::NoAddress)]);
    "bg95-weak-signal", "The signal is weak; the download works all the same.", @Server (HTTP),
        uart([Fault::Network(NetworkFlaw::Weak)]);

    // A BG95 and its files.
    "bg95-copy", "A package is in the module: UFS:update.bin.", @File, holding(uart([]), "UFS:update.bin", 1);
    "bg95-copy-parts", "A package is in the module in four parts: EUFS:update1.bin to update4.bin.", @File,
        holding(uart([]), "EUFS:update", 4);
    "bg95-to-file", "The package is downloaded to a file first, and copied from there.", @File (HTTP), uart([]);

    // A BG95 and a server of the operator.
    "bg95-operator-http", "The operator's server starts an upgrade by itself; the package comes by HTTP.",
        @Operator, lwm2m(Lwm2mMode::Http);
    "bg95-operator-coap", "The operator's server starts an upgrade by itself; the package comes by CoAP.",
        @Operator, lwm2m(Lwm2mMode::Coap);
    "bg95-operator-in-band", "The operator's server starts an upgrade by itself and sends the package.",
        @Operator, lwm2m(Lwm2mMode::InBand);

    // EG06xK, Ex120K and EM060K.
    "eg06xk-http", "A healthy EG060K-EA and an HTTP server: no word during the download, its port goes away twice.",
        @Server (HTTP), eg06xk([]);
    "eg06xk-https", "A healthy EG060K-EA and an HTTPS server.", @Server (HTTPS), eg06xk([]);
    "eg06xk-ftp", "A healthy EG060K-EA and an FTP server.", @Server (FTP), eg06xk([]);
    "eg06xk-701", "The download fails: 701 is the only code that there is.",
        @Server ("http://firmware.example:8080/none.bin"), eg06xk([]);
    "eg06xk-601", "The download from an FTP server fails: 601.",
        @Server ("ftp://test:secret@firmware.example:21/none.bin"), eg06xk([]);
    "eg06xk-no-sim", "There is no SIM.", @Server (HTTP), eg06xk([Fault::Network(NetworkFlaw::NoSim)]);
    "eg06xk-file", "A healthy EG060K-EA that takes a package through its port into a file.", @File, eg06xk([]);
    "eg06xk-file-there", "The package is in the module already: /usrdata/cache/ufs/update.zip.", @File,
        holding(eg06xk([]), "UFS:update.zip", 1);
    "eg06xk-file-full", "The module has no room for the file.", @File, eg06xk([answer("+QFUPL=*", Reply::Cme(403))]);
    "eg06xk-file-damaged", "A byte of the file arrives as another one.", @File, eg06xk([Fault::CorruptByte { at: 1000 }]);
    "eg06xk-lost-acknowledgement", "One A of the acknowledge mode is not sent.", @File, eg06xk([Fault::LoseAck { nth: 7 }]);
    "eg06xk-505", "The package is for another version: END,505 before any restart.",
        @Server ("http://firmware.example:8080/wrong.bin"), eg06xk([]);
    "eg06xk-504", "The package's format is wrong: END,504.", @Server ("http://firmware.example:8080/page.html"), eg06xk([]);
    "eg06xk-510", "The patch does not match: END,510.", @File, eg06xk(end(510, 3));
    "eg06xk-511", "The file system is too full for the update: END,511.", @File, eg06xk(end(511, 0));
    "eg06xk-520", "The update fails: END,520.", @File, eg06xk(end(520, 47));
    "eg06xk-546", "The update fails: END,546.", @File, eg06xk(end(546, 71));
    "eg06xk-502-once", "END,502 once: the module tries again by itself, and succeeds.", @File,
        eg06xk([Fault::Retry { code: 502, times: 1 }]);
    "eg06xk-502-gives-up", "END,502 six times: the module gives up and keeps its old version.", @File,
        eg06xk([Fault::Retry { code: 502, times: u32::MAX }]);
    "eg06xk-no-port-in-update", "The port comes back only after the update.", @File, eg06xk([Fault::NoPortInUpdate]);
    "eg06xk-late-first-report", "The first report comes two minutes after the restart.", @File,
        eg06xk([Fault::NoStart, Fault::PauseAt { percent: 0, pause: Duration::from_secs(120) }]);
    "eg06xk-other-product", "The port comes back with another product id.", @File, eg06xk([Fault::OtherProduct(0x0801)]);
    "eg06xk-port-not-back", "The port does not come back.", @File, eg06xk([Fault::PortNotBack]);
    "eg06xk-power-cut", "The power fails in the middle of the update, which begins anew.", @File, eg06xk(cut());
    "eg06xk-old-version", "END,0, but the old version still runs.", @File, eg06xk([Fault::OldVersion]);

    // BC660K-GL.
    "bc660k-http", "A healthy BC660K-GL: asleep at first, restarts before it reports the end.", @Server (HTTP), bc660k([]);
    "bc660k-1", "The download fails for an unknown reason: 1.", @Server (HTTP), bc660k(code(1));
    "bc660k-2", "The server's name is not known: 2.", @Server ("http://no.such.invalid:8080/update.bin"), bc660k([]);
    "bc660k-12", "The download fails after two silent minutes: 12.", @Server ("http://silent.test:8080/update.bin"), bc660k([]);
    "bc660k-13", "The network is lost during the download: 13.", @Server (HTTP),
        bc660k([Fault::ConnectionBreaks { percent: 40, times: u32::MAX }]);
    "bc660k-99", "There is no network: 99.", @Server (HTTP), bc660k([Fault::Network(NetworkFlaw::Searching)]);
    "bc660k-100", "The package cannot be written: 100.", @Server (HTTP), bc660k(code(100));
    "bc660k-101", "The package is too large: 101.", @Server ("http://firmware.example:8080/large.bin"), bc660k([]);
    "bc660k-255", "The package is for another version: END,255.", @Server ("http://firmware.example:8080/wrong.bin"), bc660k([]);
    "bc660k-spelled-differently", "The end of the download is spelled HTTTPEND, and START has a blank.", @Server (HTTP),
        bc660k(named("HTTPEND", "HTTTPEND").into_iter().chain(named("START", "START ")));
    "bc660k-long-silence", "Five minutes of silence in the download.", @Server (HTTP),
        bc660k([Fault::PauseInDownload { percent: 50, pause: Duration::from_secs(300) }]);
    "bc660k-end-before-restart", "The end is reported before the restart.", @Server (HTTP), bc660k([Fault::EndBeforeRestart]);
    "bc660k-no-end", "The end is not reported.", @Server (HTTP), bc660k([Fault::NoEnd]);
    "bc660k-stops-at-91", "The last report of progress is 91 percent.", @Server (HTTP),
        bc660k([Fault::ReportsStopAt { percent: 91 }]);
    "bc660k-power-cut", "The power fails in the middle of the update; the module goes on by itself afterwards.",
        @Server (HTTP), bc660k(cut());
    "bc660k-old-version", "END,0, but the old version still runs.", @Server (HTTP), bc660k([Fault::OldVersion]);
    "bc660k-deep-sleep", "After a minute without a word the module sleeps so deeply that no command wakes it.", @Server (HTTP),
        bc660k([Fault::DeepSleep { after: Duration::from_secs(60) }]);

    // BC26.
    "bc26-http", "A healthy BC26 at a fixed rate: boot ROM lines at both restarts.", @Server (HTTP), bc26([]);
    "bc26-autobaud", "A BC26 in autobaud mode: its end is silent until AT is sent.", @Server (HTTP), of("BC26", []);
    "bc26-end-swallowed", "A BC26 in autobaud mode that never reports its end.", @Server (HTTP),
        of("BC26", [Fault::EndSwallowed]);
    "bc26-2", "The module is busy with another upgrade: +CME ERROR: 2.", @Server (HTTP),
        bc26([answer("+QFOTADL=\"*", Reply::Cme(2))]);
    "bc26-12", "The file is not on the server: 12.", @Server ("http://firmware.example:8080/none.bin"), bc26([]);
    "bc26-13", "The network is lost during the download: 13.", @Server (HTTP),
        bc26([Fault::ConnectionBreaks { percent: 40, times: u32::MAX }]);
    "bc26-20", "The network is still being set up: 20.", @Server (HTTP), bc26([Fault::Network(NetworkFlaw::Activating)]);
    "bc26-1", "The update fails for an unknown reason: END,1.", @Server (HTTP), bc26(end(1, 47));
    "bc26-254", "The package is for another version: END,254.", @Server ("http://firmware.example:8080/wrong.bin"), bc26([]);
    "bc26-255", "What came is no package: END,255.", @Server ("http://firmware.example:8080/page.html"), bc26([]);
    "bc26-spelled-as-in-text", "The start of the download is spelled HTTPSTART, as in the note's text.", @Server (HTTP),
        bc26(named("HTTPSTART", "HTTPSTART"));
    "bc26-power-cut", "The power fails in the middle of the update; the module goes on by itself afterwards.",
        @Server (HTTP), bc26(cut());
    "bc26-boot-loop", "After the update the module starts again and again.", @Server (HTTP),
        bc26([Fault::BootLoop { times: u32::MAX }]);

    // BC20.
    "bc20-http", "A healthy BC20 after the note of 2018, in autobaud mode: one number, and no restart in sight.",
        @Server (HTTP), bc20([]);
    "bc20-2019-http", "A healthy BC20 after the note of 2019, in autobaud mode.", @Server (HTTP), of("BC20", []);
    "bc20-12", "The server refuses the connection: 12.", @Server ("http://refused.test:8080/update.bin"), bc20([]);
    "bc20-254", "The package is for another version: END,254.", @Server ("http://firmware.example:8080/wrong.bin"), bc20([]);
    "bc20-three-numbers", "Reports of progress carry three numbers.", @Server (HTTP),
        bc20([Fault::Spelling(Spelling { percent: PercentStyle::BlankParts, ..Spelling::default() })]);
    "bc20-power-cut", "The power fails in the middle of the update; the module goes on by itself afterwards.",
        @Server (HTTP), bc20(cut());
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: HashSet<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), SCENARIOS.len());
        for scenario in SCENARIOS {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(scenario.name.chars().all(plain), "{}", scenario.name);
            assert!(scenario.summary.ends_with('.'), "{}", scenario.summary);
            assert!(Settings::scenario(scenario.name).is_some());
        }
        assert!(Settings::scenario("no such").is_none());
    }

    #[test]
    fn the_first_one_is_the_usual_module() {
        let first = SCENARIOS.first().expect("there are some");
        assert_eq!(first.name, "healthy-uart");
        assert_eq!((first.build)(), Settings::default());
    }

    #[test]
    fn every_family_has_its_healthy_modules() {
        let healthy = |scenario: &&Scenario| (scenario.build)().faults.is_empty();
        let families: HashSet<_> = SCENARIOS
            .iter()
            .filter(healthy)
            .map(|scenario| (scenario.family(), scenario.route.name()))
            .collect();
        for (family, route) in [
            ("bg95", "com"),
            ("bg95", "server"),
            ("bg95", "file"),
            ("eg06xk", "server"),
            ("eg06xk", "file"),
            ("bc660k", "server"),
            ("bc26", "server"),
            ("bc20", "server"),
        ] {
            assert!(families.contains(&(family, route)), "{family} {route}");
        }
    }
}
