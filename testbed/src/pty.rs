//! A device on the master side of a pseudo-terminal, at the pace of its line.
//!
//! One thread owns the master for as long as the pty lives. Closing it from another thread would
//! leave a blocked `poll` holding the pty open, so the host would never see the hang-up; others ask
//! through [`Mount`] instead.

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time;

use deltaport::simulator::{Fetch, FetchFailure, Output, Served, Settings, Simulator};
use deltaport::time::Instant;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, ioctl_tiocnxcl, tcgetattr, tcsetattr};

use crate::fetch::fetch;

/// While the host has the port closed, how often to look whether it opened it. The kernel reports
/// that state for ever, so there is nothing to block on.
const LOOK_FOR_HOST: time::Duration = time::Duration::from_millis(5);

/// The time between two reads on a paced line: long enough to sleep, short enough that the answer
/// to a command is not late.
const PACE: time::Duration = time::Duration::from_millis(2);

/// A port opened this recently may not be configured yet: the host sets the rate after it opens.
const SETTLE: time::Duration = time::Duration::from_millis(20);

/// The longest sleep, so that a wrong deadline cannot freeze the device for good.
const LONGEST_SLEEP: time::Duration = time::Duration::from_secs(1);

/// The shortest sleep, so that a device whose deadline has passed cannot make the loop spin.
const SHORTEST_SLEEP: time::Duration = time::Duration::from_micros(200);

/// On a line without pace, how many reads before the device gets its turn. One read of a pty gives
/// 4 KiB at most.
const READS_PER_TURN: usize = 16;

/// Bytes for a host that does not read are kept up to this many, then the oldest are dropped, as a
/// UART without flow control does.
const UNREAD_LIMIT: usize = 1 << 20;

/// What sits on the module's side of the cable.
///
/// The interface is that of the [`Simulator`]; other devices stand in for ports that are no module.
pub trait Device: Send + 'static {
    /// The host opened the port, or changed its rate.
    fn port_opened(&mut self, now: Instant, baud_rate: u32);
    /// The host closed the port.
    fn port_closed(&mut self, now: Instant);
    /// How many bytes the line can have carried by now. `usize::MAX`: the line is not paced.
    fn capacity(&mut self, now: Instant) -> usize;
    /// Bytes from the host, never more than [`Device::capacity`] said.
    fn receive(&mut self, now: Instant, bytes: &[u8]);
    /// The next thing that the device does.
    fn poll(&mut self, now: Instant) -> Output;
    /// The answer to an [`Output::Fetch`].
    fn fetched(&mut self, _now: Instant, _id: u32, _answer: Result<Served, FetchFailure>) {}
}

impl Device for Simulator {
    fn port_opened(&mut self, now: Instant, baud_rate: u32) {
        Simulator::port_opened(self, now, baud_rate);
    }

    fn port_closed(&mut self, now: Instant) {
        Simulator::port_closed(self, now);
    }

    fn capacity(&mut self, now: Instant) -> usize {
        Simulator::capacity(self, now)
    }

    fn receive(&mut self, now: Instant, bytes: &[u8]) {
        Simulator::receive(self, now, bytes);
    }

    fn poll(&mut self, now: Instant) -> Output {
        Simulator::poll(self, now)
    }

    fn fetched(&mut self, now: Instant, id: u32, answer: Result<Served, FetchFailure>) {
        Simulator::fetched(self, now, id, answer);
    }
}

/// Something that happened on the mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A pty stands ready; the ids are those that the device announced, if it did.
    Plugged {
        /// The slave, e.g. `/dev/pts/3`.
        path: PathBuf,
        /// USB vendor and product id, where the device came back with ids of its own.
        ids: Option<(u16, u16)>,
    },
    /// The pty is gone; whoever had it open was hung up.
    Unplugged,
    /// The host opened the port, or changed its rate.
    Opened {
        /// Bits per second that the host asked for.
        baud_rate: u32,
    },
    /// The host closed the port.
    Closed,
}

/// The clock of a mount: whole milliseconds since it was started.
#[derive(Clone, Copy, Debug)]
struct Clock(time::Instant);

