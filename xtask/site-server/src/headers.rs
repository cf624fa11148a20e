//! The response headers that the page is served with, here and in production.

/// What the page may load and run: its own files, and wasm compiled from them. Nothing inline,
/// nothing from another origin, no frame around it, no markup made from text.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'";

/// What the page may ask of the browser: the serial port, a screen that stays on during an upgrade,
/// and the clipboard for the console's text.
pub const PERMISSIONS_POLICY: &str = "serial=(self), screen-wake-lock=(self), clipboard-write=(self), \
    camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), \
    payment=(), usb=()";

/// Every header of the page and its files, by name. A host that sends fewer weakens the page.
///
/// File names carry no hash, so browsers ask each time whether a file has changed: a page is never
/// made of files of two versions.
pub const HEADERS: [(&str, &str); 8] = [
    ("cache-control", "no-cache"),
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", PERMISSIONS_POLICY),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_single_lines_without_doubled_spaces() {
        for (name, value) in HEADERS {
            assert!(
                value.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
                "{name}"
            );
            assert!(!value.contains("  "), "{name}");
        }
    }

    #[test]
    fn nothing_inline_and_no_other_origin_is_allowed() {
        for forbidden in ["unsafe-inline", "'unsafe-eval'", "http", "data:", "*"] {
            assert!(!CONTENT_SECURITY_POLICY.contains(forbidden), "{forbidden}");
        }
        assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'none'"));
    }

    #[test]
    fn the_page_may_use_the_serial_port_and_keep_the_screen_on() {
        assert!(PERMISSIONS_POLICY.contains("serial=(self)"));
        assert!(PERMISSIONS_POLICY.contains("screen-wake-lock=(self)"));
    }
}
