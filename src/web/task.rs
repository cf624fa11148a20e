//! Work in the background, and waiting for promises.
//!
//! Each of the library's functions is compiled anew for every future and every type of promise that it
//! gets. In here they get one kind: what is waited for is boxed, and promises lose their types.

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use js_sys::futures::JsFuture;
use wasm_bindgen::prelude::*;

/// Runs `work` in the background.
pub(super) fn spawn(work: impl Future<Output = ()> + 'static) {
    start(Box::pin(work));
}

/// A promise of what `work` gives.
pub(super) fn promise(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    promised(Box::pin(work))
}

/// What `promise` is settled with.
pub(super) fn settled(promise: impl Into<JsValue>) -> JsFuture {
    wait(promise.into())
}

#[inline(never)]
fn start(work: Pin<Box<dyn Future<Output = ()>>>) {
    js_sys::futures::spawn_local(work);
}

#[inline(never)]
fn promised(work: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>) -> Promise {
    js_sys::futures::future_to_promise(work)
}

#[inline(never)]
fn wait(promise: JsValue) -> JsFuture {
    JsFuture::from(Promise::from(promise))
}
