//! What the full build adds to the [`Flasher`]: sources other than the chosen file, and settings.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::flasher::Flasher;
use super::object::{property, to_js};
use crate::dfota::{Choice, SettingRequest, SourceRequest};
use crate::plain::Plain;
use crate::snapshot::Way;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Where a package comes from, as a person typed it. */
export interface SourceRequest {
    /** The URL of a server; left out where files are named. */
    url?: string;
    /** How the module fetches it; in one go if left out. */
    way?: Way;
    /** Bytes of a segment, for the way `segments`: a multiple of 2048. */
    requestSize?: string;
    /** Files that the module holds: one path, or the parts of a package in order. */
    files?: string[];
}
/** A setting to be written. The values are those of the command, in its order. */
export interface SettingRequest {
    name: "apn" | "header" | "watchdog" | "server-name" | "retry" | "trigger" | "delete-package"
        | "cancel-download";
    values?: string[];
}
"#;

#[wasm_bindgen]
impl Flasher {
    /// Takes the package from elsewhere; without a request from the chosen file. What is wrong with it
    /// stands in the snapshot.
    #[wasm_bindgen(js_name = setSource)]
    pub fn set_source(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "SourceRequest")] request: JsValue,
    ) {
        let request = request.is_object().then(|| source_request(&request));
        self.shell.choose(Choice::Source(request));
    }

    /// What is wrong with a source for the module at hand, before it is taken; undefined if nothing.
    #[wasm_bindgen(js_name = checkSource, unchecked_return_type = "Problem | undefined")]
    pub fn check_source(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SourceRequest")] request: JsValue,
    ) -> JsValue {
        let problem = self.shell.session().check_source(&source_request(&request));
        problem.map_or(JsValue::UNDEFINED, |problem| to_js(&Plain::of(&problem)))
    }

    /// Stores a certificate in the module, and reads the settings again. `path` is one of the places
    /// that the note gives, as `EUFS:/datatx/fota_cacert.pem`.
    #[wasm_bindgen(js_name = storeCertificate)]
    pub fn store_certificate(&self, path: String, bytes: Vec<u8>) {
        self.shell.choose(Choice::StoreCertificate { path, bytes });
    }

    /// Writes one of the module's settings, and reads them all again.
    #[wasm_bindgen(js_name = writeSetting)]
    pub fn write_setting(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SettingRequest")] request: JsValue,
    ) {
        self.shell.choose(Choice::WriteSetting(SettingRequest {
            name: text(&request, "name"),
            values: texts(&request, "values"),
        }));
    }
}

fn source_request(request: &JsValue) -> SourceRequest {
    SourceRequest {
        url: text(request, "url"),
        way: match &*text(request, "way") {
            "segments" => Way::Segments,
            "resume" => Way::Resume,
            "to-file" => Way::ToFile,
            _ => Way::Whole,
        },
        request_size: text(request, "requestSize"),
        files: texts(request, "files"),
    }
}

fn text(request: &JsValue, name: &str) -> String {
    property(request, name).as_string().unwrap_or_default()
}

fn texts(request: &JsValue, name: &str) -> Vec<String> {
    let list = property(request, name);
    if !Array::is_array(&list) {
        return Vec::new();
    }
    let list: Array = list.unchecked_into();
    list.iter().filter_map(|text| text.as_string()).collect()
}
