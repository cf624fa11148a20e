//! A panic is our fault and ends the module: the page is told, and shows what is known.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;

thread_local! {
    static TELL: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Calls `tell` with a text if the core panics. Nothing of the module may be used after that.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(
    #[wasm_bindgen(unchecked_param_type = "(message: string) => void")] tell: Function,
) {
    TELL.set(Some(tell));
    // The hook must neither panic nor hold a borrow that the panicking code may hold.
    std::panic::set_hook(Box::new(|info| {
        let message = info.to_string();
        TELL.with(|tell| {
            if let Ok(tell) = tell.try_borrow()
                && let Some(tell) = tell.as_ref()
            {
                let _ = tell.call1(&JsValue::NULL, &message.into());
            }
        });
    }));
}
