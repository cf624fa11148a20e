//! Everything beyond the upload of a file through the COM form: servers, files of the module, its
//! readiness and its settings.

mod certificate;
mod copy;
mod download;
mod readiness;
mod settings;
mod source;
mod source_findings;

pub use copy::Copy;
pub use download::Download;
pub use readiness::Readiness;
pub use settings::{SettingRequest, Settings};
pub use source::SourceRequest;
pub(crate) use source::{Source, routes};
