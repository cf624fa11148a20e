// Step 3: the delta package, and whether it suits the module.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { actions, button, facts, headline, mono, more, notice, sign } from "../parts.js";
import { say } from "../view.js";

/** @import { Finding } from "../contract.js" */
/** @import { View } from "../view.js" */

/** @param {View} view */
export function packageFacts({ f, snap }) {
  const { source, package: file } = snap;
  return source ? source.text : file ? `${file.name} · ${f.size(file.size)}` : null;
}

/**
 * The browser's own file input: it takes clicks, keys, drops and WebDriver alike. It lies over its label.
 * @param {View} view
 * @param {string} label
 * @param {boolean} large
 */
export function packageInput({ t, ui, page, snap }, label, large) {
  const allowed = snap.actions.includes("choose-package");
  // Hardly anybody has a package for a module that does not exist.
  const sample = ui.demo && large;
  return h(
    "div",
    { class: large ? "drop large" : "drop", key: "drop" },
    sample && button("sample-package", t("sample-package"), () => page.samplePackage(), { class: "primary", disabled: !allowed }),
    h(
      "label",
      { class: large && !sample ? "button primary" : "button", for: "package-file" },
      icon("file"),
      h("span", null, label),
    ),
    large && h("p", { class: "quiet" }, t("package.drop")),
    h("input", {
      id: "package-file",
      type: "file",
      disabled: !allowed,
      onchange: (/** @type {Event} */ event) => {
        const input = /** @type {HTMLInputElement} */ (event.currentTarget);
        const file = input.files?.[0];
        if (file) page.setPackage(file);
        // The same file may be chosen again, after it was mended.
        input.value = "";
      },
    }),
  );
}

/** @param {View} view */
export function packageStep(view) {
  const { t, snap, ui, page } = view;
  const levels = new Set(snap.findings.map((finding) => finding.level));
  const worst = levels.has("stop") ? "stop" : levels.has("look") ? "look" : "fine";
  const unknown = snap.actions.includes("start-unknown-model");
  const able = snap.actions.includes("start");
  return [
    notice(view, snap.problem),
    headline(say(view, `package.${worst}`)),
    snap.source ? view.routes?.sourceCard(view) : packageCard(view),
    h("h4", null, t("checks.title")),
    findings(view, snap.findings),
    h(
      "label",
      { class: "check", for: "preset-go", key: "preset" },
      h("input", {
        id: "preset-go",
        type: "checkbox",
        checked: ui.presetGo,
        onchange: (/** @type {Event} */ event) =>
          page.setPresetGo(/** @type {HTMLInputElement} */ (event.currentTarget).checked),
      }),
      h("span", null, t("preset-go"), h("br"), h("span", { class: "quiet" }, say(view, "preset-go.hint"))),
    ),
    actions(
      (able || !unknown) &&
        button("start-upload", say(view, "start-upload"), () => page.start(false), {
          class: "primary",
          disabled: !able,
          "aria-describedby": able ? null : "start-reason",
        }),
      unknown && button("start-unknown-model", t("start-unknown-model"), () => page.start(true), { class: "warn" }),
      !snap.source && ui.panel !== "ways" && packageInput(view, t("package.other"), false),
    ),
    !able && snap.stage === "module" && h("p", { id: "start-reason", class: "quiet" }, t(unknown ? "start-unknown-model.hint" : "start-upload.reason")),
    more(view),
  ];
}

/** @param {View} view */
export function packageCard({ t, f, snap }) {
  const file = snap.package;
  if (!file) return null;
  const { name, size, sha256, checksum, fromVersion, toVersion } = file;
  return facts(
    [t("package.name"), h("code", { class: "wrap" }, name)],
    [t("package.size"), size < 1000 ? f.bytes(size) : `${f.size(size)} (${f.bytes(size)})`],
    [t("package.checksum"), h("code", null, f.checksum(checksum))],
    [
      t("package.versions"),
      fromVersion || toVersion
        ? h(
            "span",
            { class: "pair" },
            fromVersion ? mono(fromVersion) : "–",
            icon("arrow"),
            h("span", { class: "sr" }, t("to")),
            toVersion ? mono(toVersion) : "–",
          )
        : h("span", { class: "quiet" }, t("package.versions.none")),
    ],
    ["SHA-256", h("code", { class: "hash" }, sha256.match(/.{1,8}/g)?.join(" "))],
  );
}

/**
 * @param {View} view
 * @param {Finding[]} list
 */
export function findings(view, list) {
  const { t, f, routes } = view;
  /** Plain numbers get their separators; versions and names stay as they are. @param {string | null | undefined} text */
  const shown = (text) => (text && /^\d{1,15}$/.test(text) ? f.number(Number(text)) : (text ?? "–"));
  return h(
    "ul",
    { class: "findings" },
    list.map((finding) => {
      const { code, level, a, b } = finding;
      return h(
        "li",
        { key: code, class: level },
        h("b", null, sign(level), t(`level.${level}`)),
        h("span", null, routes?.findingWords(view, finding) ?? t(`finding.${code}.${level}`, { a: shown(a), b: shown(b) })),
      );
    }),
  );
}
