//! Modules by name: for the demo's menu, for `cargo xtask module`, and for the tests of the page.

use super::fault::{
    ChecksumStyle, DataModeEnd, Fault, LineEnds, PercentStyle, PortKind, Reply, Spelling,
};
use super::model::Model;
use super::settings::{Link, Settings};
use crate::time::Duration;

/// A module with a name.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// In kebab-case.
    pub name: &'static str,
    /// What it is, or what goes wrong.
    pub summary: &'static str,
    build: fn() -> Settings,
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

macro_rules! scenarios {
    ($($name:literal, $summary:literal, $build:expr;)*) => {
        /// All modules that have a name; the healthy ones first.
        pub const SCENARIOS: &[Scenario] = &[
            $(Scenario { name: $name, summary: $summary, build: || $build },)*
        ];
    };
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
    fn only_the_healthy_ones_have_no_fault() {
        let healthy: Vec<_> = SCENARIOS
            .iter()
            .filter(|scenario| {
                let settings = (scenario.build)();
                Settings {
                    link: Link::Uart,
                    ..settings
                } == Settings::default()
            })
            .map(|scenario| scenario.name)
            .collect();
        assert_eq!(healthy, ["healthy-uart", "healthy-usb"]);
    }
}
