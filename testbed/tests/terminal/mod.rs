//! A terminal program, and a simulated module on a pty for it.

// Each test file uses its own part of it.
#![allow(dead_code)]

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use deltaport::simulator::{Settings, Simulator};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use testbed::pty::{Event, Mount};

pub const PATIENCE: Duration = Duration::from_secs(10);

/// A terminal program.
pub struct Host(pub File);

impl Host {
    pub fn open(path: &Path, baud_rate: u32) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NOCTTY.bits().cast_signed())
            .open(path)?;
        let mut modes = tcgetattr(&file)?;
        modes.make_raw();
        modes.set_speed(baud_rate)?;
        tcsetattr(&file, OptionalActions::Now, &modes)?;
        Ok(Self(file))
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Reads until what was heard ends with `end`.
    pub fn hear(&mut self, end: &str) -> io::Result<String> {
        let heard = self.hear_until(|heard| heard.ends_with(end.as_bytes()))?;
        Ok(String::from_utf8_lossy(&heard).into_owned())
    }

    pub fn hear_bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        self.hear_until(|heard| heard.len() >= count)
    }

    pub fn hear_until(&mut self, enough: impl Fn(&[u8]) -> bool) -> io::Result<Vec<u8>> {
        let deadline = Instant::now() + PATIENCE;
        let mut heard = Vec::new();
        while !enough(&heard) {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec {
                tv_sec: left.as_secs().cast_signed(),
                tv_nsec: left.subsec_nanos().into(),
            };
            if poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&timeout))? == 0 {
                return Err(io::Error::other(format!(
                    "not enough: {:?}",
                    String::from_utf8_lossy(&heard)
                )));
            }
            let mut buffer = [0; 4096];
            match self.0.read(&mut buffer)? {
                0 => return Err(io::Error::other("hung up")),
                n => heard.extend_from_slice(&buffer[..n]),
            }
        }
        Ok(heard)
    }
}

/// A simulated module on a pty.
pub struct Module {
    pub mount: Mount<Simulator>,
    pub events: Receiver<Event>,
}

impl Module {
    pub fn start(settings: Settings) -> io::Result<Self> {
        let (sender, events) = channel();
        let mount = Mount::start(
            move |now| Simulator::new(settings, now),
            move |event| drop(sender.send(event)),
        )?;
        Ok(Self { mount, events })
    }

    pub fn next(&self) -> io::Result<Event> {
        self.events
            .recv_timeout(PATIENCE)
            .map_err(|_| io::Error::other("no event"))
    }

    pub fn path(&self) -> io::Result<PathBuf> {
        match self.next()? {
            Event::Plugged { path, .. } => Ok(path),
            other => Err(io::Error::other(format!("{other:?} instead of a port"))),
        }
    }
}
