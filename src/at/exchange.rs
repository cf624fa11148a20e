//! One command and its answer.

use thiserror::Error;

use super::answer::Answer;
use super::answer_line::{ErrorCode, FinalCode, Line};
use super::command::Command;
use super::secret::masked;
use crate::time::{Duration, Instant};

/// A command that was sent and whose final result code has not come yet.
///
/// Fed with lines, it tells when the command is over. URCs, foreign information lines, echoes and
/// noise change nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exchange {
    command: Command,
    line: String,
    deadline: Instant,
    answer: Answer,
    bare_ok: bool,
}

/// What a line did to the command under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The line was not for this command, or the command goes on.
    Pending,
    /// `CONNECT`: data mode has begun.
    Connected,
    /// The final result code came.
    Done(Result<Answer, Failure>),
}

/// Why a command did not end in `OK`.
#[derive(Clone, Debug, Error, PartialEq, Eq, Hash)]
pub enum Failure {
    /// `ERROR`
    #[error("the module answered ERROR")]
    Plain,
    /// `+CME ERROR: <n>`
    #[error("the module answered +CME ERROR: {0}")]
    Cme(u32),
    /// `+CMS ERROR: <n>`
    #[error("the module answered +CMS ERROR: {0}")]
    Cms(u32),
    /// An error in words instead of a number.
    #[error("the module answered an error in words: {0}")]
    Words(String),
    /// `NO CARRIER`
    #[error("the module answered NO CARRIER")]
    NoCarrier,
    /// No final result code in time.
    #[error("the module did not answer in time")]
    Timeout,
    /// `OK`, but not the value that was asked for.
    #[error("the module answered OK without the value that was asked for")]
    Empty,
}

impl Exchange {
    /// `command`, sent at `now`.
    pub fn new(command: Command, now: Instant) -> Self {
        let (line, deadline) = (command.line(), now + command.deadline());
        Self {
            command,
            line,
            deadline,
            answer: Answer::default(),
            bare_ok: false,
        }
    }

    /// The command.
    pub const fn command(&self) -> &Command {
        &self.command
    }

    /// The command line, without CR.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The command line as people and logs may see it.
    pub fn shown(&self) -> String {
        masked(&self.line)
    }

    /// When the module should have answered.
    pub const fn deadline(&self) -> Instant {
        self.deadline
    }

    /// How long the module may take in all.
    pub const fn limit(&self) -> Duration {
        self.command.deadline()
    }

    /// Takes in one line.
    pub fn take(&mut self, line: &Line<'_>) -> Step {
        match line {
            // May be the late OK of an earlier command: the value is still waited for.
            Line::Final(FinalCode::Ok)
                if self.command.expects_value() && self.answer.is_empty() =>
            {
                self.bare_ok = true;
                Step::Pending
            }
            Line::Final(code) => Step::Done(self.end(code)),
            Line::Connect(_) => Step::Connected,
            Line::Text(text) if self.is_echo(text) => Step::Pending,
            _ => {
                self.command.claim(line, &mut self.answer);
                Step::Pending
            }
        }
    }

    /// What it means that the deadline has passed.
    pub const fn timeout(&self) -> Failure {
        if self.bare_ok {
            Failure::Empty
        } else {
            Failure::Timeout
        }
    }

    /// The answer so far, e.g. of an ATI that ends in ERROR (B-id-6).
    pub const fn answer(&self) -> &Answer {
        &self.answer
    }

    fn end(&mut self, code: &FinalCode<'_>) -> Result<Answer, Failure> {
        match code {
            FinalCode::Ok => Ok(core::mem::take(&mut self.answer)),
            FinalCode::Error => Err(Failure::Plain),
            FinalCode::Cme(ErrorCode::Number(n)) => Err(Failure::Cme(*n)),
            FinalCode::Cms(ErrorCode::Number(n)) => Err(Failure::Cms(*n)),
            FinalCode::Cme(ErrorCode::Words(words)) | FinalCode::Cms(ErrorCode::Words(words)) => {
                Err(Failure::Words((*words).to_owned()))
            }
            FinalCode::NoCarrier => Err(Failure::NoCarrier),
        }
    }

    /// The echo, whole, without its lost first bytes, or behind noise (X-05, B-id-8).
    fn is_echo(&self, text: &str) -> bool {
        // No answer begins with AT; the echo of an earlier command may come late.
        text.starts_with("AT") || self.line.ends_with(text) || text.ends_with(&self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(command: Command, lines: &[&str]) -> (Vec<Step>, Answer) {
        let mut exchange = Exchange::new(command, Instant::default());
        let steps = lines
            .iter()
            .map(|line| exchange.take(&Line::of(line.as_bytes())))
            .collect();
        (steps, exchange.answer)
    }

    fn answer(command: Command, lines: &[&str]) -> Answer {
        match run(command, lines).0.pop() {
            Some(Step::Done(Ok(answer))) => answer,
            other => panic!("{lines:?}: {other:?}"),
        }
    }

    #[test]
    fn echo_on_off_and_half_lost_give_the_same_answer_x_05() {
        for echo in [&["AT+QGMR"][..], &[], &["T+QGMR"], &["~AT+QGMR"]] {
            let lines = [echo, &["BG95M3LAR02A03_01.012.01.012", "OK"]].concat();
            let answer = answer(Command::FullVersion, &lines);
            assert_eq!(answer.text, ["BG95M3LAR02A03_01.012.01.012"], "{echo:?}");
        }
    }

    #[test]
    fn a_urc_inside_an_answer_is_not_the_answer_x_06() {
        let lines = [
            "+QIND: SMS DONE",
            "+CEREG: 1",
            "+QFOTADL: 3,0",
            "+QFOTADL: 4,1234",
            "RDY",
            "OK",
        ];
        assert_eq!(answer(Command::StoredSize, &lines).numbers, [4, 1234]);
        let lines = ["+CREG: 5", "BG95M3", "+QIND: \"csq\",20", "OK"];
        assert_eq!(answer(Command::FullVersion, &lines).text, ["BG95M3"]);
    }

    #[test]
    fn an_endless_answer_is_not_kept() {
        let mut lines = vec!["noise"; 10_000];
        lines.push("OK");
        assert_eq!(answer(Command::Identify, &lines).text.len(), 8);
    }

    #[test]
    fn the_late_ok_of_an_earlier_command_does_not_end_a_query() {
        let (steps, _) = run(Command::StoredSize, &["OK", "+QFOTADL: 4,7", "OK"]);
        assert_eq!(steps[..2], [Step::Pending, Step::Pending]);
        assert!(matches!(&steps[2], Step::Done(Ok(answer)) if answer.numbers == [4, 7]));
        let mut exchange = Exchange::new(Command::StoredSize, Instant::default());
        exchange.take(&Line::of(b"OK"));
        assert_eq!(exchange.timeout(), Failure::Empty);
    }

    #[test]
    fn every_final_result_code_ends_the_command() {
        for (line, failure) in [
            ("ERROR", Failure::Plain),
            ("+CME ERROR: 591", Failure::Cme(591)),
            ("+CMS ERROR: 1", Failure::Cms(1)),
            ("+CME ERROR: unknown", Failure::Words("unknown".into())),
            ("NO CARRIER", Failure::NoCarrier),
        ] {
            let (steps, _) = run(Command::StartUpdate, &[line]);
            assert_eq!(steps, [Step::Done(Err(failure))], "{line}");
        }
    }
}
