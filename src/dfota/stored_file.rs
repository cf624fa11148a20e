//! The package as a file of the module, where it becomes one before it is started (N3-19, A3-27).

use super::context::Context;
use crate::at::{Answer, Command, Quoted};

/// The file's name. The one that other flashers of these modules use (B-up-13).
const FILE_NAME: &str = "dfota_update.bin";

/// The command that uploads it; none where a package is no file.
pub(super) fn upload(cx: &Context, size: u64) -> Option<Command> {
    Some(Command::UploadFile {
        name: name(cx)?,
        size,
        timeout_s: cx.times().data_mode_s,
        acknowledged: true,
    })
}

/// The command that starts it.
pub(super) fn start(cx: &Context) -> Option<Command> {
    let family = cx.family();
    name(cx)?;
    let path = [family.file_path?, FILE_NAME].concat();
    let path = Quoted::new(&path, family.url_limit).ok()?;
    Some(Command::UpdateFromFile(path))
}

/// The command that asks for its size.
pub(super) fn list(cx: &Context) -> Option<Command> {
    name(cx).map(Command::ListFiles)
}

/// The command that deletes it.
pub(super) fn delete(cx: &Context) -> Option<Command> {
    name(cx).map(Command::DeleteFile)
}

/// Its size in a list of files, which modules name with or without their storage.
pub(super) fn size_in(answer: &Answer) -> Option<u64> {
    let files = answer.files();
    let file = files.iter().find(|file| file.name.ends_with(FILE_NAME))?;
    Some(file.size)
}

fn name(cx: &Context) -> Option<Quoted> {
    let is_file = cx.source.is_none() && cx.uploads_to_file();
    is_file
        .then(|| Quoted::new(FILE_NAME, FILE_NAME.len()).ok())
        .flatten()
}
