// Screenshots of every state of the page: node shoot.mjs <out folder> [state,state…] [--quick or --narrow]
// Needs chromium on the path. Nothing is installed; the browser is driven over its DevTools pipe.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { STATES } from "./states.js";

const here = dirname(fileURLToPath(import.meta.url));
const www = join(here, "../../../www");
const args = process.argv.slice(2);
const [out = "shots", only] = args.filter((a) => !a.startsWith("--"));
const quick = args.includes("--quick");
/** Also the narrowest portal's sidebar. */
const narrow = args.includes("--narrow");
const states = only ? only.split(",") : Object.keys(STATES);
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml" };

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, "http://x").pathname);
  const file = path.startsWith("/gallery/") ? join(here, path.slice(8)) : join(www, path);
  try {
    const body = await readFile(file);
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${server.address().port}`;

const profile = await mkdtemp(join(tmpdir(), "gallery-"));
const browser = spawn(
  "chromium",
  ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--hide-scrollbars", "--remote-debugging-pipe", `--user-data-dir=${profile}`],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
);
let id = 0;
let pending = "";
const waiting = new Map();
const faults = [];
browser.stdio[4].on("data", (chunk) => {
  pending += chunk;
  const messages = pending.split("\0");
  pending = messages.pop();
  for (const text of messages) {
    const message = JSON.parse(text);
    // A state in which leaving would lose something asks nobody here.
    if (message.method === "Log.entryAdded" && !/beforeunload/.test(message.params.entry.text)) faults.push(message.params.entry.text);
    if (message.method === "Runtime.exceptionThrown") faults.push(message.params.exceptionDetails.exception?.description);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  }
});
function send(method, params = {}, sessionId) {
  return new Promise((resolve, reject) => {
    waiting.set(++id, (m) => (m.error ? reject(new Error(`${method}: ${m.error.message}`)) : resolve(m.result)));
    browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  });
}

await mkdir(out, { recursive: true });
const { targetId } = await send("Target.createTarget", { url: "about:blank" });
const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
/** Until the state that was set is to be seen. */
const DRAWN = `(async () => {
  while (!document.querySelector("deltaport-flasher .headline")) await new Promise((again) => setTimeout(again, 50));
})()`;
const page = (method, params) => send(method, params, sessionId);
for (const domain of ["Page", "Runtime", "Log"]) await page(`${domain}.enable`);
const looks = narrow
  ? [["light", 320, "en"], ["light", 320, "zh"]]
  : quick
  ? [["light", 1280, "en"], ["dark", 360, "en"]]
  : ["light", "dark"].flatMap((theme) => [360, 1280].flatMap((width) => ["en", "zh"].map((lang) => [theme, width, lang])));
for (const [theme, width, lang] of looks) {
  await page("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: theme }] });
  for (const state of states) {
    await page("Emulation.setDeviceMetricsOverride", { width, height: 800, deviceScaleFactor: 1, mobile: false });
    const open = args.includes("--console") ? "&console" : "";
    await page("Page.navigate", { url: `${origin}/gallery/index.html?state=${state}&lang=${lang}${open}` });
    await page("Runtime.evaluate", { expression: DRAWN, awaitPromise: true });
    await new Promise((done) => setTimeout(done, open ? 900 : 250));
    const { result } = await page("Runtime.evaluate", {
      expression: "JSON.stringify([document.documentElement.scrollHeight, document.documentElement.scrollWidth])",
    });
    const [height, wide] = JSON.parse(result.value);
    if (wide > width) faults.push(`${state} ${width} ${lang}: ${wide} px wide`);
    await page("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    const { data } = await page("Page.captureScreenshot", { format: "png" });
    await writeFile(join(out, `${state}-${theme}-${width}-${lang}.png`), Buffer.from(data, "base64"));
  }
}
await send("Browser.close").catch(() => {});
server.close();
await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
if (faults.length) {
  console.error([...new Set(faults)].join("\n"));
  process.exitCode = 1;
}
