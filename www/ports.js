// The ports as a person tells them apart, and what was seen there the last time. No identity of a
// module is kept, only its model.

import { recall, store } from "./messages.js";

/** @typedef {{ baudRate: number, flowControl: boolean, bufferSize: number }} PortOptions */
/**
 * @typedef {object} PortChoice
 * @prop {SerialPort} port
 * @prop {string} name maker and USB ids
 * @prop {string | undefined} model last module seen behind these ids
 * @prop {number | undefined} when it was seen, milliseconds since 1970
 * @prop {string | undefined} heard instead of a module, in this visit
 */

export const BAUD_RATES = [
  4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1000000, 1500000, 2000000, 3000000,
];
/** The browser's own default of 255 bytes makes a fast line slow. */
export const DEFAULTS = { baudRate: 115200, flowControl: false, bufferSize: 16384 };

/** @type {Record<number, string>} */
const MAKERS = {
  0x2c7c: "Quectel",
  0x1a86: "WCH (CH340)",
  0x10c4: "Silicon Labs (CP210x)",
  0x0403: "FTDI",
  0x067b: "Prolific (PL2303)",
};
const SEEN = "deltaport.ports";
const OPTIONS = "deltaport.port-options";

/** What answered instead of a module, until the page is closed. @type {WeakMap<SerialPort, string>} */
const heard = new WeakMap();

/** @param {{ usbVendor?: number, usbProduct?: number }} port */
export function usbIds({ usbVendor, usbProduct }) {
  if (usbVendor == null || usbProduct == null) return undefined;
  return [usbVendor, usbProduct].map((n) => n.toString(16).padStart(4, "0")).join(":");
}

/** @param {{ usbVendor?: number, usbProduct?: number }} port */
export function portName(port) {
  const ids = usbIds(port);
  return ids && [MAKERS[port.usbVendor ?? 0], ids].filter(Boolean).join(" ");
}

/**
 * Ports that proved wrong in this visit come last, those that held a module come first.
 * @param {SerialPort[]} ports
 * @param {string} unnamed
 * @returns {PortChoice[]}
 */
export function portChoices(ports, unnamed) {
  const seen = readSeen();
  return ports
    .map((port) => {
      const { usbVendorId: usbVendor, usbProductId: usbProduct } = port.getInfo();
      const last = seen[usbIds({ usbVendor, usbProduct }) ?? ""];
      return {
        port,
        name: portName({ usbVendor, usbProduct }) ?? unnamed,
        model: last?.model,
        when: last?.when,
        heard: heard.get(port),
      };
    })
    .sort((a, b) => rank(b) - rank(a));
}

/** @param {PortChoice} choice */
function rank({ heard, when }) {
  return heard ? -1 : (when ?? 0);
}

/**
 * @param {SerialPort} port
 * @param {string} what
 */
export function markHeard(port, what) {
  heard.set(port, what);
}

/**
 * @param {SerialPort} port
 * @param {string} model
 */
export function markSeen(port, model) {
  heard.delete(port);
  const { usbVendorId: usbVendor, usbProductId: usbProduct } = port.getInfo();
  const ids = usbIds({ usbVendor, usbProduct });
  if (ids) store(SEEN, JSON.stringify({ ...readSeen(), [ids]: { model, when: Date.now() } }));
}

/** @returns {Record<string, { model: string, when: number }>} */
function readSeen() {
  return readObject(SEEN);
}

/** @returns {PortOptions} */
export function rememberedOptions() {
  const { baudRate, flowControl, bufferSize } = readObject(OPTIONS);
  return {
    baudRate: BAUD_RATES.includes(baudRate) ? baudRate : DEFAULTS.baudRate,
    flowControl: flowControl === true,
    bufferSize: validBuffer(bufferSize) ? bufferSize : DEFAULTS.bufferSize,
  };
}

/** @param {PortOptions} options */
export function rememberOptions(options) {
  store(OPTIONS, JSON.stringify(options));
}

/** The browser refuses anything else. @param {number} size */
export function validBuffer(size) {
  return Number.isInteger(size) && size >= 255 && size <= 16 * 1024 * 1024;
}

/** Storage is not ours alone: whatever is no plain object counts as nothing. @param {string} key */
function readObject(key) {
  try {
    const value = JSON.parse(recall(key) ?? "{}");
    return value && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
}
