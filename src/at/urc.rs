//! Unsolicited result codes: what the module says without being asked.

use super::answer_line::Info;
use super::fields::Fields;

/// A URC that the session reacts to, or knows well enough not to take it for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urc<'a> {
    /// `+QIND: "FOTA",...`
    Fota(FotaEvent<'a>),
    /// `+LWM2M: "FOTA",...`: an upgrade that a server started; for information only (A1-12).
    Lwm2m(Lwm2mEvent<'a>),
    /// `RDY`: the module has booted, but refuses commands for a moment (B-id-7).
    Ready,
    /// `APP RDY`: now it takes commands.
    AppReady,
    /// `POWERED DOWN` or `NORMAL POWER DOWN`: the module is leaving (B-rb-9).
    PoweredDown,
    /// The first line of the boot ROM's block (B-rb-5).
    BootRom,
    /// A URC that means nothing to an upgrade, e.g. `+CPIN: READY` after a restart.
    Other(&'a str),
}

/// How a package is downloaded. Each has result codes of its own in some families (A4-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// HTTP or HTTPS.
    Http,
    /// FTP or FTPS.
    Ftp,
    /// CoAP or CoAPS.
    Coap,
}

impl Transport {
    /// As the page and the journal name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Ftp => "ftp",
            Self::Coap => "coap",
        }
    }
}

/// A download that an LwM2M server ordered (N2-142 to N2-144).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lwm2mEvent<'a> {
    /// The package comes from the server itself: it begins.
    Started,
    /// The package has come from the server itself.
    Completed,
    /// The package has come from elsewhere, or not: a code of the download tables.
    Downloaded(Option<u32>),
    /// Anything else.
    Other(&'a str),
}

/// An event of the upgrade, folded to one name however the note or the module spells it (A1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FotaEvent<'a> {
    /// The module began to download (HTTPSTART, FTPSTART, COAPSTART).
    DownloadStart(Transport),
    /// Percent of a download.
    Downloading(Option<u8>),
    /// The download ended; 0 is "downloaded", never "upgraded" (A4-6).
    DownloadEnd(Transport, Option<u32>),
    /// The module restarts into its update mode.
    Resetting,
    /// The update begins.
    Start,
    /// The module writes its firmware.
    Updating {
        /// 0 to 100, if the module gave a number.
        percent: Option<u8>,
        /// Programs in all (A1-8).
        parts: Option<u32>,
        /// Program that is being written (A1-8, A1-9).
        part: Option<u32>,
    },
    /// RESTORE, or `Last upgrade was not finished,continue upgrade`: what some firmware reports after a
    /// power loss (B-up2-3).
    Restore,
    /// The update ended; 0 is the module's word for success.
    End(Option<u32>),
    /// An event that no note defines; kept, never acted upon.
    Other(&'a str),
}

impl FotaEvent<'_> {
    /// The module is busy with an upgrade: it downloads, or is in its update mode.
    pub const fn is_at_work(self) -> bool {
        self.is_under_way() || self.is_download()
    }

    /// The module fetches a package, or has done so.
    pub const fn is_download(self) -> bool {
        matches!(self, Self::DownloadStart(_) | Self::Downloading(_))
    }

    /// The module is, or is about to be, in its update mode.
    pub const fn is_under_way(self) -> bool {
        matches!(
            self,
            Self::Resetting | Self::Start | Self::Updating { .. } | Self::Restore
        )
    }
}

/// Every spelling that a note prints, and the one that we mean (A1-1 to A1-4). No fuzzy distance:
/// HTTPSTART and HTTPEND must never fold into each other.
///
/// What comes most often stands first.
const SPELLINGS: &[(&str, Name)] = &[
    ("UPDATING", Name::Updating),
    ("DOWNLOADING", Name::Downloading),
    ("END", Name::End),
    ("START", Name::Start),
    ("RESETTING", Name::Resetting),
    ("COAPEND", Name::DownloadEnd(Transport::Coap)),
    ("COAPSTART", Name::DownloadStart(Transport::Coap)),
    ("FTPEND", Name::DownloadEnd(Transport::Ftp)),
    ("FTPSTART", Name::DownloadStart(Transport::Ftp)),
    ("HTTPEND", Name::DownloadEnd(Transport::Http)),
    ("HTTPEPEND", Name::DownloadEnd(Transport::Http)),
    ("HTTPPEND", Name::DownloadEnd(Transport::Http)),
    ("HTTPSTART", Name::DownloadStart(Transport::Http)),
    ("HTTPTART", Name::DownloadStart(Transport::Http)),
    ("HTTTPEND", Name::DownloadEnd(Transport::Http)),
    ("RESTORE", Name::Restore),
    (
        "Last upgrade was not finished,continue upgrade",
        Name::Restore,
    ),
];

