//! The package: read in blocks from the `File`, digested by the browser.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, File, SubtleCrypto};

use super::object::{global, name_of, property};
use super::task;
use crate::at::Checksum;
use crate::dfota::{Digest, FileFlaw, LARGEST};

/// Blocks are read ahead in this size: each read costs the browser a round trip.
const BLOCK: u64 = 4 << 20;
/// A file up to this size stays in JavaScript's memory between its digest and its upload: what was
/// compared is what is sent, and no read holds up the line.
const KEPT: u64 = 32 << 20;
/// Pieces in which a block passes through wasm memory for the checksum.
const PIECE: u32 = 1 << 16;

/// A chosen file and the block of it that was read last.
pub(super) struct Package {
    pub(super) file: File,
    block: Option<(u64, Uint8Array)>,
    /// The slice that the session was given last, or is about to be given.
    given: Option<(u64, Uint8Array)>,
}

impl Package {
    pub(super) const fn new(file: File) -> Self {
        Self {
            file,
            block: None,
            given: None,
        }
    }

    /// Holds a slice ready, if the block that was read last holds it.
    pub(super) fn give(&mut self, offset: u64, length: u32) -> bool {
        self.given = self.cut(offset, length);
        self.given.is_some()
    }

    fn cut(&self, offset: u64, length: u32) -> Option<(u64, Uint8Array)> {
        let (start, block) = self.block.as_ref()?;
        let from = u32::try_from(offset.checked_sub(*start)?).ok()?;
        let to = from.checked_add(length)?;
        (to <= block.length()).then(|| (offset, block.subarray(from, to)))
    }

    /// The slice that is held ready: what the session looks at is what is written.
    pub(super) fn given(&self) -> Option<(u64, Uint8Array)> {
        self.given.clone()
    }

    pub(super) fn keep(&mut self, start: u64, block: Uint8Array) {
        self.block = Some((start, block));
    }

    /// Nothing of an earlier reading counts.
    pub(super) fn forget(&mut self) {
        self.block = None;
        self.given = None;
    }
}

/// Bytes in the file.
pub(super) fn size(file: &File) -> u64 {
    // Never negative, and whole.
    file.size() as u64
}

/// Reads the block that begins at `offset`.
pub(super) async fn read_block(file: &File, offset: u64) -> Result<Uint8Array, FileFlaw> {
    let end = offset.saturating_add(BLOCK).min(size(file));
    let slice = file
        .slice_with_f64_and_f64(offset as f64, end as f64)
        .map_err(|e| flaw(&e))?;
    bytes(&slice).await
}

async fn bytes(blob: &Blob) -> Result<Uint8Array, FileFlaw> {
    let buffer = task::settled(blob.array_buffer())
        .await
        .map_err(|e| flaw(&e))?;
    Ok(Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()))
}

/// Reads the whole file and digests it; gives the bytes back as well, if they are worth keeping.
pub(super) async fn digest(file: &File) -> Result<(Digest, Option<Uint8Array>), FileFlaw> {
    let size = size(file);
    if size > LARGEST {
        // No module has room for it, which the checks say in words.
        let digest = Digest {
            size,
            sha256: String::new(),
            checksum: 0,
        };
        return Ok((digest, None));
    }
    let all = bytes(file).await?;
    let mut checksum = Checksum::new();
    let mut at = 0;
    while at < all.length() {
        let end = at.saturating_add(PIECE).min(all.length());
        checksum.update(&all.subarray(at, end).to_vec());
        at = end;
    }
    let sha256 = sha256(&all).await.unwrap_or_default();
    let digest = Digest {
        size: u64::from(all.length()),
        sha256,
        checksum: checksum.value(),
    };
    let keep = u64::from(all.length()) <= KEPT;
    Ok((digest, keep.then_some(all)))
}

async fn sha256(bytes: &Uint8Array) -> Option<String> {
    let subtle: SubtleCrypto = property(&global("crypto"), "subtle").unchecked_into();
    let promise = subtle
        .digest_with_str_and_js_u8_array("SHA-256", bytes)
        .ok()?;
    let digest = Uint8Array::new(
        &task::settled(promise)
            .await
            .ok()?
            .unchecked_into::<ArrayBuffer>(),
    )
    .to_vec();
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hex = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Some(
        hex.map(|digit| char::from(DIGITS[usize::from(digit)]))
            .collect(),
    )
}

/// Browsers refuse to read a file that is not what it was when it was chosen.
fn flaw(error: &JsValue) -> FileFlaw {
    match name_of(error).as_str() {
        "NotReadableError" => FileFlaw::Changed,
        _ => FileFlaw::Unreadable,
    }
}
