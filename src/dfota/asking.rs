//! A row of commands, one after the other.

use std::collections::VecDeque;

use super::context::Context;
use crate::at::{Answer, Command, Exchange, Failure, Line, Step};
use crate::time::Instant;

/// The commands still to be asked, and the one under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asking {
    queue: VecDeque<Command>,
    exchange: Exchange,
    repeats: u8,
}

/// A command that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub(super) command: Command,
    pub(super) result: Result<Answer, Failure>,
    /// What was said before a final result code that was no OK (B-id-6).
    pub(super) partial: Answer,
}

impl Asking {
    /// Sends the first command. At least one is needed.
    pub(super) fn new<const N: usize>(cx: &mut Context, commands: [Command; N]) -> Self {
        const { assert!(N > 0) };
        let mut queue = VecDeque::from(commands);
        // N is at least one.
        let first = queue.pop_front().unwrap_or(Command::Attention);
        Self {
            queue,
            exchange: cx.send(first),
            repeats: 0,
        }
    }

    /// Takes in a line; a value when it ended the command under way.
    pub(super) fn take(&mut self, line: &Line<'_>) -> Option<Told> {
        match self.exchange.take(line) {
            Step::Done(result) => Some(self.told(result)),
            Step::Pending | Step::Connected => None,
        }
    }

    /// The deadline has passed: the command is repeated once (AT, whose deadline is short, more often),
    /// then it is over.
    pub(super) fn timeout(&mut self, cx: &mut Context) -> Option<Told> {
        let command = self.exchange.command();
        let bare = self.exchange.timeout() == Failure::Empty;
        let most = if *command == Command::Attention { 5 } else { 1 };
        if self.repeats >= most || bare || !command.may_be_repeated() {
            return Some(self.told(Err(self.exchange.timeout())));
        }
        self.repeats += 1;
        self.exchange = cx.send(self.exchange.command().clone());
        None
    }

    fn told(&self, result: Result<Answer, Failure>) -> Told {
        Told {
            command: self.exchange.command().clone(),
            result,
            partial: self.exchange.answer().clone(),
        }
    }

    /// Sends the next command; false when none is left.
    pub(super) fn next(&mut self, cx: &mut Context) -> bool {
        let Some(command) = self.queue.pop_front() else {
            return false;
        };
        self.exchange = cx.send(command);
        self.repeats = 0;
        true
    }

    #[cfg(feature = "routes")]
    /// Sends the first of `commands`, after everything was told; false when there is none.
    pub(super) fn begin(&mut self, cx: &mut Context, commands: Vec<Command>) -> bool {
        self.queue = commands.into();
        self.next(cx)
    }

    /// The commands that are not answered yet.
    pub(super) fn unsent(self) -> Vec<Command> {
        let first = self.exchange.command().clone();
        core::iter::once(first).chain(self.queue).collect()
    }

    /// Asks `command` before all others that wait.
    pub(super) fn ask_first(&mut self, command: Command) {
        self.queue.push_front(command);
    }

    /// Asks `commands` after all others that wait.
    pub(super) fn ask_last<const N: usize>(&mut self, commands: [Command; N]) {
        self.queue.extend(commands);
    }

    pub(super) const fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.exchange.deadline()
    }
}
