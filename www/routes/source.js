// How the package gets into the module: a file of this computer, a server, or files that the module holds.
// Only ways that its family has are offered.

import { h } from "../dom.js";
import { button, facts } from "../parts.js";
import { packageInput } from "../steps/package.js";
import { flawWords } from "./problems.js";
import { PORTS, schemes } from "./schemes.js";

/** @import { Problem, RouteId, Way } from "../contract.js" */
/** @import { DeltaportFlasher } from "../flasher.js" */
/** @import { View } from "../view.js" */
/** @import { Wanted } from "../dom.js" */

/** @typedef {"file" | "server" | "files"} Place */
/**
 * @typedef {object} Draft what was typed so far
 * @prop {Place} [place]
 * @prop {string} [url]
 * @prop {Way} [way]
 * @prop {string} [requestSize]
 * @prop {string[]} [files]
 * @prop {Way[]} [ways] those that suit the URL's scheme
 * @prop {Problem | undefined} [flaw] what is wrong with it
 * @prop {boolean} [secrets] the values of headers are shown
 */

/** @type {Record<Place, RouteId[]>} */
const PLACES = {
  file: ["com", "file"],
  server: ["http", "https", "ftp", "ftps", "coap", "coaps"],
  files: ["copy", "path"],
};
/** @type {RouteId[]} */
const SERVERS = PLACES.server;
const WAYS = /** @type {Way[]} */ (["whole", "segments", "resume", "to-file"]);
/** Its own limit, on both sides. */
const REQUEST_SIZE = "65536";
const MAX_PARTS = 16;
/** Files that a simulated module may hold. @type {[scenario: RegExp, files: string[]][]} */
const SAMPLES = [
  [/^eg/, ["/usrdata/cache/ufs/update.zip"]],
  [/parts/, [1, 2, 3, 4].map((n) => `EUFS:update${n}.bin`)],
  [/./, ["UFS:update.bin"]],
];

/** @param {View} view */
function places({ snap }) {
  const routes = snap.module?.routes ?? [];
  return /** @type {Place[]} */ (Object.keys(PLACES)).filter((place) => PLACES[place].some((route) => routes.includes(route)));
}

/** @param {View} view */
function chosenPlace(view) {
  const all = places(view);
  const { place } = view.ui.draft;
  return place && all.includes(place) ? place : all[0];
}

/**
 * The module step, while nothing is chosen yet.
 * @param {View} view
 * @returns {Wanted} nothing where the common file input does
 */
export function ways(view) {
  return view.ui.whole && chosenPlace(view) ? chooser(view) : undefined;
}

/** Beside a package that is chosen already. @param {View} view */
export function waysPanel(view) {
  return h("section", { class: "panel", key: "panel-ways" }, chooser(view));
}

/** @param {View} view */
function chooser(view) {
  const { t, snap } = view;
  const all = places(view);
  const place = chosenPlace(view);
  const lacking = SERVERS.filter((route) => !snap.module?.routes.includes(route)).map((route) => t(`route.${route}`));
  if (!all.includes("file")) lacking.unshift(t("lacking.file"));
  if (!all.includes("files")) lacking.push(t("lacking.files"));
  /** @param {Place} value @param {Record<string, unknown>} props */
  const radio = (value, props) =>
    all.includes(value) &&
    h(
      "label",
      { class: "check", for: props.id, key: value },
      h("input", {
        ...props,
        type: "radio",
        name: "place",
        checked: place === value,
        onchange: () => typed(view, { place: value }),
      }),
      h("span", null, t(`place.${value}`), h("br"), h("span", { class: "quiet" }, hint(view, value))),
    );
  return h(
    "div",
    { class: "chooser", key: "chooser" },
    h(
      "fieldset",
      { class: "places" },
      h("legend", null, t("place.title")),
      radio("file", { id: "way-file" }),
      radio("server", { id: "way-server" }),
      radio("files", { id: "way-files" }),
    ),
    place === "file" && packageInput(view, t("package.choose"), true),
    place === "server" && server(view),
    place === "files" && (snap.module?.routes.includes("copy") ? parts(view) : path(view)),
    lacking.length > 0 && h("p", { class: "quiet", key: "lacking" }, t("place.lacking", { list: list(lacking) })),
  );
}

/**
 * What the way means for this module.
 * @param {View} view
 * @param {Place} place
 */
function hint(view, place) {
  const { t, snap } = view;
  if (place === "server") return t("place.server.hint", { schemes: list(schemes(snap).map((name) => `${name}://`)) });
  const route = PLACES[place].find((route) => snap.module?.routes.includes(route));
  return t(`place.${place}.${route}`);
}

/** @param {string[]} items */
function list(items) {
  return new Intl.ListFormat(document.documentElement.lang).format(items);
}

/**
 * What was typed, checked by the program.
 * @param {View} view
 * @param {Draft} more
 */
