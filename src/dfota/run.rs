//! One upgrade from the first click to the verdict.

use super::context::Context;
use super::identity::Identity;
use crate::plain::name_of;
use crate::snapshot::{Lap, Outcome, Problem, Remark, Stage, Verdict};
use crate::time::Instant;

/// Laps kept: a module that restarts for ever must not fill the memory.
const MAX_LAPS: usize = 64;

/// The facts of a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Run {
    /// Who the module was before; none for an update that was found running.
    pub(super) before: Option<Identity>,
    /// The version that the file name promises.
    pub(super) promised: Option<String>,
    pub(super) preset_go: bool,
    /// When the point of no return was passed.
    pub(super) no_return: Option<Instant>,
    /// Something of our package may be in the module, where it has a place of its own.
    pub(super) data_mode_began: bool,
    /// The module was told to fetch the package.
    pub(super) began_download: bool,
    pub(super) remarks: Vec<Remark>,
    stage: Stage,
    entered: Instant,
    laps: Vec<Lap>,
}

impl Run {
    pub(super) fn new(cx: &Context, stage: Stage, before: Option<Identity>) -> Self {
        Self {
            before,
            promised: cx
                .package
                .as_ref()
                .and_then(|package| package.to_version.clone()),
            preset_go: false,
            no_return: None,
            data_mode_began: false,
            began_download: false,
            remarks: Vec::new(),
            stage,
            entered: cx.now,
            laps: Vec::new(),
        }
    }

    /// Notes that the run is in `stage` at `now`.
    pub(super) fn enter(&mut self, stage: Stage, now: Instant) {
        if stage == self.stage {
            return;
        }
        let ms = now.since(self.entered).as_millis();
        if self.laps.len() < MAX_LAPS && self.stage != Stage::Done {
            self.laps.push(Lap {
                stage: self.stage,
                ms,
            });
        }
        self.stage = stage;
        self.entered = now;
    }

    pub(super) fn remark(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    pub(super) fn verdict(
        &mut self,
        now: Instant,
        outcome: Outcome,
        problem: Option<Problem>,
        new: Option<String>,
    ) -> Verdict {
        // Stopping is what follows from a decision, not where it fell.
        let stage = match self.laps.last() {
            Some(lap) if self.stage == Stage::Stopping => lap.stage,
            _ => self.stage,
        };
        self.enter(Stage::Done, now);
        let (code, number, detail) =
            problem.map_or((None, None, None), |p| (Some(p.code), p.number, p.detail));
        Verdict {
            outcome,
            code,
            number,
            detail,
            old_version: self.before.as_ref().and_then(Identity::version).cloned(),
            new_version: new,
            stage,
            remarks: self.remarks.clone(),
            laps: self.laps.clone(),
        }
    }
}

impl Context {
    pub(super) fn remark(&mut self, remark: Remark) {
        if let Some(run) = &mut self.run {
            run.remark(remark);
        }
    }

    /// Ends the run with a verdict. `new` is the version that the module told after the run.
    pub(super) fn conclude(
        &mut self,
        outcome: Outcome,
        problem: Option<Problem>,
        new: Option<String>,
    ) {
        let now = self.now;
        if let Some(run) = &mut self.run {
            let verdict = run.verdict(now, outcome, problem, new);
            let mut note = String::from("verdict: ");
            note.push_str(name_of(&verdict.outcome));
            if let Some(code) = &verdict.code {
                note.push_str(", ");
                note.push_str(name_of(code));
            }
            self.note(&note);
            self.verdict = Some(verdict);
        }
    }

    pub(crate) fn past_no_return(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.no_return.is_some())
    }
}
