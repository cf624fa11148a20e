// The names under which the module looks for certificates, as the vendor's note gives them, with what is
// doubtful about them. A file is stored under a name only when a person chooses it for that name.

import { h } from "../dom.js";
import { icon } from "../icons.js";

/** @import { View } from "../view.js" */

/** Kind of server, folder in the module, and what each file is. @type {[string, string, [string, string][]][]} */
const SETS = [
  ["https", "/datatx", [["fota_cacert.pem", "root"], ["fota_client_cert.pem", "client"], ["fota_client_key.pem", "key"]]],
  ["ftps", "/datatx", [["ftp_fota_cacert.pem", "root"], ["ftp_fota_client_cert.pem", "client"], ["ftp_fota_client_key.pem", "key"]]],
  ["coaps", "/datatx/ssl", [["coap-cert.pem", "root"], ["coap-cacert.pem", "client"], ["coap-key.pem", "key"], ["coap_fota.psk", "psk"]]],
];

/** Larger files are no certificates; the core refuses them as well. */
const LARGEST = 16384;

/**
 * Reads the chosen file and has it stored.
 * @param {View} view
 * @param {string} path
 * @param {HTMLInputElement} input
 */
async function store({ page }, path, input) {
  const [file] = input.files ?? [];
  if (!file) return;
  const bytes = new Uint8Array(await file.slice(0, LARGEST + 1).arrayBuffer());
  input.value = "";
  page.command((flasher) => flasher.storeCertificate(path, bytes));
}

/** @param {View} view */
export function certificates(view) {
  const { t, snap } = view;
  const able = snap.actions.includes("write-setting");
  const stored = snap.settings?.certificates ?? [];
  return h(
    "div",
    { class: "setting", key: "certificates", id: "certificates" },
    h("h4", null, t("certificates")),
    h("p", { class: "quiet" }, t("certificates.effect")),
    SETS.map(([scheme, folder, files]) =>
      h(
        "section",
        { key: scheme },
        h("h5", null, `${t(`route.${scheme}`)}, ${folder}`),
        h(
          "ul",
          { class: "certificates" },
          files.map(([file, what]) =>
            h(
              "li",
              { key: file },
              h("code", { class: "wrap" }, file),
              h("span", null, t(`certificates.${what}`)),
              stored.includes(`EUFS:${folder}/${file}`) && h("span", null, icon("check"), t("certificates.stored")),
              h("input", {
                id: `store-${file.replace(/[^a-z]+/g, "-")}`,
                type: "file",
                disabled: !able,
                "aria-label": t("certificates.choose", { file }),
                onchange: (/** @type {Event} */ event) =>
                  store(view, `EUFS:${folder}/${file}`, /** @type {HTMLInputElement} */ (event.currentTarget)),
              }),
            ),
          ),
        ),
      ),
    ),
    h("p", { class: "doubt" }, icon("look"), h("span", null, t("certificates.doubt"))),
  );
}
