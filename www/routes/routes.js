// What an upload to a BG95 does not need: other families, other ways into the module, the check, the
// settings. Loaded when one of them is wanted, with its words and its style.

import { LANGUAGES } from "../messages.js";
import { problemWords } from "./problems.js";
import { lineWords } from "./lines.js";
import { findingWords, readinessPanel } from "./readiness.js";
import { settingsPanel } from "./settings.js";
import { sourceCard, ways, waysPanel } from "./source.js";
import { exact, rail } from "./upgrade.js";

/** @import { DeltaportFlasher } from "../flasher.js" */
/** @import { Ui, View } from "../view.js" */

export { exact, findingWords, lineWords, problemWords, rail, sourceCard, ways };

/** @typedef {NonNullable<Ui["panel"]>} Panel */

/** Until the style is there, nothing of this is drawn. @type {Promise<void>} */
export const ready = new Promise((done) => {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("./routes.css", import.meta.url).href;
  // Without it the page is less tidy, that is all.
  link.onload = link.onerror = () => done();
  document.head.append(link);
});

/**
 * @param {string} language
 * @returns {Promise<Record<string, string>>}
 */
export async function words(language) {
  const known = language in LANGUAGES ? language : "en";
  const answer = await fetch(new URL(`./messages/${known}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`routes/messages/${known}.json: ${answer.status}`);
  return answer.json();
}

/**
 * Whether a button for it makes sense.
 * @param {View} view
 * @param {Panel} panel
 */
export function offers({ snap, ui }, panel) {
  if (!ui.whole) return true;
  // The ways stand by themselves until something is chosen.
  if (panel === "ways") return !!(snap.package || snap.source);
  return panel !== "settings" || ui.adjustable;
}

/**
 * The one that is open.
 * @param {View} view
 */
export function panel(view) {
  const { panel } = view.ui;
  if (panel === "readiness") return readinessPanel(view);
  if (panel === "settings") return settingsPanel(view);
  return (view.snap.package || view.snap.source) && waysPanel(view);
}

/**
 * It was opened a moment ago.
 * @param {DeltaportFlasher} page
 * @param {Panel} panel
 */
export function opened(page, panel) {
  if (panel === "readiness") page.act("check");
  if (panel === "settings") page.act("read-settings");
}
