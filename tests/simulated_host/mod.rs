//! A host under a virtual clock, for the tests of the simulated module itself.

// each test file uses its own part of it
#![allow(dead_code)]

use deltaport::simulator::{Fetch, Model, Output, Settings, Simulator};
use deltaport::time::{Duration, Instant};

/// What the host saw of the port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Unplug,
    Plug { vendor: u16, product: u16 },
}

pub struct Host {
    pub module: Simulator,
    pub now: Instant,
    pub heard: Vec<u8>,
    pub seen: Vec<Seen>,
    /// What the module wanted from the mount.
    pub fetches: Vec<Fetch>,
    /// Opens the port again, with this rate, as soon as it is back.
    pub reopen: Option<u32>,
}

impl Host {
    /// With the port closed.
    pub fn new(settings: Settings) -> Self {
        let now = Instant::from_millis(1000);
        Self {
            module: Simulator::new(settings, now),
            now,
            heard: Vec::new(),
            seen: Vec::new(),
            fetches: Vec::new(),
            reopen: Some(115_200),
        }
    }

    /// With the port open at 115200.
    pub fn connected(settings: Settings) -> Self {
        let mut host = Self::new(settings);
        host.module.port_opened(host.now, 115_200);
        host
    }

    /// With echo off and numbers in errors.
    pub fn prepared(settings: Settings) -> Self {
        let mut host = Self::connected(settings);
        assert!(host.ask("ATE0+CMEE=1").ends_with("OK\r\n"));
        host
    }

    /// Lets the module do what it does now; says when it wants to be looked at again.
    fn settle(&mut self) -> Option<Instant> {
        loop {
            match self.module.poll(self.now) {
                Output::Bytes(bytes) => self.heard.extend(bytes),
                Output::Unplug => self.seen.push(Seen::Unplug),
                Output::Plug { vendor, product } => {
                    self.seen.push(Seen::Plug { vendor, product });
                    if let Some(rate) = self.reopen {
                        self.module.port_opened(self.now, rate);
                    }
                }
                Output::Fetch(fetch) => self.fetches.push(fetch),
                Output::Wait(at) => return at,
            }
        }
    }

    /// Lets time pass.
    pub fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.settle() {
            if at > end {
                break;
            }
            assert!(
                at >= self.now,
                "the module wants to be looked at in the past"
            );
            self.now = at.max(self.now + Duration::from_millis(1)).min(end);
        }
        self.now = end;
        self.settle();
    }

    pub fn seconds(&mut self, seconds: u64) {
        self.run(Duration::from_secs(seconds));
    }

    /// Sends bytes as fast as the line takes them. Gives up after an hour.
    pub fn send(&mut self, bytes: &[u8]) {
        let end = self.now + Duration::from_secs(3600);
        let mut rest = bytes;
        while !rest.is_empty() && self.now < end && self.module.usb_ids().is_some() {
            let room = self.module.capacity(self.now).min(rest.len());
            self.module.receive(self.now, &rest[..room]);
            rest = &rest[room..];
            match self.settle() {
                Some(at) if room == 0 => self.now = at.max(self.now + Duration::from_millis(1)),
                None if room == 0 => return,
                _ => {}
            }
        }
    }

    /// What was heard since the last look.
    pub fn take(&mut self) -> String {
        String::from_utf8_lossy(&core::mem::take(&mut self.heard)).into_owned()
    }

    /// Sends a line and gives what is heard within three seconds.
    pub fn ask(&mut self, line: &str) -> String {
        self.take();
        self.send(format!("{line}\r").as_bytes());
        self.seconds(3);
        self.take()
    }

    /// Uploads a package; gives what was heard from the command on.
    pub fn upload(&mut self, package: &[u8]) -> String {
        let connect = self.ask(&format!("AT+QFOTADL=\"COM:\",{},60", package.len()));
        self.send(package);
        self.seconds(3);
        connect + &self.take()
    }

    /// Runs until the module is idle again after a start command; gives what was heard.
    pub fn until_idle(&mut self) -> String {
        self.seconds(2);
        for _ in 0..7200 {
            self.seconds(1);
            if self.module.is_idle() {
                self.seconds(3);
                break;
            }
        }
        self.take()
    }
}

/// A healthy module of this model.
pub fn of(model: &str) -> Settings {
    Settings::of(Model::named(model))
}

/// A host of this module, with its echo off and the module awake.
pub fn awake(settings: Settings) -> Host {
    let mut host = Host::connected(settings);
    host.ask("AT");
    assert!(host.ask("ATE0").ends_with("OK\r\n"));
    host
}

/// What a line is answered with.
pub fn answers(host: &mut Host, line: &str) -> Vec<String> {
    let heard = host.ask(line);
    lines(&heard).into_iter().map(str::to_owned).collect()
}

/// Everything that is heard from a download command to the module's return.
pub fn upgrade(settings: Settings, url: &str) -> (Host, Vec<String>) {
    let mut host = awake(settings);
    let story = story(&mut host, &format!("AT+QFOTADL=\"{url}\""), 1500);
    (host, story)
}

/// Everything that is heard from a command on, for so many seconds.
pub fn story(host: &mut Host, line: &str, seconds: u64) -> Vec<String> {
    host.take();
    host.send(format!("{line}\r").as_bytes());
    host.seconds(seconds);
    let heard = host.take();
    lines(&heard).into_iter().map(str::to_owned).collect()
}

/// A story without the repetitions of progress: its first and last report only.
pub fn shortened(story: &[String]) -> Vec<&str> {
    let kind = |line: &str| {
        ["\"DOWNLOADING\"", "\"UPDATING\""]
            .into_iter()
            .find(|kind| line.contains(kind))
    };
    story
        .iter()
        .enumerate()
        .filter(|(n, line)| {
            let same = |other: Option<&String>| {
                kind(line).is_some() && other.and_then(|other| kind(other)) == kind(line)
            };
            let before = n.checked_sub(1).and_then(|n| story.get(n));
            !(same(before) && same(story.get(n + 1)))
        })
        .map(|(_, line)| line.as_str())
        .collect()
}

/// The lines in a text, without the empty ones.
pub fn lines(text: &str) -> Vec<&str> {
    text.split(['\r', '\n'])
        .filter(|line| !line.is_empty())
        .collect()
}

/// The bytes of a small healthy package.
pub fn package() -> Vec<u8> {
    deltaport::simulator::sample_package(
        "BG95M3LAR02A03_01.012.01.012",
        "BG95M3LAR02A04_01.200.01.200",
        30_001,
    )
}
