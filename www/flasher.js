// <deltaport-flasher>: draws the state that the core reports and hands back what the person chose.
//
// For machines: `stage`, `progress` (0 to 100 or null), `progressDetails`, `verdict`, `snapshot`, and a
// bubbling `change` event with { stage, progress, verdict } whenever one of them changed. With the
// attribute `static` nothing is loaded and `snapshot` may be set, to show any state.

import { ConsoleView } from "./console.js";
import { h, render } from "./dom.js";
import { formats } from "./format.js";
import { icon } from "./icons.js";
import { LANGUAGES, loadMessages, preferredLanguage, rememberLanguage } from "./messages.js";
import { actions, button, headline, words } from "./parts.js";
import { markHeard, markSeen, portChoices, rememberedOptions, rememberOptions } from "./ports.js";
import { saveReport } from "./report.js";
import { connectFacts, connectStep } from "./steps/connect.js";
import { moduleFacts, moduleStep } from "./steps/module.js";
import { packageFacts, packageStep } from "./steps/package.js";
import { resultStep } from "./steps/result.js";
import { upgradeFacts, upgradeStep } from "./steps/upgrade.js";
import { atRest, isOther, NOTHING, openStep, portLost, STEPS } from "./view.js";
import { BusyGuard } from "./wake-lock.js";

/** @import { Action, ElementStage, Entry, Flasher, Snapshot } from "./contract.js" */
/** @import { Format } from "./format.js" */
/** @import { Messages } from "./messages.js" */
/** @import { Step, Ui, View } from "./view.js" */
/** @import { Wanted } from "./dom.js" */

/** @type {Record<Step, [(view: View) => Wanted, (view: View) => string | null]>} */
const PARTS = {
  connect: [connectStep, connectFacts],
  module: [moduleStep, moduleFacts],
  package: [packageStep, packageFacts],
  upgrade: [upgradeStep, upgradeFacts],
  result: [resultStep, () => null],
};
/** Numbers that change faster than this cannot be read. */
const CALM_MS = 250;
const RATE_SAMPLES = 120;
/** Who takes a module over finds it again first. */
const FINDING = new Set(["opening", "listening", "greeting", "identifying"]);

