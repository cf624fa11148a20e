// A serial port made of real streams, and a module behind it that knows just enough to be greeted.
// It counts what a page must do exactly once, and fails in the ways in which ports fail.

const ANSWERS = new Map([
  ["ATI", "Quectel\r\nBG95-M3\r\nRevision: BG95M3LAR02A03\r\n"],
  ["AT+QGMR", "BG95M3LAR02A03_01.012.01.012\r\n"],
  ["AT+GSN", "004999010640000\r\n"],
  ["AT+IPR?", "+IPR: 115200\r\n"],
  ["AT+IFC?", "+IFC: 0,0\r\n"],
  ["AT+QFOTADL?", "+QFOTADL: 0\r\n"],
  ["AT+QFOTADL=4", "+QFOTADL: 4,0\r\n"],
  ["AT+QFOTADL=12", "+QFOTADL: 12,1048576\r\n"],
]);

class Port extends EventTarget {
  connected = true;
  readable = null;
  writable = null;
  opens = [];
  closes = 0;
  streams = 0;
  written = "";
  busy = false;
  #reading;
  #line = "";

  async open(options) {
    if (this.busy) throw new DOMException("Failed to open serial port.", "NetworkError");
    if (this.readable) throw new DOMException("The port is already open.", "InvalidStateError");
    this.opens.push(options);
    this.#read();
    this.writable = new WritableStream({ write: (chunk) => this.#take(chunk) });
  }

  async close() {
    if (this.readable?.locked || this.writable?.locked) throw new TypeError("a stream is locked");
    this.closes += 1;
    this.readable = null;
    this.writable = null;
  }

  getInfo() {
    return { usbVendorId: 0x2c7c, usbProductId: 0x0700 };
  }

  async setSignals() {
    throw new DOMException("Failed to set control signals.", "NetworkError");
  }

  // The module says something.
  say(text) {
    this.#reading.enqueue(new TextEncoder().encode(text));
  }

  // A read error after which the port has a new stream.
  stumble(name) {
    this.#reading.error(new DOMException(name, name));
    this.#read();
  }

  // The device is gone.
  vanish() {
    this.connected = false;
    this.#reading.error(new DOMException("The device has been lost.", "NetworkError"));
    this.readable = null;
  }

  #read() {
    this.streams += 1;
    this.readable = new ReadableStream({ start: (controller) => { this.#reading = controller; } });
  }

  #take(chunk) {
    const text = new TextDecoder().decode(chunk);
    this.written += text;
    this.#line += text;
    for (;;) {
      const end = this.#line.indexOf("\r");
      if (end < 0) return;
      const line = this.#line.slice(0, end);
      this.#line = this.#line.slice(end + 1);
      this.say(`\r\n${ANSWERS.get(line) ?? ""}\r\nOK\r\n`);
    }
  }
}

class Serial extends EventTarget {
  ports = [];
  async getPorts() {
    return [...this.ports];
  }
}

export function makePort() {
  return new Port();
}

export function makeSerial() {
  return new Serial();
}

export function failure(port, how, name) {
  if (how === "stumble") port.stumble(name);
  else if (how === "vanish") port.vanish();
  else port.busy = true;
}

export function facts(port) {
  return {
    opens: port.opens.length,
    closes: port.closes,
    streams: port.streams,
    open: port.readable !== null,
    bufferSize: port.opens.at(-1)?.bufferSize,
    baudRate: port.opens.at(-1)?.baudRate,
    flowControl: port.opens.at(-1)?.flowControl ?? "none",
    written: port.written,
  };
}

export function file(bytes, name, readable) {
  const made = new File([bytes], name);
  if (!readable) made.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotFoundError"));
  return made;
}

// Promises that were rejected and that nobody looked at: a leak in the shell.
const unhandled = [];
globalThis.addEventListener("unhandledrejection", (event) => unhandled.push(String(event.reason)));
export function unhandledRejections() {
  return unhandled.splice(0);
}
