// Every line that went over the port. The rows are built only while the console is open, and few at a
// time: an upload writes many.

import { h, render } from "./dom.js";

/** @import { Entry } from "./contract.js" */
/** @import { Format } from "./format.js" */
/** @import { Translate } from "./messages.js" */

/** Older rows leave the page; the journal that is copied and saved keeps its own bound. */
const KEPT = 2000;
const SIGNS = { sent: "→", received: "←", data: "⇒", note: "·" };

export class ConsoleView {
  /** @type {Entry[]} */
  #entries = [];
  #count = 0;
  /** How many of the entries have been looked at for rows. */
  #shown = 0;
  #frame = 0;
  #filter = "";
  #copied = false;
  /** @type {{ t: Translate, f: Format, explain: (entry: Entry) => string } | undefined} */
  #words;
  /** @type {() => string} */
  #journal;
  #onOpen;
  #host = document.createElement("aside");
  #rows = document.createElement("ol");

  /**
   * @param {() => string} journal the whole log as text, identities masked
   * @param {() => unknown} onOpen
   */
  constructor(journal, onOpen) {
    this.#journal = journal;
    this.#onOpen = onOpen;
    this.#host.className = "console";
    this.#rows.className = "lines";
    this.#rows.tabIndex = 0;
  }

  get element() {
    return this.#host;
  }

  /** @param {Entry} entry */
  add(entry) {
    this.#entries.push(entry);
    this.#count++;
    if (this.#entries.length > KEPT) {
      this.#entries.shift();
      this.#shown = Math.max(0, this.#shown - 1);
    }
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  clear() {
    this.#entries = [];
    this.#count = 0;
    this.#restart();
  }

  /**
   * @param {Translate} t
   * @param {Format} f
   * @param {(entry: Entry) => string} explain
   */
  setWords(t, f, explain) {
    this.#words = { t, f, explain };
    this.#rows.setAttribute("aria-label", t("console.lines"));
    this.#restart();
  }

  /** The log as text, also where no session keeps one. */
  text() {
    // After a crash there is no journal: the lines themselves, with long numbers (identities) masked.
    const lines = () => this.#entries.map(({ kind, text }) => `${SIGNS[kind]} ${text}`).join("\n");
    return this.#journal() || lines().replace(/\d{11,}/g, (digits) => "*".repeat(digits.length));
  }

  /** @param {Event} event */
  #toggled({ currentTarget }) {
    if (/** @type {HTMLDetailsElement} */ (currentTarget).open) this.#onOpen();
    this.#restart();
  }

  #restart() {
    this.#shown = 0;
    this.#rows.replaceChildren();
    this.#draw();
  }

  #draw() {
    if (!this.#words) return;
    const { t, f, explain } = this.#words;
    const last = this.#entries.at(-1);
    render(this.#host, [
      h(
        "details",
        { id: "console", ontoggle: (/** @type {Event} */ event) => this.#toggled(event) },
        h(
          "summary",
          null,
          h("h2", null, t("console.title")),
          h("span", { class: "quiet" }, t("console.count", { n: f.number(this.#count) })),
          h("code", { class: "last", "aria-hidden": "true" }, last ? `${SIGNS[last.kind]} ${last.text.slice(0, 60)}` : ""),
        ),
        h(
          "div",
          { class: "tools" },
          h("input", {
            id: "console-filter",
            type: "search",
            placeholder: t("console.filter"),
            "aria-label": t("console.filter"),
            oninput: (/** @type {Event} */ event) => {
              this.#filter = /** @type {HTMLInputElement} */ (event.currentTarget).value.toLowerCase();
              this.#restart();
            },
          }),
          h("button", { id: "console-copy", type: "button", onclick: () => this.#copy() }, t(this.#copied ? "copied" : "copy")),
          h("button", { id: "console-download", type: "button", onclick: () => save("deltaport-log.txt", this.text()) }, t("download")),
        ),
        h("div", { foreign: true, class: "scroll", key: "scroll" }),
      ),
    ]);
    const details = /** @type {HTMLDetailsElement} */ (this.#host.firstElementChild);
    const scroll = /** @type {HTMLElement} */ (details.lastElementChild);
    if (!this.#rows.isConnected) scroll.append(this.#rows);
    if (details.open) this.#drawRows(t, f, explain);
  }

  /**
   * @param {Translate} t
   * @param {Format} f
   * @param {(entry: Entry) => string} explain
   */
  #drawRows(t, f, explain) {
    const rows = this.#rows;
    const atEnd = rows.scrollHeight - rows.scrollTop - rows.clientHeight < 40;
    const fresh = document.createDocumentFragment();
    for (const entry of this.#entries.slice(this.#shown)) {
      const words = explain(entry);
      if (this.#filter && !`${entry.text} ${words}`.toLowerCase().includes(this.#filter)) continue;
      fresh.append(row(entry, words, t, f));
    }
    this.#shown = this.#entries.length;
    rows.append(fresh);
    while (rows.childElementCount > KEPT) rows.firstElementChild?.remove();
    if (!atEnd) return;
    // Rows have their true height only once they have been in sight.
    const follow = () => (rows.scrollTop = rows.scrollHeight);
    follow();
    requestAnimationFrame(follow);
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.text());
      this.#copied = true;
    } catch {
      // Refused by the browser: the file is the way that always works.
      save("deltaport-log.txt", this.text());
    }
    this.#draw();
    setTimeout(() => {
      this.#copied = false;
      this.#draw();
    }, 2000);
  }
}

/**
 * @param {Entry} entry
 * @param {string} words
 * @param {Translate} t
 * @param {Format} f
 */
function row({ at, kind, text }, words, t, f) {
  const item = document.createElement("li");
  item.className = kind;
  if (!words) item.title = t(`console.${kind}.plain`);
  render(item, [
    h("time", null, f.stamp(at)),
    h("span", { class: "sign", title: t(`console.${kind}`) }, SIGNS[kind], h("span", { class: "sr" }, t(`console.${kind}`))),
    h("div", null, h("code", null, text), words && h("p", null, words)),
  ]);
  return item;
}

/**
 * Gives the person a file.
 * @param {string} name
 * @param {string} text
 * @param {string} [type]
 */
export function save(name, text, type = "text/plain") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
