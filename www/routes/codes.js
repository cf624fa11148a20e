// What the numbers of each family mean: the vendor's own words, and what would have shown the trouble
// beforehand. The same number means something else in another family, and in another table.

import { codeWords } from "../codes.js";

/** @import { Problem } from "../contract.js" */

/** @typedef {"network" | "url" | "server" | "room" | "package" | "stored" | "busy" | "power" | "command"} Check */
/** @typedef {Record<number, [note: string, check?: Check]>} Table */
/** @typedef {{ key: string, note: string, check?: Check | undefined }} Code */

/** @type {Record<string, Record<string, Table>>} */
const TABLES = {
  // Note N2, table 2. Tables 3 and 4 are in ../codes.js.
  bg95: {
    download: {
      701: ["Unknown error", "network"],
      702: ["Server connection failed", "network"],
      703: ["Request failed", "server"],
      704: ["Download timeout", "network"],
      705: ["URL error", "url"],
      706: ["File does not exist", "server"],
      707: ["Failed to write data to file", "room"],
      708: ["Downloaded file is too large", "room"],
      709: ["Download cancelled"],
      710: ["Downloaded package check failed", "package"],
      711: ["Data call disconnected", "network"],
      712: ["Indicates that it is a custom segmented download"],
    },
  },
  // Note N3, tables 3 to 5.
  eg06xk: {
    http: { 701: ["Unknown error", "network"] },
    ftp: { 601: ["Unknown error", "network"] },
    update: {
      502: ["The upgrade exited unpredictably; it is retried five times at most"],
      504: ["The format of the package is wrong", "package"],
      505: ["The version file mismatches", "package"],
      510: ["The patch does not match the source file", "package"],
      511: ["The file system has not enough space", "room"],
      520: ["Upgrade failed"],
      540: ["Upgrade failed"],
    },
  },
  // Note N1, tables 2 and 3.
  bc660k: {
    http: {
      1: ["Unknown error"],
      2: ["DNS resolution error", "server"],
      12: ["Download failed", "network"],
      13: ["Network deactivated", "network"],
      99: ["Network unavailable", "network"],
      100: ["Flash write error"],
      101: ["Flash is not enough", "room"],
    },
    update: { 255: ["The delta package is invalid", "package"] },
  },
  // Notes N4 and N5, tables 1 and 2; the second is that of END and of `+CME ERROR`.
  bc26: {
    http: {
      12: ["Download failed", "network"],
      13: ["Network deactivated", "network"],
      20: ["Network is activating", "network"],
    },
    update: {
      1: ["Unknown error"],
      2: ["FOTA is busy", "busy"],
      254: ["The package does not match", "package"],
      255: ["The package is invalid", "package"],
    },
  },
};

/** Numbers that share one meaning. @type {Record<string, [from: number, to: number][]>} */
const RANGES = { eg06xk: [[520, 530], [540, 546]] };

/** What would have shown a number of ../codes.js. @type {Record<number, Check>} */
const CHECKS = {
  504: "power", 505: "stored", 506: "package", 507: "package", 508: "room", 510: "package", 511: "package",
  590: "command", 591: "busy", 593: "stored",
};

/** Families whose notes give numbers for `+CME ERROR`; elsewhere nothing is known of them. */
const CME = ["bg95", "bc26"];

/**
 * The table that speaks first, and the one that is looked into then: some forms answer with numbers of
 * the other.
 * @param {string} family
 * @param {Problem} problem
 */
function tables(family, { code, detail }) {
  if (code === "download-code") return ["download", detail ?? "http"];
  if (code === "end-code") return ["update", "cme"];
  return CME.includes(family) ? ["cme", "update"] : [];
}

/**
 * What is known of a problem's number, in the tables of the family.
 * @param {string | null | undefined} family
 * @param {Problem} problem
 * @returns {Code | undefined} nothing for a number that the family's tables do not list
 */
export function codeOf(family, problem) {
  const { number } = problem;
  if (number == null || !family) return undefined;
  const shared = RANGES[family]?.find(([from, to]) => number >= from && number <= to);
  const row = shared ? shared[0] : number;
  for (const table of tables(family, problem)) {
    const known = TABLES[family]?.[table]?.[row];
    if (known) return { key: `code.${family}.${table}.${row}`, note: known[0], check: known[1] };
  }
  if (family !== "bg95" || problem.code === "download-code") return undefined;
  const known = codeWords(number);
  return known && { ...known, check: CHECKS[number] };
}
