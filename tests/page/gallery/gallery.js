// Shows one made-up state of the page: index.html?state=<name>&lang=<language>[&console]
// For scripts: `show(name, language)` shows another one, once it is drawn.

import "/flasher.js";
import { STATES } from "./states.js";

/** A key stands in the page until its words are there. */
const KEY = /\b[a-z]+(-[a-z]+)*\.[a-z-]+\.(do|means|title|lede)\b/;

globalThis.states = Object.keys(STATES);

globalThis.show = async (name, language) => {
  const old = document.querySelector("deltaport-flasher");
  // Lets the tab go, should the old state hold it.
  if (old) old.snapshot = STATES.start().snapshot;
  old?.remove();
  localStorage.setItem("deltaport.language", language);
  const { snapshot, ui = {}, log = [] } = STATES[name]();
  const element = document.createElement("deltaport-flasher");
  element.id = "flasher";
  element.setAttribute("static", "");
  document.body.append(element);
  element.setUi({ capability: "ready" });
  element.snapshot = snapshot;
  // After the snapshot: a new stage begins a new chart.
  element.setUi(ui);
  for (const entry of log) element.addEntry(entry);
  while (!element.querySelector(".headline")) await new Promise(requestAnimationFrame);
  // The words of other ways are loaded when a state has need of them.
  const late = performance.now() + 5000;
  while (KEY.test(document.body.innerText) && performance.now() < late) await new Promise(requestAnimationFrame);
};

const query = new URLSearchParams(location.search);
await show(query.get("state") ?? "start", query.get("lang") ?? "en");
if (query.has("console")) {
  await new Promise((done) => setTimeout(done, 300));
  document.querySelector("#console").open = true;
}
