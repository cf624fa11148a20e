//! Between the session and the browser: inputs in, outputs out.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Event, Serial, SerialPort};

use super::lock::{self, Locked};
use super::object::{property, to_js};
use super::package::{self, Package};
use super::port::{self, OpenPort, Told};
use super::task;
use super::timer::{self, Timer};
use crate::dfota::{Choice, FileFlaw, Input, OpenFailure, Output, PortSettings, UsbId};
use crate::plain::Plain;
use crate::session::{Poll, Session};

/// While a port is lost, the granted ports are looked through so often.
const LOOK_EVERY_MS: f64 = 1000.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn call_after(callback: JsValue, ms: f64);
}

/// The shell of one session.
pub(super) struct Shell {
    me: Weak<Self>,
    session: RefCell<Session>,
    serial: Serial,
    /// The port that was chosen, open or not.
    chosen: RefCell<Option<SerialPort>>,
    open: RefCell<Option<Rc<OpenPort>>>,
    /// Counts openings: what an older one tells is not heard.
    opening: Cell<u32>,
    /// Resolves when the port that is being released is free: the next opening waits for it.
    closing: RefCell<Option<Promise>>,
    lost: RefCell<Option<Lost>>,
    package: RefCell<Option<Package>>,
    /// Memory for the slice that the session looks at: taken once, not for every piece.
    slice: Cell<Vec<u8>>,
    /// Counts the files that were picked.
    packages: Cell<u32>,
    /// The page has thrown this session away: it says no more.
    ended: Cell<bool>,
    timer: Timer,
    on_connect: Closure<dyn FnMut(Event)>,
    on_disconnect: Closure<dyn FnMut(Event)>,
    tell_snapshot: Function,
    tell_entry: Function,
    told: RefCell<Option<Plain>>,
}

/// A port that went away by itself.
struct Lost {
    usb: Option<UsbId>,
    /// Granted ports that were there at that time: none of them is the one that comes back.
    others: Option<Vec<SerialPort>>,
    /// The browser has said that it was unplugged: the same object never works again.
    unplugged: bool,
}

impl Shell {
    pub(super) fn new(serial: Serial, tell_snapshot: Function, tell_entry: Function) -> Rc<Self> {
        let shell = Rc::new_cyclic(|me: &Weak<Self>| {
            let (tick, connect, disconnect) = (me.clone(), me.clone(), me.clone());
            Self {
                me: me.clone(),
                session: RefCell::new(Session::new()),
                serial,
                chosen: RefCell::new(None),
                open: RefCell::new(None),
                opening: Cell::new(0),
                closing: RefCell::new(None),
                lost: RefCell::new(None),
                package: RefCell::new(None),
                slice: Cell::default(),
                packages: Cell::new(0),
                ended: Cell::new(false),
                timer: Timer::new(move || {
                    if let Some(shell) = tick.upgrade() {
                        shell.timer.fired();
                        shell.input(Input::Tick);
                    }
                }),
                on_connect: Closure::new(move |event: Event| {
                    if let (Some(shell), Some(port)) = (connect.upgrade(), port_of(&event)) {
                        shell.consider(port);
                    }
                }),
                on_disconnect: Closure::new(move |event: Event| {
                    if let (Some(shell), Some(port)) = (disconnect.upgrade(), port_of(&event)) {
                        shell.unplugged(&port);
                    }
                }),
                tell_snapshot,
                tell_entry,
                told: RefCell::new(None),
            }
        });
        let listen = |name: &str, closure: &Closure<dyn FnMut(Event)>| {
            let callback = closure.as_ref().unchecked_ref();
            let _ = shell
                .serial
                .add_event_listener_with_callback(name, callback);
        };
        listen("connect", &shell.on_connect);
        listen("disconnect", &shell.on_disconnect);
        shell
    }

    pub(super) const fn serial(&self) -> &Serial {
        &self.serial
    }

