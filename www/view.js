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
 * @prop {boolean} loading what this module needs is being loaded
 * @prop {boolean} failed that it could not be loaded
 * @prop {boolean} whole the program at hand knows every family, way and setting
 * @prop {boolean} adjustable the module has settings for DFOTA
 * @prop {"ways" | "readiness" | "settings" | null} panel what is opened beside the package
 * @prop {import("./routes/source.js").Draft} draft where the package comes from, as typed so far
 * @prop {number} now performance.now() of this rendering
 */

/**
 * @typedef {object} View
 * @prop {Snapshot} snap
 * @prop {Ui} ui
 * @prop {Translate} t
 * @prop {(key: string) => boolean} has
 * @prop {typeof import("./routes/routes.js") | undefined} routes other families and other ways, once loaded
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
  "idle", "opening", "listening", "greeting", "wrong-port", "identifying", "module", "settings",
  "readiness", "checking", "preparing", "uploading", "downloading", "copying", "comparing", "ready",
  "stopping", "starting", "resetting", "updating", "ask-port", "verifying", "done",
];

/** No run has begun; the module may be asked something, or set. @param {Snapshot} snap */
export function atRest({ stage, actions }) {
  return stage === "module" || stage === "settings" || (stage === "readiness" && actions.includes("disconnect"));
}

/** @param {Snapshot} snap @returns {Step} */
export function openStep(snap) {
  const { stage, package: file, source } = snap;
  if (stage === "identifying") return "module";
  if (atRest(snap)) return file || source ? "package" : "module";
  if (stage === "done") return "result";
  return ORDER.indexOf(stage) < ORDER.indexOf("identifying") ? "connect" : "upgrade";
}

/**
 * Words for this family and this way, where it has its own.
 * @param {View} view
 * @param {string} key
 * @param {Parameters<Translate>[1]} [params]
 */
export function say({ t, routes, snap, has }, key, params) {
  return t(routes?.exact(snap, key, has) ?? key, params);
}

/** Of another family than the one that the small program knows. @param {Snapshot["module"]} module */
export function isOther(module) {
  return !!module?.family && module.family !== "bg95";
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
