//! After the point of no return: the module is followed through restarts and silence, and asked for
//! its version at the end.
//!
//! Nothing is sent between RESETTING and the module's return: in update mode the module takes
//! no commands. Only END, RDY, APP RDY, the return of the module's own USB port, or a silence longer
//! than the family's limit lead to a question.

use super::asking::{Asking, Told};
use super::connect::learn_identity;
use super::context::{Context, download_code, problem};
use super::identity::{Comparison, Identity};
use super::idle::{Done, NoPort};
use super::io::{Choice, Output};
use super::machine::{Happening, State};
use super::run::Run;
use super::wait::Wait;
use crate::at::{Command, Exchange, FotaEvent, Line, Step, Urc};
use crate::snapshot::{Outcome, Problem, ProblemCode, Progress, Remark, Stage, WaitCode};
use crate::time::{Duration, Instant};

/// The browser opens a port that came back.
const OPEN_LIMIT: Duration = Duration::from_secs(15);
/// A port that does not open is tried again after this: its driver may still be setting up.
const OPEN_AGAIN: Duration = Duration::from_secs(2);
/// After APP RDY, a moment of peace before the first command.
const SETTLE: Duration = Duration::from_millis(300);
/// After the module's own USB port is back: it has booted, RDY and APP RDY may still come.
const USB_SETTLE: Duration = Duration::from_secs(5);
/// Between two `AT` after an update.
const BETWEEN_TRIES: Duration = Duration::from_secs(3);
/// After this many tries in vain the other rate is tried, where there is one.
const TRIES_PER_RATE: u32 = 4;
/// Noise at one rate that speaks for the other.
const NOISE_LIMIT: u64 = 12;
/// The rate is not changed more often than this.
const MAX_RATE_CHANGES: u32 = 40;
/// Between the two readings that prove another version: long enough for a late answer to pass.
const BETWEEN_READINGS: Duration = Duration::from_millis(1500);
/// END may come after the version is known already (A2-1).
const LATE_END: Duration = Duration::from_secs(6);
/// After "DFOTA is ongoing": an update that is under way shows itself by then.
const ONGOING: Duration = Duration::from_secs(20);
/// After an END with an error, before the module is asked.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// An unchanged version is asked for again after this...
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// ...until so long after END 0, if no restart was seen,
const UNCHANGED_AFTER_END: Duration = Duration::from_secs(60);
/// ...or so long after the last sign, if no END was seen.
const UNCHANGED_WITHOUT_END: Duration = Duration::from_secs(90);
/// The module tries again by itself (N3-29).
const TRIES_AGAIN: u32 = 502;
/// Boot ROM blocks without RDY that are a boot loop (B-rb-6).
const BOOT_LOOP: u32 = 3;

/// An update under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Follow {
    began: Instant,
    /// The last thing heard of the update.
    last_sign: Instant,
    link: Link,
    resetting: bool,
    started: bool,
    percent: Option<u8>,
    end: Option<(Instant, Option<u32>)>,
    /// A restart into normal mode was seen: RDY, APP RDY, or the return of the module's USB.
    booted: Option<Instant>,
    port_was_lost: bool,
    boot_blocks: u32,
    restarts: u32,
    noise: u64,
    rate_changes: u32,
    /// The module fetches the package, and starts by itself when it has it.
    download: Option<Fetch>,
    /// Ends with the code that says "I try again" (N3-29).
    retried: u8,
    /// The start command was refused: only the version is still to be read.
    refused: Option<Problem>,
    /// It was refused because the module is busy with an update of its own.
    ongoing: bool,
    /// How often the version was read and found unchanged.
    unchanged: u32,
    /// Another version was read once: a single reading proves nothing, a byte of it may be wrong.
    seen_once: Option<Identity>,
    /// The version is another one; a late END may still come until then.
    upgraded: Option<(Instant, Identity)>,
    phase: Phase,
}

