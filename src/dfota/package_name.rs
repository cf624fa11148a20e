//! What a delta package's file name says about versions.

/// The versions `(from, to)` in a name like `BG95M3LAR02A03_01.012.01.012-TO-BG95M3LAR02A04.zip`.
///
/// The vendor's service names packages `old-TO-new` (peers' experience, not in the notes): a hint for
/// the person, never a proof.
pub fn versions_in(name: &str) -> (Option<String>, Option<String>) {
    let stem = match name.rsplit_once('.') {
        // Versions hold dots as well: only a short word of letters is an ending.
        Some((stem, end)) if end.len() <= 4 && end.bytes().all(|b| b.is_ascii_alphabetic()) => stem,
        _ => name,
    };
    for separator in [b"-to-", b"_to_", b" to "] {
        let mut places = stem.as_bytes().windows(separator.len());
        if let Some(at) = places.position(|place| place.eq_ignore_ascii_case(separator)) {
            let part = |text: Option<&str>| text.and_then(version);
            return (part(stem.get(..at)), part(stem.get(at + separator.len()..)));
        }
    }
    (None, None)
}

/// A version as modules print them, e.g. `BG95M3LAR02A03_01.012.01.012`; words are none.
pub(super) fn version(text: &str) -> Option<String> {
    let text = text.trim_ascii();
    let fits = (4..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        && text.bytes().any(|b| b.is_ascii_digit());
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::versions_in;

    #[test]
    fn the_vendors_naming_gives_both_versions() {
        let (from, to) =
            versions_in("BG95M3LAR02A03_01.012.01.012-TO-BG95M3LAR02A04_01.200.01.200.zip");
        assert_eq!(from.as_deref(), Some("BG95M3LAR02A03_01.012.01.012"));
        assert_eq!(to.as_deref(), Some("BG95M3LAR02A04_01.200.01.200"));
        let (from, to) = versions_in("A03_01.012-to-A04_01.200");
        assert_eq!(
            (from.as_deref(), to.as_deref()),
            (Some("A03_01.012"), Some("A04_01.200"))
        );
    }

    #[test]
    fn other_names_say_nothing() {
        for name in [
            "update.zip",
            "",
            "-to-",
            "photo-to-video.bin",
            "<b>1-to-2</b>",
        ] {
            assert_eq!(versions_in(name), (None, None), "{name}");
        }
    }
}
