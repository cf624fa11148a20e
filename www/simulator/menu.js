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
const ORDER = [
  ...["well", "bg95-server", "bg95-file", "bg95-operator", "eg06xk-server", "eg06xk-file", "bc660k", "bc26", "bc20"],
  ...["port", "module", "upload", "update", "reports", "after"],
];

/**
 * An upload's trouble by its kind, everything else by family and route. What no pattern knows is a
 * module of its own kind.
 * @param {SimulatedScenario} scenario
 */
function group({ name, family, route }) {
  if (route === "com") return GROUPS.find(([, names]) => names.test(name))?.[0] ?? "module";
  return family.startsWith("bc") ? family : `${family}-${route}`;
}

/**
 * @param {SimulatedScenario[]} scenarios
 * @returns {Listed[]} the healthy ones first, then by family
 */
export function listed(scenarios) {
  return scenarios
    .map((scenario) => ({ ...scenario, group: group(scenario) }))
    .sort((a, b) => ORDER.indexOf(a.group) - ORDER.indexOf(b.group));
}

/**
 * Names of groups, and of scenarios where the language is another one than that of their summaries.
 * @param {string} language
 * @returns {Promise<Record<string, string>>} empty where there are none
 */
export async function scenarioWords(language) {
  const answer = await fetch(new URL(`./scenarios.${language}.json`, import.meta.url));
  return answer.ok ? answer.json() : {};
}
