// What went wrong, in the words of the module's family and of the way that was taken.

import { codeOf } from "./codes.js";
import { schemes } from "./schemes.js";

/** @import { Problem } from "../contract.js" */
/** @import { Words } from "../parts.js" */
/** @import { View } from "../view.js" */

/** Problems whose number is a limit and whose detail names what is wrong. */
const REFUSED = new Set(["source-refused", "setting-refused"]);
/** Problems whose number is one of the module's. */
const NUMBERED = new Set(["download-code", "end-code", "cme-error", "copy-refused"]);
/** What is told about the state that stands in the detail. @type {Record<string, string>} */
const STATES = { "no-sim": "sim", "not-registered": "registration" };

/**
 * @param {View} view
 * @param {Problem} problem
 * @returns {Words | undefined} nothing where the common words are the right ones
 */
export function problemWords(view, problem) {
  const { t, has, snap } = view;
  const { code, number, detail } = problem;
  const params = {
    n: number,
    detail: detail ?? "",
    version: snap.module?.version ?? t("unknown"),
    model: snap.module?.model ?? t("unknown"),
  };
  if (REFUSED.has(code)) return { title: t(`problem.${code}.title`), ...flawWords(view, problem) };
  const state = STATES[code];
  if (state && has(`${state}.${detail}.means`)) {
    return {
      title: t(`problem.${code}.title`),
      means: t(`${state}.${detail}.means`),
      remedy: `${t(`${state}.${detail}.do`)} ${t("check.network")}`,
    };
  }
  if (!NUMBERED.has(code) || number == null) return undefined;
  const known = codeOf(snap.module?.family, problem);
  const key = known?.key ?? "code.unknown";
  const caught = known?.check ? ` ${t(`check.${known.check}`, params)}` : "";
  const file = code === "copy-refused" ? `${t("copy-refused.file", params)} ` : "";
  return {
    title: t(`${key}.title`, params),
    means: file + t(`${key}.means`, params),
    remedy: t(`${key}.do`, params) + caught,
    ...(known && { note: known.note }),
  };
}

/**
 * What is wrong with something that was typed, and what to do.
 * @param {View} view
 * @param {Problem} problem
 */
export function flawWords({ t, f, has, snap }, { number, detail }) {
  const key = has(`flaw.${detail}`) ? `flaw.${detail}` : "flaw.other";
  const params = { n: number == null ? "–" : f.number(number), schemes: schemes(snap).map((name) => `${name}://`).join(", ") };
  return { means: t(key, params), remedy: t(`${key}.do`, params) };
}
