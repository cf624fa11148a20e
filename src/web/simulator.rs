//! The simulated module for the page: `www/simulator/serial.js` gives it the interface of a port.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::simulator::{self, FetchFailure, Model, Output, SCENARIOS, Scheme, Settings, Simulator};
use crate::time::{Duration, Instant};

/// Larger samples are cut: they only live in the page's memory.
const LARGEST_SAMPLE: u32 = 16 << 20;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A module by name. */
export interface SimulatedScenario {
  /** In kebab-case. */
  name: string;
  /** What it is, or what goes wrong. */
  summary: string;
  /** The family of its module. */
  family: "bg95" | "eg06xk" | "bc660k" | "bc26" | "bc20" | "other";
  /** How the package comes to the module in it. */
  route: "com" | "server" | "file" | "operator";
  /** The URL that shows it, where it is about a server. */
  url: string | null;
}

/** How a simulated module differs from that of its scenario. */
export interface SimulatedSettings {
  /** As `AT+CGMM` gives it. */
  model?: string | undefined;
  /** As `AT+QGMR` gives it. */
  version?: string | undefined;
  /** Bits per second that the line carries; 0: as fast as can be. */
  lineRate?: number | undefined;
  /** How long the module thinks before an answer, in milliseconds. */
  latencyMs?: number | undefined;
  /** Divides the module's own durations. */
  haste?: number | undefined;
}

/** What a simulated module does next. */
export type SimulatedOutput =
  | { kind: "bytes"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "unplug" }
  | { kind: "plug" }
  | { kind: "wait"; until: number | null };
"#;

#[wasm_bindgen]
extern "C" {
    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "SimulatedScenario[]")]
    pub type Scenarios;
    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "SimulatedSettings")]
    pub type Deviations;
    /// See `TYPES`.
    #[wasm_bindgen(typescript_type = "SimulatedOutput")]
    pub type NextOutput;
}

/// A module in memory. Every call takes the time of `performance.now()`.
#[wasm_bindgen]
pub struct SimulatedModule(Simulator);

#[wasm_bindgen]
impl SimulatedModule {
    /// The module of a scenario. Throws where there is none of that name.
    #[wasm_bindgen(constructor)]
    pub fn new(now: f64, scenario: &str, deviations: &Deviations) -> Result<Self, JsError> {
        let mut settings = Settings::scenario(scenario)
            .ok_or_else(|| JsError::new("there is no simulated module of this name"))?;
        let text = |name| get(deviations, name).and_then(|value| value.as_string());
        let number = |name| get(deviations, name).and_then(|value| value.as_f64());
        if let Some(name) = text("model") {
            settings = settings.with_model(Model::named(&name));
        }
        if let Some(version) = text("version") {
            settings.version = version;
        }
        if let Some(rate) = number("lineRate") {
            settings.line_rate = Some(rate as u32).filter(|&rate| rate > 0);
        }
        if let Some(latency) = number("latencyMs") {
            settings.latency = Duration::from_millis(latency as u64);
        }
        if let Some(haste) = number("haste") {
            settings.haste = haste as u32;
        }
        Ok(Self(Simulator::new(settings, instant(now))))
    }

    /// The page has opened the port.
    pub fn opened(&mut self, now: f64, baud_rate: u32) {
        self.0.port_opened(instant(now), baud_rate);
    }

    /// The page has closed the port.
    pub fn closed(&mut self, now: f64) {
        self.0.port_closed(instant(now));
    }

    /// The page moves DTR.
    #[wasm_bindgen(js_name = setDtr)]
    pub fn set_dtr(&mut self, now: f64, on: bool) {
        self.0.set_dtr(instant(now), on);
    }

    /// How many bytes the line takes now.
    pub fn capacity(&self, now: f64) -> u32 {
        u32::try_from(self.0.capacity(instant(now))).unwrap_or(u32::MAX)
    }

    /// Bytes from the page, at most as many as `capacity` said.
    pub fn receive(&mut self, now: f64, bytes: &[u8]) {
        self.0.receive(instant(now), bytes);
    }

    /// What happens next; to be called until it is a wait.
    pub fn poll(&mut self, now: f64) -> NextOutput {
        let output = Object::new();
        let (kind, value) = match self.0.poll(instant(now)) {
            Output::Bytes(bytes) => (
                "bytes",
                Some(("bytes", Uint8Array::from(&bytes[..]).into())),
            ),
            Output::Unplug => ("unplug", None),
            Output::Plug { .. } => ("plug", None),
            Output::Fetch(fetch) => {
                // the pretend server answers; nothing here asks for a real one
                let answer = Err(FetchFailure::Refused);
                self.0.fetched(instant(now), fetch.id, answer);
                return self.poll(now);
            }
            Output::Wait(until) => {
                let until = until.map_or(JsValue::NULL, |until| (until.as_millis() as f64).into());
                ("wait", Some(("until", until)))
            }
        };
        set(&output, "kind", &kind.into());
        if let Some((name, value)) = value {
            set(&output, name, &value);
        }
        output.unchecked_into()
    }

    /// USB vendor and product id of the port; nothing while there is no port.
    #[wasm_bindgen(js_name = usbIds)]
    pub fn usb_ids(&self) -> Option<Vec<u16>> {
        self.0
            .usb_ids()
            .map(|(vendor, product)| vec![vendor, product])
    }

    /// Pulls the cable.
    #[wasm_bindgen(js_name = pullCable)]
    pub fn pull_cable(&mut self, now: f64) {
        self.0.pull_cable(instant(now));
    }

    /// Plugs the cable in again.
    #[wasm_bindgen(js_name = plugCable)]
    pub fn plug_cable(&mut self, now: f64) {
        self.0.plug_cable(instant(now));
    }
}

/// All modules that have a name.
#[wasm_bindgen]
pub fn scenarios() -> Scenarios {
    let list: Array = SCENARIOS
        .iter()
        .map(|scenario| {
            let entry = Object::new();
            set(&entry, "name", &scenario.name.into());
            set(&entry, "summary", &scenario.summary.into());
            set(&entry, "family", &scenario.family().into());
            set(&entry, "route", &scenario.route.name().into());
            set(
                &entry,
                "url",
                &scenario.url.map_or(JsValue::NULL, Into::into),
            );
            entry
        })
        .collect();
    list.unchecked_into()
}

/// A package that leads a simulated module from one version to another.
#[wasm_bindgen(js_name = samplePackage)]
pub fn sample_package(from: &str, to: &str, size: u32) -> Vec<u8> {
    simulator::sample_package(from, to, size.min(LARGEST_SAMPLE) as usize)
}

/// A URL of the pretend server that leads to a package that fits. Every scheme that the notes know has one,
/// by its name without `://`; nothing for others.
#[wasm_bindgen(js_name = sampleUrl)]
pub fn sample_url(scheme: &str) -> Option<String> {
    Scheme::ALL
        .into_iter()
        .find(|known| known.prefix().strip_suffix("://") == Some(scheme))
        .map(|known| simulator::sample_url(known).to_owned())
}

fn instant(now: f64) -> Instant {
    Instant::from_millis(now as u64)
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into())
        .ok()
        .filter(|value| !value.is_undefined())
}

/// On a fresh plain object this cannot fail.
fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}
