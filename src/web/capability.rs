//! Whether this page may use serial ports, and if not, why. Features are asked for, never names of
//! browsers.

use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::Serial;

use super::task;

/// `"ready"`, `"no-web-serial"`, `"insecure-context"` or `"blocked-by-policy"`.
#[wasm_bindgen(unchecked_return_type = "Promise<Capability>")]
pub fn capability() -> Promise {
    task::promise(async { Ok(find_out().await.into()) })
}

async fn find_out() -> &'static str {
    let global = js_sys::global();
    let secure = Reflect::get(&global, &"isSecureContext".into());
    if secure.is_ok_and(|secure| secure == JsValue::FALSE) {
        return "insecure-context";
    }
    let serial = Reflect::get(&global, &"navigator".into())
        .and_then(|navigator| Reflect::get(&navigator, &"serial".into()))
        .unwrap_or(JsValue::UNDEFINED);
    if serial.is_undefined() {
        return "no-web-serial";
    }
    let ports = serial.unchecked_into::<Serial>().get_ports();
    match task::settled(ports).await {
        Ok(_) => "ready",
        Err(_) => "blocked-by-policy",
    }
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"export type Capability = "ready" | "no-web-serial" | "insecure-context" | "blocked-by-policy";"#;