impl Clock {
    fn now(self) -> Instant {
        Instant::from_millis(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// How long until `deadline`, to the exact moment at which [`Clock::now`] reaches it.
    fn until(self, deadline: Instant) -> time::Duration {
        time::Duration::from_millis(deadline.as_millis()).saturating_sub(self.0.elapsed())
    }
}

/// A pty whose slave is raw and has been opened once.
///
/// Raw, because bytes that are written before the host configures the port would come back as echo.
/// Opened once, because only after that does the master report that nobody has the slave open.
fn open_pty() -> io::Result<(OwnedFd, PathBuf)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let path = PathBuf::from(name.to_str().map_err(io::Error::other)?);
    let slave = open_slave(&master)?;
    let mut modes = tcgetattr(&slave)?;
    modes.make_raw();
    tcsetattr(&slave, OptionalActions::Now, &modes)?;
    fcntl_setfl(&master, fcntl_getfl(&master)? | OFlags::NONBLOCK)?;
    Ok((master, path))
}

fn open_slave(master: &OwnedFd) -> rustix::io::Result<OwnedFd> {
    ioctl_tiocgptpeer(
        master,
        OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC,
    )
}

/// The host's side of the line, as the master sees it.
#[derive(Clone, Copy, Debug)]
enum Host {
    Away,
    /// It opened the port, and may still be about to set the rate.
    Settling(time::Instant),
    Here {
        baud_rate: u32,
    },
}

/// The device, its pty and the loop between them.
struct Line<D> {
    device: D,
    clock: Clock,
    master: Option<OwnedFd>,
    host: Host,
    unread: VecDeque<u8>,
    /// When the paced line may be read again.
    next_read: time::Instant,
    buffer: Box<[u8]>,
    record: Option<Vec<u8>>,
    /// Ends the sleep.
    wake: Arc<OwnedFd>,
    /// Where the threads that fetch leave what they have.
    fetched: (Sender<Answer>, Receiver<Answer>),
}

/// What a server said to the request with this number.
type Answer = (u32, Result<Served, FetchFailure>);

impl<D: Device> Line<D> {
    fn new(device: D, clock: Clock, wake: Arc<OwnedFd>) -> Self {
        Self {
            wake,
            fetched: channel(),
            device,
            clock,
            master: None,
            host: Host::Away,
            unread: VecDeque::new(),
            next_read: clock.0,
            buffer: vec![0; 65536].into_boxed_slice(),
            record: None,
        }
    }

    fn plug(&mut self, ids: Option<(u16, u16)>, on_event: &mut dyn FnMut(Event)) -> io::Result<()> {
        if self.master.is_some() {
            return Ok(());
        }
        let (master, path) = open_pty()?;
        self.master = Some(master);
        on_event(Event::Plugged { path, ids });
        Ok(())
    }

    /// Closes the master, which hangs the host up.
    fn hang_up(&mut self, on_event: &mut dyn FnMut(Event)) {
        self.master = None;
        self.host_left(on_event);
    }

    fn unplug(&mut self, on_event: &mut dyn FnMut(Event)) {
        let was_plugged = self.master.is_some();
        self.hang_up(on_event);
        if was_plugged {
            on_event(Event::Unplugged);
        }
    }

    fn host_left(&mut self, on_event: &mut dyn FnMut(Event)) {
        self.unread.clear();
        if let Host::Here { .. } = self.host {
            self.device.port_closed(self.clock.now());
            on_event(Event::Closed);
        }
        self.host = Host::Away;
    }

