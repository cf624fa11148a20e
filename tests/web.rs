//! The shell in a real browser, on ports made of real streams: what is opened is released, errors that
//! can be survived are survived, and the page gets plain data.

#![cfg(all(target_arch = "wasm32", feature = "flasher"))]

use std::cell::RefCell;
use std::rc::Rc;

use deltaport::web::Flasher;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/web/port.js")]
extern "C" {
    #[wasm_bindgen(js_name = makePort)]
    fn make_port() -> JsValue;
    #[wasm_bindgen(js_name = makeSerial)]
    fn make_serial() -> JsValue;
    fn failure(port: &JsValue, how: &str, name: &str);
    fn facts(port: &JsValue) -> JsValue;
    fn file(bytes: Uint8Array, name: &str, readable: bool) -> web_sys::File;
    #[wasm_bindgen(js_name = unhandledRejections)]
    fn unhandled_rejections() -> Array;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, ms: f64);
}

/// A page with one port.
struct Page {
    flasher: Flasher,
    port: JsValue,
    stages: Rc<RefCell<Vec<String>>>,
}

impl Page {
    fn new() -> Self {
        let stages = Rc::new(RefCell::new(Vec::new()));
        let seen = stages.clone();
        let on_snapshot = Closure::<dyn FnMut(JsValue)>::new(move |snapshot: JsValue| {
            let stage = text(&snapshot, "stage");
            if seen.borrow().last() != Some(&stage) {
                seen.borrow_mut().push(stage);
            }
        });
        let on_entry = Closure::<dyn FnMut(JsValue)>::new(|_: JsValue| {});
        let flasher = Flasher::new(
            make_serial(),
            on_snapshot.into_js_value().unchecked_into(),
            on_entry.into_js_value().unchecked_into(),
        );
        Self {
            flasher,
            port: make_port(),
            stages,
        }
    }

    async fn known() -> Self {
        let page = Self::new();
        page.flasher.connect(page.port.clone(), JsValue::UNDEFINED);
        page.until("module").await;
        page
    }

    /// Waits until the stage is reached, 15 s at the most.
    async fn until(&self, stage: &str) {
        for _ in 0..300 {
            if text(&self.flasher.snapshot(), "stage") == stage {
                return;
            }
            pause(50.0).await;
        }
        panic!(
            "{stage} was not reached: {:?}\n{}",
            self.stages.borrow(),
            self.flasher.journal()
        );
    }

    fn problem(&self) -> String {
        let problem = get(&self.flasher.snapshot(), "problem");
        if problem.is_null() {
            String::new()
        } else {
            text(&problem, "code")
        }
    }

