//! The command line: what the module makes of it, and how it answers.

use super::agenda::Act;
use super::data_mode::DataMode;
use super::fault::{Fault, Reply};
use super::module::{Ear, Mode, Simulator};
use crate::time::{Duration, Instant};

/// A command that is not known; a form of a known command that is not (not told in N2).
const NOT_SUPPORTED: u16 = 4;
pub(super) const NOT_ALLOWED: u16 = 3;

/// How a command is written (G-03 to G-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form<'a> {
    /// `AT+X`.
    Run,
    /// `AT+X?`.
    Read,
    /// `AT+X=?`.
    Test,
    /// `AT+X=...`.
    Write(&'a str),
}

/// How a command line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Final {
    Ok,
    Error,
    /// As `AT+CMEE` says.
    Cme(u16),
    /// With its number, whatever `AT+CMEE` says.
    CmeNumber(u16),
    Cms(u16),
    Connect,
    NoCarrier,
    Nothing,
}

/// What a command gives when it is carried out.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The information text, if there is one.
    pub(super) text: Option<String>,
    /// What follows the answer, and how long after it.
    pub(super) then: Vec<(Duration, Act)>,
    /// The answer is CONNECT.
    pub(super) connect: Option<DataMode>,
}

impl Done {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::default()
        }
    }

    pub(super) fn then(then: Vec<(Duration, Act)>) -> Self {
        Self {
            then,
            ..Self::default()
        }
    }
}

pub(super) type Step = Result<Done, Final>;

/// One value of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) text: String,
    pub(super) quoted: bool,
}

impl Argument {
    /// A whole number without quotes.
    pub(super) fn number(&self) -> Option<u64> {
        let digits = !self.quoted
            && !self.text.is_empty()
            && self.text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| self.text.parse().ok()).flatten()
    }
}

/// Splits the values of a command at commas outside of quotes.
pub(super) fn arguments(text: &str) -> Vec<Argument> {
    let mut found = Vec::new();
    let mut current = Argument {
        text: String::new(),
        quoted: false,
    };
    let mut inside = false;
    for c in text.chars() {
        match c {
            '"' => {
                inside = !inside;
                current.quoted = true;
            }
            ',' if !inside => {
                found.push(core::mem::replace(
                    &mut current,
                    Argument {
                        text: String::new(),
                        quoted: false,
                    },
                ));
            }
            ' ' if !inside => {}
            _ => current.text.push(c),
        }
    }
    found.push(current);
    found
}

/// The commands of a line, without its `AT` (G-11). Plain `AT` is one empty command.
fn commands(body: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = body.trim_start_matches([' ', ';']);
    while let Some(first) = rest.chars().next() {
        let end = if first.is_ascii_alphabetic() || first == '&' {
            basic_end(rest)
        } else {
            extended_end(rest)
        };
        let (command, after) = rest.split_at(end);
        found.push(command.trim_end());
        rest = after.trim_start_matches([' ', ';']);
    }
    if found.is_empty() {
        found.push("");
    }
    found
}

/// `E0`, `&D2`, `S0=0`: a letter and what belongs to it.
fn basic_end(text: &str) -> usize {
    let letters = if text.starts_with('&') { 2 } else { 1 };
    let letters = text.chars().take(letters).map(char::len_utf8).sum();
    let value: &[char] = if text.starts_with(['S', 's']) {
        &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '=', '?']
    } else {
        &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
    };
    text[letters..]
        .find(|c| !value.contains(&c))
        .map_or(text.len(), |end| letters + end)
}

/// Up to a `;` outside of quotes.
fn extended_end(text: &str) -> usize {
    let mut inside = false;
    text.find(|c| {
        inside ^= c == '"';
        c == ';' && !inside
    })
    .unwrap_or(text.len())
}

