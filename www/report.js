// The report of a session, for a ticket or an archive. Identities are masked, as in the log.

import { save } from "./console.js";

/** @import { ElementStage } from "./contract.js" */
/** @import { View } from "./view.js" */

/**
 * @param {View} view
 * @param {ElementStage} stage
 * @param {string} log
 */
export function saveReport({ snap, ui, f }, stage, log) {
  const { module, package: file, source, readiness, port, findings, proof, problem, verdict, noReturn } = snap;
  const now = new Date().toISOString();
  const report = {
    format: "deltaport-report",
    version: 1,
    created: now,
    browser: navigator.userAgent,
    simulated: ui.demo,
    stage,
    noReturn,
    crash: ui.crash ?? undefined,
    verdict,
    problem,
    port,
    module: module && { ...module, imei: module.imei && f.masked(module.imei) },
    package: file,
    source,
    readiness,
    proof,
    findings,
    log: log.split("\n"),
  };
  const name = ["deltaport", module?.model, now.slice(0, 19).replace(/\D/g, "")].filter(Boolean).join("-");
  save(`${name.replace(/[^\w.-]/g, "_")}.json`, JSON.stringify(report, null, 2), "application/json");
}
