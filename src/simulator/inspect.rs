//! The truth about the module, for tests.

use std::collections::VecDeque;

use super::module::{Ear, Mode, Simulator};
use super::package::StoredPackage;

/// How many commands are remembered, and how much of each.
const REMEMBERED: usize = 512;
const REMEMBERED_LENGTH: usize = 200;

/// What tests want to know.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    commands: VecDeque<String>,
    pub(super) early_bytes: u64,
    pub(super) deaf_bytes: u64,
    pub(super) data_bytes: u64,
    pub(super) updates_started: u32,
    pub(super) updates_ended: u32,
    /// Progress reports.
    pub(super) reports: u32,
}

impl Simulator {
    /// The firmware version that really runs.
    pub fn version(&self) -> &str {
        &self.flash.version
    }

    /// The package in the module's flash.
    pub const fn package(&self) -> Option<&StoredPackage> {
        self.flash.package.as_ref()
    }

    /// The files in the module, by their full names, for example `UFS:update.zip`.
    pub fn files(&self) -> impl Iterator<Item = (&str, &StoredPackage)> {
        let files = self.flash.files.iter();
        files.map(|(name, file)| (name.as_str(), file))
    }

    /// Vendor and product id of the port, while it is there.
    pub fn usb_ids(&self) -> Option<(u16, u16)> {
        self.plugged.then(|| self.ids())
    }

    /// The module takes bytes as data.
    pub const fn in_data_mode(&self) -> bool {
        matches!(self.ram.ear, Ear::Data(_))
    }

    /// The module listens to commands.
    pub fn is_idle(&self) -> bool {
        self.mode == Mode::Normal && matches!(self.ram.ear, Ear::Command)
    }

    /// Bytes that the host sent in all data modes together.
    pub const fn data_bytes(&self) -> u64 {
        self.record.data_bytes
    }

    /// Bytes that the host sent between an upload command and its CONNECT. There should be none.
    pub const fn early_bytes(&self) -> u64 {
        self.record.early_bytes
    }

    /// Bytes that the host sent while the module could not hear. There should be none.
    pub const fn deaf_bytes(&self) -> u64 {
        self.record.deaf_bytes
    }

    /// How many updates were started.
    pub const fn updates_started(&self) -> u32 {
        self.record.updates_started
    }

    /// How many updates have come to an end, good or bad.
    pub const fn updates_ended(&self) -> u32 {
        self.record.updates_ended
    }

    /// The last command lines, oldest first, each cut to a sensible length.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.record.commands.iter().map(String::as_str)
    }

    pub(super) fn remember(&mut self, line: &str) {
        if self.record.commands.len() >= REMEMBERED {
            self.record.commands.pop_front();
        }
        self.record
            .commands
            .push_back(line.chars().take(REMEMBERED_LENGTH).collect());
    }
}
