//! What a build without the other routes has in place of their states and sources: types without a
//! value, so that the compiler drops whatever would deal with one.

use super::context::Context;
use super::findings::Add;
use super::idle::Module;
use super::machine::{Happening, State};
use super::prepare::Prepare;
use super::wait::Wait;
use crate::at::Command;
use crate::family::Family;
use crate::snapshot::RouteId;
use crate::time::Instant;

macro_rules! absent {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {}

        impl $name {
            pub(super) const fn wait(&self, _: &Context) -> Wait {
                match *self {}
            }

            pub(super) const fn deadline(&self, _: &Context) -> Instant {
                match *self {}
            }

            pub(super) const fn handle(self, _: &mut Context, _: &Happening<'_>) -> State {
                match self {}
            }
        }
    )*};
}

absent! {
    /// See the full build.
    Copy,
    /// See the full build.
    Download,
    /// See the full build.
    Readiness,
    /// See the full build.
    Settings,
}

impl Readiness {
    /// Nothing but the chosen file can be started.
    pub(super) fn enter(_: &mut Context, _: bool) -> State {
        State::Module(Module)
    }

    pub(super) fn go_on(cx: &mut Context) -> State {
        Prepare::enter(cx)
    }

    pub(super) const fn is_check(&self) -> bool {
        match *self {}
    }
}

/// See the full build.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {}

impl Source {
    pub(super) const fn findings(&self, _: &Context, _: Add<'_>) {
        match *self {}
    }

    pub(super) const fn reports(&self, _: &Family) -> bool {
        match *self {}
    }

    pub(super) const fn is_counted(&self, _: &Family) -> bool {
        match *self {}
    }

    pub(super) const fn is_resumable(&self) -> bool {
        match *self {}
    }

    pub(super) const fn start_command(&self, _: &Family) -> Command {
        match *self {}
    }
}

/// The ways into a module of this family.
pub(crate) fn routes(family: &Family) -> Vec<RouteId> {
    if family.com_upload {
        vec![RouteId::Com]
    } else {
        Vec::new()
    }
}
