// While leaving would lose something: the screen stays awake and the browser asks before it leaves.

export class BusyGuard {
  #busy = false;
  /** @type {WakeLockSentinel | undefined} */
  #lock;

  /** @param {boolean} busy */
  set(busy) {
    if (busy === this.#busy) return;
    this.#busy = busy;
    const change = busy ? "addEventListener" : "removeEventListener";
    window[change]("beforeunload", ask);
    document[change]("visibilitychange", this.#renew);
    if (busy) this.#renew();
    else this.#lock?.release().catch(() => {});
  }

  /** The browser drops the lock whenever the page is hidden. */
  #renew = async () => {
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
      if (!this.#busy) await this.#lock.release();
    } catch {
      // Refused, on low battery for example. The upgrade goes on without.
    }
  };
}

/** @param {Event} event */
function ask(event) {
  event.preventDefault();
}
