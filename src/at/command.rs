//! The commands that Deltaport sends, each with its own deadline and its own way to read the answer.

use core::fmt;

use thiserror::Error;

use super::answer_line::{Info, Line};
use crate::time::Duration;

/// Lines of an answer beyond this many are not kept: no answer that we ask for is longer.
const MAX_ANSWER_LINES: usize = 8;

/// Text from outside that goes between quotes in a command line.
///
/// Nothing that could end the quotes or the line gets in, so that no text can smuggle a second
/// command (rule 7 of ARCHITECTURE.md, X-14).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Quoted(String);

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
        Ok(Self(text.to_owned()))
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

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
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
    /// `AT+IFC?`: flow control.
    ReadFlowControl,
    /// `AT+IFC=2,2`: RTS/CTS both ways.
    UseFlowControl,
    /// `AT&D0`: DTR does not end data mode (B-up-9). Not stored in the profile.
    IgnoreDtr,
    /// `AT+QFOTADL?` (N2-080)
    DownloadState,
    /// `AT+QFOTADL=3,0`: update only on command (N2-084). Not stored: repeated in every run.
    TriggerOnCommand,
    /// `AT+QFOTADL=3` (N2-083)
    TriggerMode,
    /// `AT+QFOTADL=4`: size of the package that the module holds (N2-085).
    StoredSize,
    /// `AT+QFOTADL=5`: delete it (N2-086).
    DeletePackage,
    /// `AT+QFOTADL=12`: room for a package (N2-092).
    MaxSize,
    /// `AT+QFOTADL="COM:",<size>,<timeout>`: upload through this port (N2-060).
    Upload {
        /// Bytes that will follow CONNECT.
        size: u64,
        /// The module leaves data mode after so many seconds without data.
        timeout_s: u32,
    },
    /// `AT+QFOTADL=1`: start the update (N2-082). The point of no return.
    StartUpdate,
}

/// What a command's information lines said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The numbers of the information line, in order.
    pub numbers: Vec<u64>,
    /// The last value of the information line, as it stands.
    pub last: Option<String>,
    /// The bare text lines of an identity command.
    pub text: Vec<String>,
}

impl Answer {
    /// Nothing was said.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.last.is_none()
    }
}

impl Command {
    /// The command line, without the CR that ends it.
    pub fn line(&self) -> String {
        match self {
            Self::Attention => "AT".into(),
            Self::EchoOff => "ATE0".into(),
            Self::NumericErrors => "AT+CMEE=1".into(),
            Self::Identify => "ATI".into(),
            Self::FullVersion => "AT+QGMR".into(),
            Self::BaseVersion => "AT+CGMR".into(),
            Self::Imei => "AT+GSN".into(),
            Self::ImeiFallback => "AT+CGSN".into(),
            Self::ReadRate => "AT+IPR?".into(),
            Self::ReadFlowControl => "AT+IFC?".into(),
            Self::UseFlowControl => "AT+IFC=2,2".into(),
            Self::IgnoreDtr => "AT&D0".into(),
            Self::DownloadState => "AT+QFOTADL?".into(),
            Self::TriggerOnCommand => "AT+QFOTADL=3,0".into(),
            Self::TriggerMode => "AT+QFOTADL=3".into(),
            Self::StoredSize => "AT+QFOTADL=4".into(),
            Self::DeletePackage => "AT+QFOTADL=5".into(),
            Self::MaxSize => "AT+QFOTADL=12".into(),
            Self::Upload { size, timeout_s } => {
                format!("AT+QFOTADL=\"COM:\",{size},{timeout_s}")
            }
            Self::StartUpdate => "AT+QFOTADL=1".into(),
        }
    }

    /// How long the module may take. Always longer than its note says (A3-20).
    pub const fn deadline(&self) -> Duration {
        match self {
            Self::Attention => Duration::from_secs(1),
            Self::DownloadState
            | Self::TriggerOnCommand
            | Self::TriggerMode
            | Self::StoredSize
            | Self::DeletePackage
            | Self::MaxSize
            | Self::StartUpdate => Duration::from_secs(12),
            // 300 ms by the note, but flash may have to be erased first (inferred).
            Self::Upload { .. } => Duration::from_secs(20),
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
        match (self.expects(), line) {
            (Expected::Text, Line::Text(text)) => {
                let fits = answer.text.len() < MAX_ANSWER_LINES;
                if fits {
                    answer.text.push((*text).to_owned());
                }
                fits
            }
            (Expected::Values { name, first }, Line::Info(info)) => {
                let fits = info.name == name
                    && first.is_none_or(|first| first_number(*info) == Some(first));
                if fits {
                    answer.numbers = info
                        .fields()
                        .take(MAX_ANSWER_LINES)
                        .map_while(|f| f.number())
                        .collect();
                    answer.last = info
                        .fields()
                        .take(MAX_ANSWER_LINES)
                        .last()
                        .map(|f| f.text().into());
                }
                fits
            }
            _ => false,
        }
    }

    /// The command asks for a value: an OK alone is no answer.
    pub(super) const fn expects_value(&self) -> bool {
        !matches!(self.expects(), Expected::Nothing)
    }

    /// A second answer to this command cannot be taken for the answer to another one.
    pub const fn may_be_repeated(&self) -> bool {
        !matches!(self.expects(), Expected::Text)
    }

    const fn expects(&self) -> Expected {
        match self {
            Self::Identify
            | Self::FullVersion
            | Self::BaseVersion
            | Self::Imei
            | Self::ImeiFallback => Expected::Text,
            Self::ReadRate => Expected::Values {
                name: "IPR",
                first: None,
            },
            Self::ReadFlowControl => Expected::Values {
                name: "IFC",
                first: None,
            },
            Self::DownloadState => Expected::Values {
                name: "QFOTADL",
                first: None,
            },
            Self::TriggerMode => Expected::Values {
                name: "QFOTADL",
                first: Some(3),
            },
            Self::StoredSize => Expected::Values {
                name: "QFOTADL",
                first: Some(4),
            },
            Self::MaxSize => Expected::Values {
                name: "QFOTADL",
                first: Some(12),
            },
            _ => Expected::Nothing,
        }
    }
}

enum Expected {
    Nothing,
    Text,
    /// `+NAME: ...`; where several commands share the name, the first value tells them apart.
    Values {
        name: &'static str,
        first: Option<u64>,
    },
}

fn first_number(info: Info<'_>) -> Option<u64> {
    info.fields().next().and_then(|field| field.number())
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
            Quoted::new("a;b", 3).map(|q| q.to_string()).as_deref(),
            Ok("\"a;b\"")
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