export class DeltaportFlasher extends HTMLElement {
  /** @type {Snapshot} */
  #snap = NOTHING;
  /** @type {Ui} */
  #ui = {
    capability: "loading",
    crash: null,
    demo: false,
    scenarios: [],
    scenario: "",
    ports: null,
    noPort: false,
    options: rememberedOptions(),
    imei: false,
    presetGo: false,
    rates: [],
    loading: false,
    failed: false,
    whole: false,
    adjustable: false,
    panel: null,
    draft: {},
    now: 0,
  };
  /** @type {Messages | undefined} */
  #messages;
  /** @type {Format | undefined} */
  #format;
  /** @type {Flasher | undefined} */
  #flasher;
  /** The small program, or the whole one once it was needed. @type {typeof import("./routes/deltaport.js") | undefined} */
  #core;
  /** Other families, other ways, the check and the settings. @type {typeof import("./routes/routes.js") | undefined} */
  #routes;
  /** @type {Promise<void> | undefined} */
  #loading;
  /** Called as soon as the program that takes over knows how it stands with the module. */
  #settled = () => {};
  #takingOver = false;
  /** The chosen package, for the program that takes over. @type {File | undefined} */
  #file;
  /** @type {Serial | undefined} */
  #serial;
  /** @type {typeof import("./simulator/serial.js") | undefined} */
  #simulator;
  /** @type {typeof import("./simulator/menu.js") | undefined} */
  #menu;
  /** The port in use, to close it should the core be unable to. @type {SerialPort | undefined} */
  #port;
  #guard = new BusyGuard();
  #console = new ConsoleView(
    () => this.#journal(),
    // What its lines mean is not needed before.
    () => this.#need(false),
  );
  #frame = 0;
  #drawnAt = 0;
  #calm = 0;
  #ticking = 0;
  #told = "";
  #spoken = "";
  #title = document.title;
  /** What the last rendering showed, to move the focus when it becomes something else. */
  #shown = "";
  /** Had the focus when it was disabled. @type {HTMLElement | undefined} */
  #held;

  connectedCallback() {
    if (!this.firstChild) this.#begin();
  }

  // ---- for machines

  /** @returns {ElementStage} */
  get stage() {
    const { crash, capability, demo, loading } = this.#ui;
    if (crash != null) return "crashed";
    if (loading) return "loading";
    if (demo || capability === "ready") return this.#snap.stage;
    return capability === "loading" ? "loading" : "unsupported";
  }

  get progress() {
    return this.#snap.progress?.percent ?? null;
  }

  get progressDetails() {
    return this.#snap.progress ?? null;
  }

  get verdict() {
    return this.#snap.verdict ?? null;
  }

  get snapshot() {
    return this.#snap;
  }

  set snapshot(snapshot) {
    if (this.hasAttribute("static")) this.#take(snapshot);
  }

  /** Only with `static`: the page's own part of a state. @param {Partial<Ui>} ui */
  setUi(ui) {
    if (this.hasAttribute("static")) this.change(ui);
  }

  /** Only with `static`. @param {Entry} entry */
  addEntry(entry) {
    if (this.hasAttribute("static")) this.#console.add(entry);
  }

  // ---- commands of the steps

  async choosePort() {
    await this.#guarded(async () => {
      if (this.#ui.demo) await this.#openSimulator();
      const ports = (await this.#flasher?.ports()) ?? [];
      if (this.#ui.demo && ports[0]) this.#open(ports[0]);
      else if (ports.length) this.change({ ports: portChoices(ports, this.#t("port.unnamed")), noPort: false });
      else await this.otherPort();
    });
  }

  /** @param {number} index */
  connect(index) {
    const choice = this.#ui.ports?.[index];
    if (choice) this.#guarded(() => this.#open(choice.port));
  }

  async otherPort() {
    await this.#guarded(async () => {
      const port = await this.#flasher?.requestPort();
      if (port) this.#open(port);
      else this.change({ noPort: true });
    });
  }

  closePorts() {
    this.change({ ports: null, noPort: false });
  }

  async reconnect() {
    await this.#guarded(async () => {
      const port = await this.#flasher?.requestPort();
      if (port) {
        this.#port = port;
        this.#flasher?.reconnect(port);
      }
    });
  }

  async trySimulator() {
    this.change({ demo: true, ports: null });
    await this.#guarded(async () => {
      this.#menu ??= await import("./simulator/menu.js");
      this.#simulator ??= await import("./simulator/serial.js");
      const scenarios = this.#menu.listed(await this.#simulator.scenarios());
      await this.#addWords();
      this.change({ scenarios, scenario: this.#ui.scenario || (scenarios[0]?.name ?? "") });
    });
  }

  async leaveSimulator() {
    await this.#guarded(() => {
      this.change({ demo: false });
      this.#renew(this.#ui.capability === "ready" ? navigator.serial : undefined);
    });
  }

  /** @param {string} scenario */
  setScenario(scenario) {
    this.change({ scenario });
  }

  /** @param {Partial<import("./ports.js").PortOptions>} options */
  setOptions(options) {
    this.change({ options: { ...this.#ui.options, ...options } });
    rememberOptions(this.#ui.options);
  }

  toggleImei() {
    this.change({ imei: !this.#ui.imei });
  }

  /** @param {boolean} presetGo */
  setPresetGo(presetGo) {
    this.change({ presetGo });
  }

  /** @param {File} file */
  async setPackage(file) {
    this.#file = file;
    await this.command((flasher) => {
      this.change({ panel: null });
      if (this.#snap.source) flasher.setSource();
      return flasher.setPackage(file);
    });
  }

  async samplePackage() {
    await this.#guarded(async () => {
      const from = this.#snap.module?.version ?? "";
      const to = nextVersion(from);
      const bytes = await this.#simulator?.samplePackage(from, to, 256 * 1024);
      if (bytes) await this.setPackage(new File([/** @type {BlobPart} */ (bytes)], `${from}-TO-${to}.bin`));
    });
  }

  /** The pretend server's address for a package that fits the simulated module. @param {string} scheme */
  async sampleUrl(scheme) {
    return this.#simulator?.sampleUrl(scheme);
  }

  /** @param {boolean} unknownModel */
  start(unknownModel) {
    this.command((flasher) => flasher.start({ unknownModel, presetGo: this.#ui.presetGo }));
  }

  /** @param {Action} action */
  act(action) {
    this.command((flasher) => flasher.act(action));
  }

  /** @param {NonNullable<Ui["panel"]>} panel */
  async open(panel) {
    await this.#guarded(async () => {
      if (!(await this.#need(true))) return;
      const again = panel === this.#ui.panel && panel !== "readiness";
      this.change({ panel: again ? null : panel });
      if (!again) this.#routes?.opened(this, panel);
    });
  }

  /** For the parts that are loaded later. @param {(flasher: Flasher) => unknown} run */
  command(run) {
    return this.#guarded(() => this.#flasher && run(this.#flasher));
  }

  saveReport() {
    saveReport(this.#view(), this.stage, this.#console.text());
  }

  // ---- life

  async #begin() {
    // Choices in the page are no changes of the session: only the element's own event leaves it.
    this.addEventListener("change", (event) => event.target !== this && event.stopPropagation());
    try {
      await this.#speak(preferredLanguage());
      if (this.hasAttribute("static")) return;
      addEventListener("error", this.#onError);
      addEventListener("unhandledrejection", this.#onError);
      const core = /** @type {typeof import("./routes/deltaport.js")} */ (/** @type {unknown} */ (await import("./wasm/deltaport.js")));
      await this.#load(core);
      const capability = await core.capability();
      if (capability === "ready" && !this.#ui.demo) this.#renew(navigator.serial);
      this.change({ capability });
    } catch (error) {
      this.#crash(error);
    }
  }

  /** @param {string} language */
  async #speak(language) {
    this.#messages = await loadMessages(language).catch(() => loadMessages("en"));
    this.#format = formats(this.#messages.language);
    await this.#addWords();
    document.documentElement.lang = this.#messages.language;
    this.#changed();
    this.#draw();
  }

  /** The words of what was loaded later. Scenarios stay in English where other words cannot be had. */
  async #addWords() {
    const messages = this.#messages;
    if (!messages) return;
    messages.add((await this.#menu?.scenarioWords(messages.language).catch(() => ({}))) ?? {});
    messages.add((await this.#routes?.words(messages.language)) ?? {});
    this.#console.setWords(messages.t, /** @type {Format} */ (this.#format), (entry) =>
      this.#routes?.lineWords(entry, messages.t, this.#snap.module?.family) ?? "",
    );
  }

  /** There are no words yet for what the snapshot says, and they are to be had. */
  get #lacks() {
    return !this.#routes && !this.#ui.failed && !!this.#messages && needsRoutes(this.#snap, this.#messages.has);
  }

  /**
   * Loads what other families and other ways need. Gives whether it is there.
   * @param {boolean} whole the words and parts, and the program too
   */
  async #need(whole) {
    this.#loading ??= this.#loadRoutes();
    this.change({ failed: false });
    if (whole) this.change({ loading: !this.#ui.whole });
    try {
      await this.#loading;
      if (whole && !this.#ui.whole) await this.#takeOver();
      return true;
    } catch (error) {
      console.error(error);
      if (!this.#routes) this.#loading = undefined;
      this.change({ failed: true });
      return false;
    } finally {
      // Words that came are shown in any case.
      this.change(whole ? { loading: false } : {});
    }
  }

  /** @param {typeof import("./routes/deltaport.js")} core */
  async #load(core) {
    await core.default();
    core.onPanic((message) => this.#crash(message));
    this.#core = core;
  }

  /** The program that knows everything goes on in place of the small one, on the same port. */
  async #takeOver() {
    const core = await import("./routes/deltaport.js");
    await this.#load(core);
    const port = this.#port;
    if (this.#takingOver || !port || this.#snap.stage !== "module") return;
    // Nobody starts anything meanwhile; what is shown stays.
    this.#takingOver = true;
    this.#snap = { ...this.#snap, actions: [] };
    this.#flasher?.free();
    this.#flasher = undefined;
    await released(port);
    const settled = new Promise((done) => (this.#settled = () => done(undefined)));
    const flasher = this.#start();
    flasher?.connect(port, { ...this.#ui.options, heard: true });
    await settled;
    // Also one that was picked in the meantime.
    if (this.#file) await flasher?.setPackage(this.#file);
  }

  async #loadRoutes() {
    const routes = await import("./routes/routes.js");
    await routes.ready;
    this.#routes = routes;
    await this.#addWords();
  }

  /** A new session on `serial`, or none. @param {Serial | undefined} serial */
  #renew(serial) {
    this.#flasher?.free();
    this.#flasher = undefined;
    this.#serial = serial;
    this.#take(NOTHING);
    this.#start();
  }

  #start() {
    this.#console.clear();
    if (!this.#serial || !this.#core) return undefined;
    return (this.#flasher = new this.#core.Flasher(
      this.#serial,
      (snapshot) => this.#take(snapshot),
      (entry) => this.#console.add(entry),
    ));
  }

  async #openSimulator() {
    const { scenario } = this.#ui;
    this.#renew(await this.#simulator?.createSimulatedSerial({ scenario }));
  }

  /** @param {SerialPort} port */
  #open(port) {
    this.#port = port;
    this.#flasher?.connect(port, this.#ui.options);
    this.change({ ports: null, noPort: false });
  }

  /** @param {Snapshot} snapshot */
  #take(snapshot) {
    const { stage, progress, module, greeting, busy, problem } = snapshot;
    if (this.#takingOver && (FINDING.has(stage) || (stage === "idle" && !problem))) return;
    this.#takingOver = false;
    const before = this.#snap;
    this.#snap = snapshot;
    if (stage !== before.stage) {
      if (this.#port && stage === "wrong-port") markHeard(this.#port, greeting?.heard ?? "nothing");
      if (this.#port && stage === "module" && module?.model && !this.#ui.demo) markSeen(this.#port, module.model);
      if (stage === "uploading" || stage === "idle") this.#ui.rates = [];
      if (stage === "idle") Object.assign(this.#ui, { imei: false, panel: null, draft: {} });
    }
    if (stage === "module") {
      this.#ui.whole = snapshot.actions.includes("choose-source");
      this.#ui.adjustable = snapshot.actions.includes("read-settings");
      if (stage !== before.stage && isOther(module) && !this.#ui.whole && !this.#ui.loading) this.#need(true);
    }
    this.#settled();
    if (stage === "uploading" && progress?.rate != null && performance.now() - this.#drawnAt >= CALM_MS) {
      this.#ui.rates = [...this.#ui.rates, progress.rate].slice(-RATE_SAMPLES);
    }
    this.#guard.set(busy);
    this.#changed();
  }

  /** @param {Partial<Ui>} ui */
  change(ui) {
    Object.assign(this.#ui, ui);
    this.#changed();
  }

  /** Tells machines at once, and people with the next frame. */
  #changed() {
    const { stage, progress, verdict } = this;
    const told = JSON.stringify([stage, progress, verdict]);
    if (told !== this.#told) {
      this.#told = told;
      this.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: { stage, progress, verdict } }));
    }
    if (this.#lacks && !this.#loading) this.#need(false);
    this.#frame ||= requestAnimationFrame(this.#onFrame);
    if (document.hidden) this.#drawTitle();
  }

  #onFrame = () => {
    this.#frame = 0;
    const calm = CALM_MS - (performance.now() - this.#drawnAt);
    if (`${this.stage}` === this.#shown.split(" ")[0] && calm > 0) {
      clearTimeout(this.#calm);
      this.#calm = setTimeout(() => this.#changed(), calm);
    } else {
      this.#draw();
    }
  };

  /**
   * Whatever a command throws is a fault of ours: all that can be expected is part of the snapshot.
   * @param {() => unknown} command
   */
  async #guarded(command) {
    if (this.#ui.crash != null) return;
    try {
      await command();
    } catch (error) {
      this.#crash(error);
    }
  }

  /** A trap in a callback surfaces only here. @param {ErrorEvent | PromiseRejectionEvent} event */
  #onError = (event) => {
    const error = event instanceof ErrorEvent ? event.error : event.reason;
    if (error instanceof WebAssembly.RuntimeError) this.#crash(error);
  };

  /** @param {unknown} error */
  async #crash(error) {
    if (this.#ui.crash != null) return;
    console.error(error);
    this.change({ crash: String(error), ports: null });
    this.#guard.set(false);
    try {
      await this.#port?.close();
    } catch {
      // Still locked by what crashed: leaving the page closes it.
    }
  }

  #journal() {
    try {
      return this.#flasher?.journal() ?? "";
    } catch {
      return "";
    }
  }

  // ---- drawing

  /** @param {string} key */
  #t(key) {
    return this.#messages?.t(key) ?? key;
  }

  /** @returns {View} */
  #view() {
    const { t, has } = /** @type {Messages} */ (this.#messages);
    return { snap: this.#snap, ui: this.#ui, t, has, routes: this.#routes, f: /** @type {Format} */ (this.#format), page: this };
  }

  #draw() {
    if (!this.#messages || this.#lacks) return;
    this.#drawnAt = this.#ui.now = performance.now();
    const view = this.#view();
    const { snap, ui, t } = view;
    const stage = this.stage;
    const crashed = stage === "crashed";
    const open = openStep(snap);
    // Only in a new place does the focus move, and never while somebody types elsewhere.
    const place = `${atRest(snap) ? "module" : stage} ${open} ${!!ui.ports} ${ui.demo} ${!!(snap.package || snap.source)}`;
    const moved = this.#shown !== "" && place !== this.#shown;
    this.#shown = place;
    render(this, [
      h("header", { key: "header" }, brand(t("app")), ui.demo && h("p", { class: "demo-mark" }, t("demo.mark")), this.#languages()),
      h(
        "main",
        { key: "main" },
        crashed && this.#crashed(view),
        h("ol", { class: "steps" }, STEPS.map((step, index) => this.#step(view, step, index, open, crashed))),
        h("p", { class: "sr", role: "status", key: "status" }, this.#status(view)),
      ),
      h("div", { key: "console", class: "beside", foreign: true }),
      h("footer", { key: "footer" }, t("footer")),
    ]);
    if (!this.#console.element.isConnected) this.querySelector(":scope > .beside")?.append(this.#console.element);
    if (moved) this.#focusNext();
    this.#keepFocus();
    this.#drawTitle();
    this.#tick(!!snap.wait);
  }

  /**
   * @param {View} view
   * @param {Step} step
   * @param {number} index
   * @param {Step} open
   * @param {boolean} crashed
   */
  #step(view, step, index, open, crashed) {
    const { t } = view;
    const [body, facts] = PARTS[step];
    const current = STEPS.indexOf(open);
    const state = index < current ? "done" : index > current ? "todo" : crashed ? "halted" : "open";
    const said = index < current || crashed ? facts(view) : null;
    return h(
      "li",
      { key: step, class: `step ${state}`, "aria-current": state === "open" ? "step" : null },
      h(
        "div",
        { class: "step-head" },
        h("span", { class: "marker", "aria-hidden": "true" }, state === "done" ? icon("check") : String(index + 1)),
        h("h2", null, t(`step.${step}`)),
        h("p", { class: "said" }, said ?? (state === "done" ? t("step.skipped") : "")),
        step === "connect" && state === "done" && open !== "result" && this.#snap.actions.includes("disconnect") &&
          button("disconnect", t("disconnect"), () => this.act("disconnect"), { class: "plain small" }),
      ),
      state === "open" && h("div", { class: "step-body" }, body(view)),
    );
  }

  /** @param {View} view */
  #crashed(view) {
    const { t, snap, ui } = view;
    return h(
      "section",
      { class: "crash", key: "crash" },
      headline(t("stage.crashed"), "h2"),
      h("p", { class: "lede" }, t(this.#core ? "crashed.means" : "crashed.load")),
      this.#core && h("p", null, t(snap.noReturn && snap.stage !== "done" ? "crashed.writing" : snap.busy ? "crashed.upload" : "crashed.idle")),
      actions(
        this.#core && button("save-report", t("save-report"), () => this.saveReport(), { class: "primary" }),
        button("reload", t("reload"), () => location.reload(), { class: this.#core ? null : "primary" }),
      ),
      h("details", { class: "more" }, h("summary", null, t("details")), h("code", { class: "wrap" }, ui.crash)),
    );
  }

  /** Stage changes only, never numbers: they would drown everything else. @param {View} view */
  #status(view) {
    const { t, snap } = view;
    const lost = portLost(snap);
    const problem = snap.stage !== "done" && (lost || snap.problem);
    const said = [
      snap.verdict && snap.stage === "done" ? t(`outcome.${snap.verdict.outcome}`) : !lost && t(`stage.${this.stage}`),
      problem && words(view, problem).title,
    ];
    return (this.#spoken = said.filter(Boolean).join(". "));
  }

  #languages() {
    const entries = Object.entries(LANGUAGES);
    return h(
      "select",
      {
        id: "language",
        "aria-label": this.#t("language"),
        value: this.#messages?.language,
        onchange: (/** @type {Event} */ event) => {
          const { value } = /** @type {HTMLSelectElement} */ (event.currentTarget);
          rememberLanguage(value);
          this.#speak(value).catch((error) => this.#crash(error));
        },
      },
      entries.map(([language, name]) => h("option", { key: language, value: language, lang: language }, name)),
    );
  }

  /** A hidden tab shows how far it is by its title. */
  #drawTitle() {
    const { progress } = this;
    const busy = this.#snap.busy || this.#snap.stage === "done" || this.#ui.crash != null;
    const parts = [progress != null && this.#snap.busy && this.#format?.percent(progress), busy && this.#spoken, this.#title];
    const title = parts.filter(Boolean).join(" · ");
    if (document.title !== title) document.title = title;
  }

  #focusNext() {
    const active = document.activeElement;
    if (active && active !== document.body && !active.closest(".step-body")) return;
    if (active?.closest(".actions") && !(/** @type {HTMLButtonElement} */ (active).disabled)) return;
    // A key pressed twice must not start what cannot be stopped: there the headline comes first.
    const next =
      this.#snap.stage === "ready" || this.#snap.stage === "done"
        ? null
        : this.querySelector(".step-body :is(.port, .primary:not(:disabled, label), #package-file:not(:disabled))");
    const target = next ?? this.querySelector(".crash .headline, .step-body .headline");
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    this.querySelector(".crash, .step.open")?.scrollIntoView({ block: "nearest" });
  }

  /** What is disabled for a moment, while the module is asked, does not lose its place. */
  #keepFocus() {
    const active = /** @type {HTMLButtonElement | null} */ (document.activeElement);
    if (active?.disabled) this.#held = active;
    else if (this.#held && !(/** @type {HTMLButtonElement} */ (this.#held).disabled)) {
      if (active === document.body) this.#held.focus({ preventScroll: true });
      this.#held = undefined;
    }
  }

  /** Elapsed times go on while the core is silent. @param {boolean} on */
  #tick(on) {
    if (on === !!this.#ticking) return;
    if (on) this.#ticking = setInterval(() => (this.#frame ||= requestAnimationFrame(this.#onFrame)), 1000);
    else {
      clearInterval(this.#ticking);
      this.#ticking = 0;
    }
  }
}

/** @param {string} name */
function brand(name) {
  return h(
    "h1",
    null,
    h(
      "svg",
      { class: "brand", viewBox: "0 0 32 32", "aria-hidden": "true" },
      h("path", { d: "M7 7h18v18H7zM3 13h4m-4 6h4m18-6h4m-4 6h4m-13 2V11m-4.5 4.5L16 11l4.5 4.5" }),
    ),
    name,
  );
}

/**
 * The words and parts at hand are those of an upload to a BG95.
 * @param {Snapshot} snapshot
 * @param {(key: string) => boolean} has
 */
function needsRoutes({ stage, module, source, readiness, settings, problem, verdict }, has) {
  const codes = [problem?.code, verdict?.code];
  return (
    source || readiness || settings || isOther(module) || !has(`stage.${stage}`) ||
    codes.some((code) => code && !has(`problem.${code}.title`))
  );
}

/**
 * Until a port is free again after a session was given up. Its lock is free a moment later.
 * @param {SerialPort} port
 */
async function released(port) {
  let open = true;
  // What is not free after so long is reported when it is opened.
  for (let looks = 0; open && looks < 250; looks++) {
    open = !!port.readable;
    await new Promise((again) => setTimeout(again, 20));
  }
}

/** A version that the simulated module may be upgraded to. @param {string} version */
function nextVersion(version) {
  return version.replace(/\d+$/, (digits) => String(Number(digits) + 1).padStart(digits.length, "0"));
}

customElements.define("deltaport-flasher", DeltaportFlasher);
