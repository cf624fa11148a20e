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

// Other families, other ways, the check, the settings.
const EG = "EG120KEAAAR01A05M4G";
const BC = "BC660KGLAAR01A05_01.002.01.002";
const ALL = ["com", "http", "https", "ftp", "ftps", "coap", "coaps", "copy"];
const whole = { ...module, routes: ALL };
const eg = { ...module, model: "EG120K-EA", family: "eg06xk", version: EG, routes: ["file", "http", "https", "ftp", "path"], maxPackage: undefined, serialRate: undefined, downloadState: undefined };
const bc = { ...module, model: "BC660K-GL", family: "bc660k", version: BC, routes: ["http"], maxPackage: undefined, serialRate: 0, downloadState: undefined };
const bridge = { ...port, usbVendor: 0x1a86, usbProduct: 0x7523 };
const rest = (more, actions = []) => {
  const able = more.module && more.module.family !== "bg95" ? [] : ["read-settings", "write-setting"];
  return snap("module", ["choose-package", "connect", "disconnect", "choose-source", "check", ...able, ...actions], { port, module: whole, ...more });
};
const server = { route: "https", text: "https://updates.example.com:443/bg95/a05-to-a06.bin", way: "whole", reports: true };
const segments = { ...server, way: "segments", requestSize: 65536 };
const ftp = { route: "ftp", text: "ftp://•••:•••@192.0.2.7:21/eg120k.zip", way: "whole", reports: false };
const http = { route: "http", text: "http://192.0.2.7:80/bc660k.bin", way: "whole", reports: true };
const inNetwork = { sim: "ready", registration: "home", operator: "Telstra Mobile", signal: "good", dbm: -71, hasAddress: true, apn: "telstra.internet" };
const noNetwork = { sim: "missing", registration: "denied", operator: undefined, signal: "weak", dbm: -111, hasAddress: false, apn: "" };
const asleep = { sim: "ready", registration: "searching", signal: "unknown", hasAddress: false, sleep: true, powerSaving: true };
const networkFindings = [
  { code: "model", level: "fine", a: "BG95-M3" },
  { code: "server-port", level: "look", a: "443" },
  { code: "sim", level: "fine", a: "ready" },
  { code: "registration", level: "fine", a: "home", b: "Telstra Mobile" },
  { code: "signal", level: "look", a: "weak", b: "-109" },
  { code: "address", level: "look" },
  { code: "apn", level: "look", a: "telstra.internet" },
  { code: "power", level: "fine" },
];
const itself = [{ code: "model", level: "fine", a: "BC660K-GL" }, { code: "starts-by-itself", level: "look" }];
const settings = {
  apn: { ipFamily: 0, apn: "telstra.internet", user: "field", hasPassword: true },
  headers: [{ key: "Authorization", value: "Bearer 12345" }, { key: "X-Fleet", value: "north" }],
  watchdog: { on: true, pin: 6, intervalMs: 3000 },
  watchdogPins: [[4, 7], [18, 19], [22, 23], [25, 28], [40, 41], [64, 66], [85, 88]],
  serverName: false, retryTimes: 3, retryIntervalS: 10, automatic: false,
};
const ofServer = (stage, more) => run(stage, { module: whole, package: undefined, source: server, findings: networkFindings, ...more });
const all = (stage, more) => run(stage, { port: bridge, module: bc, package: undefined, source: http, findings: itself, ...more });

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
  // Loaded on demand.
  "routes-loading": () => ({ snapshot: snap("module", [], { port, module: { ...module, routes: ["com"] } }), ui: { loading: true } }),
  "routes-failed": () => ({ snapshot: snap("module", ["choose-package", "disconnect"], { port, module: { ...module, routes: ["com"] } }), ui: { failed: true } }),
  "ways-file": () => ({ snapshot: rest({ source: undefined, readiness: inNetwork }) }),
  "ways-server": () => ({
    snapshot: rest({ readiness: inNetwork }),
    ui: { draft: { place: "server", url: "https://updates.example.com/bg95/a05-to-a06.bin", way: "segments", requestSize: "65536", ways: ["whole", "segments", "resume", "to-file"] } },
  }),
  "ways-server-flaw": () => ({
    snapshot: rest({ readiness: inNetwork }),
    ui: { draft: { place: "server", url: "coap://updates.example.com/bg95.bin", ways: ["whole", "resume", "to-file"], flaw: { code: "source-refused", detail: "port-missing" } } },
  }),
  "ways-files": () => ({
    snapshot: rest({ readiness: inNetwork }),
    ui: { draft: { place: "files", files: ["UFS:part1.bin", "UFS:part2.bin", "EUFS:part2.bin"] } },
  }),
  "ways-eg": () => ({ snapshot: rest({ module: eg }) }),
  "ways-eg-path": () => ({
    snapshot: rest({ module: eg }),
    ui: { draft: { place: "files", files: ["/data/package.bin"], flaw: { code: "source-refused", detail: "place" } } },
  }),
  "ways-bc": () => ({
    snapshot: rest({ port: bridge, module: bc }),
    ui: { draft: { url: `http://192.0.2.7/${"p".repeat(260)}`, flaw: { code: "source-refused", detail: "too-long", number: 255 } } },
  }),
  "source-server": () => ({ snapshot: rest({ source: segments, findings: networkFindings }, ["start"]) }),
  "source-stop": () => ({
    snapshot: rest({ source: { ...server, route: "coaps", text: "coaps://updates.example.com:5684/p", reports: false }, readiness: noNetwork, findings: [networkFindings[0], { code: "sim", level: "stop", a: "missing" }, { code: "registration", level: "stop", a: "denied" }] }),
    ui: { panel: "readiness" },
  }),
  "source-other-way": () => ({ snapshot: rest({ package: file, findings, readiness: inNetwork }, ["start"]), ui: { panel: "ways" } }),
  "source-ftp": () => ({ snapshot: rest({ module: eg, source: ftp, findings: [{ code: "model", level: "fine", a: "EG120K-EA" }, itself[1]] }, ["start"]) }),
  "source-parts": () => ({ snapshot: rest({ source: { route: "copy", text: "UFS:part1.bin, UFS:part2.bin", way: "whole", reports: false }, findings: [findings[0]] }, ["start"]) }),
  "readiness-asking": () => ({ snapshot: snap("readiness", ["cancel", "disconnect"], { port, module: whole, readiness: {}, wait: wait("answer", 200, 300, 5000, 10_000) }), ui: { panel: "readiness", whole: true } }),
  "readiness-fine": () => ({ snapshot: rest({ readiness: inNetwork }), ui: { panel: "readiness" } }),
  "readiness-stop": () => ({ snapshot: rest({ module: { ...whole, serialRate: 57600 }, readiness: noNetwork }), ui: { panel: "readiness" } }),
  "readiness-bc": () => ({ snapshot: rest({ port: bridge, module: bc, readiness: asleep }), ui: { panel: "readiness" } }),
  "settings": () => ({ snapshot: rest({ settings }), ui: { panel: "settings" } }),
  "settings-refused": () => ({ snapshot: rest({ settings, problem: { code: "setting-refused", detail: "too-small", number: 100 } }), ui: { panel: "settings" } }),
  "settings-asking": () => ({ snapshot: snap("settings", ["cancel", "disconnect"], { port, module: whole, settings }), ui: { panel: "settings", whole: true, adjustable: true } }),
  "run-readiness": () => ({ snapshot: ofServer("readiness", { readiness: inNetwork, wait: wait("answer", 200, 300, 5000, 10_000) }) }),
  "downloading": () => ({ snapshot: ofServer("downloading", { progress: { percent: 34 }, wait: wait("download", 2000, MINUTE, 90_000, 15 * MINUTE) }) }),
  "downloading-segments": () => ({ snapshot: ofServer("downloading", { source: segments, progress: { percent: 34, bytes: 131_072 }, wait: wait("download", 2000, MINUTE, 90_000, 15 * MINUTE) }) }),
  "downloading-silent": () => ({
    snapshot: ofServer("downloading", { source: { ...server, route: "coap", text: "coap://192.0.2.7:5683/p", reports: false }, wait: wait("download", 100_000, MINUTE, 90_000, 15 * MINUTE) }),
  }),
  "downloading-all": () => ({ snapshot: all("downloading", { actions: [], noReturn: true, progress: { percent: 12 }, wait: wait("download", 2000, MINUTE, 90_000, 15 * MINUTE) }) }),
  "downloading-found": () => ({ snapshot: snap("downloading", ["disconnect"], { port, busy: true, progress: { percent: 61 } }) }),
  "copying": () => ({ snapshot: run("copying", { module: whole, package: undefined, source: { route: "copy", text: "UFS:part1.bin, UFS:part2.bin", way: "whole", reports: false }, progress: { part: 2, parts: 4 }, wait: wait("copy", 4000, 10_000, 30_000, MINUTE) }) }),
  "ready-stored": () => ({ snapshot: ofServer("ready", { actions: ["go", "cancel"] }) }),
  "ready-all": () => ({ snapshot: all("ready", { actions: ["go", "cancel"] }) }),
  "ready-eg": () => ({ snapshot: run("ready", { module: eg, package: { ...file, name: "eg120k.zip", fromVersion: undefined, toVersion: undefined }, findings: [], actions: ["go", "cancel"], proof }) }),
  "resetting-eg": () => ({ snapshot: locked("resetting", { module: eg, wait: wait("port", 14_000, 30_000, 60_000, 2 * MINUTE) }) }),
  "upgraded-bc": () => ({
    snapshot: done({ outcome: "upgraded", oldVersion: BC, newVersion: "BC660KGLAAR01A06_01.001.01.001", remarks: ["sleep-restored"], laps: [{ stage: "readiness", ms: 1400 }, { stage: "ready", ms: 5200 }, { stage: "starting", ms: 900 }, { stage: "downloading", ms: 184_000 }, { stage: "resetting", ms: 9000 }, { stage: "updating", ms: 96_000 }, { stage: "verifying", ms: 3000 }] }, undefined, { port: bridge, module: bc, package: undefined, source: http, findings: itself, noReturn: true }),
  }),
  "not-upgraded-download": () => ({
    snapshot: done({ outcome: "not-upgraded", code: "download-code", number: 702, detail: "http", stage: "downloading", newVersion: undefined, laps: laps.slice(0, 2) }, undefined, { module: whole, package: undefined, source: server }),
  }),
  "not-upgraded-eg": () => ({
    snapshot: done({ outcome: "not-upgraded", code: "end-code", number: 505, detail: '+QIND: "FOTA","END",505', oldVersion: EG, newVersion: EG, stage: "updating" }, undefined, { module: eg, noReturn: true }),
    log,
  }),
  "not-upgraded-unknown-code": () => ({
    snapshot: done({ outcome: "not-upgraded", code: "end-code", number: 511, detail: '+QIND: "FOTA","END",511', oldVersion: BC, newVersion: BC, stage: "updating", remarks: ["sleep-not-restored"] }, undefined, { port: bridge, module: bc, noReturn: true }),
  }),
  "not-upgraded-sim": () => ({
    snapshot: done({ outcome: "not-upgraded", code: "no-sim", detail: "missing", oldVersion: BC, stage: "readiness", laps: laps.slice(0, 1) }, undefined, { port: bridge, module: bc }),
  }),
  "not-upgraded-copy": () => ({
    snapshot: done({ outcome: "not-upgraded", code: "copy-refused", number: 593, detail: "UFS:part2.bin", stage: "copying", laps: laps.slice(0, 2), remarks: ["package-deleted"] }, undefined, { module: whole }),
  }),
  "segment-stuck": () => ({ snapshot: done({ outcome: "not-upgraded", code: "segment-stuck", stage: "downloading", laps: laps.slice(0, 2) }, undefined, { module: whole, source: segments }) }),
};
