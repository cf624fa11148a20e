// Plain words for the lines of other families and other ways, and for numbers in the family's own words.

import { lineWords as common } from "../lines.js";
import { codeOf } from "./codes.js";

/** @import { Entry } from "../contract.js" */
/** @import { Translate } from "../messages.js" */

/** @type {[RegExp, string][]} */
const SENT = [
  [/^AT\+QFOTADL="E?UFS:.*,([012])$/, "copy"],
  [/^AT\+QFOTADL="\//, "path"],
  [/^AT\+QFOTADL="\w+:\/\/.*",\d+,\d+$/i, "segment"],
  [/^AT\+QFOTADL="\w+:\/\//i, "fetch"],
  [/^AT\+QFOTADL=3,1/, "trigger-auto"],
  [/^AT\+QFOTADL=8,/, "retry-set"],
  [/^AT\+QFOTADL=8$/, "retry"],
  [/^AT\+QFOTADL=10,/, "fetch-to-file"],
  [/^AT\+QFOTADL=13,/, "fetch-resume"],
  [/^AT\+QFUPL=/, "file-upload"],
  [/^AT\+QFDEL=/, "file-delete"],
  [/^AT\+QFLST/, "file-list"],
  [/^AT\+QFLDS/, "file-space"],
  [/^AT\+CPIN\?/, "sim"],
  [/^AT\+C(?:SQ|ESQ)/, "signal"],
  [/^AT\+C(?:E|G)?REG\?/, "registration"],
  [/^AT\+CGATT\?/, "registration"],
  [/^AT\+COPS\?/, "operator"],
  [/^AT\+CGPADDR/, "address"],
  [/^AT\+QSCLK=/, "sleep-set"],
  [/^AT\+QSCLK\?/, "sleep"],
  [/^AT\+CPSMS=/, "power-saving-set"],
  [/^AT\+CPSMS\?/, "power-saving"],
  [/^AT\+IPR=(\d+)/, "rate-set"],
  [/^AT\+QCFGEXT="(\w+)",/, "setting-set"],
  [/^AT\+QCFGEXT="(\w+)"/, "setting"],
];

/** @type {[RegExp, string][]} */
const RECEIVED = [
  [/^\+QIND: *"FOTA" *, *"(?:HT+P|FTP|COAP)S?TART *"/i, "download-start"],
  [/^\+QIND: *"FOTA" *, *"(?:HT+P+E?P?|FTP|COAP)END" *, *0\b/i, "download-end"],
  [/^\+LWM2M: *"FOTA" *, *"DOWNLOADED" *, *0\b/i, "download-end"],
  [/^\+LWM2M: *"FOTA"/i, "lwm2m"],
  [/^\+QFOTADL: *3, *(\d{2,})/, "stopped"],
  [/^\+QFOTADL: *8, *(\d+), *(\d+)/, "retry"],
  [/^\+QFUPL: *(\d+), *([0-9a-f]+)/i, "file-upload"],
  [/^\+QFLST:/, "file-list"],
  [/^\+QFLDS:/, "file-space"],
  [/^\+C(?:SQ|ESQ):/, "signal"],
  [/^\+C(?:E|G)?REG:/, "registration"],
  [/^\+CGATT:/, "registration"],
  [/^\+COPS:/, "operator"],
  [/^\+(?:CGPADDR|IP):/, "address"],
  [/^\+QSCLK:/, "sleep"],
  [/^\+CPSMS:/, "power-saving"],
  [/^\+QCFGEXT:/, "setting"],
  [/^(?:F1|V0|00|01|U0|T0): [0-9A-F]{4} |^Leaving the BROM/, "boot-rom"],
];

/** Lines that carry a number of a table. @type {[RegExp, import("../contract.js").Problem["code"], string?][]} */
const NUMBERS = [
  [/^\+QIND: *"FOTA" *, *"HT+P+E?P?END" *, *(\d+)/i, "download-code", "http"],
  [/^\+QIND: *"FOTA" *, *"FTPEND" *, *(\d+)/i, "download-code", "ftp"],
  [/^\+QIND: *"FOTA" *, *"COAPEND" *, *(\d+)/i, "download-code", "coap"],
  [/^\+LWM2M: *"FOTA" *, *"DOWNLOADED" *, *(\d+)/i, "download-code", "http"],
  [/^\+QIND: *"FOTA" *, *"END" *, *(\d+)/i, "end-code"],
  [/^\+CM[ES] ERROR: *(\d+)/, "cme-error"],
];

/**
 * @param {Entry} entry
 * @param {Translate} t
 * @param {string | null | undefined} family
 * @returns {string} empty where the line speaks for itself
 */
export function lineWords(entry, t, family) {
  const { kind, text } = entry;
  const line = text.trim();
  const table = kind === "sent" ? SENT : kind === "received" ? RECEIVED : [];
  for (const [pattern, key] of table) {
    const found = pattern.exec(line);
    if (found) return t(`line.${kind}.${key}`, { a: found[1], b: found[2] });
  }
  if (kind !== "received") return common(entry, t);
  for (const [pattern, code, detail] of NUMBERS) {
    const found = pattern.exec(line);
    if (!found || Number(found[1]) === 0) continue;
    const known = codeOf(family, { code, number: Number(found[1]), detail });
    if (known) return t(`${known.key}.title`);
    const key = { "download-code": "download-code", "end-code": "end-code" }[/** @type {string} */ (code)] ?? "error-number";
    return t(`line.received.${key}`, { a: found[1] });
  }
  return common(entry, t);
}
