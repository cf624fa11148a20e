//! Properties of JavaScript objects, for what the bindings say wrongly or at length.

use js_sys::Reflect;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::plain::Plain;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    static GLOBAL: JsValue;
}

/// A property of `object`; `undefined` where there is none.
#[inline(never)]
pub(super) fn property(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A global variable.
#[inline(never)]
pub(super) fn global(name: &str) -> JsValue {
    GLOBAL.with(|global| property(global, name))
}

/// The name of an error, e.g. `NotFoundError`.
#[inline(never)]
pub(super) fn name_of(error: &JsValue) -> String {
    property(error, "name").as_string().unwrap_or_default()
}

/// Plain objects and numbers: sizes and times are far below 2^53.
#[inline(never)]
pub(super) fn to_js(value: &Plain) -> JsValue {
    value
        .serialize(&Serializer::json_compatible())
        .unwrap_or(JsValue::NULL)
}
