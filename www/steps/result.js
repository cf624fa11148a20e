// Step 5: the verdict, its proof, and what to do next.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { actionButton, actions, button, details, headline, mono, words } from "../parts.js";
import { afterNoReturn } from "../view.js";

/** @import { Verdict } from "../contract.js" */
/** @import { View } from "../view.js" */

const SIGNS = /** @type {const} */ ({
  upgraded: "check",
  "not-upgraded": "cross",
  "cannot-tell": "question",
  stopped: "stop",
});

/** @param {View} view */
export function resultStep(view) {
  const { t, snap, page } = view;
  const { verdict } = snap;
  if (!verdict) return [headline(t("stage.done"))];
  const { outcome, code, number, detail, oldVersion, newVersion, stage, remarks } = verdict;
  const problem = code && { code, number, detail };
  const said = problem && words(view, problem);
  const upgraded = outcome === "upgraded";
  const tellBefore = outcome === "not-upgraded" && !snap.noReturn;
  const again = snap.actions.includes("look-again");
  return [
    h(
      "div",
      { class: `verdict ${outcome}`, key: "verdict" },
      h("h3", { class: "headline", tabindex: -1 }, icon(SIGNS[outcome]), h("span", null, t(`outcome.${outcome}`))),
      h("p", { class: "lede" }, t(`outcome.${outcome}.${tellBefore ? "before" : "lede"}`)),
    ),
    versions(view, oldVersion, newVersion),
    said && h("section", { class: "why", key: "why" }, h("h4", null, said.title), h("p", null, said.means), h("p", null, said.remedy)),
    remarks.length > 0 &&
      h(
        "section",
        { class: "remarks", key: "remarks" },
        h("h4", null, t("remarks.title")),
        h(
          "ul",
          null,
          remarks.map((remark) => h("li", { key: remark }, icon("look"), h("span", null, t(`remark.${remark}`)))),
        ),
      ),
    !problem && !upgraded && h("p", { key: "next" }, t(`outcome.${outcome}.do`)),
    actions(
      again && actionButton(view, "look-again", "look-again", t("look-again"), { class: "primary" }),
      !upgraded && !again && actionButton(view, "next", "next", t("next.again"), { class: "primary" }),
      button("save-report", t("save-report"), () => page.saveReport(), { class: upgraded && !again ? "primary" : null }),
      (upgraded || again) && actionButton(view, "next", "next", t(upgraded ? "next" : "next.again")),
      actionButton(view, "disconnect", "disconnect", t("disconnect.done")),
    ),
    timeline(view, verdict),
    problem && details(view, problem, said?.note, stage),
  ];
}

/**
 * Old and new, large, with what differs brought out.
 * @param {View} view
 * @param {string | null | undefined} before
 * @param {string | null | undefined} now
 */
function versions({ t }, before, now) {
  if (!before && !now) return null;
  let same = 0;
  while (before && now && same < before.length && before[same] === now[same]) same++;
  /** @param {string | null | undefined} version */
  const shown = (version) => (version ? mono(version, same) : h("span", { class: "quiet" }, t("unknown")));
  return h(
    "div",
    { class: "versions", key: "versions" },
    h("p", null, h("span", { class: "quiet" }, t("versions.before")), shown(before)),
    icon("arrow"),
    h("p", { class: "now" }, h("span", { class: "quiet" }, t("versions.now")), shown(now)),
  );
}

/**
 * @param {View} view
 * @param {Verdict} verdict
 */
function timeline({ t, f }, { laps }) {
  if (!laps.length) return null;
  const total = laps.reduce((sum, { ms }) => sum + ms, 0);
  let start = 0;
  let after = false;
  return h(
    "table",
    { class: "timeline", key: "timeline" },
    h("caption", null, t("timeline.title"), " ", h("b", null, f.duration(total))),
    h(
      "tbody",
      null,
      laps.map(({ stage, ms }, index) => {
        const vars = { "--start": `${(100 * start) / (total || 1)}%`, "--length": `${(100 * ms) / (total || 1)}%` };
        start += ms;
        // Some modules download only after the final go.
        after ||= afterNoReturn(stage);
        return h(
          "tr",
          { key: String(index), class: after ? "after" : null },
          h("th", { scope: "row" }, t(`stage.${stage}`)),
          h("td", null, h("span", { class: "lap", vars })),
          h("td", null, f.duration(ms)),
        );
      }),
    ),
  );
}
