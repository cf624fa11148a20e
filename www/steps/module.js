// Step 2: who the module is and what it holds.

import { h } from "../dom.js";
import { actionButton, actions, button, facts, headline, mono, more, notice } from "../parts.js";
import { isOther } from "../view.js";
import { packageInput } from "./package.js";

/** @import { View } from "../view.js" */

/** @param {View} view */
export function moduleFacts({ t, snap }) {
  const { module } = snap;
  if (!module?.model && !module?.version) return null;
  return [module.model ?? t("module.unnamed"), module.version && t("module.firmware", { version: module.version })]
    .filter(Boolean)
    .join(" · ");
}

/** @param {View} view */
export function moduleStep(view) {
  const { t, snap } = view;
  if (snap.stage === "identifying") {
    return [
      headline(t("stage.identifying")),
      h("p", { class: "lede" }, t("stage.identifying.lede")),
      h("progress", { "aria-label": t("stage.identifying") }),
      moduleCard(view),
      actions(actionButton(view, "cancel", "cancel", t("cancel"))),
    ];
  }
  return [
    notice(view, snap.problem),
    headline(snap.module?.model ?? t("module.unnamed")),
    snap.module && !snap.module.family && h("p", { class: "lede" }, t("module.unsupported")),
    moduleCard(view),
    // What another family takes is known only to the whole program.
    (view.ui.whole || !isOther(snap.module)) && (view.routes?.ways(view) ?? packageInput(view, t("package.choose"), true)),
    more(view),
  ];
}

/** @param {View} view */
export function moduleCard({ t, f, snap, ui, page }) {
  const { module } = snap;
  const { version, imei, maxPackage, storedPackage, downloadState, serialRate } = module ?? {};
  const own = !isOther(module);
  const none = h("span", { class: "quiet" }, "–");
  return facts(
    [t("module.version"), version ? mono(version) : none],
    [
      t("module.imei"),
      imei
        ? [
            h("code", null, ui.imei ? imei : f.masked(imei)),
            button("imei-reveal", t(ui.imei ? "hide" : "show"), () => page.toggleImei(), {
              class: "plain small",
              "aria-pressed": String(ui.imei),
            }),
          ]
        : none,
    ],
    // Other families tell neither.
    (own || maxPackage != null) && [t("module.room"), maxPackage != null ? f.size(maxPackage) : none],
    (own || storedPackage != null) && [
      t("module.holds"),
      // Not every model is asked, and not every one answers.
      storedPackage ? t("module.package", { size: f.size(storedPackage) }) : downloadState != null ? t("module.no-package") : none,
    ],
    !!downloadState && [t("module.state"), t(`module.state.${Math.min(downloadState, 4)}`)],
    serialRate != null && [t("module.rate"), serialRate ? t("port.speed", { rate: f.number(serialRate) }) : t("module.rate.auto")],
  );
}
