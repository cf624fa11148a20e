//! The module fetches the package from a server, set to wait for the final go (N2). Families without
//! a trigger mode update right after the download: they are followed in `follow.rs`.

use super::copy::Copy;
use super::readiness::is_event;
use super::source::Source;
use crate::at::{Answer, Command, DownloadState, Failure, FotaEvent, Line, Quoted, Transport, Urc};
use crate::dfota::asking::{Asking, Told};
use crate::dfota::context::{Context, download_code, problem, problem_of};
use crate::dfota::follow::Follow;
use crate::dfota::io::Choice;
use crate::dfota::machine::{Happening, State};
use crate::dfota::prepare::lost_with_package;
use crate::dfota::retreat::Retreat;
use crate::dfota::trigger::{ConfirmStored, ONGOING};
use crate::dfota::wait::Wait;
use crate::snapshot::{Problem, ProblemCode, Progress, WaitCode, Way};
use crate::time::{Duration, Instant};

/// The file into which the module downloads before it is copied. Named, as the note has two folders
/// for it (A3-14).
pub(in crate::dfota) const DOWNLOADED_FILE: &str = "deltaport.zip";
/// "Custom segmented download": a segment is in, more may follow (A4-7).
pub(in crate::dfota) const SEGMENT: u32 = 712;
/// A download that is set to resume is taken up again after so many restarts.
const MAX_RESUMES: u32 = 5;
/// The answer to the cancelling of a download may bring its end with it.
const AFTER_CANCEL: Duration = Duration::from_secs(5);

/// The module downloads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Download {
    began: Instant,
    last_sign: Instant,
    /// The module spoke of this download, or held none before: what it says to be complete is ours.
    heard: bool,
    /// Bytes that are in, as far as the module told.
    offset: u32,
    percent: Option<u8>,
    resumes: u32,
    /// A person wants to stop.
    cancelled: bool,
    /// It has ended while the answer to its cancelling is awaited.
    over: bool,
    step: Step,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// A command is under way.
    Asking(Asking),
    /// The module works.
    Watch(Instant),
    /// The module boots.
    Booting(Instant),
}

impl Download {
    pub(in crate::dfota) fn enter(cx: &mut Context) -> State {
        cx.progress = None;
        let Some(command) = command(cx, 0) else {
            return Retreat::enter_in_command_mode(cx, problem(ProblemCode::NoPackage));
        };
        let step = Step::Asking(Asking::new(cx, [command]));
        State::Download(Self {
            began: cx.now,
            last_sign: cx.now,
            // What a package from before left there says nothing about this one.
            heard: cx
                .module
                .as_ref()
                .is_some_and(|module| module.download_state != Some(2)),
            offset: 0,
            percent: None,
            resumes: 0,
            cancelled: false,
            over: false,
            step,
        })
    }

    pub(in crate::dfota) fn wait(&self, cx: &Context) -> Wait {
        match &self.step {
            Step::Asking(asking) => Wait::answer(WaitCode::Answer, asking.exchange()),
            Step::Watch(until) => {
                let (expected, warn) = cx.download_patience();
                Wait {
                    code: WaitCode::Download,
                    since: self.last_sign,
                    expected,
                    warn,
                    limit: until.since(self.last_sign),
                }
            }
            Step::Booting(until) => Wait::plain(
                WaitCode::Restart,
                self.last_sign,
                until.since(self.last_sign),
            ),
        }
    }

    pub(in crate::dfota) fn deadline(&self, cx: &Context) -> Instant {
        let next = match &self.step {
            Step::Asking(asking) => asking.deadline(),
            Step::Watch(until) | Step::Booting(until) => *until,
        };
        next.min(self.bound(cx))
    }

    /// Whatever the module does, a download ends.
    fn bound(&self, cx: &Context) -> Instant {
        self.began + cx.times().download_total
    }

