// Pieces that several steps share.

import { codeWords } from "./codes.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { say } from "./view.js";

/** @import { Action, Problem } from "./contract.js" */
/** @import { Ui, View } from "./view.js" */
/** @import { Wanted } from "./dom.js" */

/** @typedef {{ title: string, means: string, remedy: string, note?: string }} Words */

/**
 * @param {string} id
 * @param {string} label
 * @param {() => void} onclick
 * @param {Record<string, any>} [props]
 */
export function button(id, label, onclick, props) {
  return h("button", { id, type: "button", ...props, onclick }, label);
}

/**
 * A button that is there only while the session allows its action.
 * @param {View} view
 * @param {Action} action
 * @param {string} id
 * @param {string} label
 * @param {Record<string, any>} [props]
 */
export function actionButton({ snap, page }, action, id, label, props) {
  return snap.actions.includes(action) && button(id, label, () => page.act(action), props);
}

/** @param {...Wanted} buttons the one next action first */
export function actions(...buttons) {
  return h("div", { class: "actions" }, ...buttons);
}

/**
 * @param {...([string, Wanted] | false | null | undefined)} pairs
 */
export function facts(...pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.map((pair) => pair && h("div", { key: pair[0] }, h("dt", null, pair[0]), h("dd", null, pair[1]))),
  );
}

/**
 * Machine text: breaks after its own separators, never in the middle of a number.
 * @param {string} text
 * @param {number} [same] so many characters at the beginning are no news
 */
export function mono(text, same = 0) {
  let end = 0;
  return h(
    "code",
    null,
    text.split(/(?<=[_.])/).map((piece) => {
      end += piece.length;
      return [h("span", { key: `s${end}`, class: end <= same ? "same" : null }, piece), h("wbr", { key: `w${end}` })];
    }),
  );
}

/**
 * What it is, what it means and what to do, from the most exact words that there are.
 * @param {View} view
 * @param {Problem} problem
 * @returns {Words}
 */
export function words(view, problem) {
  return view.routes?.problemWords(view, problem) ?? ownWords(view, problem);
}

/**
 * The same, as far as a BG95 and an upload go.
 * @param {View} view
 * @param {Problem} problem
 * @returns {Words}
 */
function ownWords({ t, snap }, { code, number, detail }) {
  // Where the number alone would say the opposite of what was found, the finding speaks.
  const contradicted = code === "end-code-but-new-version";
  const known = contradicted ? undefined : codeWords(number);
  const key = known?.key ?? (number == null || contradicted ? `problem.${code}` : "code.unknown");
  const params = {
    n: number,
    detail: detail ?? "",
    version: snap.module?.version ?? t("unknown"),
    model: snap.module?.model ?? t("unknown"),
  };
  return {
    title: t(`${key}.title`, params),
    means: t(`${key}.means`, params),
    remedy: t(`${key}.do`, params),
    ...(known && { note: known.note }),
  };
}

/**
 * @param {View} view
 * @param {Problem} problem
 * @param {string} [note] the vendor's words
 * @param {string} [stage] in which it happened
 */
export function details({ t }, { code, number, detail }, note, stage) {
  return h(
    "details",
    { class: "more" },
    h("summary", null, t("details")),
    facts(
      !!stage && [t("details.stage"), t(`stage.${stage}`)],
      [t("details.code"), h("code", null, number == null ? code : `${code} ${number}`)],
      !!note && [t("details.note"), h("q", { lang: "en" }, note)],
      !!detail && [t("details.line"), h("code", { class: "wrap" }, detail)],
    ),
  );
}

/**
 * Something went wrong while the session goes on.
 * @param {View} view
 * @param {Problem | null | undefined} problem
 */
export function notice(view, problem) {
  if (!problem) return null;
  const { title, means, remedy, note } = words(view, problem);
  return h(
    "section",
    { class: "notice", key: "notice" },
    h("h3", null, icon("look"), title),
    h("p", null, means),
    h("p", null, remedy),
    details(view, problem, note),
  );
}

/** @type {{ panel: NonNullable<Ui["panel"]>, id: string }[]} */
const MORE = [
  { panel: "ways", id: "choose-way" },
  { panel: "readiness", id: "check-module" },
  { panel: "settings", id: "open-settings" },
];

/**
 * What an upload to most modules does not need: other ways, the check, the settings.
 * @param {View} view
 */
export function more(view) {
  const { t, snap, ui, page, routes } = view;
  if (!snap.module?.family) return null;
  return [
    h(
      "div",
      { class: "actions more-ways", key: "more" },
      MORE.map(
        ({ panel, id }) =>
          routes?.offers(view, panel) !== false &&
          button(id, say(view, id), () => page.open(panel), {
            disabled: ui.loading || snap.stage !== "module",
            "aria-expanded": String(ui.panel === panel),
          }),
      ),
    ),
    (ui.loading || ui.failed) && h("p", { key: "loading", role: "status", class: ui.failed ? "notice" : null }, t(ui.loading ? "routes.loading" : "routes.failed")),
    ui.panel && routes?.panel(view),
  ];
}

/**
 * The headline of the open step: takes the focus where there is no safe button to take it.
 * @param {string} text
 * @param {"h2" | "h3"} [level]
 */
export function headline(text, level = "h3") {
  return h(level, { class: "headline", tabindex: -1 }, text);
}

/** @param {"fine" | "look" | "stop"} level */
export function sign(level) {
  return icon(/** @type {const} */ ({ fine: "check", look: "look", stop: "cross" })[level]);
}
