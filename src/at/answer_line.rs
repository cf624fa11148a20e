//! What a line from the module is.

use super::fields::{Field, Fields, cut};
use super::urc::Urc;

/// A line, classified. Borrows from the line: nothing is copied until somebody keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// The command is over.
    Final(FinalCode<'a>),
    /// `CONNECT`, with or without a speed: data mode begins.
    Connect(Option<u32>),
    /// An unsolicited result code that the family tables know.
    Urc(Urc<'a>),
    /// `+NAME: values`: an answer to a command, or an unsolicited result code that is not known.
    Info(Info<'a>),
    /// Everything else: the bare text of an identity command, an echo, or noise.
    Text(&'a str),
}

/// The result codes that end a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalCode<'a> {
    /// `OK`
    Ok,
    /// `ERROR`
    Error,
    /// `+CME ERROR: <n>`; `+CME ERROR: 0` is an error too (B-end-6).
    Cme(ErrorCode<'a>),
    /// `+CMS ERROR: <n>`
    Cms(ErrorCode<'a>),
    /// `NO CARRIER`
    NoCarrier,
}

/// The number of an error, or the words where the module was told to use words (`AT+CMEE=2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode<'a> {
    /// A number.
    Number(u32),
    /// Words, or a number that fits nowhere.
    Words(&'a str),
}

/// `+NAME: values`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info<'a> {
    /// The name without the plus sign, e.g. `QFOTADL`.
    pub name: &'a str,
    /// What stands behind the colon.
    pub values: &'a str,
}

impl<'a> Info<'a> {
    /// The values one by one.
    pub const fn fields(self) -> Fields<'a> {
        Fields::of(self.values)
    }
}

impl<'a> Line<'a> {
    /// Classifies one line, as the splitter gives it. Never fails: what is not known is text.
    pub fn of(line: &'a [u8]) -> Self {
        // The splitter lets ASCII through only; anything else cannot be an answer.
        let text = core::str::from_utf8(line).unwrap_or_default().trim_ascii();
        match text.as_bytes().first() {
            Some(b'O') if text == "OK" => Self::Final(FinalCode::Ok),
            Some(b'E') if text == "ERROR" => Self::Final(FinalCode::Error),
            Some(b'N') if text == "NO CARRIER" => Self::Final(FinalCode::NoCarrier),
            Some(b'C') if text == "CONNECT" => Self::Connect(None),
            Some(b'C') => match text
                .strip_prefix("CONNECT ")
                .map(|speed| speed.trim_ascii().parse())
            {
                Some(Ok(speed)) => Self::Connect(Some(speed)),
                _ => Self::text_or_urc(text),
            },
            Some(b'+') => Self::info(text),
            _ => Self::text_or_urc(text),
        }
    }

    fn info(text: &'a str) -> Self {
        let found = text.strip_prefix('+').and_then(|text| cut(text, b':'));
        let Some((name, rest)) = found else {
            return Self::text_or_urc(text);
        };
        let values = rest.strip_prefix(':').unwrap_or(rest).trim_ascii_start();
        match name {
            "CME ERROR" => Self::Final(FinalCode::Cme(ErrorCode::of(values))),
            "CMS ERROR" => Self::Final(FinalCode::Cms(ErrorCode::of(values))),
            _ => {
                let info = Info { name, values };
                Urc::of_info(info).map_or(Self::Info(info), Self::Urc)
            }
        }
    }

    fn text_or_urc(text: &'a str) -> Self {
        Urc::of_text(text).map_or(Self::Text(text), Self::Urc)
    }
}

impl<'a> ErrorCode<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim_ascii();
        let number = Field::Bare(text)
            .number()
            .and_then(|n| u32::try_from(n).ok());
        number.map_or(Self::Words(text), Self::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_result_codes_x_06() {
        let cases: [(&str, Line<'_>); 7] = [
            ("OK", Line::Final(FinalCode::Ok)),
            ("ERROR", Line::Final(FinalCode::Error)),
            ("NO CARRIER", Line::Final(FinalCode::NoCarrier)),
            (
                "+CME ERROR: 593",
                Line::Final(FinalCode::Cme(ErrorCode::Number(593))),
            ),
            (
                "+CME ERROR:0",
                Line::Final(FinalCode::Cme(ErrorCode::Number(0))),
            ),
            (
                "+CMS ERROR: 500",
                Line::Final(FinalCode::Cms(ErrorCode::Number(500))),
            ),
            (
                "+CME ERROR: SIM not inserted",
                Line::Final(FinalCode::Cme(ErrorCode::Words("SIM not inserted"))),
            ),
        ];
        for (text, line) in cases {
            assert_eq!(Line::of(text.as_bytes()), line, "{text}");
        }
    }

    #[test]
    fn look_alikes_end_no_command_x_06() {
        for text in [
            "SEND OK",
            "CLOSE OK",
            "OKAY",
            "ERRORS",
            "CONNECTED",
            "CONNECT FAIL",
            "> ",
            ">",
        ] {
            assert!(matches!(Line::of(text.as_bytes()), Line::Text(_)), "{text}");
        }
    }

    #[test]
    fn connect_with_and_without_a_speed() {
        assert_eq!(Line::of(b"CONNECT"), Line::Connect(None));
        assert_eq!(Line::of(b"CONNECT 115200"), Line::Connect(Some(115_200)));
    }

    #[test]
    fn an_information_line_with_and_without_a_blank_a3_12() {
        for text in ["+QFOTADL:3,10240", "+QFOTADL: 3,10240"] {
            let Line::Info(info) = Line::of(text.as_bytes()) else {
                panic!("{text}")
            };
            assert_eq!(info.name, "QFOTADL");
            let numbers: Vec<_> = info.fields().map(|f| f.number()).collect();
            assert_eq!(numbers, [Some(3), Some(10_240)]);
        }
    }
}
