//! Unsolicited result codes: what the module says without being asked.

use super::answer_line::Info;
use super::fields::Fields;

/// A URC that the session reacts to, or knows well enough not to take it for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urc<'a> {
    /// `+QIND: "FOTA",...`
    Fota(FotaEvent<'a>),
    /// `+LWM2M: "FOTA",...`: for information only (A1-12).
    Lwm2m(&'a str),
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

/// An event of the upgrade, folded to one name however the note or the module spells it (A1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FotaEvent<'a> {
    /// The module began to download (HTTPSTART, FTPSTART, COAPSTART).
    DownloadStart,
    /// Percent of a download.
    Downloading(Option<u8>),
    /// The download ended; 0 is "downloaded", never "upgraded" (A4-6).
    DownloadEnd(Option<u32>),
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
    /// Another progress stage of some firmware, e.g. after a power loss (B-up2-3).
    Restore,
    /// The update ended; 0 is the module's word for success.
    End(Option<u32>),
    /// An event that no note defines; kept, never acted upon.
    Other(&'a str),
}

impl FotaEvent<'_> {
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
    ("COAPEND", Name::DownloadEnd),
    ("COAPSTART", Name::DownloadStart),
    ("FTPEND", Name::DownloadEnd),
    ("FTPSTART", Name::DownloadStart),
    ("HTTPEND", Name::DownloadEnd),
    ("HTTPEPEND", Name::DownloadEnd),
    ("HTTPPEND", Name::DownloadEnd),
    ("HTTPSTART", Name::DownloadStart),
    ("HTTPTART", Name::DownloadStart),
    ("HTTTPEND", Name::DownloadEnd),
    ("RESTORE", Name::Restore),
];

#[derive(Clone, Copy)]
enum Name {
    DownloadEnd,
    DownloadStart,
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
            "LWM2M" => Some(Self::Lwm2m(info.values)),
            // An information line that no command claims is left alone anyway.
            _ => None,
        }
    }

    pub(super) fn of_text(text: &'a str) -> Option<Self> {
        match text {
            "RDY" | "^RDY" => Some(Self::Ready),
            "APP RDY" => Some(Self::AppReady),
            "POWERED DOWN" | "NORMAL POWER DOWN" => Some(Self::PoweredDown),
            "RING" | "Call Ready" | "SMS Ready" | "Leaving the BROM" => Some(Self::Other(text)),
            _ if is_boot_rom_start(text) => Some(Self::BootRom),
            _ if is_boot_rom_line(text) => Some(Self::Other(text)),
            _ => None,
        }
    }
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
        Name::DownloadEnd => FotaEvent::DownloadEnd(code(number())),
        Name::DownloadStart => FotaEvent::DownloadStart,
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
        for name in [
            "HTTPEND",
            "HTTTPEND",
            "HTTPPEND",
            "HTTPEPEND",
            "HTTPEnd",
            "FTPEND",
            "COAPEND",
        ] {
            let text = format!("+QIND: \"FOTA\",\"{name}\",0");
            assert_eq!(event(&text), FotaEvent::DownloadEnd(Some(0)), "{name}");
        }
        for name in ["HTTPSTART", "HTTPTART", "FTPSTART", "COAPSTART"] {
            let text = format!("+QIND: \"FOTA\",\"{name}\"");
            assert_eq!(event(&text), FotaEvent::DownloadStart, "{name}");
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
        assert_eq!(event(r#"+QIND: "FOTA","UPDA"#), FotaEvent::Other("UPDA"));
        assert_eq!(
            event(r#"+QIND: "FOTA","Last upgrade was not finished,continue upgrade""#),
            FotaEvent::Other("Last upgrade was not finished,continue upgrade")
        );
        assert_eq!(
            Line::of(b"+QIND: SMS DONE"),
            Line::Urc(Urc::Other("SMS DONE"))
        );
    }

    #[test]
    fn boot_lines_are_no_answers_n5_17() {
        assert_eq!(Line::of(b"F1: 0000 0000"), Line::Urc(Urc::BootRom));
        for text in [
            "V0: 0000 0000 [0001]",
            "00: 0006 000C",
            "U0: 0000 0001 [0000]",
            "T0: 0000 00B4",
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
