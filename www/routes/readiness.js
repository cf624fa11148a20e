// Whether the module is ready: each finding with what it means, what to do, and whether it blocks.

import { h } from "../dom.js";
import { button, sign } from "../parts.js";

/** @import { Finding, Level, ReadinessFacts } from "../contract.js" */
/** @import { View } from "../view.js" */

/** @typedef {{ key: string, level: Level, params?: Record<string, string> }} Row */

/** Rates at which the main UART of a BG95 reports during the update. */
const REPORT_RATES = [4800, 9600, 19200, 38400, 115200, 230400, 460800, 921600];
/** Families that sleep, and that cannot report while their rate is automatic. */
const SLEEPERS = ["bc660k", "bc26"];
/** @type {Record<string, number>} */
const BARS = { unknown: 0, weak: 1, fair: 2, good: 4 };

/** @param {View} view */
export function readinessPanel(view) {
  const { t, snap, page } = view;
  const { readiness, stage } = snap;
  const asking = stage === "readiness";
  const all = readiness && !asking ? rows(view, readiness) : [];
  const worst = ["stop", "look", "fine"].find((level) => all.some((row) => row.level === level)) ?? "fine";
  return h(
    "section",
    { class: "panel", key: "panel-readiness", "aria-label": t("check-module") },
    h("h4", null, t(asking ? "stage.readiness" : !all.length ? "readiness.none" : `readiness.${worst}`)),
    asking && h("progress", { "aria-label": t("stage.readiness") }),
    asking && h("p", { class: "quiet" }, t("stage.readiness.check")),
    !!all.length && readiness && picture(view, readiness),
    !!all.length &&
      h(
        "ul",
        { class: "findings", id: "readiness" },
        all.map(({ key, level, params }) =>
          h(
            "li",
            { key, class: level },
            h("b", null, sign(level), t(`level.${level}`)),
            h(
              "span",
              null,
              h("strong", null, t(`${key}.title`, params)),
              " ",
              t(`${key}.means`, params),
              level !== "fine" && [" ", t(`${key}.do`, params)],
              level === "stop" && [" ", h("b", null, t(blocks(view)))],
            ),
          ),
        ),
      ),
    h(
      "div",
      { class: "actions" },
      asking
        ? button("cancel", t("cancel"), () => page.act("cancel"))
        : button("close-panel", t("close"), () => page.change({ panel: null }), { class: "plain" }),
    ),
  );
}

/** A way that needs the network is blocked, another one is not. @param {View} view */
function blocks({ snap }) {
  const routes = snap.module?.routes ?? [];
  const offline = routes.some((route) => ["com", "file", "copy", "path"].includes(route));
  if (!offline) return "blocks.always";
  const { source, package: file } = snap;
  return source && !["copy", "path"].includes(source.route) ? "blocks.this" : source || file ? "blocks.not" : "blocks.server";
}

/**
 * @param {View} view
 * @param {ReadinessFacts} facts
 * @returns {Row[]}
 */
function rows({ f, snap }, facts) {
  const { sim, registration, operator, signal, dbm, hasAddress, apn, sleep, powerSaving } = facts;
  const { family, serialRate } = snap.module ?? {};
  /** @type {Row[]} */
  const all = [];
  /** @param {string} key @param {Level} level @param {Record<string, string>} [params] */
  const add = (key, level, params) => all.push({ key, level, ...(params && { params }) });
  if (sim) add(`sim.${sim}`, sim === "ready" ? "fine" : "stop");
  if (registration) {
    const inside = registration === "home" || registration === "roaming";
    add(`registration.${registration}`, inside ? "fine" : "stop", { operator: operator || "–" });
  }
  if (signal) add(`signal.${signal}`, signal === "good" || signal === "fair" ? "fine" : "look", { dbm: dbm == null ? "–" : f.number(dbm) });
  if (hasAddress != null) add(`address.${hasAddress ? "yes" : "no"}`, hasAddress ? "fine" : "look");
  if (apn != null) add(apn ? "apn.set" : "apn.none", "fine", { apn });
  if (sleep != null || powerSaving != null) add(sleep || powerSaving ? "sleep.on" : "sleep.off", sleep || powerSaving ? "look" : "fine");
  if (serialRate != null) {
    const rate = f.number(serialRate);
    if (family === "bg95") add(REPORT_RATES.includes(serialRate) ? "rate.reports" : "rate.other", REPORT_RATES.includes(serialRate) ? "fine" : "look", { rate });
    else if (family && SLEEPERS.includes(family)) add(serialRate ? "rate.fixed" : "rate.automatic", serialRate ? "fine" : "look", { rate });
  }
  return all;
}

/** Findings of a run that stand for rows of the check. @type {ReadonlySet<string>} */
const ROWS = new Set(["sim", "registration", "signal"]);

/**
 * @param {View} view
 * @param {Finding} finding
 * @returns {string | undefined} nothing where the finding has a sentence of its own
 */
export function findingWords({ t, f }, { code, level, a, b }) {
  if (!ROWS.has(code)) return undefined;
  const params = { operator: b || "–", dbm: b == null ? "–" : f.number(Number(b)) };
  const parts = level === "fine" ? ["title", "means"] : ["title", "means", "do"];
  return parts.map((part) => t(`${code}.${a}.${part}`, params)).join(" ");
}

/**
 * Signal and registration as a picture. Its words stand below.
 * @param {View} view
 * @param {ReadinessFacts} facts
 */
function picture({ t, f }, { signal, dbm, registration, operator }) {
  if (!signal && !registration) return null;
  const inside = registration === "home" || registration === "roaming";
  const bars = BARS[signal ?? "unknown"] ?? 0;
  const said = [
    signal && t(`signal.${signal}.title`, { dbm: dbm == null ? "–" : f.number(dbm) }),
    registration && t(`registration.${registration}.title`, { operator: operator || "–" }),
  ].filter(Boolean);
  return h(
    "figure",
    { class: "reception", key: "reception" },
    h(
      "svg",
      { viewBox: "0 0 96 48", role: "img", "aria-label": said.join(" ") },
      [0, 1, 2, 3].map((bar) =>
        h("rect", { key: `b${bar}`, class: bar < bars ? "on" : "off", x: 2 + bar * 12, y: 34 - bar * 10, width: 8, height: 12 + bar * 10, rx: 1 }),
      ),
      // The mast, and whether it lets the module in.
      h("path", { key: "mast", class: inside ? "link" : "link broken", d: "M76 46V20M70 46h12" }),
      h("path", { key: "waves", class: inside ? "link" : "link broken", d: "M69 23a9 9 0 0 1 0-13M83 23a9 9 0 0 0 0-13M64 28a16 16 0 0 1 0-23M88 28a16 16 0 0 0 0-23" }),
      h("circle", { key: "head", class: inside ? "link head" : "link broken head", cx: 76, cy: 16.5, r: 2.5 }),
      !inside && h("path", { key: "cross", class: "cross", d: "M62 4 90 44" }),
    ),
    h(
      "figcaption",
      null,
      said.map((line, index) => h("span", { key: String(index) }, line)),
      dbm != null && h("span", { class: "quiet" }, `${f.number(dbm)} dBm`),
    ),
  );
}
