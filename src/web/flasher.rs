//! What the page holds in its hands.

use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{File, SerialPort};

use super::object::{name_of, property, to_js};
use super::package::{self, Package};
use super::port;
use super::shell::Shell;
use super::task;
use crate::dfota::{Choice, PortSettings, UsbId, versions_in};
use crate::plain::Plain;
use crate::snapshot::PackageFacts;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** How a port is opened. */
export interface PortOptions {
    /** Bits per second; 115200 if left out. */
    baudRate?: number;
    /** RTS/CTS; off if left out. */
    flowControl?: boolean;
    /** Most bytes that the browser buffers in each direction; 16384 if left out. Half a second of the
        line is enough: at low rates it is less. */
    bufferSize?: number;
    /** The port was listened to a moment ago, and no update is running on it. */
    heard?: boolean;
}
/** How an upload is started. */
export interface StartOptions {
    /** Although the model is not known to be supported. */
    unknownModel?: boolean;
    /** The final go is given already: for supervised lines. */
    presetGo?: boolean;
}
"#;

/// One module on one port.
#[wasm_bindgen]
pub struct Flasher {
    pub(super) shell: Rc<Shell>,
}

#[wasm_bindgen]
impl Flasher {
    /// `serial` is `navigator.serial`, or an object of the same kind, such as the simulated one.
    /// `onSnapshot` is called at every change, `onEntry` with every line for the console.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Serial")] serial: JsValue,
        #[wasm_bindgen(js_name = onSnapshot, unchecked_param_type = "(snapshot: Snapshot) => void")]
        on_snapshot: Function,
        #[wasm_bindgen(js_name = onEntry, unchecked_param_type = "(entry: Entry) => void")]
        on_entry: Function,
    ) -> Self {
        // The simulated one is no instance of the browser's class: what counts is what it can do.
        Self {
            shell: Shell::new(serial.unchecked_into(), on_snapshot, on_entry),
        }
    }

    /// The ports that this page may use already.
    #[wasm_bindgen(unchecked_return_type = "Promise<SerialPort[]>")]
    pub fn ports(&self) -> JsValue {
        self.shell.serial().get_ports().into()
    }

    /// Lets the person choose a port. To be called inside a click. Gives `undefined` when nothing was
    /// chosen.
    #[wasm_bindgen(js_name = requestPort, unchecked_return_type = "Promise<SerialPort | undefined>")]
    pub fn request_port(&self) -> JsValue {
        // The browser wants this call before anything is waited for.
        let asked = task::settled(self.shell.serial().request_port());
        task::promise(async move {
            match asked.await {
                Ok(port) => Ok(port),
                // The person closed the chooser without a choice, or no person clicked at all.
                Err(error) if matches!(&*name_of(&error), "NotFoundError" | "SecurityError") => {
                    Ok(JsValue::UNDEFINED)
                }
                Err(error) => Err(error),
            }
        })
        .into()
    }

    /// Opens `port` and finds out what is on it.
    pub fn connect(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SerialPort")] port: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "PortOptions")] options: JsValue,
    ) {
        let port = port.unchecked_into::<SerialPort>();
        let is_line = port::usb_id(&port).is_none_or(|usb| usb.vendor != UsbId::QUECTEL);
        let number = |name: &str, default: u32| {
            property(&options, name)
                .as_f64()
                .filter(|n| *n >= 1.0 && *n <= f64::from(u32::MAX))
                .map_or(default, |n| n as u32)
        };
        let choice = Choice::Connect(PortSettings {
            baud_rate: number("baudRate", PortSettings::DEFAULT_BAUD_RATE),
            flow_control: flag(&options, "flowControl"),
            buffer_size: number("bufferSize", PortSettings::DEFAULT_BUFFER_SIZE),
            is_line,
            heard: flag(&options, "heard"),
        });
        self.with_port(port, choice);
    }

    /// Goes on with `port`: the module came back under an identity that this page did not know.
    pub fn reconnect(&self, #[wasm_bindgen(unchecked_param_type = "SerialPort")] port: JsValue) {
        self.with_port(port.unchecked_into(), Choice::Reconnect);
    }

    /// Reads and digests a delta package. What is wrong with it stands in the snapshot.
    #[wasm_bindgen(js_name = setPackage, unchecked_return_type = "Promise<void>")]
    pub fn set_package(&self, file: File) -> Promise {
        let shell = self.shell.clone();
        let turn = shell.next_package();
        task::promise(async move {
            let name = file.name();
            match package::digest(&file).await {
                Ok((digest, _)) => {
                    let (from_version, to_version) = versions_in(&name);
                    let choice = Choice::Package(PackageFacts {
                        name,
                        size: digest.size,
                        sha256: digest.sha256,
                        checksum: digest.checksum,
                        from_version,
                        to_version,
                    });
                    shell.choose_package(turn, Package::new(file), choice);
                }
                Err(flaw) => shell.choose(Choice::PackageFlaw(flaw, name)),
            }
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Starts the upload, or the module's own download.
    pub fn start(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "StartOptions")] options: JsValue,
    ) {
        self.shell.choose(Choice::Start {
            unknown_model: flag(&options, "unknownModel"),
            preset_go: flag(&options, "presetGo"),
        });
    }

    /// Does what needs no further words: `go`, `cancel`, `disconnect`, `look-again`, `next`,
    /// `check`, `read-settings`. Others
    /// are ignored; one that is not possible now becomes a problem in the snapshot.
    pub fn act(&self, #[wasm_bindgen(unchecked_param_type = "Action")] action: &str) {
        let choice = match action {
            "go" => Choice::Go,
            "cancel" => Choice::Cancel,
            "disconnect" => Choice::Disconnect,
            "look-again" => Choice::LookAgain,
            "next" => Choice::Next,
            #[cfg(feature = "routes")]
            "check" => Choice::Check,
            #[cfg(feature = "routes")]
            "read-settings" => Choice::ReadSettings,
            _ => return,
        };
        self.shell.choose(choice);
    }

    /// The state of the session.
    #[wasm_bindgen(unchecked_return_type = "Snapshot")]
    pub fn snapshot(&self) -> JsValue {
        to_js(&Plain::of(&self.shell.session().snapshot()))
    }

    /// The whole journal as text, with identities masked.
    pub fn journal(&self) -> String {
        self.shell.session().journal()
    }
}

impl Flasher {
    /// The port in use is exchanged only if the session goes along.
    fn with_port(&self, port: SerialPort, choice: Choice) {
        if self.shell.session().allows(&choice) {
            self.shell.choose_port(port);
        }
        self.shell.choose(choice);
    }
}

impl Drop for Flasher {
    fn drop(&mut self) {
        self.shell.end();
    }
}

fn flag(options: &JsValue, name: &str) -> bool {
    property(options, name) == JsValue::TRUE
}
