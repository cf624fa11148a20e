// The names under which the module looks for certificates, as the vendor's note gives them, with what is
// doubtful about them. Nothing is uploaded from here.

import { h } from "../dom.js";
import { icon } from "../icons.js";

/** @import { View } from "../view.js" */

/** Kind of server, folder in the module, and what each file is. @type {[string, string, [string, string][]][]} */
const SETS = [
  ["https", "/datatx", [["fota_cacert.pem", "root"], ["fota_client_cert.pem", "client"], ["fota_client_key.pem", "key"]]],
  ["ftps", "/datatx", [["ftp_fota_cacert.pem", "root"], ["ftp_fota_client_cert.pem", "client"], ["ftp_fota_client_key.pem", "key"]]],
  ["coaps", "/datatx/ssl", [["coap-cert.pem", "root"], ["coap-cacert.pem", "client"], ["coap-key.pem", "key"], ["coap_fota.psk", "psk"]]],
];

/** @param {View} view */
export function certificates({ t }) {
  return h(
    "div",
    { class: "setting", key: "certificates", id: "certificates" },
    h("h5", null, t("certificates")),
    h("p", { class: "quiet" }, t("certificates.effect")),
    h(
      "table",
      null,
      h("thead", null, h("tr", null, ["server", "file", "what"].map((key) => h("th", { key, scope: "col" }, t(`certificates.${key}`))))),
      SETS.map(([scheme, folder, files]) =>
        h(
          "tbody",
          { key: scheme },
          files.map(([file, what], index) =>
            h(
              "tr",
              { key: file },
              index === 0 && h("th", { scope: "rowgroup", rowspan: files.length }, t(`route.${scheme}`), h("br"), h("code", null, folder)),
              h("td", { key: "file" }, h("code", { class: "wrap" }, file)),
              h("td", { key: "what" }, t(`certificates.${what}`)),
            ),
          ),
        ),
      ),
    ),
    h("p", { class: "doubt" }, icon("look"), h("span", null, t("certificates.doubt"))),
  );
}
