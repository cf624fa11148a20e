// The simulated module with the interface of `navigator.serial`, so that the demo runs the same path
// as hardware. It behaves as Chromium's ports do, surprise removal included. Loaded only when the demo
// is chosen.

import init, { SimulatedModule, samplePackage as sample, sampleUrl as url, scenarios as list } from "./simulator.js";

/** @typedef {import("./simulator.js").SimulatedScenario} SimulatedScenario */
/**
 * @typedef {object} Choice
 * @prop {string} [scenario] one of `scenarios()`; a healthy module on its UART if not given
 * @prop {boolean} [granted] the port is granted from the start; otherwise `requestPort` grants it
 */
/** @typedef {Choice & import("./simulator.js").SimulatedSettings} SimulatedOptions */

// A demo shows in half a minute what takes three in life.
const DEMO = { lineRate: 460800, haste: 6 };
/** What a port holds for a reader that does not read, in bytes. */
const UNREAD_LIMIT = 1 << 20;
/** How many bytes are handed over without letting anything else happen. */
const PIECE = 1 << 16;
const LOST = "The device has been lost.";

/** @type {Promise<unknown> | undefined} */
let loading;

/** Loads the wasm once; after a failure the next call tries again. */
function load() {
  loading ??= init({ module_or_path: new URL("./simulator_bg.wasm", import.meta.url) }).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** The modules to choose from, healthy ones first. @returns {Promise<SimulatedScenario[]>} */
export async function scenarios() {
  await load();
  return list();
}

/**
 * A package that leads a simulated module from one version to another.
 * @param {string} from
 * @param {string} to
 * @param {number} size in bytes
 */
export async function samplePackage(from, to, size) {
  await load();
  return sample(from, to, size);
}

/**
 * A URL of the pretend server that leads to a package that fits the module, whatever it runs.
 * @param {string} scheme `http`, `https`, `ftp`, `ftps`, `coap` or `coaps`
 */
export async function sampleUrl(scheme) {
  await load();
  return url(scheme);
}

/**
 * A module of its own, with the interface of `navigator.serial`.
 * @param {SimulatedOptions} options
 * @returns {Promise<SimulatedSerial>}
 */
export async function createSimulatedSerial({ scenario = "healthy-uart", granted = false, ...settings } = {}) {
  await load();
  const deviations = { ...DEMO, ...settings };
  return new SimulatedSerial(new SimulatedModule(performance.now(), scenario, deviations), granted);
}

/** @param {EventTarget & { onconnect: unknown, ondisconnect: unknown }} target @param {Event} event */
function dispatch(target, event) {
  target.dispatchEvent(event);
  const handler = event.type === "connect" ? target.onconnect : target.ondisconnect;
  if (typeof handler === "function") handler.call(target, event);
}

/** The module, its clock, and the ports that it has had. */
export class SimulatedSerial extends EventTarget {
  /** @type {((this: any, event: Event) => void) | null} */
  onconnect = null;
  /** @type {((this: any, event: Event) => void) | null} */
  ondisconnect = null;

  /** @type {SimulatedModule} */
  #module;
  /** @type {SimulatedPort | undefined} */
  #port;
  /** What the page may see, by USB ids. @type {Set<string>} */
  #granted = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {SimulatedModule} module @param {boolean} granted */
  constructor(module, granted) {
    super();
    this.#module = module;
    const port = this.#newPort();
    if (granted && port) this.#granted.add(port.ids);
    this.#run();
  }

  /** @returns {Promise<SimulatedPort[]>} */
  async getPorts() {
    return this.#port && this.#granted.has(this.#port.ids) ? [this.#port] : [];
  }

  /**
   * There is nothing to choose: whoever asks gets the port.
   * @param {SerialPortRequestOptions} [options]
   * @returns {Promise<SimulatedPort>}
   */
  async requestPort({ filters = [] } = {}) {
    const port = this.#port;
    const { usbVendorId, usbProductId } = port?.getInfo() ?? {};
    const fits = filters.some(
      (filter) =>
        filter.usbVendorId === usbVendorId &&
        (filter.usbProductId === undefined || filter.usbProductId === usbProductId),
    );
    if (!port || (filters.length > 0 && !fits)) {
      throw new DOMException("No port selected by the user.", "NotFoundError");
    }
    this.#granted.add(port.ids);
    return port;
  }

  /** Pulls the module's cable. */
  pullCable() {
    this.#module.pullCable(performance.now());
    this.#run();
  }

  /** Plugs it in again. */
  plugCable() {
    this.#module.plugCable(performance.now());
    this.#run();
  }

  /** Lets the module do what it does now, and sets the alarm for what it does later. */
  #run() {
    for (;;) {
      const output = this.#module.poll(performance.now());
      if (output.kind === "bytes") this.#port?.deliver(output.bytes);
      else if (output.kind === "unplug") this.#unplug();
      else if (output.kind === "plug") this.#plug();
      else {
        clearTimeout(this.#timer);
        if (output.until !== null) {
          const delay = Math.max(0, Math.ceil(output.until - performance.now()));
          this.#timer = setTimeout(() => this.#run(), Math.min(delay, 0x7fffffff));
        }
        break;
      }
    }
    this.#port?.lineMoved();
  }

  #newPort() {
    const [usbVendorId, usbProductId] = this.#module.usbIds() ?? [];
    if (usbVendorId === undefined) return undefined;
    this.#port = new SimulatedPort({ usbVendorId, usbProductId }, this.#cable());
    return this.#port;
  }

  #plug() {
    const port = this.#newPort();
    if (port) this.#announce("connect", port);
  }

  #unplug() {
    const port = this.#port;
    this.#port = undefined;
    if (!port) return;
    port.lose();
    this.#announce("disconnect", port);
  }

  /** Only a page that may see the port hears of it. @param {string} type @param {SimulatedPort} port */
  #announce(type, port) {
    if (!this.#granted.has(port.ids)) return;
    // after the rejections that belong to it
    setTimeout(() => {
      dispatch(port, new Event(type, { bubbles: true }));
      // ports have no parent node: what bubbles in the browser is sent again here
      const event = new Event(type, { bubbles: true });
      Object.defineProperty(event, "target", { value: port });
      dispatch(this, event);
    });
  }

  /** What a port may do with the module. */
  #cable() {
    /** @param {(now: number) => void} act */
    const act = (act) => {
      act(performance.now());
      this.#run();
    };
    return {
      /** @param {number} baudRate */
      open: (baudRate) => act((now) => this.#module.opened(now, baudRate)),
      close: () => act((now) => this.#module.closed(now)),
      /** @param {boolean} on */
      dtr: (on) => act((now) => this.#module.setDtr(now, on)),
      capacity: () => this.#module.capacity(performance.now()),
      /** @param {Uint8Array} bytes */
      send: (bytes) => act((now) => this.#module.receive(now, bytes)),
      /** @param {SimulatedPort} port */
      forget: (port) => this.#granted.delete(port.ids),
    };
  }
}

/** @typedef {"closed" | "opening" | "open" | "closing"} PortState */
/**
 * @typedef {object} Cable
 * @prop {(baudRate: number) => void} open
 * @prop {() => void} close
 * @prop {(on: boolean) => void} dtr
 * @prop {() => number} capacity
 * @prop {(bytes: Uint8Array) => void} send
 * @prop {(port: SimulatedPort) => void} forget
 */

/** A port, with the interface of the browser's `SerialPort`. */
export class SimulatedPort extends EventTarget {
  /** @type {((this: any, event: Event) => void) | null} */
  onconnect = null;
  /** @type {((this: any, event: Event) => void) | null} */
  ondisconnect = null;

  /** @type {SerialPortInfo} */
  #info;
  /** @type {Cable} */
  #cable;
  /** @type {PortState} */
  #state = "closed";
  #connected = true;
  #bufferSize = 255;
  /** @type {ReadableStream<Uint8Array<ArrayBuffer>> | null} */
  #readable = null;
  /** @type {ReadableByteStreamController | undefined} */
  #reading;
  /** What came while nobody had asked for the stream. @type {Uint8Array<ArrayBuffer>[]} */
  #early = [];
  #earlyBytes = 0;
  /** @type {WritableStream<ArrayBufferView> | null} */
  #writable = null;
  /** Called when the line may take bytes again, or never will. @type {(() => void) | undefined} */
  #moved;

  /** @param {SerialPortInfo} info @param {Cable} cable */
  constructor(info, cable) {
    super();
    this.#info = info;
    this.#cable = cable;
  }

  get connected() {
    return this.#connected;
  }

  /** The kind of port, for grants. */
  get ids() {
    return `${this.#info.usbVendorId}:${this.#info.usbProductId}`;
  }

  getInfo() {
    return { ...this.#info };
  }

  /** @param {SerialOptions} options */
  async open(options) {
    const { baudRate, bufferSize = 255 } = options ?? {};
    if (!Number.isInteger(baudRate) || baudRate <= 0) throw new TypeError("The baud rate must be a positive number.");
    if (!Number.isInteger(bufferSize) || bufferSize <= 0) throw new TypeError("The buffer size must be positive.");
    if (this.#state !== "closed") throw new DOMException("The port is already open.", "InvalidStateError");
    if (!this.#connected) throw new DOMException("Failed to open serial port.", "NetworkError");
    this.#state = "opening";
    await null;
    if (!this.#connected) {
      this.#state = "closed";
      throw new DOMException("Failed to open serial port.", "NetworkError");
    }
    this.#state = "open";
    this.#bufferSize = bufferSize;
    this.#cable.open(baudRate);
  }

  get readable() {
    if (!this.#readable && this.#state === "open" && this.#connected) {
      this.#readable = new ReadableStream(
        {
          type: "bytes",
          start: (controller) => {
            this.#reading = controller;
          },
          cancel: () => this.#endReading(),
        },
        { highWaterMark: this.#bufferSize },
      );
      const early = this.#early;
      this.#dropEarly();
      for (const bytes of early) this.#reading?.enqueue(bytes);
    }
    return this.#readable;
  }

  get writable() {
    if (!this.#writable && this.#state === "open" && this.#connected) {
      this.#writable = new WritableStream(
        {
          write: (chunk, controller) => this.#write(chunk, controller),
          abort: () => this.#endWriting(),
          close: () => this.#endWriting(),
        },
        new ByteLengthQueuingStrategy({ highWaterMark: this.#bufferSize }),
      );
    }
    return this.#writable;
  }

  /** @param {ArrayBufferView | ArrayBuffer} chunk @param {WritableStreamDefaultController} controller */
  async #write(chunk, { signal }) {
    const view = ArrayBuffer.isView(chunk) ? chunk : new Uint8Array(chunk);
    // whoever writes may change its buffer afterwards
    let rest = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
    while (rest.length > 0) {
      if (!this.#connected) {
        this.#endWriting();
        throw new DOMException(LOST, "NetworkError");
      }
      if (signal.aborted) throw signal.reason;
      const room = Math.min(this.#cable.capacity(), rest.length, PIECE);
      if (room > 0) {
        const piece = rest.subarray(0, room);
        rest = rest.subarray(room);
        this.#cable.send(piece);
      } else {
        await new Promise((resolve) => {
          this.#moved = () => resolve(undefined);
          signal.addEventListener("abort", resolve, { once: true });
        });
      }
    }
  }

  async close() {
    if (this.#state !== "open") throw new DOMException("The port is already closed.", "InvalidStateError");
    if (this.#readable?.locked || this.#writable?.locked) throw new TypeError("Cannot close a port with locked streams.");
    this.#state = "closing";
    await Promise.allSettled([this.#readable?.cancel(), this.#writable?.abort()]);
    this.#endReading();
    this.#endWriting();
    this.#dropEarly();
    this.#state = "closed";
    if (this.#connected) {
      this.#cable.dtr(false);
      this.#cable.close();
    }
  }

  async forget() {
    if (this.#state === "open") await this.close();
    this.#cable.forget(this);
  }

  /** @param {SerialOutputSignals} signals */
  async setSignals(signals) {
    this.#mustBeOpen();
    const { dataTerminalReady, requestToSend, break: pause } = signals ?? {};
    if ([dataTerminalReady, requestToSend, pause].every((value) => value === undefined)) {
      throw new TypeError("Signals dictionary must contain at least one member.");
    }
    if (dataTerminalReady !== undefined) this.#cable.dtr(dataTerminalReady);
  }

  async getSignals() {
    this.#mustBeOpen();
    return { dataCarrierDetect: false, clearToSend: true, ringIndicator: false, dataSetReady: true };
  }

  #mustBeOpen() {
    if (this.#state !== "open") throw new DOMException("The port is closed.", "InvalidStateError");
    if (!this.#connected) throw new DOMException(LOST, "NetworkError");
  }

  #endReading() {
    this.#readable = null;
    this.#reading = undefined;
  }

  #endWriting() {
    this.#writable = null;
  }

  #dropEarly() {
    this.#early = [];
    this.#earlyBytes = 0;
  }

  // For `SimulatedSerial`.

  /** Bytes from the module. @param {Uint8Array<ArrayBuffer>} bytes */
  deliver(bytes) {
    if (this.#state !== "open") return;
    const reading = this.#reading;
    if (!reading) {
      this.#earlyBytes += bytes.length;
      if (this.#earlyBytes <= UNREAD_LIMIT) this.#early.push(bytes);
      return;
    }
    if ((reading.desiredSize ?? 0) < -UNREAD_LIMIT) {
      this.#endReading();
      reading.error(new DOMException("Buffer overrun", "BufferOverrunError"));
      return;
    }
    reading.enqueue(bytes);
  }

  /** The line may take bytes again. */
  lineMoved() {
    if (!this.#moved || (this.#connected && this.#cable.capacity() === 0)) return;
    const moved = this.#moved;
    this.#moved = undefined;
    moved();
  }

  /** Somebody has pulled the cable. */
  lose() {
    this.#connected = false;
    const reading = this.#reading;
    this.#endReading();
    this.#dropEarly();
    reading?.error(new DOMException(LOST, "NetworkError"));
    this.lineMoved();
  }
}
