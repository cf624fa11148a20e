// Names for the types that the whole core generates, so that the page's modules can refer to them. Those of
// the small one, in wasm/, are the same where it has them.
// Nothing imports this file at run time.

/** @typedef {import("./routes/deltaport.js").Flasher} Flasher */
/** @typedef {import("./routes/deltaport.js").Snapshot} Snapshot */
/** @typedef {import("./routes/deltaport.js").Stage} Stage */
/** @typedef {import("./routes/deltaport.js").Action} Action */
/** @typedef {import("./routes/deltaport.js").Verdict} Verdict */
/** @typedef {import("./routes/deltaport.js").Problem} Problem */
/** @typedef {import("./routes/deltaport.js").Finding} Finding */
/** @typedef {import("./routes/deltaport.js").ModuleFacts} ModuleFacts */
/** @typedef {import("./routes/deltaport.js").PackageFacts} PackageFacts */
/** @typedef {import("./routes/deltaport.js").Progress} Progress */
/** @typedef {import("./routes/deltaport.js").WaitFacts} WaitFacts */
/** @typedef {import("./routes/deltaport.js").Entry} Entry */
/** @typedef {import("./routes/deltaport.js").SettingRequest} SettingRequest */
/** @typedef {import("./routes/deltaport.js").RouteId} RouteId */
/** @typedef {import("./routes/deltaport.js").Way} Way */
/** @typedef {import("./routes/deltaport.js").Level} Level */
/** @typedef {import("./routes/deltaport.js").ReadinessFacts} ReadinessFacts */

/**
 * Where the element stands: the session's stage, or one of the page's own.
 * @typedef {Stage | "loading" | "unsupported" | "crashed"} ElementStage
 */

export {};
