//! One open port: its read loop, its writes in order, and its release on every path.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{ReadableStreamDefaultReader, SerialPort, WritableStreamDefaultWriter};

use super::lock::PortLock;
use super::object::{name_of, property, to_js};
use super::task;
use crate::dfota::{OpenFailure, PortSettings, UsbId};
use crate::plain::Plain;

/// What an open port tells.
pub(super) enum Told {
    Bytes(Uint8Array),
    /// A read error that the port survives.
    ReadFlaw,
    /// A piece of the package was taken.
    Written(u32),
    WriteFailed,
    Discarded,
    /// The port is gone and has been released.
    Lost,
}

/// An open port.
pub(super) struct OpenPort {
    port: SerialPort,
    tell: Box<dyn Fn(Told)>,
    reader: RefCell<Option<ReadableStreamDefaultReader>>,
    writer: RefCell<Option<WritableStreamDefaultWriter>>,
    waiting: RefCell<VecDeque<Piece>>,
    writing: Cell<bool>,
    /// Counts discards: a write that fails because of one is no failure.
    discards: Cell<u32>,
    /// The port is being released, or has been.
    ended: Cell<bool>,
    _lock: Option<PortLock>,
}

struct Piece {
    bytes: Uint8Array,
    is_data: bool,
}

/// The USB ids of a port, if it is a USB device.
pub(super) fn usb_id(port: &SerialPort) -> Option<UsbId> {
    let info = port.get_info();
    let id = |name: &str| {
        // The browser gives 16-bit ids.
        property(&info, name).as_f64().map(|id| id as u16)
    };
    Some(UsbId {
        vendor: id("usbVendorId")?,
        product: id("usbProductId")?,
    })
}

/// Opens `port`.
pub(super) async fn open(
    port: &SerialPort,
    settings: PortSettings,
    lock: Option<PortLock>,
    tell: Box<dyn Fn(Told)>,
) -> Result<Rc<OpenPort>, OpenFailure> {
    let number = |n: u32| Plain::Number(n.into());
    let mut options = vec![
        ("baudRate", number(settings.baud_rate)),
        ("bufferSize", number(settings.buffer_size)),
    ];
    // Some USB ports stay silent with DTR off (B-up-9). Ports without these lines refuse: no harm.
    let mut signals = vec![("dataTerminalReady", Plain::Bool(true))];
    if settings.flow_control {
        options.push(("flowControl", Plain::Name("hardware")));
    } else {
        signals.push(("requestToSend", Plain::Bool(true)));
    }
    task::settled(port.open(to_js(&Plain::Object(options)).unchecked_ref()))
        .await
        .map_err(|error| open_failure(port, &error))?;
    let signals = to_js(&Plain::Object(signals));
    let _ = task::settled(port.set_signals_with_signals(signals.unchecked_ref())).await;
    let open = Rc::new(OpenPort {
        port: port.clone(),
        tell,
        reader: RefCell::new(None),
        writer: RefCell::new(writer_of(port)),
        waiting: RefCell::default(),
        writing: Cell::new(false),
        discards: Cell::new(0),
        ended: Cell::new(false),
        _lock: lock,
    });
    task::spawn(open.clone().read());
    Ok(open)
}

fn open_failure(port: &SerialPort, error: &JsValue) -> OpenFailure {
    if property(port, "connected") == JsValue::FALSE || name_of(error) == "NotFoundError" {
        OpenFailure::Gone
    } else {
        OpenFailure::Busy
    }
}

/// The type says that it is there always; after an error it may be null.
fn writer_of(port: &SerialPort) -> Option<WritableStreamDefaultWriter> {
    let stream = property(port, "writable");
    if !stream.is_object() {
        return None;
    }
    WritableStreamDefaultWriter::new(stream.unchecked_ref()).ok()
}

impl OpenPort {
    /// Queues bytes; they go out in order.
    pub(super) fn write(self: &Rc<Self>, bytes: Uint8Array, is_data: bool) {
        let piece = Piece { bytes, is_data };
        self.waiting.borrow_mut().push_back(piece);
        self.go_on_writing();
    }

