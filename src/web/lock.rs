//! One port, one tab: a Web Lock with the port's name, held while the port is open.
//!
//! A port has no name in the browser but its USB ids and its place among the granted ports with the
//! same ids, which is the same in every tab of one page.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;
use web_sys::{LockManager, Serial, SerialPort};

use super::object::{global, property, to_js};
use super::task;
use crate::plain::Plain;

/// A lock; dropped, it is free again.
pub(super) struct PortLock {
    release: Function,
}

impl Drop for PortLock {
    fn drop(&mut self) {
        // Settling a promise cannot fail.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
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
    // The lock lasts as long as the promise that the callback gives.
    let (held, [release, _]) = task::open_promise();
    let (answered, [answer, _]) = task::open_promise();
    let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        let _ = answer.call1(&JsValue::UNDEFINED, &lock);
        held.into()
    });
    let options = to_js(&Plain::Object(vec![("ifAvailable", Plain::Bool(true))]));
    // The promise ends when the lock does; only the callback matters here.
    let _ = locks.request_with_options(&name, options.unchecked_ref(), granted.unchecked_ref());
    match task::settled(answered).await {
        Ok(lock) if !lock.is_null() => Locked::Held(PortLock { release }),
        _ => Locked::Elsewhere,
    }
}

/// The page's lock manager, if `serial` is the browser's own.
fn manager(serial: &Serial) -> Option<LockManager> {
    let navigator = global("navigator");
    if property(&navigator, "serial") != *AsRef::<JsValue>::as_ref(serial) {
        return None;
    }
    let locks = property(&navigator, "locks");
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
