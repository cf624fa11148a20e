// Plain words for the lines of the console: the first pattern that fits gives the message key.

import { codeWords } from "./codes.js";

/** @import { Entry } from "./contract.js" */
/** @import { Translate } from "./messages.js" */

/** @type {[RegExp, string][]} */
const SENT = [
  [/^AT$/, "at"],
  [/^ATE0/, "echo-off"],
  [/^ATI/, "identity"],
  [/^AT\+[QC]GMR/, "version"],
  [/^AT\+C?GSN/, "imei"],
  [/^AT\+CMEE/, "error-numbers"],
  [/^AT\+IPR\?/, "rate"],
  [/^AT\+IFC\?/, "flow"],
  [/^AT\+IFC=/, "flow-set"],
  [/^AT&D0/, "dtr"],
  [/^AT\+QFOTADL\?/, "state"],
  [/^AT\+QFOTADL="COM:",(\d+)/, "upload"],
  [/^AT\+QFOTADL=1$/, "start"],
  [/^AT\+QFOTADL=3,0/, "trigger"],
  [/^AT\+QFOTADL=3$/, "trigger-read"],
  [/^AT\+QFOTADL=4/, "stored"],
  [/^AT\+QFOTADL=5/, "delete"],
  [/^AT\+QFOTADL=6/, "cancel"],
  [/^AT\+QFOTADL=12/, "room"],
  [/^\+\+\+/, "escape"],
];

/** @type {[RegExp, string][]} */
const RECEIVED = [
  [/^OK$/, "ok"],
  [/^ERROR$/, "error"],
  [/^\+CM[ES] ERROR: *(\d+)/, "error-number"],
  [/^CONNECT/, "connect"],
  [/^NO CARRIER/, "no-carrier"],
  [/^RDY/, "rdy"],
  [/^APP RDY/, "app-rdy"],
  [/^\+CFUN:/, "cfun"],
  [/^\+CPIN:/, "sim"],
  [/^(NORMAL POWER DOWN|POWERED DOWN)/, "power-down"],
  [/^\$G/, "nmea"],
  [/^\+QFOTADL: *4, *(\d+)/, "stored"],
  [/^\+QFOTADL: *12, *(\d+)/, "room"],
  [/^\+QFOTADL: *3, *0/, "trigger"],
  [/^\+QFOTADL: *(\d+) *, *([0-9a-f]+)$/i, "result"],
  [/^\+QFOTADL: *\d$/, "state"],
  [/^\+IPR: *(\d+)/, "rate"],
  [/^\+IFC: */, "flow"],
  [/^\+QIND: *"FOTA" *, *"RESETTING/i, "resetting"],
  [/^\+QIND: *"FOTA" *, *"START/i, "start"],
  [/^\+QIND: *"FOTA" *, *"(?:UPDATING|RESTORE)" *, *(\d+)/i, "updating"],
  [/^\+QIND: *"FOTA" *, *"Last upgrade/i, "continued"],
  [/^\+QIND: *"FOTA" *, *"END" *, *0\b/i, "end"],
  [/^\+QIND: *"FOTA" *, *"END" *, *(\d+)/i, "end-code"],
  [/^\+QIND: *"FOTA" *, *"DOWNLOADING" *, *(\d+)/i, "downloading"],
  [/^\+QIND: *"FOTA" *, *"(?:HT|FT|COAP)/i, "download"],
];

/** The same line means the same: most lines of an update repeat. */
const NUMBERED = new Set(["error-number", "end-code"]);

/**
 * @param {Entry} entry
 * @param {Translate} t
 * @returns {string} empty where the line speaks for itself
 */
export function lineWords({ kind, text }, t) {
  if (kind === "data") return t("line.data");
  const table = kind === "sent" ? SENT : kind === "received" ? RECEIVED : [];
  const line = text.trim();
  for (const [pattern, key] of table) {
    const found = pattern.exec(line);
    if (!found) continue;
    const code = NUMBERED.has(key) && codeWords(Number(found[1]));
    if (code) return t(`${code.key}.title`);
    return t(`line.${kind}.${key}`, { a: found[1], b: found[2] });
  }
  return "";
}
