// Line icons on a 16 px grid, drawn in the colour of the text around them.

import { h } from "./dom.js";

const PATHS = {
  check: "M3 8.5 6.5 12 13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  look: "M8 3v6M8 11.8v.7",
  question: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.7 8 9.2 8 10M8 12.3v.4",
  stop: "M4.5 4.5h7v7h-7z",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  arrow: "M2.5 8h11M9.5 4l4 4-4 4",
  down: "M8 2.5v11M4 9.5l4 4 4-4",
  chip: "M4.5 4.5h7v7h-7zM6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  plug: "M5.5 2v3.5M10.5 2v3.5M4 5.5h8V8a4 4 0 0 1-8 0zM8 12v2",
};

/** @typedef {keyof typeof PATHS} Icon */

/**
 * Decoration beside a word; never the only carrier of a meaning.
 * @param {Icon} name
 */
export function icon(name) {
  return h(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
    h("path", { d: PATHS[name] }),
  );
}