function typed({ page, ui }, more) {
  /** @type {Draft} */
  const draft = { ...ui.draft, ...more };
  page.command((flasher) => {
    const scheme = /^(\w+):/.exec(draft.url ?? "")?.[1]?.toLowerCase() ?? "http";
    // A way that suits any address of this kind suits this one.
    draft.ways = WAYS.filter((way) => !flasher.checkSource({ url: `${scheme}://a:1/a`, way, requestSize: REQUEST_SIZE }));
    if (draft.way && !draft.ways.includes(draft.way)) draft.way = "whole";
    draft.flaw = flasher.checkSource(request(draft));
  });
  page.change({ draft });
}

/** @param {Draft} draft */
function request({ place, url = "", way = "whole", requestSize = REQUEST_SIZE, files = [] }) {
  if (place === "files") return { files };
  return { url, way, ...(way === "segments" && { requestSize }) };
}

/** @param {DeltaportFlasher} page @param {Draft} draft */
function use(page, draft) {
  page.command((flasher) => {
    flasher.setSource(request(draft));
    // A password does not stay in the page.
    page.change({ panel: null, draft: {} });
  });
}

/** @param {View} view */
function server(view) {
  const { t, ui, page, snap } = view;
  /** @type {Draft} */
  const draft = { ...ui.draft, place: "server" };
  const { url = "", way = "whole", requestSize = REQUEST_SIZE, ways = ["whole"] } = draft;
  const flaw = url.trim() ? draft.flaw : undefined;
  const port = flaw || !url.trim() ? undefined : missingPort(url);
  const scenario = ui.demo ? ui.scenarios.find(({ name }) => name === ui.scenario) : undefined;
  return form(
    view,
    draft,
    !!url.trim() && !draft.flaw,
    h(
      "label",
      { class: "field wide", for: "source-url" },
      t("source.url"),
      h("input", {
        id: "source-url",
        type: "text",
        inputmode: "url",
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        placeholder: example(snap.module?.routes ?? []),
        value: url,
        "aria-describedby": "source-flaw",
        "aria-invalid": flaw ? "true" : null,
        oninput: input((url) => typed(view, { place: "server", url })),
      }),
    ),
    flawText(
      view,
      flaw,
      port && [
        t("source.port", { port: String(port) }),
        " ",
        button("add-port", t("source.add-port", { port: String(port) }), () => typed(view, { place: "server", url: withPort(url, port) }), {
          class: "plain small",
        }),
      ],
    ),
    /^ftp/i.test(url) && h("p", { key: "ftp", class: "quiet" }, t("source.ftp")),
    ways.length > 1 &&
      h(
        "fieldset",
        { class: "places", key: "ways" },
        h("legend", null, t("way.title")),
        ways.map((value) =>
          h(
            "label",
            { class: "check", key: value },
            h("input", {
              type: "radio",
              name: "way",
              value,
              checked: way === value,
              onchange: () => typed(view, { place: "server", way: value }),
            }),
            h("span", null, t(`way.${value}`), h("br"), h("span", { class: "quiet" }, t(`way.${value}.hint`))),
          ),
        ),
        way === "segments" &&
          h(
            "label",
            { class: "field", for: "request-size", key: "size" },
            t("way.request-size"),
            h("input", {
              id: "request-size",
              type: "text",
              inputmode: "numeric",
              value: requestSize,
              oninput: input((requestSize) => typed(view, { place: "server", requestSize })),
            }),
          ),
      ),
    ui.demo &&
      h(
        "div",
        { id: "sample-sources", class: "actions", role: "group", "aria-label": t("sample-sources") },
        scenario?.url &&
          button("sample-source", t("sample-source"), () => typed(view, { place: "server", url: scenario.url ?? "" }), { class: "small" }),
        h("span", { class: "quiet" }, t("sample-sources")),
        schemes(snap).map((scheme) =>
          h(
            "button",
            {
              key: scheme,
              type: "button",
              class: "small",
              "data-scheme": scheme,
              onclick: async () => typed(view, { place: "server", url: (await page.sampleUrl(scheme)) ?? "" }),
            },
            t(`route.${scheme}`),
          ),
        ),
      ),
  );
}

/** @param {readonly RouteId[]} routes */
function example(routes) {
  return `${routes.includes("http") ? "http" : "ftp"}://192.0.2.1:${PORTS.http}/package.bin`;
}

/** The port that such servers listen at, where the URL names none. @param {string} url */
function missingPort(url) {
  const found = /^(\w+):\/\/(?:[^/]*@)?(?:\[[^\]]*\]|[^:/]+)(?=\/)/.exec(url.trim());
  return found ? PORTS[/** @type {string} */ (found[1]).toLowerCase()] : undefined;
}

/** @param {string} url @param {number} port */
function withPort(url, port) {
  return url.trim().replace(/^(\w+:\/\/(?:[^/]*@)?(?:\[[^\]]*\]|[^:/]+))(?=\/)/, `$1:${port}`);
}

