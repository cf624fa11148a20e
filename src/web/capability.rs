//! Whether this page may use serial ports, and if not, why. Features are asked for, never names of
//! browsers.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::Serial;

use super::object::{global, property};
use super::task;

/// `"ready"`, `"no-web-serial"`, `"insecure-context"` or `"blocked-by-policy"`.
#[wasm_bindgen(unchecked_return_type = "Promise<Capability>")]
pub fn capability() -> Promise {
    task::promise(async { Ok(find_out().await.into()) })
}

async fn find_out() -> &'static str {
    if global("isSecureContext") == JsValue::FALSE {
        return "insecure-context";
    }
    let serial = property(&global("navigator"), "serial");
    if serial.is_undefined() {
        return "no-web-serial";
    }
    match task::settled(serial.unchecked_into::<Serial>().get_ports()).await {
        Ok(_) => "ready",
        Err(_) => "blocked-by-policy",
    }
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"export type Capability = "ready" | "no-web-serial" | "insecure-context" | "blocked-by-policy";"#;
