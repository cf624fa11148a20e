//! The page's clock and one timeout that can be set anew.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::time::Instant;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Closure<dyn FnMut()>, ms: f64) -> f64;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: f64);
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// The browser cuts longer timeouts.
const LONGEST_MS: u64 = 60_000;

/// Now, on the clock of `performance.now()`.
pub(super) fn now() -> Instant {
    // Never negative and far below 2^53.
    Instant::from_millis(performance_now() as u64)
}

/// One timeout; dropped, it is cancelled.
pub(super) struct Timer {
    callback: Closure<dyn FnMut()>,
    set: RefCell<Option<(Instant, f64)>>,
}

impl Timer {
    pub(super) fn new(callback: impl FnMut() + 'static) -> Self {
        Self {
            callback: Closure::new(callback),
            set: RefCell::new(None),
        }
    }

    /// Calls back at `at` or a little later, or early: if that is very far away, or if an earlier time
    /// was set before. A deadline that moves on with every piece of the package costs nothing so.
    pub(super) fn set(&self, at: Option<Instant>) {
        let mut set = self.set.borrow_mut();
        if let (Some((earlier, _)), Some(at)) = (&*set, at)
            && *earlier <= at
        {
            return;
        }
        if let Some((_, id)) = set.take() {
            clear_timeout(id);
        }
        if let Some(at) = at {
            // One millisecond more: the clock is cut to whole ones.
            let ms = (at.since(now()).as_millis() + 1).min(LONGEST_MS);
            *set = Some((at, set_timeout(&self.callback, ms as f64)));
        }
    }

    /// The timeout has called back.
    pub(super) fn fired(&self) {
        self.set.borrow_mut().take();
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.set(None);
    }
}
