// Step 1: from nothing to a module that answers.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { actionButton, actions, button, headline, notice, words } from "../parts.js";
import { portHelp, whichEntry } from "../port-help.js";
import { BAUD_RATES, portName, validBuffer } from "../ports.js";

/** @import { View } from "../view.js" */

/** What was heard decides whether another entry or another speed is the remedy. */
const OTHER_ENTRY = new Set(["nmea", "diagnostic", "nothing", "echo-only"]);

/** @param {View} view */
export function connectFacts({ t, f, snap, ui }) {
  const { port } = snap;
  if (!port) return null;
  return [
    ui.demo ? t("demo.port") : (portName(port) ?? t("port.unnamed")),
    t("port.speed", { rate: f.number(port.baudRate) }),
    port.flowControl && t("port.flow-control"),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {View} view */
export function connectStep(view) {
  const { snap, ui } = view;
  if (ui.capability !== "ready" && ui.capability !== "loading" && !ui.demo) return unsupported(view);
  if (ui.ports) return choosing(view);
  if (snap.stage === "wrong-port") return wrongPort(view);
  if (snap.stage !== "idle") return looking(view);
  return ui.demo ? demo(view) : start(view);
}

/** @param {View} view */
function start(view) {
  const { t, ui, page, snap } = view;
  const loading = ui.capability === "loading";
  return [
    notice(view, snap.problem),
    headline(t("start.title")),
    h("p", { class: "lede" }, t("start.lede")),
    h(
      "ul",
      { class: "needs" },
      h("li", null, icon("plug"), t("start.port")),
      h("li", null, icon("file"), t("start.package")),
      h("li", null, icon("chip"), t("start.power")),
    ),
    actions(
      button("connect", t("connect"), () => page.choosePort(), {
        class: "primary",
        disabled: loading || !snap.actions.includes("connect"),
        title: loading ? t("start.loading") : null,
      }),
      button("try-simulator", t("try-simulator"), () => page.trySimulator()),
    ),
    settings(view),
    portHelp(view),
  ];
}

/** @param {View} view */
function unsupported(view) {
  const { t, ui, page } = view;
  const key = `unsupported.${ui.capability}`;
  return [
    headline(t(`${key}.title`)),
    h("p", { class: "lede" }, t(`${key}.means`)),
    h("p", null, t(`${key}.do`)),
    actions(button("try-simulator", t("try-simulator"), () => page.trySimulator(), { class: "primary" })),
  ];
}

/** @param {View} view */
function demo(view) {
  const { t, has, ui, page, snap } = view;
  return [
    notice(view, snap.problem),
    headline(t("demo.title")),
    h("p", { class: "lede" }, t("demo.lede")),
    h(
      "label",
      { class: "field", for: "scenario" },
      t("demo.scenario"),
      h(
        "select",
        { id: "scenario", value: ui.scenario, onchange: changed((target) => page.setScenario(target.value)) },
        [...Map.groupBy(ui.scenarios, ({ group }) => group)].map(([group, list]) =>
          h(
            "optgroup",
            { key: group, label: t(`demo.group.${group}`) },
            list.map(({ name, summary }) =>
              h("option", { key: name, value: name }, has(`scenario.${name}`) ? t(`scenario.${name}`) : summary),
            ),
          ),
        ),
      ),
    ),
    actions(
      button("connect", t("connect"), () => page.choosePort(), {
        class: "primary",
        disabled: !ui.scenarios.length || !snap.actions.includes("connect"),
      }),
      button("leave-simulator", t("leave-simulator"), () => page.leaveSimulator()),
    ),
  ];
}

/** @param {View} view */
function choosing(view) {
  const { t, f, has, ui, page, snap } = view;
  return [
    notice(view, snap.problem),
    headline(t("ports.title")),
    h("p", null, t("ports.lede")),
    h(
      "ul",
      { id: "ports" },
      ui.ports?.map(({ name, model, when, heard }, index) =>
        h(
          "li",
          { key: String(index) },
          h(
            "button",
            { type: "button", class: "port", "data-index": index, onclick: () => page.connect(index) },
            icon("plug"),
            h("span", { class: "entry" }, name),
            h(
              "span",
              { class: "quiet" },
              heard && has(`heard.${heard}`)
                ? t("ports.heard", { heard: t(`heard.${heard}`) })
                : model && when
                  ? t("ports.seen", { model, when: f.date(when) })
                  : t("ports.unknown"),
            ),
          ),
        ),
      ),
    ),
    actions(
      button("other-port", t("other-port"), () => page.otherPort()),
      button("ports-back", t("back"), () => page.closePorts(), { class: "plain" }),
    ),
    settings(view),
    portHelp(view),
  ];
}

/** @param {View} view */
function looking(view) {
  const { t, f, snap } = view;
  const greeting = snap.stage === "greeting" ? snap.greeting : null;
  return [
    headline(t(`stage.${snap.stage}`)),
    h("p", { class: "lede" }, t(`stage.${snap.stage}.lede`)),
    h("progress", {
      "aria-label": t(`stage.${snap.stage}`),
      max: greeting?.of ?? 1,
      value: greeting?.tries,
    }),
    h(
      "p",
      { class: "quiet reserved" },
      greeting &&
        t("greeting.tries", {
          n: f.number(greeting.tries),
          of: f.number(greeting.of),
          heard: t(`heard.${greeting.heard}`),
        }),
    ),
    actions(
      actionButton(view, "cancel", "cancel", t("cancel")),
      actionButton(view, "disconnect", "disconnect", t("disconnect")),
    ),
  ];
}

/** @param {View} view */
function wrongPort(view) {
  const { t, page, snap } = view;
  const heard = snap.greeting?.heard ?? "nothing";
  const said = snap.problem && words(view, snap.problem);
  return [
    headline(said?.title ?? t("stage.wrong-port")),
    h("p", { class: "lede" }, said?.means ?? t("stage.wrong-port.lede")),
    said && h("p", null, said.remedy),
    h("p", { class: "quiet" }, t("heard.label", { heard: t(`heard.${heard}`) })),
    OTHER_ENTRY.has(heard) && whichEntry(view),
    actions(
      snap.actions.includes("connect") &&
        button("connect", t("connect.other"), () => page.choosePort(), { class: "primary" }),
      actionButton(view, "disconnect", "disconnect", t("disconnect")),
    ),
    settings(view, heard === "garbage" || heard === "other-text"),
    portHelp(view),
  ];
}

/**
 * @param {View} view
 * @param {boolean} [open]
 */
function settings({ t, f, ui, page }, open) {
  const { options } = ui;
  return h(
    "details",
    { class: "more", key: `settings-${!!open}`, open: !!open },
    h("summary", null, t("settings.title")),
    h(
      "div",
      { class: "fields" },
      h(
        "label",
        { class: "field", for: "baud-rate" },
        t("settings.baud-rate"),
        h(
          "select",
          {
            id: "baud-rate",
            value: String(options.baudRate),
            onchange: changed((target) => page.setOptions({ baudRate: Number(target.value) })),
          },
          BAUD_RATES.map((rate) => h("option", { key: String(rate), value: String(rate) }, f.number(rate))),
        ),
      ),
      h(
        "label",
        { class: "field", for: "buffer-size" },
        t("settings.buffer-size"),
        h("input", {
          id: "buffer-size",
          type: "number",
          min: 255,
          max: 16 * 1024 * 1024,
          value: String(options.bufferSize),
          onchange: changed((target) => {
            const bufferSize = Number(target.value);
            if (validBuffer(bufferSize)) page.setOptions({ bufferSize });
            else target.value = String(options.bufferSize);
          }),
        }),
      ),
      h(
        "label",
        { class: "check", for: "flow-control" },
        h("input", {
          id: "flow-control",
          type: "checkbox",
          checked: options.flowControl,
          onchange: changed((target) => page.setOptions({ flowControl: target.checked })),
        }),
        t("settings.flow-control"),
      ),
    ),
    h("p", { class: "quiet" }, t("settings.hint")),
  );
}

/** @param {(target: HTMLInputElement) => void} take */
function changed(take) {
  return (/** @type {Event} */ event) => take(/** @type {HTMLInputElement} */ (event.currentTarget));
}