    fn go_on_writing(self: &Rc<Self>) {
        if !self.waiting.borrow().is_empty()
            && !self.ended.get()
            && self.writer.borrow().is_some()
            && !self.writing.replace(true)
        {
            task::spawn(self.clone().write_waiting());
        }
    }

    async fn write_waiting(self: Rc<Self>) {
        loop {
            // While a discard holds the writer, what is queued waits for the new one.
            if self.ended.get() || self.writer.borrow().is_none() {
                break;
            }
            let Some(piece) = self.waiting.borrow_mut().pop_front() else {
                break;
            };
            let discards = self.discards.get();
            let promise = match &*self.writer.borrow() {
                Some(writer) => writer.write_with_chunk(&piece.bytes),
                None => break,
            };
            let written = task::settled(promise).await;
            if self.ended.get() {
                break;
            }
            match written {
                Ok(_) if piece.is_data => (self.tell)(Told::Written(piece.bytes.length())),
                Ok(_) => {}
                // Dropped on purpose, or the reading side finds out that the port is gone.
                Err(_) if self.discards.get() != discards => {}
                Err(_) => (self.tell)(Told::WriteFailed),
            }
        }
        self.writing.set(false);
        // Something may have been queued while the last write was told.
        self.go_on_writing();
    }

    /// Drops what waits, also what the browser holds.
    pub(super) fn discard(self: &Rc<Self>) {
        self.discards.set(self.discards.get().wrapping_add(1));
        self.waiting.borrow_mut().clear();
        let open = self.clone();
        task::spawn(async move {
            open.drop_writer().await;
            if !open.ended.get() {
                // An aborted stream is over; the port has a new one.
                *open.writer.borrow_mut() = writer_of(&open.port);
                open.go_on_writing();
                (open.tell)(Told::Discarded);
            }
        });
    }

    async fn drop_writer(&self) {
        let writer = self.writer.borrow_mut().take();
        if let Some(writer) = writer {
            let _ = task::settled(writer.abort()).await;
            writer.release_lock();
        }
    }

    /// Releases the port; nothing is told any more.
    pub(super) async fn close(self: Rc<Self>) {
        if self.ended.replace(true) {
            return;
        }
        let reader = self.reader.borrow().clone();
        if let Some(reader) = reader {
            // Ends the read loop, which lets the stream go.
            let _ = task::settled(reader.cancel()).await;
            reader.release_lock();
        }
        self.release().await;
    }

    async fn release(&self) {
        self.waiting.borrow_mut().clear();
        self.drop_writer().await;
        let _ = task::settled(self.port.close()).await;
    }

    async fn read(self: Rc<Self>) {
        while !self.ended.get() {
            let stream = property(&self.port, "readable");
            // Null after a fatal error, whatever the type says.
            if !stream.is_object() {
                break;
            }
            let Ok(reader) = ReadableStreamDefaultReader::new(stream.unchecked_ref()) else {
                break;
            };
            *self.reader.borrow_mut() = Some(reader.clone());
            let error = self.read_stream(&reader).await;
            self.reader.borrow_mut().take();
            if self.ended.get() {
                return;
            }
            reader.release_lock();
            match error {
                Some(error) if is_recoverable(&error) => (self.tell)(Told::ReadFlaw),
                _ => break,
            }
        }
        if !self.ended.replace(true) {
            self.release().await;
            (self.tell)(Told::Lost);
        }
    }

    /// Reads until the stream ends; the error that ended it, if one did.
    async fn read_stream(&self, reader: &ReadableStreamDefaultReader) -> Option<JsValue> {
        loop {
            let result = match task::settled(reader.read()).await {
                Ok(result) => result,
                Err(error) => return Some(error),
            };
            let value = property(&result, "value");
            // There is none at the end.
            if self.ended.get() || !value.is_object() {
                return None;
            }
            (self.tell)(Told::Bytes(value.unchecked_into()));
        }
    }
}

/// After these the port has a new stream; after any other it is gone.
fn is_recoverable(error: &JsValue) -> bool {
    matches!(
        name_of(error).as_str(),
        "BufferOverrunError" | "BreakError" | "FramingError" | "ParityError"
    )
}
