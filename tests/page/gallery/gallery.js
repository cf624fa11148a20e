// Shows one made-up state of the page: index.html?state=<name>&lang=<language>[&console]

import "/flasher.js";
import { STATES } from "./states.js";

const query = new URLSearchParams(location.search);
localStorage.setItem("deltaport.language", query.get("lang") ?? "en");
const { snapshot, ui = {}, log = [] } = STATES[query.get("state") ?? "start"]();
const element = document.createElement("deltaport-flasher");
element.id = "flasher";
element.setAttribute("static", "");
document.body.append(element);
element.setUi({ capability: "ready", ...ui });
element.snapshot = snapshot;
for (const entry of log) element.addEntry(entry);
if (query.has("console")) {
  await new Promise((done) => setTimeout(done, 300));
  document.querySelector("#console").open = true;
}
