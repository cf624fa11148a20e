//! The package as a file of the module, where it becomes one before it is started (N3-19, A3-27).

use crate::at::{Answer, Quoted};
use crate::family::Family;

/// The file's name. The one that other flashers of these modules use (B-up-13).
const FILE_NAME: &str = "dfota_update.bin";

/// The name under which an uploaded package is kept.
pub(super) fn upload_name() -> Quoted {
    // Plain letters, far below every limit.
    Quoted::new(FILE_NAME, FILE_NAME.len()).unwrap_or_default()
}

/// The path by which it is started.
pub(super) fn upload_path(family: &Family) -> Quoted {
    let path = [family.file_path.unwrap_or_default(), FILE_NAME].concat();
    Quoted::new(&path, family.url_limit).unwrap_or_default()
}

/// Its size in a list of files, which modules name with or without their storage.
pub(super) fn stored_size(answer: &Answer) -> Option<u64> {
    let files = answer.files();
    let file = files.iter().find(|file| file.name.ends_with(FILE_NAME))?;
    Some(file.size)
}
