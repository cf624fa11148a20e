// The page's clock, which a test may let jump ahead: `skip(ms)`. Whatever is due by then happens at
// once. Runs before the page's own scripts; everything but the time stays the browser's.
(() => {
  // Told to run more than once.
  if (globalThis.skip) return;
  const now = performance.now.bind(performance);
  const set = setTimeout.bind(globalThis);
  const clear = clearTimeout.bind(globalThis);
  let ahead = 0;
  let last = 0;
  /** What is to run when, by the number that the page knows. */
  const waiting = new Map();
  const arm = (id, entry) => {
    entry.id = set(() => {
      waiting.delete(id);
      entry.run();
    }, entry.due - performance.now());
  };
  performance.now = () => now() + ahead;
  globalThis.setTimeout = (run, ms = 0, ...args) => {
    const entry = { run: () => run(...args), due: performance.now() + ms };
    const id = ++last;
    waiting.set(id, entry);
    arm(id, entry);
    return id;
  };
  globalThis.clearTimeout = (id) => {
    clear(waiting.get(id)?.id);
    waiting.delete(id);
  };
  globalThis.skip = (ms) => {
    ahead += ms;
    for (const [id, entry] of waiting) {
      clear(entry.id);
      arm(id, entry);
    }
  };
})();