    pub(in crate::dfota) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Line(Line::Urc(Urc::Fota(event))) => self.event(cx, *event),
            Happening::Line(Line::Urc(Urc::Ready)) => {
                self.last_sign = cx.now;
                self.step = Step::Booting(cx.now + cx.times().app_ready);
                State::Download(self)
            }
            Happening::Line(Line::Urc(Urc::AppReady)) => self.booted(cx),
            Happening::Line(line) if !is_event(line) => self.line(cx, line),
            // Over the module's own USB that may be a restart into an update that nobody asked for.
            Happening::PortLost => lost_with_package(cx),
            Happening::WriteFailed => {
                Retreat::enter_in_command_mode(cx, problem(ProblemCode::WriteFailed))
            }
            Happening::Choice(Choice::Cancel) => self.cancel(cx),
            Happening::Deadline => self.due(cx),
            _ => State::Download(self),
        }
    }

    fn line(mut self, cx: &mut Context, line: &Line<'_>) -> State {
        let Step::Asking(asking) = &mut self.step else {
            return State::Download(self);
        };
        match asking.take(line) {
            Some(told) => self.told(cx, &told),
            None => State::Download(self),
        }
    }

    fn told(mut self, cx: &mut Context, told: &Told) -> State {
        match (&told.command, &told.result) {
            (Command::CancelDownload, _) if self.over => {
                Retreat::enter_in_command_mode(cx, problem(ProblemCode::Cancelled))
            }
            (Command::CancelDownload, _) => {
                self.watch(cx, AFTER_CANCEL);
                State::Download(self)
            }
            (Command::DownloadState, Ok(answer)) => self.state(cx, answer),
            // It does not even answer: nobody can tell what it does.
            (Command::DownloadState, Err(Failure::Timeout)) => {
                Follow::enter_refused(cx, problem(ProblemCode::DownloadSilent))
            }
            (Command::DownloadState, Err(_)) => self.silent(cx),
            (_, Err(Failure::Cme(ONGOING))) => {
                let problem = problem_of(&Failure::Cme(ONGOING), &told.command.line());
                Follow::enter_ongoing(cx, problem)
            }
            (Command::EchoOff | Command::NumericErrors, _) | (_, Ok(_)) => {
                if let Step::Asking(asking) = &mut self.step
                    && asking.next(cx)
                {
                    return State::Download(self);
                }
                // OK says nothing about the download: it begins now (B-dl-2).
                self.watch(cx, cx.times().download_silence);
                State::Download(self)
            }
            // It may have begun without a word.
            (_, Err(Failure::Timeout)) => {
                self.watch(cx, cx.times().download_start);
                State::Download(self)
            }
            (_, Err(failure)) => {
                let problem = problem_of(failure, &told.command.line());
                Retreat::enter_in_command_mode(cx, problem)
            }
        }
    }

    fn event(mut self, cx: &mut Context, event: FotaEvent<'_>) -> State {
        self.last_sign = cx.now;
        match event {
            // Set to start by itself after all: it is followed, not fought.
            event if event.is_under_way() => Follow::enter_by_itself(cx, event),
            FotaEvent::DownloadStart(_) => {
                self.heard = true;
                self.go_on_watching(cx);
                State::Download(self)
            }
            FotaEvent::Downloading(percent) => {
                has_begun(cx);
                self.heard = true;
                if percent > self.percent {
                    // It moves: it is not given up.
                    self.began = cx.now;
                }
                // Never backwards; completion is never read from it (B-dl-5).
                self.percent = self.percent.max(percent);
                cx.progress = Some(Progress {
                    percent: self.percent,
                    bytes: (self.offset > 0).then_some(self.offset.into()),
                    ..Progress::default()
                });
                self.go_on_watching(cx);
                State::Download(self)
            }
            FotaEvent::DownloadEnd(transport, code) => self.ended(cx, transport, code),
            // The module gave the update up before it began.
            FotaEvent::End(code) if code != Some(0) => {
                let problem = Problem {
                    number: code,
                    ..problem(ProblemCode::EndCode)
                };
                Retreat::enter_in_command_mode(cx, problem)
            }
            _ => State::Download(self),
        }
    }

    fn ended(mut self, cx: &mut Context, transport: Transport, code: Option<u32>) -> State {
        if matches!(code, Some(0 | SEGMENT)) {
            has_begun(cx);
            self.heard = true;
        }
        if self.cancelled {
            if matches!(self.step, Step::Asking(_)) {
                // The answer to the cancelling is still to come, and must not be taken for another's.
                self.over = true;
                return State::Download(self);
            }
            return Retreat::enter_in_command_mode(cx, problem(ProblemCode::Cancelled));
        }
        match code {
            Some(0) => self.complete(cx),
            Some(SEGMENT) => {
                // How far the module is, only itself knows (A2-5).
                self.step = Step::Asking(Asking::new(cx, [Command::DownloadState]));
                State::Download(self)
            }
            _ => Retreat::enter_in_command_mode(cx, download_code(transport, code)),
        }
    }

    /// The whole package is in.
    fn complete(self, cx: &mut Context) -> State {
        has_begun(cx);
        cx.progress = None;
        match way(cx) {
            Way::ToFile => Copy::enter_downloaded(cx),
            _ => ConfirmStored::enter(cx),
        }
    }

    fn state(mut self, cx: &mut Context, answer: &Answer) -> State {
        match answer.download_state() {
            Some(DownloadState::Running) => {
                self.watch(cx, cx.times().download_silence);
                State::Download(self)
            }
            Some(DownloadState::Complete) if self.heard => self.complete(cx),
            Some(DownloadState::Stopped(Some(offset))) if way(cx) == Way::Segments => {
                if offset <= self.offset {
                    return Retreat::enter_in_command_mode(cx, problem(ProblemCode::SegmentStuck));
                }
                self.offset = offset;
                cx.note_bytes("segment complete, bytes so far", offset.into());
                match command(cx, offset) {
                    Some(command) => {
                        self.step = Step::Asking(Asking::new(cx, [command]));
                        State::Download(self)
                    }
                    None => self.silent(cx),
                }
            }
            _ => self.silent(cx),
        }
    }

    fn silent(self, cx: &mut Context) -> State {
        Retreat::enter_in_command_mode(cx, problem(ProblemCode::DownloadSilent))
    }

    fn cancel(mut self, cx: &mut Context) -> State {
        if self.cancelled {
            return State::Download(self);
        }
        self.cancelled = true;
        self.step = Step::Asking(Asking::new(cx, [Command::CancelDownload]));
        State::Download(self)
    }

    /// The module has restarted in the middle of the download (B-rb-8).
    fn booted(mut self, cx: &mut Context) -> State {
        self.last_sign = cx.now;
        if way(cx) != Way::Resume || self.cancelled || self.resumes >= MAX_RESUMES {
            return Retreat::enter_after_reset(cx, problem(ProblemCode::ModuleReset));
        }
        self.resumes += 1;
        cx.note("the download is taken up where it stopped");
        let mut asking = Asking::new(
            cx,
            [
                Command::EchoOff,
                Command::NumericErrors,
                Command::TriggerOnCommand,
            ],
        );
        if let Some(command) = command(cx, 0) {
            asking.ask_last([command]);
        }
        self.step = Step::Asking(asking);
        State::Download(self)
    }

    fn due(mut self, cx: &mut Context) -> State {
        if cx.now >= self.bound(cx) {
            return self.silent(cx);
        }
        match &mut self.step {
            Step::Asking(asking) => match asking.timeout(cx) {
                Some(told) => self.told(cx, &told),
                None => State::Download(self),
            },
            Step::Watch(_) if self.cancelled => {
                Retreat::enter_in_command_mode(cx, problem(ProblemCode::Cancelled))
            }
            Step::Watch(_) => {
                self.step = Step::Asking(Asking::new(cx, [Command::DownloadState]));
                State::Download(self)
            }
            Step::Booting(_) => self.booted(cx),
        }
    }

    /// A report is a sign of life; it answers no command, and puts off no end that was asked for.
    fn go_on_watching(&mut self, cx: &Context) {
        if matches!(self.step, Step::Watch(_)) && !self.cancelled {
            self.watch(cx, cx.times().download_silence);
        }
    }

    fn watch(&mut self, cx: &Context, limit: Duration) {
        self.last_sign = cx.now;
        self.step = Step::Watch(cx.now + limit);
    }
}

/// Bytes of our package are where the module keeps its package, not in a file.
fn has_begun(cx: &mut Context) {
    if way(cx) != Way::ToFile {
        cx.data_mode_began();
    }
}

fn way(cx: &Context) -> Way {
    match &cx.source {
        Some(Source::Server { way, .. }) => *way,
        _ => Way::Whole,
    }
}

/// The command that fetches the package, or its next segment.
fn command(cx: &Context, from: u32) -> Option<Command> {
    let Some(Source::Server {
        url,
        way,
        request_size,
    }) = &cx.source
    else {
        return None;
    };
    let url = url.text().clone();
    Some(match way {
        Way::Whole => Command::Download {
            url,
            from: None,
            size: None,
        },
        Way::Segments => Command::Download {
            url,
            from: Some(from),
            size: Some(*request_size),
        },
        Way::Resume => Command::ResumeDownload { url, afresh: false },
        Way::ToFile => Command::DownloadToFile {
            url,
            name: Quoted::new(DOWNLOADED_FILE, DOWNLOADED_FILE.len()).ok(),
        },
    })
}
