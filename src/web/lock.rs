//! One port, one tab: a Web Lock with the port's name, held while the port is open.
//!
//! A port has no name in the browser but its USB ids and its place among the granted ports with the
//! same ids, which is the same in every tab of one page.

use futures::channel::oneshot;
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{LockManager, LockOptions, Serial, SerialPort};

use super::task;

/// A lock; dropped, it is free again.
pub(super) struct PortLock {
    _release: oneshot::Sender<()>,
}

/// What asking for a lock gave.
pub(super) enum Locked {
    Held(PortLock),
    /// Another tab has it.
    Elsewhere,
    /// There are no locks here, e.g. for a simulated port.
    Unavailable,
}

/// Asks for the lock of `port`.
pub(super) async fn lock(serial: &Serial, port: &SerialPort) -> Locked {
    let Some(locks) = manager(serial) else {
        return Locked::Unavailable;
    };
    let name = name_of(serial, port).await;
    let (release, released) = oneshot::channel::<()>();
    let (answer, answered) = oneshot::channel();
    let granted = Closure::once_into_js(move |lock: JsValue| -> Promise {
        // Nobody listens any more: the lock is let go at once.
        let held = !lock.is_null() && answer.send(!lock.is_null()).is_ok();
        task::promise(async move {
            if held {
                // The lock lasts as long as this promise: until the sender is dropped.
                let _ = released.await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = LockOptions::new();
    options.set_if_available(true);
    // The promise ends when the lock does; only the callback matters here.
    let _ = locks.request_with_options(&name, &options, granted.unchecked_ref());
    match answered.await {
        Ok(true) => Locked::Held(PortLock { _release: release }),
        _ => Locked::Elsewhere,
    }
}

/// The page's lock manager, if `serial` is the browser's own.
fn manager(serial: &Serial) -> Option<LockManager> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let own = Reflect::get(&navigator, &"serial".into()).ok()?;
    if own != JsValue::from(serial.clone()) {
        return None;
    }
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    locks.is_object().then(|| locks.unchecked_into())
}

async fn name_of(serial: &Serial, port: &SerialPort) -> String {
    let ids = super::port::usb_id(port).map(|usb| (usb.vendor, usb.product));
    let mut place = 0;
    if let Ok(ports) = task::settled(serial.get_ports()).await {
        for other in ports.unchecked_into::<Array<SerialPort>>().iter() {
            if other == *port {
                break;
            }
            let others = super::port::usb_id(&other).map(|usb| (usb.vendor, usb.product));
            place += u32::from(others == ids);
        }
    }
    let (vendor, product) = ids.unwrap_or_default();
    format!("deltaport {vendor:04x}:{product:04x} {place}")
}
