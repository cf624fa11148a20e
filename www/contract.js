// Names for the types that the core generates, so that the page's modules can refer to them.
// Nothing imports this file at run time.

/** @typedef {import("./wasm/deltaport.js").Flasher} Flasher */
/** @typedef {import("./wasm/deltaport.js").Snapshot} Snapshot */
/** @typedef {import("./wasm/deltaport.js").Stage} Stage */
/** @typedef {import("./wasm/deltaport.js").Action} Action */
/** @typedef {import("./wasm/deltaport.js").Verdict} Verdict */
/** @typedef {import("./wasm/deltaport.js").Problem} Problem */
/** @typedef {import("./wasm/deltaport.js").Finding} Finding */
/** @typedef {import("./wasm/deltaport.js").ModuleFacts} ModuleFacts */
/** @typedef {import("./wasm/deltaport.js").PackageFacts} PackageFacts */
/** @typedef {import("./wasm/deltaport.js").Progress} Progress */
/** @typedef {import("./wasm/deltaport.js").WaitFacts} WaitFacts */
/** @typedef {import("./wasm/deltaport.js").Entry} Entry */

/**
 * Where the element stands: the session's stage, or one of the page's own.
 * @typedef {Stage | "loading" | "unsupported" | "crashed"} ElementStage
 */

export {};
