// Plain words for the lines of the console: the first pattern that fits gives the message key. Numbers are
// told in the words of the module's family.

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
  [/^OK$/, "ok"],
  [/^ERROR$/, "error"],
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
  [/^\+QIND: *"FOTA" *, *"DOWNLOADING" *, *(\d+)/i, "downloading"],
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
export function lineWords({ kind, text }, t, family) {
  if (kind === "data") return t("line.data");
  const line = text.trim();
  for (const [pattern, code, detail] of kind === "received" ? NUMBERS : []) {
    const found = pattern.exec(line);
    // 0 is no error, but for commands.
    if (!found || (Number(found[1]) === 0 && code !== "cme-error")) continue;
    const known = codeOf(family, { code, number: Number(found[1]), detail });
    return known ? t(`${known.key}.title`, { n: found[1] }) : t(`line.received.${code}`, { a: found[1] });
  }
  const table = kind === "sent" ? SENT : kind === "received" ? RECEIVED : [];
  for (const [pattern, key] of table) {
    const found = pattern.exec(line);
    if (found) return t(`line.${kind}.${key}`, { a: found[1], b: found[2] });
  }
  return "";
}