impl Simulator {
    /// A whole line has come in.
    pub(super) fn command_line(&mut self, at: Instant, line: &[u8], too_long: bool) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        let Some(body) = line
            .get(..2)
            .filter(|start| start.eq_ignore_ascii_case("AT"))
            .and(line.get(2..))
        else {
            // no command: a module says nothing to it
            return;
        };
        self.remember(line);
        if too_long || self.mode == Mode::Starting {
            return self.answer(at, &[], Final::Error, Vec::new());
        }
        let mut texts = Vec::new();
        let mut then = Vec::new();
        let mut end = Final::Ok;
        for command in commands(body) {
            let another = self.faults.reply(command);
            let with_error = another == Some(Reply::TextThenError);
            let step = match another {
                Some(reply) => self.other_reply(at, command, reply),
                None => self.command(at, command),
            };
            match step {
                Ok(done) => {
                    texts.extend(done.text);
                    then.extend(done.then);
                    if let Some(data) = done.connect {
                        return self.connect(at, data);
                    }
                }
                Err(why) => {
                    end = why;
                    break;
                }
            }
            if with_error {
                end = Final::Error;
                break;
            }
        }
        self.answer(at, &texts, end, then);
    }

    /// An answer that a fault replaces.
    fn other_reply(&mut self, at: Instant, command: &str, reply: Reply) -> Step {
        match reply {
            Reply::Error => Err(Final::Error),
            Reply::Cme(code) => Err(Final::CmeNumber(code)),
            Reply::Cms(code) => Err(Final::Cms(code)),
            Reply::Nothing => Err(Final::Nothing),
            Reply::Ok => Ok(Done::default()),
            Reply::Text(text) => Ok(Done::text(text)),
            Reply::TextThenError => self.command(at, command),
        }
    }

    fn command(&mut self, at: Instant, command: &str) -> Step {
        if command.is_empty() {
            return Ok(Done::default());
        }
        if !command.starts_with('+') {
            return self.basic(&command.to_ascii_uppercase());
        }
        let name = command
            .split(['=', '?'])
            .next()
            .unwrap_or_default()
            .trim_end();
        let form = match command[name.len()..].trim() {
            "" => Form::Run,
            "?" => Form::Read,
            "=?" => Form::Test,
            values => match values.strip_prefix('=') {
                Some(values) => Form::Write(values),
                None => return Err(Final::Cme(NOT_ALLOWED)),
            },
        };
        let name = name.to_ascii_uppercase();
        self.extended(at, &name, form)
    }

    fn extended(&mut self, at: Instant, name: &str, form: Form<'_>) -> Step {
        if name == "+QFOTADL" && self.settings.model.note.is_some() {
            return self.qfotadl(at, form);
        }
        self.general(name, form)
            .or_else(|| self.network(name, form))
            .or_else(|| self.file_command(at, name, form))
            .or_else(|| self.config_command(name, form))
            .unwrap_or(Err(Final::Cme(NOT_SUPPORTED)))
    }

    /// An answer is under way: texts, result code, and what follows.
    pub(super) fn answer(
        &mut self,
        at: Instant,
        texts: &[String],
        end: Final,
        then: Vec<(Duration, Act)>,
    ) {
        if end == Final::Nothing {
            self.ram.ear = Ear::Command;
            return;
        }
        let at = self.answer_time(at);
        let gossips = self
            .faults
            .find(|fault| matches!(fault, Fault::Chatter { .. }).then_some(()))
            .is_some();
        let mut bytes = Vec::new();
        let words = self.ram.profile.words;
        for text in texts {
            if gossips {
                let line = self.gossip();
                bytes.extend(self.frame(line));
            }
            if words {
                bytes.extend(self.frame(text));
            } else {
                bytes.extend(self.line_ends(format!("{text}\r\n")).into_bytes());
            }
        }
        if gossips {
            let line = self.gossip();
            bytes.extend(self.frame(line));
        }
        bytes.extend(self.result_code(end));
        self.ram.ear = Ear::Busy(Vec::new());
        self.agenda.add(at, Act::Say(bytes));
        self.agenda.add(at, Act::Ready);
        for (delay, act) in then {
            self.agenda.add(at + delay, act);
        }
    }

    fn answer_time(&mut self, at: Instant) -> Instant {
        let slow = self.faults.find(|fault| match fault {
            Fault::Slow { by } => Some(*by),
            _ => None,
        });
        let at = at + self.settings.latency + slow.unwrap_or_default();
        // one after the other
        self.ram.answered = self.ram.answered.max(at);
        self.ram.answered
    }

    fn connect(&mut self, at: Instant, data: DataMode) {
        let (missing, late) = (
            self.faults.has(&Fault::NoConnect),
            self.faults.find(|fault| match fault {
                Fault::LateConnect { by } => Some(*by),
                _ => None,
            }),
        );
        if missing {
            return;
        }
        let at = self.answer_time(at) + late.unwrap_or_default();
        self.ram.ear = Ear::Connecting;
        let bytes = self.result_code(Final::Connect);
        self.agenda.add(at, Act::Say(bytes));
        self.agenda.add(at, Act::Connect(Box::new(data)));
    }

    fn result_code(&self, end: Final) -> Vec<u8> {
        let profile = &self.ram.profile;
        let (word, number) = match end {
            Final::Ok => ("OK".to_owned(), "0"),
            Final::Connect if self.faults.has(&Fault::ConnectWithSpeed) => {
                (format!("CONNECT {}", self.flash.baud_rate), "1")
            }
            Final::Connect => ("CONNECT".to_owned(), "1"),
            Final::NoCarrier => ("NO CARRIER".to_owned(), "3"),
            Final::CmeNumber(code) => return self.frame(&format!("+CME ERROR: {code}")),
            Final::Cms(code) => return self.frame(&format!("+CMS ERROR: {code}")),
            Final::Cme(code) if profile.errors == 1 => {
                return self.frame(&format!("+CME ERROR: {code}"));
            }
            Final::Cme(code) if profile.errors == 2 => {
                return self.frame(&format!("+CME ERROR: {}", error_text(code)));
            }
            Final::Cme(_) | Final::Error => ("ERROR".to_owned(), "4"),
            Final::Nothing => return Vec::new(),
        };
        if profile.words {
            self.frame(&word)
        } else {
            format!("{number}\r").into_bytes()
        }
    }
}

