// One made-up snapshot for every state of the page.

const OLD = "BG95M3LAR02A03_01.012.01.012";
const NEW = "BG95M3LAR02A04_01.006.01.006";
const MINUTE = 60_000;
const port = { open: true, usbVendor: 0x2c7c, usbProduct: 0x0700, baudRate: 115200, flowControl: false };
const module = {
  manufacturer: "Quectel",
  model: "BG95-M3",
  family: "bg95",
  supported: true,
  version: OLD,
  imei: "864475040000417",
  serialRate: 115200,
  flowControl: false,
  maxPackage: 1_572_864,
  downloadState: 0,
};
const file = {
  name: `${OLD}-TO-${NEW}.bin`,
  size: 483_216,
  sha256: "9f2c4be01d77a3580e61b4c9d2f7a8135c0e9b64f1a2d3c4b5a69788796a5b4c",
  checksum: 0x6c53,
  fromVersion: OLD,
  toVersion: NEW,
};
const findings = [
  { code: "model", level: "fine", a: "BG95-M3" },
  { code: "space", level: "fine", a: "483216", b: "1572864" },
  { code: "from-version", level: "fine", a: OLD },
  { code: "blind-usb", level: "look" },
  { code: "power", level: "fine" },
];
const proof = { expectedSize: 483_216, size: 483_216, expectedChecksum: 0x6c53, checksum: 0x6c53, stored: 483_216 };
const laps = [
  ["checking", 220], ["preparing", 1840], ["uploading", 42_900], ["comparing", 640], ["ready", 8300],
  ["starting", 1200], ["resetting", 14_600], ["updating", 131_000], ["verifying", 3900],
].map(([stage, ms]) => ({ stage, ms }));
const lines = [
  ["sent", "AT"], ["received", "OK"], ["sent", "ATE0"], ["received", "OK"], ["sent", "ATI"],
  ["received", "Quectel"], ["received", "BG95-M3"], ["received", "Revision: BG95M3LAR02A03"], ["received", "OK"],
  ["sent", "AT+QGMR"], ["received", OLD], ["received", "OK"], ["sent", "AT+QFOTADL=3,0"], ["received", "OK"],
  ["sent", 'AT+QFOTADL="COM:",483216,60'], ["received", "CONNECT"], ["data", "483216 bytes"],
  ["received", "+QFOTADL: 483216,6c53"], ["received", "OK"], ["sent", "AT+QFOTADL=1"], ["received", "OK"],
  ["received", '+QIND: "FOTA","RESETTING"'], ["received", '+QIND: "FOTA","START"'],
  ["received", '+QIND: "FOTA","UPDATING",42%'], ["received", '+QIND: "FOTA","END",511'],
];
const log = lines.map(([kind, text], i) => ({ at: i * 37.4, kind, text }));

const snap = (stage, actions, more = {}) => ({ stage, actions, findings: [], noReturn: false, busy: false, ...more });
const wait = (code, sinceAgo, expectedMs, warnMs, limitMs) => ({
  code, since: performance.now() - sinceAgo, expectedMs, warnMs, limitMs,
});
const run = (stage, more) => snap(stage, ["cancel"], { port, module, package: file, findings, busy: true, ...more });
const locked = (stage, more) => run(stage, { actions: [], noReturn: true, proof, ...more });
const AFTER = new Set(["starting", "resetting", "updating", "verifying"]);
const done = (ended, actions = ["next", "disconnect"], more = {}) => {
  const verdict = { remarks: [], laps, stage: "verifying", oldVersion: OLD, ...ended };
  const noReturn = AFTER.has(verdict.stage);
  return snap("done", actions, { port, module, package: file, findings, noReturn, verdict, ...more });
};
const choice = (name, more) => ({ port: {}, name, ...more });
const idle = snap("idle", ["connect"]);
const scenarios = [
  { name: "healthy-uart", group: "well", summary: "A healthy BG95 on its main UART: it reports every step." },
  { name: "healthy-usb", group: "well", summary: "A healthy BG95 on its own USB: the port goes away and comes back, without reports." },
  { name: "wrong-package", group: "update", summary: "The package is for another version: END,511." },
];

