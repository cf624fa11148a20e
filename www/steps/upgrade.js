// Step 4: from the start of the upload to the module's new answer. One layout for all stages, so that
// nothing moves while one follows the other.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { actionButton, actions, button, facts, headline, mono, notice, words } from "../parts.js";
import { portLost, say } from "../view.js";
import { findings } from "./package.js";

/** @import { Stage, WaitFacts } from "../contract.js" */
/** @import { View } from "../view.js" */

/** @typedef {[name: string, stages: Stage[]][]} Rail */

/** Stages as a person sees them. Before `starting` lies the point of no return. @type {Rail} */
export const RAIL = [
  ["prepare", ["checking", "readiness", "preparing"]],
  ["upload", ["uploading", "stopping"]],
  ["compare", ["comparing"]],
  ["ready", ["ready"]],
  ["restart", ["starting", "resetting"]],
  ["update", ["updating", "ask-port"]],
  ["verify", ["verifying"]],
];
/** Shorter waits pass unnoticed: telling them would only flicker. */
const SILENT_MS = 3000;

/** @param {View} view */
export function upgradeFacts({ t, snap }) {
  return snap.verdict ? t(`outcome.${snap.verdict.outcome}`) : null;
}

/** @param {View} view */
export function upgradeStep(view) {
  const { t, snap } = view;
  const silent = snap.stage === "updating" && blind(view);
  const problem = portLost(snap);
  const lost = problem && words(view, problem);
  return [
    rail(view),
    notice(view, snap.problem),
    headline(lost ? lost.title : t(`stage.${snap.stage}`)),
    h(
      "p",
      { class: snap.stage === "ready" ? "lede" : "lede two-lines" },
      lost ? `${lost.means} ${lost.remedy}` : say(view, `stage.${snap.stage}.lede${silent ? ".usb" : ""}`),
    ),
    snap.stage === "ready" ? ready(view) : running(view),
  ];
}

/** Nothing will be reported. @param {View} view */
function blind({ snap }) {
  return snap.findings.some(({ code }) => code === "blind-usb");
}

/** @param {View} view */
function rail({ t, snap, routes }) {
  const stage = portLost(snap) ? "ready" : snap.stage;
  const rail = routes?.rail(snap) ?? RAIL;
  const current = rail.findIndex(([, stages]) => stages.includes(stage));
  // The first step that the final go begins.
  const noReturn = rail.findIndex(([, stages]) => stages.includes("starting"));
  return h(
    "ol",
    { class: "rail", key: "rail", "aria-label": t("rail.label") },
    rail.map(([key], index) =>
      h(
        "li",
        {
          key,
          class: [index < current && "past", index === current && "now", index === noReturn && "no-return"]
            .filter(Boolean)
            .join(" "),
          "aria-current": index === current ? "step" : null,
        },
        h("span", null, t(`rail.${key}`)),
      ),
    ),
  );
}

/** @param {View} view */
function running(view) {
  const { t, f, snap, ui } = view;
  const { stage, progress, wait } = snap;
  // What the upload had reached says nothing here.
  const lost = portLost(snap);
  const percent = lost ? null : progress?.percent;
  const uploading = stage === "uploading";
  const elapsed = wait ? Math.max(0, ui.now - wait.since) : 0;
  const band = wait && percent == null && wait.expectedMs >= SILENT_MS;
  return [
    !lost && h(
      "div",
      { class: "gauge", key: "gauge" },
      h("output", { class: "figure" }, percent != null ? f.percent(percent) : band ? f.clock(elapsed) : ""),
      progress?.parts && progress.parts > 1 && h("span", { class: "quiet" }, say(view, "parts", { n: progress.part, of: progress.parts })),
      band
        ? bandBar(view, wait, elapsed)
        : h("progress", { "aria-label": t(`stage.${stage}`), max: 100, value: percent }),
    ),
    uploading
      ? chart(view)
      : !lost && h("p", { class: "reserved", key: "band" }, wait && (band || elapsed > SILENT_MS) && wait.expectedMs >= SILENT_MS && bandWords(view, wait, elapsed)),
    uploading && progress
      ? facts(
          [t("sent"), t("sent.of", { n: f.size(progress.bytes ?? 0), of: f.size(progress.total ?? 0) })],
          [t("rate"), progress.rate != null ? f.rate(progress.rate) : "–"],
          [t("left"), progress.remainingMs != null ? f.clock(progress.remainingMs) : "–"],
        )
      : facts(
          [t("waiting-for"), wait ? say(view, `wait.${wait.code}`) : "–"],
          [t("so-far"), wait ? f.clock(elapsed) : "–"],
          !lost && [t("usually"), wait ? t("about", { time: f.clock(wait.expectedMs) }) : "–"],
          !uploading && progress?.bytes != null && [t("fetched"), f.size(progress.bytes)],
        ),
    !lost && safety(view),
    actions(
      snap.actions.includes("reconnect") &&
        button("reconnect", t("reconnect"), () => view.page.reconnect(), {
          // Before the browser asks, the port mostly comes back by itself.
          class: stage === "ask-port" ? "primary" : null,
        }),
      actionButton(view, "cancel", "cancel", t("cancel")),
    ),
  ];
}

