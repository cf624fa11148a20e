// Pieces that several steps share.

import { codeWords } from "./codes.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @import { Action, Problem } from "./contract.js" */
/** @import { View } from "./view.js" */
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
export function words({ t, snap }, { code, number, detail }) {
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