#[derive(Clone, Copy)]
enum Name {
    DownloadEnd(Transport),
    DownloadStart(Transport),
    Downloading,
    End,
    Resetting,
    Restore,
    Start,
    Updating,
}

impl<'a> Urc<'a> {
    pub(super) fn of_info(info: Info<'a>) -> Option<Self> {
        match info.name {
            "QIND" => Some(fota(info.fields()).map_or(Self::Other(info.values), Self::Fota)),
            "LWM2M" => Some(Self::Lwm2m(
                lwm2m(info.fields()).unwrap_or(Lwm2mEvent::Other(info.values)),
            )),
            // An information line that no command claims is left alone anyway.
            _ => None,
        }
    }

    pub(super) fn of_text(text: &'a str) -> Option<Self> {
        match text {
            "RDY" | "^RDY" => Some(Self::Ready),
            "APP RDY" => Some(Self::AppReady),
            "POWERED DOWN" | "NORMAL POWER DOWN" => Some(Self::PoweredDown),
            "RING" | "Ready" | "Call Ready" | "SMS Ready" | "Leaving the BROM" => {
                Some(Self::Other(text))
            }
            _ if is_boot_rom_start(text) => Some(Self::BootRom),
            _ if is_boot_rom_line(text) => Some(Self::Other(text)),
            // `^boot.rom'v'!`, `^MODE: 17,17`, `*MATREADY: 1`, `+E_UTRAN Service`: no identity begins
            // so (B-rb-7, B-id-15).
            _ if is_foreign(text) => Some(Self::Other(text)),
            _ => None,
        }
    }
}

fn is_foreign(text: &str) -> bool {
    matches!(text.as_bytes(), [b'^' | b'*' | b'+', first, ..] if first.is_ascii_alphabetic())
}

/// `F1: 0000 0000` opens the block of the MT2625's boot ROM (N5-17).
fn is_boot_rom_start(text: &str) -> bool {
    text.starts_with("F1: ") && is_boot_rom_line(text)
}

/// `V0: 0000 0000 [0001]`, `00: 0006 000C`, `T0: 0000 00B4`
fn is_boot_rom_line(text: &str) -> bool {
    let [a, b, b':', b' ', rest @ ..] = text.as_bytes() else {
        return false;
    };
    (a.is_ascii_uppercase() || a.is_ascii_digit())
        && b.is_ascii_digit()
        && rest
            .iter()
            .all(|b| b.is_ascii_hexdigit() || matches!(b, b' ' | b'[' | b']'))
}