    fn port(&self, name: &str) -> JsValue {
        get(&facts(&self.port), name)
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

async fn pause(ms: f64) {
    let promise: Promise = Promise::new(&mut |resolve, _| set_timeout(resolve.unchecked_ref(), ms));
    let _ = promise.await;
}

#[track_caller]
fn nothing_is_unhandled() {
    let unhandled = unhandled_rejections();
    assert_eq!(unhandled.length(), 0, "{unhandled:?}");
}

#[wasm_bindgen_test]
async fn a_port_is_opened_with_a_large_buffer_and_released_once() {
    let page = Page::known().await;
    assert_eq!(
        page.port("bufferSize").as_f64(),
        Some(262_144.0),
        "the module's own USB; the browser's 255 is a trap"
    );
    assert_eq!(page.port("baudRate").as_f64(), Some(115_200.0));
    assert_eq!(
        page.port("flowControl").as_string().as_deref(),
        Some("none")
    );
    page.flasher.act("disconnect");
    page.until("idle").await;
    pause(100.0).await;
    assert_eq!(page.port("closes").as_f64(), Some(1.0));
    assert_eq!(page.port("open"), JsValue::FALSE);
    nothing_is_unhandled();
}

#[wasm_bindgen_test]
async fn the_module_is_plain_data_and_its_imei_is_masked_in_the_log_x_28() {
    let page = Page::known().await;
    let module = get(&page.flasher.snapshot(), "module");
    assert_eq!(text(&module, "model"), "BG95-M3");
    assert_eq!(text(&module, "family"), "bg95");
    assert_eq!(text(&module, "imei"), "004999010640000");
    assert_eq!(get(&module, "maxPackage").as_f64(), Some(1_048_576.0));
    let journal = page.flasher.journal();
    assert!(!journal.contains("004999010640000"), "{journal}");
    assert!(journal.contains("AT+GSN"), "{journal}");
}

#[wasm_bindgen_test]
async fn read_errors_that_can_be_survived_are_survived() {
    let page = Page::known().await;
    for name in [
        "BufferOverrunError",
        "FramingError",
        "BreakError",
        "ParityError",
    ] {
        failure(&page.port, "stumble", name);
        pause(50.0).await;
    }
    assert_eq!(page.port("streams").as_f64(), Some(5.0));
    assert_eq!(text(&page.flasher.snapshot(), "stage"), "module");
    // Commands and answers still go through: the module restarted and is asked anew.
    let say = get(&page.port, "say").unchecked_into::<Function>();
    say.call1(&page.port, &"\r\nAPP RDY\r\n\r\nRDY\r\n".into())
        .expect("the port speaks");
    for _ in 0..300 {
        let known = page
            .stages
            .borrow()
            .iter()
            .filter(|stage| *stage == "module")
            .count();
        if known == 2 {
            break;
        }
        pause(50.0).await;
    }
    assert_eq!(
        page.stages.borrow()[4..],
        ["module", "listening", "greeting", "identifying", "module"]
    );
    nothing_is_unhandled();
}

#[wasm_bindgen_test]
async fn a_device_that_goes_away_is_released_and_told() {
    let page = Page::known().await;
    failure(&page.port, "vanish", "");
    page.until("idle").await;
    assert_eq!(page.problem(), "port-lost");
    assert_eq!(page.port("closes").as_f64(), Some(1.0));
    nothing_is_unhandled();
}

#[wasm_bindgen_test]
async fn a_port_that_does_not_open_says_so() {
    let page = Page::new();
    failure(&page.port, "busy", "");
    page.flasher.connect(page.port.clone(), JsValue::UNDEFINED);
    page.until("idle").await;
    for _ in 0..20 {
        if page.problem() == "port-busy" {
            break;
        }
        pause(20.0).await;
    }
    assert_eq!(page.problem(), "port-busy");
    nothing_is_unhandled();
}

#[wasm_bindgen_test]
async fn a_package_is_digested_by_the_browser_and_by_the_modules_own_rule_x_11() {
    let page = Page::new();
    let bytes = Uint8Array::from(&[0x12, 0x34, 0x56][..]);
    let name = "BG95M3LAR02A03_01.012-TO-BG95M3LAR02A04_01.200.zip";
    page.flasher
        .set_package(file(bytes, name, true))
        .await
        .expect("it can be read");
    let package = get(&page.flasher.snapshot(), "package");
    assert_eq!(get(&package, "size").as_f64(), Some(3.0));
    assert_eq!(get(&package, "checksum").as_f64(), Some(f64::from(0x4434)));
    assert_eq!(
        text(&package, "sha256"),
        "bf7cbe09d71a1bcc373ab9a764917f730a6ed951ffa1a7399b7abd8f8fd73cb4"
    );
    assert_eq!(text(&package, "toVersion"), "BG95M3LAR02A04_01.200");
}

#[wasm_bindgen_test]
async fn a_file_that_cannot_be_read_is_told_and_no_package() {
    let page = Page::new();
    let bytes = Uint8Array::from(&[1, 2, 3][..]);
    page.flasher
        .set_package(file(bytes, "update.zip", false))
        .await
        .expect("no exception");
    assert_eq!(page.problem(), "package-unreadable");
    assert!(get(&page.flasher.snapshot(), "package").is_null());
}