/// Table 4 of N2 in words, for `AT+CMEE=2`.
const fn error_text(code: u16) -> &'static str {
    match code {
        NOT_ALLOWED => "operation not allowed",
        NOT_SUPPORTED => "operation not supported",
        590 => "Invalid input parameter",
        591 => "DFOTA is ongoing",
        592 => "DFOTA is not in downloading",
        593 => "DFOTA package does not exist or failed to open",
        594 => "DFOTA memory allocation failed",
        10 => "SIM not inserted",
        400 => "Invalid input value",
        403 => "Drive full",
        405 => "File not found",
        406 => "Invalid file name",
        407 => "File already existed",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_into_its_commands_g_11() {
        assert_eq!(commands(""), [""]);
        assert_eq!(
            commands("+CSQ;+CEREG?;+COPS?"),
            ["+CSQ", "+CEREG?", "+COPS?"]
        );
        assert_eq!(
            commands("E0V1&D0+CMEE=1;i"),
            ["E0", "V1", "&D0", "+CMEE=1", "i"]
        );
        assert_eq!(
            commands("+QFOTADL=\"a;b\",1;+GSN"),
            ["+QFOTADL=\"a;b\",1", "+GSN"]
        );
        assert_eq!(commands("S0=0 ; &"), ["S0=0", "&"]);
        assert_eq!(commands("\u{fc}1"), ["\u{fc}1"]);
        assert_eq!(commands("&\u{fc}1"), ["&\u{fc}1"]);
    }

    #[test]
    fn values_are_split_outside_of_quotes() {
        let values = arguments("\"COM:,x\", 12,");
        assert_eq!(
            values
                .iter()
                .map(|value| value.text.as_str())
                .collect::<Vec<_>>(),
            ["COM:,x", "12", ""]
        );
        assert_eq!(values[1].number(), Some(12));
        assert_eq!(values[0].number(), None);
        assert_eq!(arguments("\"12\"")[0].number(), None);
        assert_eq!(arguments("99999999999999999999999")[0].number(), None);
    }
}
