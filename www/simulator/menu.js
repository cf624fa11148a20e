// The simulated modules in groups, and their names in other languages. Loaded with the simulator only.

/** @import { SimulatedScenario } from "./serial.js" */

/** @typedef {SimulatedScenario & { group: string }} Listed */

/** Names that tell their place; the first group that fits takes them. @type {[string, RegExp][]} */
const GROUPS = [
  ["well", /^healthy-/],
  ["port", /^wrong-(port|baud)/],
  ["after", /^(port-not-back|other-product|boot-loop|silent-after|version-unreadable|module-swapped)/],
  ["reports", /^(retry|no-(end|reports|start|app-rdy|rdy)$|end-after|spelled|three-numbers|truncated|long-silence)/],
  ["update", /^(start-refused|no-reset|wrong-package|end-|old-version|power-cut)/],
  [
    "upload",
    /^(trigger-|upload-|(no|late)-connect|connect-|wrong-checksum|checksum-|size-|stored-size|lost-|no-result|reset-in|unplug-|stall-|pause-|starts-)/,
  ],
];
const ORDER = ["well", "port", "module", "upload", "update", "reports", "after"];

/**
 * What no pattern knows is a module of its own kind.
 * @param {SimulatedScenario[]} scenarios
 * @returns {Listed[]} in the order of a run
 */
export function listed(scenarios) {
  const group = (/** @type {string} */ name) => GROUPS.find(([, names]) => names.test(name))?.[0] ?? "module";
  return scenarios
    .map(({ name, summary }) => ({ name, summary, group: group(name) }))
    .sort((a, b) => ORDER.indexOf(a.group) - ORDER.indexOf(b.group));
}

/**
 * The summaries are English; other languages may have theirs in a file beside this one.
 * @param {string} language
 * @returns {Promise<Record<string, string>>} empty where there are none
 */
export async function scenarioWords(language) {
  if (language === "en") return {};
  const answer = await fetch(new URL(`./scenarios.${language}.json`, import.meta.url));
  return answer.ok ? answer.json() : {};
}