    /// A program that held the port for itself alone leaves it so on a pty, other than on a real
    /// port. Where we may not undo that, a new pty takes its place.
    fn open_for_all(&mut self, on_event: &mut dyn FnMut(Event)) -> io::Result<()> {
        let Some(master) = &self.master else {
            return Ok(());
        };
        match open_slave(master) {
            Ok(slave) => Ok(ioctl_tiocnxcl(&slave)?),
            Err(Errno::BUSY) => {
                self.unplug(on_event);
                self.plug(None, on_event)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Tells the device about an open port, or about another rate.
    fn host_configured(&mut self, on_event: &mut dyn FnMut(Event)) -> io::Result<()> {
        let Some(master) = &self.master else {
            return Ok(());
        };
        let asked = tcgetattr(master)?.output_speed();
        match self.host {
            Host::Here { baud_rate } if baud_rate == asked => {}
            _ => {
                self.host = Host::Here { baud_rate: asked };
                self.device.port_opened(self.clock.now(), asked);
                on_event(Event::Opened { baud_rate: asked });
            }
        }
        Ok(())
    }

    /// Fetches it in a thread of its own, which ends when the server has said all.
    fn fetch(&self, wanted: Fetch) -> io::Result<()> {
        let (answers, wake) = (self.fetched.0.clone(), Arc::clone(&self.wake));
        std::thread::Builder::new()
            .name("fetch".into())
            .spawn(move || {
                let answer = fetch(&wanted);
                // nobody waits for it any more if the mount is gone
                if answers.send((wanted.id, answer)).is_ok() {
                    let _ = rustix::io::write(&*wake, &1u64.to_ne_bytes());
                }
            })?;
        Ok(())
    }

    /// Everything that the device wants to do by now; answers with its next deadline.
    fn drain_device(&mut self, on_event: &mut dyn FnMut(Event)) -> io::Result<Option<Instant>> {
        loop {
            match self.device.poll(self.clock.now()) {
                Output::Bytes(bytes) => self.unread.extend(bytes),
                Output::Unplug => self.unplug(on_event),
                Output::Plug { vendor, product } => self.plug(Some((vendor, product)), on_event)?,
                Output::Fetch(wanted) => self.fetch(wanted)?,
                Output::Wait(deadline) => break self.write_unread().map(|()| deadline),
            }
        }
    }

    fn write_unread(&mut self) -> io::Result<()> {
        let Some(master) = &self.master else {
            self.unread.clear();
            return Ok(());
        };
        // A closed port hears nothing: what is sent now must not wait for the next program.
        if let Host::Away = self.host {
            self.unread.clear();
            return Ok(());
        }
        while !self.unread.is_empty() {
            match rustix::io::write(master, self.unread.as_slices().0) {
                Ok(n) => drop(self.unread.drain(..n)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN | Errno::IO) => break,
                Err(error) => return Err(error.into()),
            }
        }
        let surplus = self.unread.len().saturating_sub(UNREAD_LIMIT);
        self.unread.drain(..surplus);
        Ok(())
    }

    /// Reads what the host sent, as much as the line can have carried.
    fn read(&mut self, mut room: usize, on_event: &mut dyn FnMut(Event)) -> io::Result<()> {
        let paced = room < self.buffer.len();
        for turn in 0..READS_PER_TURN {
            let Some(master) = &self.master else {
                return Ok(());
            };
            let length = room.min(self.buffer.len());
            let n = match rustix::io::read(master, &mut self.buffer[..length]) {
                Ok(n) => n,
                Err(Errno::INTR | Errno::AGAIN) => break,
                Err(Errno::IO) => {
                    self.host_left(on_event);
                    self.open_for_all(on_event)?;
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            if turn == 0 {
                // The rate is set before the first byte is sent, so it is the right one by now.
                self.host_configured(on_event)?;
            }
            let bytes = &self.buffer[..n];
            self.device.receive(self.clock.now(), bytes);
            if let Some(record) = &mut self.record {
                record.extend_from_slice(bytes);
            }
            room -= n;
            if paced {
                self.next_read = time::Instant::now() + PACE;
            }
            if room == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Looks whether a host has the slave open.
    fn look_for_host(&mut self) -> io::Result<()> {
        if let (Some(master), Host::Away) = (&self.master, self.host) {
            let mut fds = [PollFd::new(master, PollFlags::IN)];
            poll(&mut fds, Some(&Timespec::default()))?;
            if !fds[0].revents().contains(PollFlags::HUP) {
                self.host = Host::Settling(time::Instant::now());
            }
        }
        Ok(())
    }

    /// One turn: the device, the line, and sleep until the next thing can happen.
    ///
    /// Answers whether somebody woke it up.
    fn turn(&mut self, on_event: &mut dyn FnMut(Event)) -> io::Result<bool> {
        self.look_for_host()?;
        while let Ok((id, answer)) = self.fetched.1.try_recv() {
            self.device.fetched(self.clock.now(), id, answer);
        }
        if let Host::Settling(since) = self.host
            && since.elapsed() >= SETTLE
        {
            self.host_configured(on_event)?;
        }
        let deadline = self.drain_device(on_event)?;
        let mut sleep = deadline.map_or(LONGEST_SLEEP, |deadline| self.clock.until(deadline));
        sleep = sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP);

        let mut interest = PollFlags::empty();
        let mut room = 0;
        match self.host {
            Host::Away if self.master.is_some() => sleep = sleep.min(LOOK_FOR_HOST),
            Host::Away => {}
            Host::Settling(_) | Host::Here { .. } => {
                if let Host::Settling(since) = self.host {
                    sleep = sleep.min(SETTLE.saturating_sub(since.elapsed()));
                }
                room = self.device.capacity(self.clock.now());
                let pause = self
                    .next_read
                    .saturating_duration_since(time::Instant::now());
                if room > 0 && pause.is_zero() {
                    interest |= PollFlags::IN;
                } else {
                    room = 0;
                    sleep = sleep.min(if pause.is_zero() { PACE } else { pause });
                }
                if !self.unread.is_empty() {
                    interest |= PollFlags::OUT;
                }
            }
        }

        let wake = Arc::clone(&self.wake);
        let mut fds = vec![PollFd::new(&wake, PollFlags::IN)];
        // With no interest the master would still report a hang-up, again and again; it is found by
        // the next read.
        if !interest.is_empty()
            && let Some(master) = &self.master
        {
            fds.push(PollFd::new(master, interest));
        }
        let timeout = Timespec {
            tv_sec: i64::try_from(sleep.as_secs()).unwrap_or(1),
            tv_nsec: i64::from(sleep.subsec_nanos()),
        };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let woken = fds[0].revents().contains(PollFlags::IN);
        if woken {
            rustix::io::read(&*wake, &mut [0; 8])?;
        }
        let ready = fds.get(1).map_or(PollFlags::empty(), PollFd::revents);
        if ready.contains(PollFlags::OUT) {
            self.write_unread()?;
        }
        if room > 0 && ready.intersects(PollFlags::IN | PollFlags::HUP) {
            self.read(room, on_event)?;
        }
        Ok(woken)
    }
}

type Job<D> = Box<dyn FnOnce(&mut Line<D>, &mut dyn FnMut(Event)) -> io::Result<()> + Send>;

enum Request<D> {
    Do(Job<D>),
    Stop,
}

/// A device on a pty of its own, in a thread of its own.
pub struct Mount<D: Device> {
    requests: Sender<Request<D>>,
    wake: Arc<OwnedFd>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl<D: Device> Mount<D> {
    /// Mounts the device that `build` makes and plugs it in. `on_event` runs in the mount's thread.
    pub fn start(
        build: impl FnOnce(Instant) -> D + Send + 'static,
        mut on_event: impl FnMut(Event) + Send + 'static,
    ) -> io::Result<Self> {
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC)?);
        let (requests, inbox) = channel();
        let thread_wake = Arc::clone(&wake);
        let thread = std::thread::Builder::new()
            .name("pty".into())
            .spawn(move || {
                let clock = Clock(time::Instant::now());
                let mut line = Line::new(build(clock.now()), clock, thread_wake);
                line.plug(None, &mut on_event)?;
                let result = serve(&mut line, &inbox, &mut on_event);
                line.unplug(&mut on_event);
                result
            })?;
        Ok(Self {
            requests,
            wake,
            thread: Some(thread),
        })
    }

    /// Runs `job` in the mount's thread and answers with its result.
    fn call<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Line<D>, &mut dyn FnMut(Event)) -> io::Result<R> + Send + 'static,
    ) -> io::Result<R> {
        let (answer, result) = channel();
        let job: Job<D> = Box::new(move |line, on_event| {
            // The caller waits below; if it is gone, nobody misses the answer.
            let _ = answer.send(job(line, on_event)?);
            Ok(())
        });
        let gone = || io::Error::other("the pty's thread has ended");
        self.requests.send(Request::Do(job)).map_err(|_| gone())?;
        rustix::io::write(&self.wake, &1u64.to_ne_bytes())?;
        result.recv().map_err(|_| gone())
    }

    /// Runs `look` on the device, e.g. to read what it knows.
    pub fn with_device<R: Send + 'static>(
        &self,
        look: impl FnOnce(&mut D) -> R + Send + 'static,
    ) -> io::Result<R> {
        self.call(move |line, _| Ok(look(&mut line.device)))
    }

    /// Runs `act` on the device with the mount's time, e.g. to pull its cable. What the device does
    /// then is carried out before the next bytes are read.
    pub fn with_now<R: Send + 'static>(
        &self,
        act: impl FnOnce(&mut D, Instant) -> R + Send + 'static,
    ) -> io::Result<R> {
        self.call(move |line, _| Ok(act(&mut line.device, line.clock.now())))
    }

    /// Takes the device away: the host is hung up first, as with a real cable.
    pub fn unplug(&self) -> io::Result<()> {
        self.call(|line, on_event| {
            line.unplug(on_event);
            Ok(())
        })
    }

    /// Plugs the device in again, on a new pty.
    pub fn plug(&self) -> io::Result<()> {
        self.call(|line, on_event| line.plug(None, on_event))
    }

    /// Hangs the host up without telling it that the device has gone.
    pub fn hang_up(&self) -> io::Result<()> {
        self.call(|line, on_event| {
            line.hang_up(on_event);
            Ok(())
        })
    }

    /// Keeps every byte that the host sends from now on.
    pub fn start_recording(&self) -> io::Result<()> {
        self.call(|line, _| {
            line.record = Some(Vec::new());
            Ok(())
        })
    }

    /// The bytes that the host sent since [`Mount::start_recording`].
    pub fn recording(&self) -> io::Result<Vec<u8>> {
        self.call(|line, _| Ok(line.record.clone().unwrap_or_default()))
    }

    fn end(&mut self) -> io::Result<()> {
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        // A thread that has ended already needs no request.
        let _ = self.requests.send(Request::Stop);
        rustix::io::write(&self.wake, &1u64.to_ne_bytes())?;
        thread
            .join()
            .map_err(|_| io::Error::other("the pty's thread panicked"))?
    }

    /// Unplugs the device and ends the thread.
    pub fn stop(mut self) -> io::Result<()> {
        self.end()
    }
}

impl<D: Device> Drop for Mount<D> {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("testbed: the pty ended with: {error}");
        }
    }
}