/** What is safe now, in one line that never moves. @param {View} view */
function safety(view) {
  const { snap } = view;
  const key =
    snap.stage === "verifying" ? "verify"
    : snap.noReturn ? "locked"
    : snap.stage === "stopping" ? "stopping"
    : "stop";
  return h("p", { class: `safety ${key}`, key: "safety" }, icon(key === "locked" ? "lock" : "check"), h("span", null, say(view, `safe.${key}`)));
}

/**
 * Silence drawn to scale: usual, longer, unusual; and where in it we are.
 * @param {View} view
 * @param {WaitFacts} wait
 * @param {number} elapsed
 */
function bandBar({ t, f }, wait, elapsed) {
  // Long limits would squeeze the part that matters, so lengths grow with the root of the time.
  const place = (/** @type {number} */ ms) => `${(100 * Math.min(1, Math.sqrt(ms / wait.limitMs))).toFixed(2)}%`;
  return h(
    "div",
    {
      class: "band",
      role: "img",
      "aria-label": t("band.label", {
        elapsed: f.clock(elapsed),
        expected: f.clock(wait.expectedMs),
        limit: f.clock(wait.limitMs),
      }),
      vars: { "--elapsed": place(elapsed), "--expected": place(wait.expectedMs), "--warn": place(wait.warnMs) },
    },
  );
}

/**
 * @param {View} view
 * @param {WaitFacts} wait
 * @param {number} elapsed
 */
function bandWords({ t, f }, wait, elapsed) {
  const params = {
    elapsed: f.clock(elapsed),
    expected: f.clock(wait.expectedMs),
    limit: f.clock(wait.limitMs),
    then: t(`wait.${wait.code}.then`),
  };
  return t(elapsed <= wait.expectedMs ? "band.normal" : elapsed <= wait.warnMs ? "band.longer" : "band.unusual", params);
}

/** The rate of the last samples as a line; its numbers stand beside it in words. @param {View} view */
function chart({ t, f, ui }) {
  const { rates } = ui;
  const top = Math.max(1, ...rates) * 1.1;
  const points = rates.map((rate, i) => `${((i * 600) / 119).toFixed(1)},${(48 - (rate / top) * 48).toFixed(1)}`);
  const last = rates.at(-1);
  return h(
    "svg",
    {
      class: "chart",
      key: "chart",
      viewBox: "0 0 600 48",
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": t("chart.label", { rate: last == null ? "–" : f.rate(last) }),
    },
    h("polyline", { points: points.join(" ") }),
  );
}

/** Everything matches; the person decides. @param {View} view */
function ready(view) {
  const { t, f, snap } = view;
  const { proof, module, source, package: file } = snap;
  // Silence is told with what will be seen.
  const shown = snap.findings.filter(({ level, code }) => level === "look" && code !== "blind-usb");
  // Model and file name stand in the folded steps above: what is here fits one screen.
  return [
    facts(
      [t("ready.from"), module?.version ? mono(module.version) : "–"],
      source
        ? [t("source"), h("code", { class: "wrap" }, source.text)]
        : [t("ready.to"), file?.toVersion ? mono(file.toVersion) : h("span", { class: "quiet" }, t("ready.to.unknown"))],
    ),
    proof && h(
      "table",
      { class: "proof", key: "proof" },
      h(
        "thead",
        null,
        h("tr", null, h("td"), h("th", { scope: "col" }, t("proof.file")), h("th", { scope: "col" }, t("proof.module")), h("td")),
      ),
      h(
        "tbody",
        null,
        proofRow(view, t("proof.bytes"), f.number(proof.expectedSize), f.number(proof.size)),
        proofRow(view, t("package.checksum"), f.checksum(proof.expectedChecksum), f.checksum(proof.checksum)),
        proof.stored != null && proofRow(view, t("proof.stored"), f.number(proof.expectedSize), f.number(proof.stored)),
      ),
    ),
    shown.length > 0 && findings(view, shown),
    h(
      "section",
      { class: "no-return-box", key: "no-return" },
      h("h4", null, icon("lock"), t("no-return.title")),
      h("p", null, say(view, "no-return.text")),
      h(
        "ol",
        null,
        ["restart", blind(view) ? "silence.usb" : "silence", "back"].map((key) => h("li", { key }, say(view, `no-return.${key}`))),
      ),
    ),
    actions(
      actionButton(view, "go", "upgrade-now", say(view, "upgrade-now"), { class: "primary" }),
      actionButton(view, "cancel", "cancel", t("cancel")),
    ),
  ];
}

/**
 * @param {View} view
 * @param {string} name
 * @param {string} ours
 * @param {string} theirs
 */
function proofRow({ t }, name, ours, theirs) {
  const same = ours === theirs;
  return h(
    "tr",
    { key: name, class: same ? "fine" : "stop" },
    h("th", { scope: "row" }, name),
    h("td", null, h("code", null, ours)),
    h("td", null, h("code", null, theirs)),
    h("td", null, h("b", null, icon(same ? "check" : "cross"), t(same ? "proof.same" : "proof.differs"))),
  );
}