export const STATES = {
  "unsupported": () => ({ snapshot: idle, ui: { capability: "no-web-serial" } }),
  "unsupported-insecure": () => ({ snapshot: idle, ui: { capability: "insecure-context" } }),
  "start": () => ({ snapshot: idle }),
  "start-problem": () => ({ snapshot: { ...idle, problem: { code: "port-busy", detail: "NetworkError: Failed to open serial port." } } }),
  "demo": () => ({ snapshot: idle, ui: { demo: true, scenarios, scenario: "healthy-uart" } }),
  "choosing": () => ({
    snapshot: idle,
    ui: {
      ports: [
        choice("Quectel 2c7c:0700", { model: "BG95-M3", when: Date.UTC(2026, 10, 18) }),
        choice("FTDI 0403:6001", {}),
        choice("Quectel 2c7c:0700", { heard: "nmea" }),
      ],
    },
  }),
  "opening": () => ({ snapshot: snap("opening", [], { port }) }),
  "listening": () => ({ snapshot: snap("listening", ["cancel", "disconnect"], { port, wait: wait("report", 1000, 3000, 3000, 3000) }) }),
  "greeting": () => ({ snapshot: snap("greeting", ["disconnect"], { port, greeting: { tries: 3, of: 8, heard: "nothing" } }) }),
  "wrong-port": () => ({
    snapshot: snap("wrong-port", ["connect", "disconnect"], {
      port, greeting: { tries: 8, of: 8, heard: "nmea" }, problem: { code: "nmea-port", detail: "$GPGSV,4,1,14,02,37" },
    }),
  }),
  "wrong-speed": () => ({
    snapshot: snap("wrong-port", ["connect", "disconnect"], { port, greeting: { tries: 8, of: 8, heard: "garbage" }, problem: { code: "wrong-speed" } }),
  }),
  "identifying": () => ({ snapshot: snap("identifying", ["cancel"], { port, module: { ...module, imei: undefined, maxPackage: undefined, downloadState: undefined } }) }),
  "module": () => ({ snapshot: snap("module", ["choose-package", "disconnect"], { port, module }), log: log.slice(0, 12) }),
  "module-unknown": () => ({
    snapshot: snap("module", ["choose-package", "disconnect"], { port, module: { ...module, model: "BG96", family: undefined, supported: false, version: "BG96MAR02A07M1G", imei: undefined, maxPackage: undefined, downloadState: undefined }, problem: { code: "package-empty" } }),
  }),
  "package": () => ({ snapshot: snap("module", ["choose-package", "start", "disconnect"], { port, module, package: file, findings }) }),
  "package-look": () => ({
    snapshot: snap("module", ["choose-package", "start", "disconnect"], {
      port, module, package: { ...file, name: "update.bin", fromVersion: undefined, toVersion: undefined },
      findings: [findings[0], findings[1], { code: "from-version", level: "look", a: OLD, b: "BG95M3LAR02A02_01.001.01.001" }, { code: "stored-package", level: "look", a: "20480" }, { code: "report-rate", level: "look", a: "57600" }],
    }),
  }),
  "package-stop": () => ({
    snapshot: snap("module", ["choose-package", "disconnect"], {
      port, module, package: { ...file, size: 2_483_216 }, findings: [findings[0], { code: "space", level: "stop", a: "2483216", b: "1572864" }, findings[2]],
    }),
  }),
  "package-unknown-model": () => ({
    snapshot: snap("module", ["choose-package", "start-unknown-model", "disconnect"], {
      port, module: { ...module, model: "BG96", supported: false }, package: file, findings: [{ code: "model", level: "stop", a: "BG96" }, findings[1]],
    }),
  }),
  "checking": () => ({ snapshot: run("checking", { wait: wait("answer", 20, 120_000, 120_000, 120_000) }) }),
  "preparing": () => ({ snapshot: run("preparing", { wait: wait("answer", 300, 2000, 6000, 12_000) }) }),
  "uploading-begins": () => ({ snapshot: run("uploading", { progress: { percent: 0, bytes: 0, total: 483_216 } }) }),
  "uploading": () => ({
    snapshot: run("uploading", { progress: { percent: 42, bytes: 203_776, total: 483_216, rate: 11_480, remainingMs: 24_300 } }),
    ui: { rates: Array.from({ length: 90 }, (_, i) => 11_000 + 500 * Math.sin(i / 5) + (i < 6 ? -9000 + i * 1500 : 0)) },
    log: log.slice(0, 17),
  }),
  "comparing": () => ({ snapshot: run("comparing", { progress: { percent: 100 }, wait: wait("result", 400, 2000, 10_000, 30_000) }) }),
  "ready": () => ({ snapshot: run("ready", { actions: ["go", "cancel"], proof }) }),
  "resetting-lost": () => ({
    snapshot: run("resetting", { actions: ["reconnect", "disconnect"], proof, progress: { percent: 100 }, wait: wait("port", 14_000, 3 * MINUTE, 10 * MINUTE, 30 * MINUTE) }),
  }),
  "starting": () => ({ snapshot: locked("starting", { wait: wait("reset", 4000, 30_000, 90_000, 90_000) }) }),
  "resetting": () => ({ snapshot: locked("resetting", { wait: wait("port", 14_000, 30_000, 60_000, 2 * MINUTE) }) }),
  "updating-percent": () => ({
    snapshot: locked("updating", { progress: { percent: 37, part: 1, parts: 2 }, wait: wait("report", 2000, 10_000, 90_000, 10 * MINUTE) }),
    log: log.slice(0, 24),
  }),
  "updating-silent": () => ({ snapshot: locked("updating", { wait: wait("life", 40_000, 3 * MINUTE, 10 * MINUTE, 30 * MINUTE) }) }),
  "updating-long": () => ({ snapshot: locked("updating", { wait: wait("life", 5 * MINUTE, 3 * MINUTE, 10 * MINUTE, 30 * MINUTE) }) }),
  "updating-unusual": () => ({ snapshot: locked("updating", { wait: wait("life", 17 * MINUTE, 3 * MINUTE, 10 * MINUTE, 30 * MINUTE) }) }),
  "updating-continued": () => ({ snapshot: snap("updating", [], { port, noReturn: true, busy: true, progress: { percent: 61 } }) }),
  "ask-port": () => ({ snapshot: locked("ask-port", { actions: ["reconnect"], wait: wait("port", 70_000, 30_000, 60_000, 30 * MINUTE) }) }),
  "verifying": () => ({ snapshot: locked("verifying", { wait: wait("life", 1000, 5000, 30_000, 2 * MINUTE) }) }),
  "stopping": () => ({ snapshot: run("stopping", { actions: [], wait: wait("data-mode", 600, 3000, 5000, 70_000) }) }),
  "upgraded": () => ({ snapshot: done({ outcome: "upgraded", newVersion: NEW }), log }),
  "upgraded-remark": () => ({ snapshot: done({ outcome: "upgraded", newVersion: NEW, remarks: ["blind", "other-version"] }) }),
  "not-upgraded": () => ({
    snapshot: done({ outcome: "not-upgraded", code: "end-code", number: 511, detail: '+QIND: "FOTA","END",511', newVersion: OLD, stage: "updating" }),
  }),
  "not-upgraded-before": () => ({
    snapshot: done({ outcome: "not-upgraded", code: "checksum-mismatch", detail: "6c53 / 6c51", stage: "comparing", remarks: ["package-deleted"], laps: laps.slice(0, 4) }),
  }),
  "cannot-tell": () => ({
    snapshot: done({ outcome: "cannot-tell", code: "no-life-sign", stage: "updating" }, ["look-again", "disconnect"]),
  }),
  "cannot-tell-before": () => ({
    snapshot: done({ outcome: "cannot-tell", code: "old-version-unknown", oldVersion: undefined, newVersion: NEW, remarks: ["continued"] }, ["look-again", "next", "disconnect"]),
  }),
  "stopped": () => ({ snapshot: done({ outcome: "stopped", stage: "uploading", remarks: ["package-deleted"], laps: laps.slice(0, 3) }) }),
  "stopped-lost": () => ({
    snapshot: done({ outcome: "stopped", code: "cancelled-no-answer", stage: "stopping", remarks: ["package-left"], laps: laps.slice(0, 3) }),
  }),
  "crashed": () => ({ snapshot: locked("updating", { progress: { percent: 37 } }), ui: { crash: "RuntimeError: unreachable" } }),
};
