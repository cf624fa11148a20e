// Help for the two things that go wrong before anything was sent: the port is not in the browser's list,
// or it is the wrong one of a module's ports.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @import { View } from "./view.js" */

/** A module shows itself as several ports under one name. @type {[string, string?][]} */
const ENTRIES = [["diagnostic", "diagnostic"], ["gnss", "nmea"], ["at"], ["modem"]];

/** Only to leave out advice for other systems; where unknown, everything is shown. */
function system() {
  const name = navigator.userAgent;
  if (/Android/.test(name)) return "android";
  if (/Linux|CrOS/.test(name)) return "linux";
  if (/Windows/.test(name)) return "windows";
  return /Mac/.test(name) ? "mac" : "other";
}

/** @type {Record<string, string[]>} */
const ADVICE = {
  android: ["cable"],
  linux: ["cable", "group", "modemmanager", "sandbox"],
  windows: ["cable", "driver", "held"],
  mac: ["cable", "driver", "held"],
  other: ["cable", "driver", "held", "group", "modemmanager", "sandbox"],
};

/** What to type, where typing helps. @type {Record<string, string>} */
const COMMANDS = {
  group: "sudo usermod -aG dialout $USER",
  modemmanager: "sudo systemctl stop ModemManager",
};

/** @param {View} view */
export function portHelp({ t, ui }) {
  return h(
    "details",
    { class: "more", key: "port-help", open: ui.noPort },
    h("summary", null, t("help.title")),
    h(
      "ul",
      { class: "advice" },
      ADVICE[system()]?.map((key) =>
        h(
          "li",
          { key },
          h("strong", null, t(`help.${key}`)),
          " ",
          t(`help.${key}.do`),
          COMMANDS[key] && h("code", { class: "command" }, COMMANDS[key]),
        ),
      ),
    ),
  );
}

/**
 * Which entry of the list to take instead.
 * @param {View} view
 */
export function whichEntry({ t, snap }) {
  const heard = snap.greeting?.heard;
  return h(
    "section",
    { class: "entries", key: "entries" },
    h("h4", null, t("entries.title")),
    h(
      "ol",
      null,
      ENTRIES.map(([key, sounds]) => {
        const here = sounds && sounds === heard;
        return h(
          "li",
          { key, class: key === "at" ? "wanted" : here ? "here" : null },
          h("span", { class: "entry" }, t(`entries.${key}`)),
          key === "at" && h("b", null, icon("arrow"), t("entries.wanted")),
          here && h("b", null, icon("cross"), t("entries.here")),
        );
      }),
    ),
    h("p", { class: "quiet" }, t("entries.where")),
  );
}
