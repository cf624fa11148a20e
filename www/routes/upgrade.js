// The upgrade step of other families and other ways: what comes after what, and which words fit.

import { RAIL } from "../steps/upgrade.js";

/** @import { Snapshot } from "../contract.js" */
/** @import { Rail } from "../steps/upgrade.js" */

/**
 * How the package gets into the module, as far as the words differ:
 * `file`: it was uploaded to the module's files; `stored`: the module has fetched or copied it and waits;
 * `path`: it lies in the module's files, unseen; `all`: the module will fetch it and go on by itself.
 * @param {Snapshot} snap
 */
function kind({ module, source, findings }) {
  if (!source) return module?.routes.includes("file") && !module.routes.includes("com") ? "file" : undefined;
  // Without a trigger mode there is no stop after the download.
  if (!findings.some(({ code }) => code === "starts-by-itself")) return "stored";
  return source.route === "path" ? "path" : "all";
}

/**
 * The key of the most exact words for this family and this way.
 * @param {Snapshot} snap
 * @param {string} key
 * @param {(key: string) => boolean} has
 */
export function exact(snap, key, has) {
  const { stage, module, source } = snap;
  const way = kind(snap);
  const family = module?.family;
  const ends = [
    stage === "downloading" && source?.reports === false && "silent",
    stage === "copying" && "copying",
    stage === "downloading" && !source && "found",
    family && way && `${way}.${family}`,
    way,
    source && "source",
    family,
  ];
  return ends.map((end) => end && `${key}.${end}`).find((key) => key && has(key)) || key;
}

/** @type {Record<string, Rail[number]>} */
const STEPS = {
  prepare: ["prepare", ["checking", "readiness", "preparing"]],
  download: ["download", ["downloading", "stopping"]],
  copy: ["copy", ["copying"]],
  compare: ["compare", ["comparing"]],
  ready: ["ready", ["ready"]],
  fetch: ["download", ["starting", "downloading"]],
  restart: ["restart", ["resetting"]],
  update: ["update", ["updating", "ask-port"]],
  verify: ["verify", ["verifying"]],
};
const AFTER = RAIL.slice(-3);

/**
 * @param {Snapshot} snap
 * @returns {Rail}
 */
export function rail(snap) {
  const { stage, source, noReturn } = snap;
  const { prepare, download, copy, compare, ready, fetch, restart, update, verify } = /** @type {any} */ (STEPS);
  switch (kind(snap)) {
    case "stored": {
      if (source?.route === "copy") return [prepare, ["copy", ["copying", "stopping"]], compare, ready, ...AFTER];
      const rest = source?.way === "to-file" ? [copy, compare, ready] : [compare, ready];
      return [prepare, download, ...rest, ...AFTER];
    }
    case "path":
      return [prepare, ready, ...AFTER];
    case "all":
      return [prepare, ready, fetch, restart, update, verify];
    default:
      // A download that was found running, started by a server.
      if (stage !== "downloading") return RAIL;
      return noReturn ? [fetch, restart, update, verify] : [download, ...AFTER];
  }
}
