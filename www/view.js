// What every part of the page draws from: the session's snapshot, the page's own state, words, commands.

/** @import { Problem, Snapshot, Stage } from "./contract.js" */
/** @import { Translate } from "./messages.js" */
/** @import { Format } from "./format.js" */

/**
 * @typedef {object} Ui what the page itself knows
 * @prop {"loading" | "ready" | "no-web-serial" | "insecure-context" | "blocked-by-policy"} capability
 * @prop {string | null} crash what was caught, once the program cannot go on
 * @prop {boolean} demo the module is simulated
 * @prop {import("./simulator/menu.js").Listed[]} scenarios of the simulated module; empty until it is loaded
 * @prop {string} scenario
 * @prop {import("./ports.js").PortChoice[] | null} ports the granted ports, while one is chosen
 * @prop {boolean} noPort the browser's list was closed without a choice
 * @prop {import("./ports.js").PortOptions} options
 * @prop {boolean} imei shown in full
 * @prop {boolean} presetGo
 * @prop {number[]} rates bytes per second, sampled while uploading
 * @prop {number} now performance.now() of this rendering
 */

/**
 * @typedef {object} View
 * @prop {Snapshot} snap
 * @prop {Ui} ui
 * @prop {Translate} t
 * @prop {(key: string) => boolean} has
 * @prop {Format} f
 * @prop {import("./flasher.js").DeltaportFlasher} page takes the commands
 */

/** @typedef {typeof STEPS[number]} Step */
export const STEPS = /** @type {const} */ (["connect", "module", "package", "upgrade", "result"]);

/** What the core does not know yet is missing. @type {Snapshot} */
export const NOTHING = Object.freeze(/** @type {any} */ ({
  stage: "idle",
  actions: ["connect"],
  findings: [],
  noReturn: false,
  busy: false,
}));

/** In the order of a run. @type {Stage[]} */
const ORDER = [
  "idle", "opening", "listening", "greeting", "wrong-port", "identifying", "module", "checking",
  "preparing", "uploading", "comparing", "ready", "stopping", "starting", "resetting", "updating",
  "ask-port", "verifying", "done",
];

/** @param {Snapshot} snap @returns {Step} */
export function openStep({ stage, package: file }) {
  if (stage === "identifying") return "module";
  if (stage === "module") return file ? "package" : "module";
  if (stage === "done") return "result";
  return ORDER.indexOf(stage) < ORDER.indexOf("identifying") ? "connect" : "upgrade";
}

/** The module may have begun to write its firmware in this stage. @param {Stage} stage */
export function afterNoReturn(stage) {
  return ORDER.indexOf(stage) >= ORDER.indexOf("starting");
}

/**
 * The port is gone though nothing was started here: that the module restarts is one reason of several.
 * @param {Snapshot} snap
 * @returns {Problem | false}
 */
export function portLost({ stage, noReturn }) {
  return stage === "resetting" && !noReturn && { code: "port-lost", number: undefined, detail: undefined };
}