    pub(super) fn session(&self) -> std::cell::Ref<'_, Session> {
        self.session.borrow()
    }

    pub(super) fn choose(&self, choice: Choice) {
        self.input(Input::Choice(choice));
    }

    pub(super) fn choose_port(&self, port: SerialPort) {
        *self.chosen.borrow_mut() = Some(port);
        *self.lost.borrow_mut() = None;
    }

    /// A file was picked: what is still being read of an earlier one is out of date.
    pub(super) fn next_package(&self) -> u32 {
        self.packages.set(self.packages.get().wrapping_add(1));
        self.packages.get()
    }

    /// The file in use is exchanged only for the latest pick, and if the session goes along.
    pub(super) fn choose_package(&self, turn: u32, package: Package, choice: Choice) {
        if turn != self.packages.get() {
            return;
        }
        if self.session().allows(&choice) {
            *self.package.borrow_mut() = Some(package);
        }
        self.choose(choice);
    }

    /// Gives the session an input and does what it wants done.
    pub(super) fn input(&self, input: Input<'_>) {
        if self.ended.get() {
            return;
        }
        let mut outputs = Vec::new();
        let (deadline, snapshot) = {
            let mut session = self.session.borrow_mut();
            session.handle_input(timer::now(), input);
            let deadline = loop {
                match session.poll_output() {
                    Poll::Output(output) => outputs.push(output),
                    Poll::Wait(deadline) => break deadline,
                }
            };
            let snapshot = session
                .take_change()
                .then(|| Plain::of(&session.snapshot()));
            (deadline, snapshot)
        };
        self.timer.set(deadline);
        let mut entries = Vec::new();
        for output in outputs {
            match output {
                Output::Entry(entry) => entries.push(entry),
                output => self.serve(output),
            }
        }
        // The page may answer at once, by a choice: only after everything is done.
        for entry in entries {
            let entry = to_js(&Plain::of(&entry));
            tell(&self.tell_entry, &entry);
        }
        if let Some(snapshot) = snapshot
            && self.told.borrow().as_ref() != Some(&snapshot)
        {
            let value = to_js(&snapshot);
            *self.told.borrow_mut() = Some(snapshot);
            tell(&self.tell_snapshot, &value);
        }
    }

    fn serve(&self, output: Output) {
        match output {
            Output::Open(settings) => self.open(settings),
            Output::Close => self.close(),
            Output::Write(bytes) => self.write(Uint8Array::from(&*bytes), false),
            Output::WriteSlice { offset, length } => {
                let slice = self.package.borrow().as_ref().and_then(Package::given);
                // Always so: the session writes what it was given, when it was given it.
                if let Some((at, bytes)) = slice
                    && (at, bytes.length()) == (offset, length)
                {
                    self.write(bytes, true);
                }
            }
            Output::DiscardWrites => {
                if let Some(open) = &*self.open.borrow() {
                    open.discard();
                }
            }
            Output::ReadSlice { offset, length } => self.read_slice(offset, length),
            Output::DigestPackage => self.digest(),
            Output::Entry(_) => {}
        }
    }

    fn write(&self, bytes: Uint8Array, is_data: bool) {
        if let Some(open) = &*self.open.borrow() {
            open.write(bytes, is_data);
        }
    }

    fn open(&self, settings: PortSettings) {
        let Some(shell) = self.me.upgrade() else {
            return;
        };
        let opening = self.opening.get().wrapping_add(1);
        self.opening.set(opening);
        task::spawn(async move {
            shell.closed().await;
            let result = shell.open_chosen(settings, opening).await;
            let current = shell.opening.get() == opening;
            match result {
                Ok(open) if current => {
                    let usb = shell.chosen.borrow().as_ref().and_then(port::usb_id);
                    *shell.open.borrow_mut() = Some(open);
                    *shell.lost.borrow_mut() = None;
                    shell.input(Input::PortOpened(usb));
                }
                // Closed again before it was open.
                Ok(open) => open.close().await,
                Err(failure) if current => shell.input(Input::PortOpenFailed(failure)),
                Err(_) => {}
            }
        });
    }

    async fn open_chosen(
        self: &Rc<Self>,
        settings: PortSettings,
        opening: u32,
    ) -> Result<Rc<OpenPort>, OpenFailure> {
        let chosen = self.chosen.borrow().clone().ok_or(OpenFailure::Gone)?;
        let lock = match lock::lock(&self.serial, &chosen).await {
            Locked::Held(lock) => Some(lock),
            Locked::Elsewhere => return Err(OpenFailure::OtherTab),
            Locked::Unavailable => None,
        };
        let me = self.me.clone();
        let tell = Box::new(move |told| {
            let Some(shell) = me.upgrade() else { return };
            if shell.opening.get() == opening {
                shell.hear(told);
            }
        });
        port::open(&chosen, settings, lock, tell).await
    }

    fn hear(&self, told: Told) {
        match told {
            Told::Bytes(bytes) => self.input(Input::Bytes(&bytes.to_vec())),
            Told::ReadFlaw => self.input(Input::ReadFlaw),
            Told::Written(size) => self.input(Input::Written(size)),
            Told::WriteFailed => self.input(Input::WriteFailed),
            Told::Discarded => self.input(Input::Discarded),
            Told::Lost => {
                *self.open.borrow_mut() = None;
                let usb = self.chosen.borrow().as_ref().and_then(port::usb_id);
                *self.lost.borrow_mut() = Some(Lost {
                    usb,
                    others: None,
                    unplugged: false,
                });
                self.look();
                self.input(Input::PortLost);
            }
        }
    }

    fn close(&self) {
        self.opening.set(self.opening.get().wrapping_add(1));
        let Some(open) = self.open.borrow_mut().take() else {
            return;
        };
        let closing = task::promise(async move {
            open.close().await;
            Ok(JsValue::UNDEFINED)
        });
        *self.closing.borrow_mut() = Some(closing);
    }

    /// Waits until the port that is being released is free.
    async fn closed(&self) {
        let closing = self.closing.borrow_mut().take();
        if let Some(closing) = closing {
            let _ = task::settled(closing).await;
        }
    }

    /// Whether the port that was lost is back, among those that are granted.
    fn look(&self) {
        let Some(shell) = self.me.upgrade() else {
            return;
        };
        task::spawn(async move {
            let Ok(ports) = task::settled(shell.serial.get_ports()).await else {
                return;
            };
            let ports: Vec<SerialPort> =
                ports.unchecked_into::<Array<SerialPort>>().iter().collect();
            let chosen = shell.chosen.borrow().clone();
            let fresh = {
                let mut lost = shell.lost.borrow_mut();
                let Some(lost) = lost.as_mut() else { return };
                match &lost.others {
                    // The first look: whatever is there now, but for our own, is something else.
                    None => {
                        let others = ports
                            .into_iter()
                            .filter(|port| Some(port) != chosen.as_ref());
                        lost.others = Some(others.collect());
                        Vec::new()
                    }
                    Some(others) => ports
                        .into_iter()
                        .filter(|port| !others.contains(port))
                        .filter(|port| !(lost.unplugged && Some(port) == chosen.as_ref()))
                        .collect(),
                }
            };
            for port in fresh {
                shell.consider(port);
            }
            if shell.lost.borrow().is_some() {
                let me = shell.me.clone();
                let again = Closure::once_into_js(move || {
                    if let Some(shell) = me.upgrade() {
                        shell.look();
                    }
                });
                call_after(again, LOOK_EVERY_MS);
            }
        });
    }

    /// A port is there: is it the one that was lost?
    fn consider(&self, port: SerialPort) {
        let fits = match &*self.lost.borrow() {
            Some(lost) => may_be(lost.usb, port::usb_id(&port)),
            None => false,
        };
        if fits && self.open.borrow().is_none() {
            *self.chosen.borrow_mut() = Some(port);
            if let Some(lost) = self.lost.borrow_mut().as_mut() {
                lost.unplugged = false;
            }
            self.input(Input::PortReturned);
        }
    }

    fn unplugged(&self, port: &SerialPort) {
        if self.chosen.borrow().as_ref() == Some(port)
            && let Some(lost) = self.lost.borrow_mut().as_mut()
        {
            lost.unplugged = true;
        }
    }

    fn read_slice(&self, offset: u64, length: u32) {
        let is_there = self
            .package
            .borrow_mut()
            .as_mut()
            .map(|package| package.give(offset, length));
        match is_there {
            Some(true) => self.later(|shell| shell.pass_slice()),
            Some(false) => self.read_block(offset, length),
            None => self.later(|shell| {
                shell.input(Input::SliceFailed(FileFlaw::Unreadable));
            }),
        }
    }

    /// Gives the session the slice that the package holds ready.
    fn pass_slice(&self) {
        let slice = self.package.borrow().as_ref().and_then(Package::given);
        let mut bytes = self.slice.take();
        match slice {
            Some((offset, slice)) => {
                bytes.resize(slice.length() as usize, 0);
                slice.copy_to(&mut bytes);
                self.input(Input::Slice {
                    offset,
                    bytes: &bytes,
                });
            }
            None => self.input(Input::SliceFailed(FileFlaw::Unreadable)),
        }
        self.slice.replace(bytes);
    }

    fn read_block(&self, offset: u64, length: u32) {
        let Some(shell) = self.me.upgrade() else {
            return;
        };
        let Some(file) = self
            .package
            .borrow()
            .as_ref()
            .map(|package| package.file.clone())
        else {
            return;
        };
        task::spawn(async move {
            let read = package::read_block(&file, offset).await;
            let is_there = match (read, shell.package.borrow_mut().as_mut()) {
                (Ok(block), Some(package)) => {
                    package.keep(offset, block);
                    if package.give(offset, length) {
                        Ok(())
                    } else {
                        Err(FileFlaw::Changed)
                    }
                }
                (Err(flaw), _) => Err(flaw),
                (Ok(_), None) => Err(FileFlaw::Unreadable),
            };
            match is_there {
                Ok(()) => shell.pass_slice(),
                Err(flaw) => shell.input(Input::SliceFailed(flaw)),
            }
        });
    }

    fn digest(&self) {
        let Some(shell) = self.me.upgrade() else {
            return;
        };
        let file = {
            let mut package = self.package.borrow_mut();
            let Some(package) = package.as_mut() else {
                return;
            };
            package.forget();
            package.file.clone()
        };
        task::spawn(async move {
            let digest = package::digest(&file).await.map(|(digest, bytes)| {
                if let (Some(bytes), Some(package)) = (bytes, &mut *shell.package.borrow_mut()) {
                    package.keep(0, bytes);
                }
                digest
            });
            shell.input(Input::Digest(digest));
        });
    }

    /// Runs `act` after the input under way.
    fn later(&self, act: impl FnOnce(&Self) + 'static) {
        let Some(shell) = self.me.upgrade() else {
            return;
        };
        task::spawn(async move { act(&shell) });
    }

    /// Lets everything go: the page throws this session away.
    pub(super) fn end(&self) {
        self.ended.set(true);
        self.timer.set(None);
        self.lost.borrow_mut().take();
        let forget = |name: &str, closure: &Closure<dyn FnMut(Event)>| {
            let callback = closure.as_ref().unchecked_ref();
            let _ = self
                .serial
                .remove_event_listener_with_callback(name, callback);
        };
        forget("connect", &self.on_connect);
        forget("disconnect", &self.on_disconnect);
        self.close();
    }
}

fn tell(page: &Function, value: &JsValue) {
    if !value.is_null() {
        let _ = page.call1(&JsValue::NULL, value);
    }
}

fn port_of(event: &Event) -> Option<SerialPort> {
    let port = property(event, "target");
    port.is_object().then(|| port.unchecked_into())
}

/// A module may come back with another product id, but not as another maker's device.
fn may_be(lost: Option<UsbId>, found: Option<UsbId>) -> bool {
    match (lost, found) {
        (Some(lost), Some(found)) => lost.vendor == found.vendor,
        (None, None) => true,
        _ => false,
    }
}