/// The module's own download.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Fetch {
    /// Not over yet.
    Running,
    /// The package is in.
    Complete,
    /// It ended with this problem.
    Failed(Problem),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Link {
    Up,
    /// Gone since then; the next try to open it.
    Down {
        since: Instant,
        again: Option<Instant>,
    },
    Opening {
        since: Instant,
        until: Instant,
        /// Only the rate is changed: the port was not away.
        by_rate: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// Listening; asks the module at this time at the latest.
    Watch {
        ask_at: Instant,
    },
    /// `AT` until OK.
    Greet {
        since: Instant,
        tries: u32,
        /// A slow module may answer after the time is up: it is heard until the next try.
        exchange: Option<Exchange>,
        next: Instant,
    },
    Ask(Asking),
}

impl Follow {
    /// The start command was sent.
    pub(super) fn enter(cx: &mut Context) -> Self {
        let downloads = cx.run.as_ref().is_some_and(|run| run.began_download);
        let ask_at = if downloads {
            cx.now + cx.times().download_total
        } else {
            cx.now + cx.times().first_report
        };
        Self {
            began: cx.now,
            last_sign: cx.now,
            link: Link::Up,
            resetting: false,
            started: false,
            percent: None,
            end: None,
            booted: None,
            port_was_lost: false,
            boot_blocks: 0,
            restarts: 0,
            noise: 0,
            rate_changes: 0,
            download: downloads.then_some(Fetch::Running),
            retried: 0,
            refused: None,
            ongoing: false,
            unchanged: 0,
            seen_once: None,
            upgraded: None,
            phase: Phase::Watch { ask_at },
        }
    }

    /// Taken up again after a verdict: time counts anew.
    pub(super) fn resume(&mut self, cx: &Context) {
        self.began = cx.now;
        self.last_sign = cx.now;
        self.unchanged = 0;
        self.seen_once = None;
        if let Link::Down { since, .. } = &mut self.link {
            *since = cx.now;
        }
    }

    /// The start command was refused: the version proves that nothing happened.
    pub(super) fn enter_refused(cx: &mut Context, problem: Problem) -> State {
        let mut follow = Self::enter(cx);
        follow.refused = Some(problem);
        follow.phase = Phase::Watch {
            ask_at: cx.now + SETTLE,
        };
        State::Follow(follow)
    }

    /// The port went away after the whole package was in: over the module's own USB that may be a
    /// restart into an update that nobody asked for. Its version will tell.
    pub(super) fn enter_lost(cx: &mut Context) -> State {
        let mut follow = Self::enter(cx);
        // What the upload had reached says nothing here.
        cx.progress = None;
        follow.refused = Some(problem(ProblemCode::PortLost));
        follow.lost(cx);
        State::Follow(follow)
    }

    /// An update was found running on a port that was just opened, or on an idle module.
    pub(super) fn enter_found(cx: &mut Context, event: FotaEvent<'_>) -> State {
        // In the middle of identifying, half an identity proves nothing.
        let known = cx
            .module
            .as_ref()
            .is_some_and(|module| module.version.is_some());
        let before = known.then(|| cx.identity.clone());
        let mut run = Run::new(cx, Stage::Updating, before);
        run.no_return = Some(cx.now);
        run.remark(Remark::Continued);
        run.promised = None;
        cx.run = Some(run);
        cx.verdict = None;
        cx.proof = None;
        cx.note("an update is already running");
        Self::enter_with(cx, event)
    }

    /// The module began the update by itself, before the final go.
    pub(super) fn enter_by_itself(cx: &mut Context, event: FotaEvent<'_>) -> State {
        Self::enter_with(cx, event)
    }

    fn mark_by_itself(cx: &mut Context) {
        let now = cx.now;
        if let Some(run) = &mut cx.run {
            run.no_return = Some(now);
            run.remark(Remark::AutoStarted);
        }
        cx.note("the module starts the update by itself");
    }

    /// The module says that an update is going on (591): it is looked for, and if there is none, that
    /// was a refusal.
    pub(super) fn enter_ongoing(cx: &mut Context, problem: Problem) -> State {
        let mut follow = Self::enter(cx);
        follow.refused = Some(problem);
        follow.ongoing = true;
        follow.phase = Phase::Watch {
            ask_at: cx.now + ONGOING,
        };
        State::Follow(follow)
    }

    fn enter_with(cx: &mut Context, event: FotaEvent<'_>) -> State {
        cx.problem = None;
        cx.progress = None;
        Self::enter(cx).handle(cx, &Happening::Line(Line::Urc(Urc::Fota(event))))
    }

    /// A person asks once more after "cannot tell".
    pub(super) fn look_again(mut self, cx: &mut Context) -> State {
        self.resume(cx);
        match self.link {
            Link::Down { .. } => self.open(cx, cx.settings.baud_rate),
            _ => self.greet(cx),
        }
        State::Follow(self)
    }

    pub(super) fn stage(&self, cx: &Context) -> Stage {
        if let Link::Down { since, .. } = self.link
            && cx.now.since(since) >= cx.times().port_return
        {
            return Stage::AskPort;
        }
        match self.phase {
            Phase::Watch { .. } if self.is_downloading() => Stage::Downloading,
            _ if self.upgraded.is_some() => Stage::Verifying,
            Phase::Greet { .. } | Phase::Ask(_) => Stage::Verifying,
            Phase::Watch { .. } if self.booted.is_some() || self.end.is_some() => Stage::Verifying,
            Phase::Watch { .. } if self.started => Stage::Updating,
            Phase::Watch { .. } if self.resetting || self.port_was_lost => Stage::Resetting,
            Phase::Watch { .. } => Stage::Starting,
        }
    }

    pub(super) const fn is_downloading(&self) -> bool {
        matches!(self.download, Some(Fetch::Running)) && !self.started && self.end.is_none()
    }

    pub(super) const fn is_port_lost(&self) -> bool {
        matches!(self.link, Link::Down { .. })
    }

    pub(super) fn wait(&self, cx: &Context) -> Wait {
        let times = cx.times();
        let second = Duration::from_secs;
        match (&self.link, &self.phase) {
            (Link::Opening { since, until, .. }, _) => {
                Wait::plain(WaitCode::Port, *since, until.since(*since))
            }
            (Link::Down { since, .. }, _) => Wait {
                code: WaitCode::Port,
                since: *since,
                expected: second(180),
                warn: second(600),
                limit: times.blind_silence,
            },
            (_, Phase::Greet { since, .. }) => Wait {
                code: WaitCode::Life,
                since: *since,
                expected: second(30),
                warn: second(60),
                limit: times.life,
            },
            (_, Phase::Ask(asking)) => Wait::answer(WaitCode::Answer, asking.exchange()),
            (_, Phase::Watch { ask_at }) => {
                let (code, since, expected, warn) = if let Some(booted) = self.booted {
                    (WaitCode::Restart, booted, times.app_ready, times.app_ready)
                } else if let Some((at, _)) = self.end {
                    (WaitCode::Restart, at, times.restart, second(60))
                } else if self.is_downloading() {
                    let (expected, warn) = cx.download_patience();
                    (WaitCode::Download, self.last_sign, expected, warn)
                } else if self.started {
                    (
                        WaitCode::Report,
                        self.last_sign,
                        second(30),
                        times.first_report,
                    )
                } else {
                    (
                        WaitCode::Reset,
                        self.last_sign,
                        second(30),
                        times.first_report,
                    )
                };
                Wait {
                    code,
                    since,
                    expected,
                    warn,
                    limit: ask_at.since(since),
                }
            }
        }
    }

    pub(super) fn deadline(&self, cx: &Context) -> Instant {
        let times = cx.times();
        let next = match (&self.link, &self.phase) {
            (Link::Opening { until, .. }, _) => *until,
            (Link::Down { since, again }, _) => {
                let ask = *since + times.port_return;
                let limit = *since + times.blind_silence;
                // A deadline that has passed is none: the page only needs to be told once.
                let ask = if cx.now < ask { ask } else { limit };
                again.unwrap_or(limit).min(ask).min(limit)
            }
            (_, Phase::Greet { next, .. }) => *next,
            (_, Phase::Ask(asking)) => asking.deadline(),
            (_, Phase::Watch { ask_at }) => {
                self.upgraded.as_ref().map_or(*ask_at, |(until, _)| *until)
            }
        };
        next.min(self.bound(cx))
    }

    /// The end of every run, whatever the module does: a sign of life takes it up again.
    fn bound(&self, cx: &Context) -> Instant {
        let times = cx.times();
        let download = self.download.as_ref().map(|_| times.download_total);
        let update = times.total.saturating_add(times.life);
        self.began + update.saturating_add(download.unwrap_or_default())
    }

    pub(super) fn handle(mut self, cx: &mut Context, happening: &Happening<'_>) -> State {
        match happening {
            Happening::Line(line) => return self.line(cx, line),
            Happening::Noise(count) => self.noise(cx, *count),
            Happening::PortLost => self.lost(cx),
            Happening::PortReturned | Happening::Choice(Choice::Reconnect) => {
                if matches!(self.link, Link::Down { .. }) {
                    self.open(cx, cx.settings.baud_rate);
                }
            }
            Happening::Opened => self.opened(cx),
            Happening::OpenFailed(_) => {
                let since = self.down_since(cx);
                self.link = Link::Down {
                    since,
                    again: Some(cx.now + OPEN_AGAIN),
                };
            }
            Happening::Deadline => return self.due(cx),
            Happening::Choice(Choice::Disconnect | Choice::Cancel) => {
                cx.close();
                return NoPort::enter(cx, None);
            }
            _ => {}
        }
        State::Follow(self)
    }

    fn line(mut self, cx: &mut Context, line: &Line<'_>) -> State {
        self.noise = 0;
        match line {
            Line::Urc(Urc::Fota(event)) => return self.event(cx, *event),
            Line::Urc(Urc::Ready) => {
                self.sign(cx);
                self.booted = Some(cx.now);
                self.boot_blocks = 0;
                self.restarts += 1;
                // The module takes no commands before APP RDY, which some never print (B-id-7).
                self.phase = Phase::Watch {
                    ask_at: cx.now + cx.times().app_ready,
                };
                if self.restarts > 2 {
                    cx.remark(Remark::ExtraRestarts);
                }
                if self.restarts > 2 * BOOT_LOOP {
                    cx.problem(ProblemCode::BootLoop);
                }
            }
            Line::Urc(Urc::AppReady) => {
                self.sign(cx);
                self.booted = Some(cx.now);
                self.phase = Phase::Watch {
                    ask_at: cx.now + SETTLE,
                };
            }
            Line::Urc(Urc::BootRom) => {
                self.sign(cx);
                self.boot_blocks += 1;
                if self.boot_blocks >= BOOT_LOOP {
                    cx.problem(ProblemCode::BootLoop);
                    cx.remark(Remark::ExtraRestarts);
                }
            }
            Line::Urc(Urc::PoweredDown) => self.sign(cx),
            _ => return self.answer(cx, line),
        }
        State::Follow(self)
    }

    fn event(mut self, cx: &mut Context, event: FotaEvent<'_>) -> State {
        self.sign(cx);
        if event.is_under_way() && !cx.past_no_return() {
            Self::mark_by_itself(cx);
        }
        let silence = cx.times().silence;
        match event {
            FotaEvent::Resetting => {
                self.resetting = true;
                self.refused = None;
                self.booted = None;
                self.phase = Phase::Watch {
                    ask_at: cx.now + silence,
                };
                // The module's own USB has no rate; it will be gone in a moment anyway.
                if let Some(rate) = cx.report_rate()
                    && matches!(self.link, Link::Up)
                    && !cx.is_module_usb()
                {
                    self.change_rate(cx, rate);
                }
            }
            FotaEvent::Start | FotaEvent::Updating { .. } | FotaEvent::Restore => {
                if self.end.take().is_some() {
                    // The module goes on after an END: it tries again by itself.
                    cx.remark(Remark::Retried);
                }
                self.started = true;
                // It boots in order to update: no loop (B-rb-6).
                self.boot_blocks = 0;
                self.refused = None;
                self.download = self.download.take().map(|_| Fetch::Complete);
                self.booted = None;
                self.upgraded = None;
                self.unchanged = 0;
                self.phase = Phase::Watch {
                    ask_at: cx.now + silence,
                };
                self.progress(cx, event);
            }
            FotaEvent::DownloadStart(_) | FotaEvent::Downloading(_) => {
                self.download = Some(Fetch::Running);
                self.refused = None;
                if let FotaEvent::Downloading(percent) = event {
                    let before = cx.progress.as_ref().and_then(|progress| progress.percent);
                    cx.progress = Some(Progress {
                        percent: before.max(percent),
                        ..Progress::default()
                    });
                }
                self.phase = Phase::Watch {
                    ask_at: cx.now + cx.times().download_silence,
                };
            }
            FotaEvent::DownloadEnd(transport, code) => {
                cx.progress = None;
                // A line that lost its code is no failure: the update may be about to begin (B-up2-2).
                let pause = if matches!(code, Some(0) | None) {
                    self.download = Some(Fetch::Complete);
                    cx.times().first_report
                } else {
                    // Nothing was written: the module runs on, and its version proves it.
                    self.download = Some(Fetch::Failed(download_code(transport, code)));
                    AFTER_FAILURE
                };
                self.phase = Phase::Watch {
                    ask_at: cx.now + pause,
                };
            }
            FotaEvent::End(Some(TRIES_AGAIN) | None) if self.retried + 1 < retries(cx) => {
                self.retried += 1;
                cx.remark(Remark::Retried);
                self.phase = Phase::Watch {
                    ask_at: cx.now + silence,
                };
            }
            FotaEvent::End(code) => {
                self.end = Some((cx.now, code));
                if let Some((until, _)) = &mut self.upgraded {
                    *until = cx.now;
                } else if self.booted.is_none() {
                    let pause = if code == Some(0) {
                        cx.times().restart
                    } else {
                        AFTER_FAILURE
                    };
                    self.phase = Phase::Watch {
                        ask_at: cx.now + pause,
                    };
                }
            }
            _ => {}
        }
        State::Follow(self)
    }

    fn progress(&mut self, cx: &mut Context, event: FotaEvent<'_>) {
        let mut progress = cx.progress.take().unwrap_or_default();
        if let FotaEvent::Updating {
            percent,
            parts,
            part,
        } = event
        {
            // Never backwards, though a restart may begin to count anew (rule 6, B-rb-4).
            self.percent = self.percent.max(percent);
            progress = Progress {
                parts,
                part,
                ..progress
            };
        }
        cx.progress = Some(Progress {
            percent: self.percent,
            ..progress
        });
    }

    fn sign(&mut self, cx: &Context) {
        self.last_sign = cx.now;
    }

    fn noise(&mut self, cx: &mut Context, count: u64) {
        self.noise += count;
        if self.noise >= NOISE_LIMIT && matches!(self.link, Link::Up) {
            self.other_rate(cx);
        }
    }

    /// From the report rate to the normal rate or back, where they differ.
    fn other_rate(&mut self, cx: &mut Context) {
        let normal = cx.settings.baud_rate;
        let Some(report) = cx.report_rate() else {
            return;
        };
        let other = if cx.rate == normal { report } else { normal };
        self.change_rate(cx, other);
    }

    fn change_rate(&mut self, cx: &mut Context, rate: u32) {
        if cx.rate == rate || self.rate_changes >= MAX_RATE_CHANGES {
            return;
        }
        self.rate_changes += 1;
        cx.close();
        self.open(cx, rate);
    }

    fn open(&mut self, cx: &mut Context, rate: u32) {
        self.noise = 0;
        let since = self.down_since(cx);
        let by_rate = matches!(self.link, Link::Up);
        self.link = Link::Opening {
            since,
            until: cx.now + OPEN_LIMIT,
            by_rate,
        };
        cx.open(rate);
    }

    const fn down_since(&self, cx: &Context) -> Instant {
        match self.link {
            Link::Down { since, .. } | Link::Opening { since, .. } => since,
            Link::Up => cx.now,
        }
    }

    pub(super) fn lost(&mut self, cx: &mut Context) {
        cx.note("the port is gone, as expected during a restart");
        self.sign(cx);
        self.port_was_lost = true;
        if matches!(self.phase, Phase::Greet { .. } | Phase::Ask(_)) {
            self.phase = Phase::Watch {
                ask_at: cx.now + cx.times().silence,
            };
        }
        self.link = Link::Down {
            since: cx.now,
            again: None,
        };
        if cx.port_there {
            self.open(cx, cx.settings.baud_rate);
        }
    }

    fn opened(&mut self, cx: &mut Context) {
        let by_rate = matches!(self.link, Link::Opening { by_rate: true, .. });
        self.link = Link::Up;
        self.sign(cx);
        if by_rate {
            // Only the rate was changed; what was waited for is still waited for.
            return;
        }
        cx.note("the port is back");
        // Some come back in the middle of the update, and report (N3-21).
        let is_silent = !cfg!(feature = "routes")
            || cx
                .known_family()
                .is_some_and(|family| !family.reports_over_usb);
        let is_back = cx.is_module_usb() && (is_silent || self.end.is_some());
        let pause = if is_back {
            USB_SETTLE
        } else if cx.is_module_usb() {
            cx.times().first_report
        } else if self.booted.is_some() || self.end.is_some() {
            // It has restarted, or is about to; RDY may have gone by unheard.
            cx.times().restart
        } else if self.started {
            // The bridge was away, not the module: it goes on updating, silent or not.
            cx.times().silence
        } else {
            cx.times().first_report
        };
        if is_back {
            // USB cannot be used in update mode (N2-032): the module has booted.
            self.booted = Some(cx.now);
        }
        self.phase = Phase::Watch {
            ask_at: cx.now + pause,
        };
    }

    fn due(mut self, cx: &mut Context) -> State {
        let times = cx.times();
        if cx.now >= self.bound(cx) {
            let down = !matches!(self.link, Link::Up);
            let code = if down {
                ProblemCode::PortNotBack
            } else {
                ProblemCode::NoLifeSign
            };
            return self.cannot_tell(cx, code, None);
        }
        match self.link {
            Link::Opening { since, .. } => {
                // It may still open: release it then.
                cx.output(Output::Close);
                self.link = Link::Down {
                    since,
                    again: Some(cx.now + OPEN_AGAIN),
                };
                return State::Follow(self);
            }
            Link::Down { since, again } => {
                if cx.now >= since + times.blind_silence {
                    return self.cannot_tell(cx, ProblemCode::PortNotBack, None);
                }
                if again.is_some_and(|again| cx.now >= again) {
                    self.open(cx, cx.settings.baud_rate);
                }
                return State::Follow(self);
            }
            Link::Up => {}
        }
        match &mut self.phase {
            Phase::Watch { .. } => {
                if let Some((_, identity)) = self.upgraded.take() {
                    return self.success(cx, &identity);
                }
                self.greet(cx);
                State::Follow(self)
            }
            Phase::Greet {
                since,
                tries,
                exchange,
                next,
            } => {
                if cx.now >= *since + times.life {
                    return self.cannot_tell(cx, ProblemCode::NoLifeSign, None);
                }
                let has_rates = cx.report_rate().is_some() && !cx.is_module_usb();
                if *tries > 0 && *tries % TRIES_PER_RATE == 0 && has_rates {
                    *tries += 1;
                    self.other_rate(cx);
                    return State::Follow(self);
                }
                *tries += 1;
                *next = cx.now + BETWEEN_TRIES;
                *exchange = Some(cx.send(Command::Attention));
                State::Follow(self)
            }
            Phase::Ask(asking) => match asking.timeout(cx) {
                Some(told) => self.told(cx, &told),
                None => State::Follow(self),
            },
        }
    }

    fn greet(&mut self, cx: &mut Context) {
        if cx.rate != cx.settings.baud_rate {
            // Commands are taken at the module's own rate, not at that of its reports.
            self.change_rate(cx, cx.settings.baud_rate);
        }
        self.phase = Phase::Greet {
            since: cx.now,
            tries: 0,
            exchange: None,
            next: cx.now,
        };
    }

    fn answer(mut self, cx: &mut Context, line: &Line<'_>) -> State {
        match &mut self.phase {
            Phase::Watch { .. } => State::Follow(self),
            Phase::Greet { exchange, next, .. } => {
                let Some(asked) = exchange else {
                    return State::Follow(self);
                };
                match asked.take(line) {
                    Step::Done(Ok(_)) => {
                        // Echo and error format are those of the stored profile again (B-end-5).
                        cx.identity = Identity::default();
                        self.phase = Phase::Ask(Asking::new(
                            cx,
                            [
                                Command::EchoOff,
                                Command::NumericErrors,
                                Command::Identify,
                                Command::FullVersion,
                                Command::Imei,
                            ],
                        ));
                    }
                    Step::Done(Err(_)) => {
                        *exchange = None;
                        *next = cx.now + BETWEEN_TRIES;
                    }
                    Step::Pending | Step::Connected => {}
                }
                State::Follow(self)
            }
            Phase::Ask(asking) => match asking.take(line) {
                Some(told) => self.told(cx, &told),
                None => State::Follow(self),
            },
        }
    }

    fn told(mut self, cx: &mut Context, told: &Told) -> State {
        let Phase::Ask(asking) = &mut self.phase else {
            return State::Follow(self);
        };
        learn_identity(cx, asking, told);
        if asking.next(cx) {
            return State::Follow(self);
        }
        self.judge(cx)
    }

    /// The module has answered: is it another version, the same, or nothing to compare?
    fn judge(self, cx: &mut Context) -> State {
        let now = cx.identity.clone();
        let new = now.version().cloned();
        cx.module = Some(now.facts(cx.module.as_ref()));
        let before = cx.run.as_ref().and_then(|run| run.before.clone());
        if let Some(before) = &before
            && is_another_module(before, &now)
        {
            return self.cannot_tell(cx, ProblemCode::ModuleSwapped, new);
        }
        if new.is_none() {
            return self.cannot_tell(cx, ProblemCode::VersionUnreadable, None);
        }
        let Some(before) = before else {
            return self.judge_found(cx, new);
        };
        match before.compare(&now) {
            Comparison::Other => self.judge_changed(cx, now),
            Comparison::Same => self.judge_unchanged(cx, new, None),
            Comparison::Unknown => {
                let lost = before
                    .full
                    .is_some()
                    .then_some(ProblemCode::VersionUnreadable);
                self.judge_unchanged(cx, new, Some(lost))
            }
        }
    }

    /// An update that was found running: what ran before is not known, so nothing is claimed.
    fn judge_found(self, cx: &mut Context, new: Option<String>) -> State {
        match self.end {
            Some((_, Some(code))) if code != 0 => {
                Done::enter(cx, Outcome::NotUpgraded, Some(end_code(code)), new)
            }
            _ => self.cannot_tell(cx, ProblemCode::OldVersionUnknown, new),
        }
    }

    fn judge_changed(mut self, cx: &mut Context, now: Identity) -> State {
        if self
            .seen_once
            .as_ref()
            .is_none_or(|seen| seen.version() != now.version())
        {
            self.seen_once = Some(now);
            self.phase = Phase::Watch {
                ask_at: cx.now + BETWEEN_READINGS,
            };
            return State::Follow(self);
        }
        match self.end {
            Some((_, Some(code))) if code != 0 => {
                let mut problem = end_code(code);
                problem.code = ProblemCode::EndCodeButNewVersion;
                let new = now.version().cloned();
                Done::enter(cx, Outcome::CannotTell, Some(problem), new)
            }
            Some(_) => self.success(cx, &now),
            None if self.is_blind(cx) => self.success(cx, &now),
            None => {
                let until = cx.now + LATE_END;
                self.upgraded = Some((until, now));
                self.phase = Phase::Watch { ask_at: until };
                State::Follow(self)
            }
        }
    }

    /// Nothing new is seen. `unsure`: the version is not known well enough to say that it is the
    /// same, and why, if the module told more before.
    fn judge_unchanged(
        mut self,
        cx: &mut Context,
        new: Option<String>,
        unsure: Option<Option<ProblemCode>>,
    ) -> State {
        self.unchanged += 1;
        // The two readings that prove another version follow each other.
        self.seen_once = None;
        if cfg!(feature = "routes") && self.ongoing && !cx.family().trigger_mode {
            // It said that it is busy, and then starts by itself: nothing is undone behind its back.
            let silent = problem(ProblemCode::DownloadSilent);
            let problem = self.refused.take().unwrap_or(silent);
            return self.open_end(cx, problem, new);
        }
        if let Some(problem) = self.refused.take() {
            if cx.run.as_ref().is_some_and(|run| run.data_mode_began) {
                cx.remark(Remark::PackageLeft);
            }
            return Done::enter(cx, Outcome::NotUpgraded, Some(problem), new);
        }
        if let (Some(Fetch::Failed(problem)), None) = (&self.download, self.end) {
            let problem = problem.clone();
            return not_upgraded(cx, problem, new);
        }
        if self.is_downloading() {
            if self.booted.is_none() || cx.family().trigger_mode {
                // The module answers, but may download on, and then starts by itself.
                return self.cannot_tell(cx, ProblemCode::DownloadSilent, new);
            }
            if self.unchanged >= 2 {
                // A restart loses a download that cannot be resumed (B-rb-8).
                let problem = problem(ProblemCode::ModuleReset);
                return not_upgraded(cx, problem, new);
            }
            self.phase = Phase::Watch {
                ask_at: cx.now + ASK_AGAIN,
            };
            return State::Follow(self);
        }
        // The package is in, nothing was heard since: the module may still be about to begin.
        let may_begin = cfg!(feature = "routes")
            && !cx.family().trigger_mode
            && self.end.is_none()
            && !self.started
            && self.booted.is_none()
            && !self.port_was_lost;
        let (code, wait_until) = match self.end {
            Some((_, Some(code))) if code != 0 => {
                return not_upgraded(cx, end_code(code), new);
            }
            // An END that says nothing is no success.
            Some((_, None)) if self.unchanged >= 2 => {
                let problem = problem(ProblemCode::EndCode);
                return not_upgraded(cx, problem, new);
            }
            Some((at, _)) => {
                // With a restart seen there is nothing more to come.
                let until = if self.booted.is_some() {
                    cx.now
                } else {
                    at + UNCHANGED_AFTER_END
                };
                (ProblemCode::VersionUnchanged, until)
            }
            None => {
                let patience = if may_begin {
                    cx.times().silence
                } else {
                    UNCHANGED_WITHOUT_END
                };
                (ProblemCode::NoEndSameVersion, self.last_sign + patience)
            }
        };
        if cx.now < wait_until || self.unchanged < 2 {
            // The module may still be working: never "failed" too early.
            self.phase = Phase::Watch {
                ask_at: cx.now + ASK_AGAIN,
            };
            return State::Follow(self);
        }
        match unsure {
            None if may_begin => self.cannot_tell(cx, code, new),
            Some(reason) => self.cannot_tell(cx, reason.unwrap_or(code), new),
            None => not_upgraded(cx, problem(code), new),
        }
    }

    fn success(self, cx: &mut Context, now: &Identity) -> State {
        if self.is_blind(cx) {
            cx.remark(Remark::Blind);
        } else if self.end.is_none() {
            cx.remark(Remark::EndMissing);
        }
        let new = now.version().cloned();
        let promised = cx.run.as_ref().and_then(|run| run.promised.clone());
        if promised.is_some() && promised != new {
            cx.remark(Remark::OtherVersion);
        }
        if let Some(module) = &mut cx.module {
            module.stored_package = None;
        }
        Done::enter(cx, Outcome::Upgraded, None, new)
    }

    /// Over USB the module is silent while it updates: no report is missing (A5-1, X-18).
    fn is_blind(&self, cx: &Context) -> bool {
        let may_be_blind = self.port_was_lost && !cx.family().reports_over_usb;
        may_be_blind && !self.started && self.end.is_none()
    }

    fn cannot_tell(self, cx: &mut Context, code: ProblemCode, new: Option<String>) -> State {
        let number = self
            .end
            .and_then(|(_, code)| code)
            .filter(|&code| code != 0);
        let problem = Problem {
            number,
            ..problem(code)
        };
        self.open_end(cx, problem, new)
    }

    /// Nobody can tell: a sign of life takes it up again.
    fn open_end(mut self, cx: &mut Context, problem: Problem, new: Option<String>) -> State {
        self.phase = Phase::Watch {
            ask_at: cx.now + cx.times().silence,
        };
        Done::enter_open(cx, self, problem, new)
    }
}

/// The module runs what it ran.
fn not_upgraded(cx: &mut Context, problem: Problem, new: Option<String>) -> State {
    // Without a go nothing can have used up what was brought.
    if !cx.past_no_return() && cx.run.as_ref().is_some_and(|run| run.data_mode_began) {
        cx.remark(Remark::PackageLeft);
    }
    Done::enter(cx, Outcome::NotUpgraded, Some(problem), new)
}

/// How often the module tries by itself; what is not known may be one that does.
fn retries(cx: &Context) -> u8 {
    if !cfg!(feature = "routes") {
        return 0;
    }
    cx.known_family().map_or(5, |family| family.retries)
}

fn end_code(code: u32) -> Problem {
    Problem {
        number: Some(code),
        ..problem(ProblemCode::EndCode)
    }
}

/// The IMEI is optional, so that only two that differ prove something; the model counts as well.
fn is_another_module(before: &Identity, now: &Identity) -> bool {
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    differ(&before.imei, &now.imei) || differ(&before.model, &now.model)
}