fn fota(mut fields: Fields<'_>) -> Option<FotaEvent<'_>> {
    if !fields.next()?.text().eq_ignore_ascii_case("FOTA") {
        return None;
    }
    let name = fields.next()?.text();
    let known = SPELLINGS
        .iter()
        .find(|(spelling, _)| spelling.eq_ignore_ascii_case(name));
    let Some(&(_, known)) = known else {
        return Some(FotaEvent::Other(name));
    };
    let mut number = || fields.next().and_then(|field| field.number());
    Some(match known {
        Name::DownloadEnd(by) => FotaEvent::DownloadEnd(by, code(number())),
        Name::DownloadStart(by) => FotaEvent::DownloadStart(by),
        Name::Downloading => FotaEvent::Downloading(percent(number())),
        Name::End => FotaEvent::End(code(number())),
        Name::Resetting => FotaEvent::Resetting,
        Name::Restore => FotaEvent::Restore,
        Name::Start => FotaEvent::Start,
        Name::Updating => FotaEvent::Updating {
            percent: percent(number()),
            parts: code(number()),
            part: code(number()),
        },
    })
}

fn lwm2m(mut fields: Fields<'_>) -> Option<Lwm2mEvent<'_>> {
    if !fields.next()?.text().eq_ignore_ascii_case("FOTA") {
        return None;
    }
    let name = fields.next()?.text();
    let value = fields.next()?;
    let is = |wanted: &str| value.text().eq_ignore_ascii_case(wanted);
    match name {
        "DOWNLOADED" => Some(Lwm2mEvent::Downloaded(code(value.number()))),
        "DOWNLOADING" if is("START") => Some(Lwm2mEvent::Started),
        "DOWNLOADING" if is("COMPLETED") => Some(Lwm2mEvent::Completed),
        _ => None,
    }
}

fn percent(number: Option<u64>) -> Option<u8> {
    number.map(|n| u8::try_from(n).map_or(100, |n| n.min(100)))
}

fn code(number: Option<u64>) -> Option<u32> {
    number.and_then(|n| u32::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::super::Line;
    use super::*;

    fn event(text: &str) -> FotaEvent<'_> {
        match Line::of(text.as_bytes()) {
            Line::Urc(Urc::Fota(event)) => event,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_spelling_of_the_notes_is_one_event_x_01() {
        use Transport::{Coap, Ftp, Http};
        for (name, by) in [
            ("HTTPEND", Http),
            ("HTTTPEND", Http),
            ("HTTPPEND", Http),
            ("HTTPEPEND", Http),
            ("HTTPEnd", Http),
            ("FTPEND", Ftp),
            ("COAPEND", Coap),
        ] {
            let text = format!("+QIND: \"FOTA\",\"{name}\",0");
            assert_eq!(event(&text), FotaEvent::DownloadEnd(by, Some(0)), "{name}");
        }
        for (name, by) in [
            ("HTTPSTART", Http),
            ("HTTPTART", Http),
            ("FTPSTART", Ftp),
            ("COAPSTART", Coap),
        ] {
            let text = format!("+QIND: \"FOTA\",\"{name}\"");
            assert_eq!(event(&text), FotaEvent::DownloadStart(by), "{name}");
        }
        for text in [
            r#"+QIND: "FOTA","START""#,
            r#"+QIND: "FOTA", "START ""#,
            r#"+QIND:"fota","start""#,
        ] {
            assert_eq!(event(text), FotaEvent::Start, "{text}");
        }
    }

    #[test]
    fn progress_in_every_form_of_the_notes_a1_7_a1_8() {
        let one = |percent| FotaEvent::Updating {
            percent: Some(percent),
            parts: None,
            part: None,
        };
        assert_eq!(event(r#"+QIND: "FOTA","UPDATING",7%"#), one(7));
        assert_eq!(event(r#"+QIND: "FOTA","UPDATING", 7%"#), one(7));
        assert_eq!(event(r#"+QIND: "FOTA", "UPDATING", 7"#), one(7));
        assert_eq!(event(r#"+QIND: "FOTA","UPDATING",700%"#), one(100));
        assert_eq!(
            event(r#"+QIND: "FOTA","UPDATING", 1%, 2, 1"#),
            FotaEvent::Updating {
                percent: Some(1),
                parts: Some(2),
                part: Some(1)
            }
        );
    }

    #[test]
    fn end_with_and_without_a_code() {
        assert_eq!(
            event(r#"+QIND: "FOTA", "END", 511"#),
            FotaEvent::End(Some(511))
        );
        assert_eq!(event(r#"+QIND: "FOTA","END""#), FotaEvent::End(None));
    }

    #[test]
    fn unknown_and_cut_events_survive_x_01() {
        for name in ["UPDA", "DOWNLOAD SUCCESS", "FAIL"] {
            let text = format!("+QIND: \"FOTA\",\"{name}");
            assert_eq!(event(&text), FotaEvent::Other(name));
        }
        assert_eq!(
            Line::of(b"+QIND: SMS DONE"),
            Line::Urc(Urc::Other("SMS DONE"))
        );
    }

    /// Proves X-26.
    #[test]
    fn an_update_that_goes_on_after_a_power_loss_is_under_way_x_02() {
        let text = r#"+QIND: "FOTA","Last upgrade was not finished,continue upgrade""#;
        for text in [text, r#"+QIND: "FOTA","RESTORE",5"#] {
            assert_eq!(event(text), FotaEvent::Restore);
            assert!(event(text).is_under_way());
        }
    }

    #[test]
    fn boot_lines_are_no_answers_n5_17() {
        assert_eq!(Line::of(b"F1: 0000 0000"), Line::Urc(Urc::BootRom));
        for text in [
            "V0: 0000 0000 [0001]",
            "00: 0006 000C",
            "U0: 0000 0001 [0000]",
            "T0: 0000 00B4",
            "T0: 0000 001B",
            "Leaving the BROM",
            "^boot.rom'v'!\\n",
            "*MATREADY: 1",
            "^MODE: 17,17",
            "+E_UTRAN Service",
            "Ready",
        ] {
            assert!(
                matches!(Line::of(text.as_bytes()), Line::Urc(Urc::Other(_))),
                "{text}"
            );
        }
        assert_eq!(Line::of(b"RDY"), Line::Urc(Urc::Ready));
        assert_eq!(Line::of(b"APP RDY"), Line::Urc(Urc::AppReady));
        assert_eq!(Line::of(b"NORMAL POWER DOWN"), Line::Urc(Urc::PoweredDown));
    }
}
