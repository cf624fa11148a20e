//! Work in the background, and waiting for promises.
//!
//! The library brings an executor of its own, with queues and wakers for every kind of future. All that
//! is ever waited for in here are promises, and a promise calls back on a clean stack by itself: the
//! callback goes on with the task that waited.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures::future::LocalBoxFuture;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Promise)]
    type Thenable;
    #[wasm_bindgen(method)]
    fn then(this: &Thenable, resolved: &Callback, rejected: &Callback) -> JsValue;
}

type Callback = Closure<dyn FnMut(JsValue)>;
type Work = LocalBoxFuture<'static, ()>;
type Settlement = Result<JsValue, JsValue>;

/// Work that has begun, unless it runs right now or is over.
struct Task(RefCell<Option<Work>>);

thread_local! {
    /// The task that runs right now.
    static RUNNING: RefCell<Option<Rc<Task>>> = const { RefCell::new(None) };
}

impl Task {
    fn go_on(self: Rc<Self>) {
        let Some(mut work) = self.0.take() else {
            return;
        };
        RUNNING.set(Some(self.clone()));
        // Promises call back; nobody needs to be woken.
        let poll = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        RUNNING.set(None);
        if poll.is_pending() {
            self.0.replace(Some(work));
        }
    }
}

/// A promise that is waited for.
pub(super) struct Settled(Rc<Wait>);

#[derive(Default)]
struct Wait {
    settlement: RefCell<Option<Settlement>>,
    task: RefCell<Option<Rc<Task>>>,
    callbacks: RefCell<Option<[Callback; 2]>>,
}

impl Wait {
    fn end(&self, settlement: Settlement) {
        // Only one of them is ever called, and only once.
        drop(self.callbacks.take());
        self.settlement.replace(Some(settlement));
        if let Some(task) = self.task.take() {
            task.go_on();
        }
    }
}

impl Future for Settled {
    type Output = Settlement;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Settlement> {
        match self.0.settlement.take() {
            Some(settlement) => Poll::Ready(settlement),
            None => {
                self.0.task.replace(RUNNING.with_borrow(Clone::clone));
                Poll::Pending
            }
        }
    }
}

/// What `promise` is settled with.
pub(super) fn settled(promise: impl Into<JsValue>) -> Settled {
    Settled(wait(promise.into()))
}

/// Runs `work` in the background, not before the code under way has ended.
pub(super) fn spawn(work: impl Future<Output = ()> + 'static) {
    start(Box::pin(work));
}

/// A promise of what `work` gives.
pub(super) fn promise(work: impl Future<Output = Settlement> + 'static) -> Promise {
    promised(Box::pin(work))
}

/// A promise, and the functions that resolve and reject it.
pub(super) fn open_promise() -> (Promise, [Function; 2]) {
    let mut settle = [JsValue::UNDEFINED, JsValue::UNDEFINED];
    let promise = Promise::new(&mut |resolve, reject| settle = [resolve.into(), reject.into()]);
    // The browser has called back before the promise was made.
    (promise, settle.map(JsCast::unchecked_into))
}

// Each of these is compiled once, whatever it is given.

#[inline(never)]
fn wait(promise: JsValue) -> Rc<Wait> {
    let wait = Rc::new(Wait::default());
    let callbacks = [true, false].map(|resolved| {
        let wait = wait.clone();
        Callback::new(move |value| wait.end(if resolved { Ok(value) } else { Err(value) }))
    });
    promise
        .unchecked_into::<Thenable>()
        .then(&callbacks[0], &callbacks[1]);
    wait.callbacks.replace(Some(callbacks));
    wait
}

#[inline(never)]
fn start(work: Work) {
    let task = Rc::new(Task(RefCell::new(Some(work))));
    let start = wait(Promise::resolve(&JsValue::UNDEFINED).into());
    start.task.replace(Some(task));
}

#[inline(never)]
fn promised(work: Pin<Box<dyn Future<Output = Settlement>>>) -> Promise {
    let (promise, [resolve, reject]) = open_promise();
    spawn(async move {
        // Settling a promise cannot fail.
        let _ = match work.await {
            Ok(value) => resolve.call1(&JsValue::UNDEFINED, &value),
            Err(error) => reject.call1(&JsValue::UNDEFINED, &error),
        };
    });
    promise
}
