// The module's settings for DFOTA. They are read when this is opened, and one is written only when its
// button is pressed. Each tells its range, its effect, and whether the module keeps it.

import { h } from "../dom.js";
import { button, facts, notice } from "../parts.js";
import { certificates } from "./certificates.js";

/** @import { SettingRequest } from "../contract.js" */
/** @import { View } from "../view.js" */
/** @import { Wanted } from "../dom.js" */

const MAX_HEADERS = 5;

/** @param {View} view */
export function settingsPanel(view) {
  const { t, snap, page } = view;
  const { settings, stage } = snap;
  const asking = stage === "settings";
  return h(
    "section",
    { class: "panel", key: "panel-settings", id: "settings", "aria-label": t("open-settings") },
    h("h4", null, t(asking ? "stage.settings" : "settings.dfota")),
    // Where the room for it is reserved, nothing moves while they are read again.
    h("p", { class: "quiet reserved", role: "status" }, t(asking ? "stage.settings.lede" : "settings.dfota.lede")),
    snap.problem?.code === "setting-refused" && notice(view, snap.problem),
    !settings
      ? asking && h("progress", { "aria-label": t("stage.settings") })
      : [apn(view), headers(view), serverName(view), retry(view), watchdog(view), trigger(view), stored(view), certificates(view)],
    h(
      "div",
      { class: "actions" },
      button("read-settings", t("read-settings"), () => page.act("read-settings"), { disabled: !snap.actions.includes("read-settings") }),
      asking
        ? button("cancel", t("cancel"), () => page.act("cancel"))
        : button("close-panel", t("close"), () => page.change({ panel: null }), { class: "plain" }),
    ),
  );
}

/**
 * One setting: what it does, its fields, the button that writes it.
 * @param {View} view
 * @param {SettingRequest["name"]} name
 * @param {{ id: string, values?: (fields: FormData) => string[] }} button
 * @param {...Wanted} fields
 */
function setting({ t, snap, page }, name, { id, values = () => [] }, ...fields) {
  const able = snap.actions.includes("write-setting");
  return h(
    "form",
    {
      key: `setting-${id}`,
      class: "setting",
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        const wanted = values(new FormData(form));
        if (able) page.command((flasher) => flasher.writeSetting({ name, values: wanted }));
        // What was typed as a secret does not stay in the page.
        for (const secret of form.querySelectorAll("[type=password]")) /** @type {HTMLInputElement} */ (secret).value = "";
      },
    },
    h("h4", null, t(`setting.${name}`)),
    h("p", { class: "quiet" }, t(`setting.${name}.effect`)),
    ...fields,
    h("button", { id, type: "submit", class: "small", disabled: !able }, t(`setting.${name}.write`)),
  );
}

/** @typedef {Record<string, any> & { id: string }} Props */

/** @param {string} label @param {Props} props */
function field(label, props) {
  return h(
    "label",
    { class: "field", for: props.id },
    label,
    h("input", { name: props.id, type: "text", autocomplete: "off", spellcheck: "false", ...props }),
  );
}

/** @param {string} label @param {Props} props */
function check(label, props) {
  return h("label", { class: "check", for: props.id }, h("input", { name: props.id, type: "checkbox", ...props }), h("span", null, label));
}

/** @param {FormData} fields @param {string} name */
function text(fields, name) {
  return String(fields.get(name) ?? "");
}

/** @param {FormData} fields @param {string} name */
function flag(fields, name) {
  return fields.get(name) ? "1" : "0";
}

/** @param {View} view */
function apn(view) {
  const { t, snap } = view;
  const { ipFamily, apn = "", user = "", hasPassword } = snap.settings?.apn ?? {};
  return setting(
    view,
    "apn",
    { id: "write-apn", values: (fields) => ["apn-family", "apn-name", "apn-user", "apn-password"].map((name) => text(fields, name)) },
    h(
      "div",
      { class: "fields" },
      h(
        "label",
        { class: "field", for: "apn-family" },
        t("setting.apn.family"),
        h(
          "select",
          { id: "apn-family", name: "apn-family", value: String(ipFamily ?? 0) },
          ["0", "1", "2"].map((value) => h("option", { key: value, value }, t(`setting.apn.family.${value}`))),
        ),
      ),
      field(t("setting.apn.name"), { id: "apn-name", value: apn }),
      field(t("setting.apn.user"), { id: "apn-user", value: user }),
      field(t("setting.apn.password"), {
        id: "apn-password",
        type: "password",
        autocomplete: "new-password",
        placeholder: hasPassword ? t("setting.apn.password.set") : null,
      }),
    ),
  );
}