/**
 * One path that the module starts from.
 * @param {View} view
 */
function path(view) {
  const { t, ui } = view;
  /** @type {Draft} */
  const draft = { ...ui.draft, place: "files" };
  const [file = ""] = draft.files ?? [];
  return form(
    view,
    draft,
    !!file.trim() && !draft.flaw,
    h(
      "label",
      { class: "field wide", for: "source-path" },
      t("source.path"),
      h("input", {
        id: "source-path",
        type: "text",
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        placeholder: "/usrdata/cache/ufs/package.bin",
        value: file,
        "aria-describedby": "source-flaw",
        oninput: input((file) => typed(view, { place: "files", files: [file] })),
      }),
    ),
    flawText(view, file.trim() ? draft.flaw : undefined),
    sampleFiles(view),
  );
}

/** @param {View} view */
function sampleFiles(view) {
  const { t, ui } = view;
  const files = SAMPLES.find(([scenario]) => scenario.test(ui.scenario))?.[1];
  return ui.demo && button("sample-files", t("sample-files"), () => typed(view, { place: "files", files: files ?? [] }), { class: "small" });
}

/**
 * The parts of a package, in order.
 * @param {View} view
 */
function parts(view) {
  const { t, ui } = view;
  /** @type {Draft} */
  const draft = { ...ui.draft, place: "files" };
  const files = draft.files?.length ? draft.files : [""];
  const change = (/** @type {string[]} */ files) => typed(view, { place: "files", files });
  const complete = files.every((file) => file.trim());
  return form(
    view,
    draft,
    complete && !draft.flaw,
    h("p", { class: "quiet" }, t("source.parts.hint")),
    h(
      "ol",
      { id: "source-files", class: "parts" },
      files.map((file, index) =>
        h(
          "li",
          { key: String(index) },
          h("input", {
            type: "text",
            autocomplete: "off",
            autocapitalize: "off",
            spellcheck: "false",
            placeholder: `UFS:package${files.length > 1 ? index + 1 : ""}.bin`,
            value: file,
            "data-index": index,
            "aria-label": t("source.part", { n: String(index + 1) }),
            "aria-describedby": "source-flaw",
            oninput: input((file) => change(files.with(index, file))),
          }),
          files.length > 1 &&
            h(
              "button",
              { type: "button", class: "plain small", disabled: index === 0, "aria-label": t("source.up", { n: String(index + 1) }), onclick: () => change(moved(files, index)) },
              "↑",
            ),
          files.length > 1 &&
            h(
              "button",
              { type: "button", class: "plain small", "aria-label": t("source.remove", { n: String(index + 1) }), onclick: () => change(files.toSpliced(index, 1)) },
              "×",
            ),
        ),
      ),
    ),
    button("add-part", t("source.add-part"), () => change([...files, ""]), { class: "small", disabled: files.length >= MAX_PARTS }),
    flawText(view, complete ? draft.flaw : undefined),
    sampleFiles(view),
  );
}

/** @param {string[]} files @param {number} index goes before the one above */
function moved(files, index) {
  const [above = "", file = ""] = files.slice(index - 1, index + 1);
  return files.toSpliced(index - 1, 2, file, above);
}

/**
 * @param {View} view
 * @param {Draft} draft
 * @param {boolean} able
 * @param {...Wanted} fields
 */
function form({ t, page, snap }, draft, able, ...fields) {
  const ready = able && snap.actions.includes("choose-source");
  return h(
    "form",
    {
      class: "source",
      key: `form-${draft.place}`,
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        if (ready) use(page, draft);
      },
    },
    ...fields,
    h("div", { class: "actions" }, h("button", { id: "use-source", type: "submit", class: "primary", disabled: !ready }, t(`source.use.${draft.place}`))),
  );
}

/**
 * @param {View} view
 * @param {Problem | undefined} flaw
 * @param {Wanted} [hint] where nothing is wrong
 */
function flawText(view, flaw, hint) {
  const said = flaw && flawWords(view, flaw);
  return h("p", { id: "source-flaw", class: "flaw", role: "status" }, said ? [h("b", null, said.means), " ", said.remedy] : hint);
}

/** @param {(value: string) => void} take */
function input(take) {
  return (/** @type {Event} */ event) => take(/** @type {HTMLInputElement} */ (event.currentTarget).value);
}

/** What was chosen. @param {View} view */
export function sourceCard({ t, f, snap }) {
  const { source } = snap;
  if (!source) return null;
  const { route, text, way, requestSize, reports } = source;
  const server = SERVERS.includes(route);
  return facts(
    [t(server ? "source" : "source.files"), h("code", { class: "wrap" }, text)],
    [t("source.route"), t(`route.${route}`)],
    server && [t("way"), requestSize ? t("way.segments.of", { size: f.bytes(requestSize) }) : t(`way.${way}`)],
    server && [t("source.reports"), t(reports ? "source.reports.yes" : "source.reports.no")],
  );
}