fn serve<D: Device>(
    line: &mut Line<D>,
    inbox: &Receiver<Request<D>>,
    on_event: &mut dyn FnMut(Event),
) -> io::Result<()> {
    loop {
        if line.turn(on_event)? {
            while let Ok(request) = inbox.try_recv() {
                match request {
                    Request::Do(job) => job(line, on_event)?,
                    Request::Stop => return Ok(()),
                }
            }
        }
    }
}

/// Runs the simulated module on a pty until the program is killed.
///
/// `report` gets a line for each thing that a person at a terminal wants to know: the path of the
/// pty, its rate, and the new path when the module's port came back.
pub fn run_module(settings: Settings, mut report: impl FnMut(&str)) -> io::Result<()> {
    let clock = Clock(time::Instant::now());
    let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC)?);
    let mut line = Line::new(Simulator::new(settings, clock.now()), clock, wake);
    let mut on_event = |event: Event| report(&describe(&event));
    line.plug(None, &mut on_event)?;
    loop {
        line.turn(&mut on_event)?;
    }
}

fn describe(event: &Event) -> String {
    match event {
        Event::Plugged { path, ids: None } => format!("module on {}", path.display()),
        Event::Plugged {
            path,
            ids: Some((vendor, product)),
        } => format!(
            "module on {} (USB {vendor:04x}:{product:04x})",
            path.display()
        ),
        Event::Unplugged => "port gone".into(),
        Event::Opened { baud_rate } => format!("opened by a program at {baud_rate}"),
        Event::Closed => "closed".into(),
    }
}