/** @param {View} view */
function headers(view) {
  const { t, snap, page, ui } = view;
  const list = snap.settings?.headers ?? [];
  const able = snap.actions.includes("write-setting");
  const shown = ui.draft.secrets;
  return setting(
    view,
    "header",
    { id: "add-header", values: (fields) => [text(fields, "header-key"), text(fields, "header-value")] },
    h(
      "ul",
      { id: "headers", class: "headers" },
      list.map(({ key, value }, index) =>
        h(
          "li",
          { key },
          h("code", { class: "wrap" }, `${key}: ${shown ? value : "••••"}`),
          h(
            "button",
            {
              type: "button",
              class: "plain small",
              "data-index": index,
              disabled: !able,
              "aria-label": t("setting.header.delete", { key }),
              onclick: () => page.command((flasher) => flasher.writeSetting({ name: "header", values: [key, ""] })),
            },
            t("delete"),
          ),
        ),
      ),
      !list.length && h("li", { key: "none", class: "quiet" }, t("setting.header.none")),
    ),
    list.length > 0 &&
      button("headers-reveal", t(shown ? "hide" : "show"), () => page.change({ draft: { ...ui.draft, secrets: !shown } }), {
        class: "plain small",
        "aria-pressed": String(!!shown),
      }),
    h(
      "div",
      { class: "fields" },
      field(t("setting.header.key"), { id: "header-key" }),
      field(t("setting.header.value"), { id: "header-value" }),
    ),
    list.length >= MAX_HEADERS && h("p", { class: "quiet" }, t("setting.header.full", { n: String(MAX_HEADERS) })),
  );
}

/** @param {View} view */
function serverName(view) {
  const { t, snap } = view;
  return setting(
    view,
    "server-name",
    { id: "write-server-name", values: (fields) => [flag(fields, "server-name")] },
    check(t("setting.server-name.on"), { id: "server-name", checked: !!snap.settings?.serverName }),
  );
}

/** @param {View} view */
function retry(view) {
  const { t, snap } = view;
  const { retryTimes, retryIntervalS } = snap.settings ?? {};
  return setting(
    view,
    "retry",
    { id: "write-retry", values: (fields) => [text(fields, "retry-times"), text(fields, "retry-interval")] },
    h(
      "div",
      { class: "fields" },
      field(t("setting.retry.times"), { id: "retry-times", inputmode: "numeric", value: String(retryTimes ?? "") }),
      field(t("setting.retry.interval"), { id: "retry-interval", inputmode: "numeric", value: String(retryIntervalS ?? "") }),
    ),
  );
}

/** @param {View} view */
function watchdog(view) {
  const { t, f, snap } = view;
  const { watchdog, watchdogPins = [] } = snap.settings ?? {};
  const pins = watchdogPins.flatMap(([first = 0, last = 0]) => Array.from({ length: last - first + 1 }, (_, n) => first + n));
  return setting(
    view,
    "watchdog",
    { id: "write-watchdog", values: (fields) => [flag(fields, "watchdog-on"), text(fields, "watchdog-pin"), text(fields, "watchdog-interval")] },
    h("p", { class: "quiet" }, t("setting.watchdog.pins", { model: snap.module?.model ?? t("unknown"), pins: ranges(watchdogPins) })),
    check(t("setting.watchdog.on"), { id: "watchdog-on", checked: !!watchdog?.on }),
    h(
      "div",
      { class: "fields" },
      h(
        "label",
        { class: "field", for: "watchdog-pin" },
        t("setting.watchdog.pin"),
        h(
          "select",
          { id: "watchdog-pin", name: "watchdog-pin", value: String(watchdog?.pin ?? pins[0] ?? "") },
          pins.map((pin) => h("option", { key: String(pin), value: String(pin) }, String(pin))),
        ),
      ),
      field(t("setting.watchdog.interval", { least: f.number(100), most: f.number(3_600_000) }), {
        id: "watchdog-interval",
        inputmode: "numeric",
        value: String(watchdog?.intervalMs ?? 1000),
      }),
    ),
  );
}

/** @param {readonly number[][]} pins */
function ranges(pins) {
  return pins.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ") || "–";
}

/** @param {View} view */
function trigger(view) {
  const { t, snap } = view;
  return setting(
    view,
    "trigger",
    { id: "write-trigger", values: (fields) => [flag(fields, "trigger-mode")] },
    check(t("setting.trigger.on"), { id: "trigger-mode", checked: !!snap.settings?.automatic }),
  );
}

/** What the module holds, and what it is doing. @param {View} view */
function stored(view) {
  const { t, f, snap } = view;
  const { storedPackage, maxPackage, downloadState } = snap.module ?? {};
  return h(
    "div",
    { class: "setting", key: "stored" },
    h("h4", null, t("setting.stored")),
    facts(
      [t("module.holds"), storedPackage ? t("module.package", { size: f.size(storedPackage) }) : t("module.no-package")],
      [t("module.room"), maxPackage != null ? f.bytes(maxPackage) : "–"],
      [t("module.state"), t(downloadState ? `module.state.${Math.min(downloadState, 4)}` : "module.state.0")],
    ),
    setting(view, "delete-package", { id: "delete-package" }),
    setting(view, "cancel-download", { id: "cancel-download" }),
  );
}
