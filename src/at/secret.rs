//! What must not be read over somebody's shoulder: passwords in command lines, their echoes, and the
//! answers that repeat them.

use core::ops::Range;

/// What stands in for a secret.
const HIDDEN: &str = "***";

/// Calls `found` with the place of each secret in `line`: user and password of a URL, user and password
/// of the APN, and the value of an HTTP header (X-28).
///
/// It goes by what the line says, so that it serves for what is sent, echoed and answered. Places are
/// told in order and never overlap.
pub fn secrets(line: &[u8], found: &mut dyn FnMut(Range<usize>)) {
    if !cfg!(feature = "routes") {
        // Only other routes than the upload have secrets.
        return;
    }
    if let Some(start) = behind(line, b"\"fota_apn\"") {
        // IP family, APN, user, password.
        return fields(line, start, 3, found);
    }
    if let Some(start) = behind(line, b"\"fota_http_header\"") {
        // Key, value.
        return fields(line, start, 2, found);
    }
    if let Some(start) = behind(line, b"key:").and(behind(line, b" value:")) {
        return found(start..end(line, start, b"\r\n"));
    }
    let mut rest = 0;
    while let Some(start) = behind_from(line, rest, b"://") {
        rest = end(line, start, b"/\" \r\n");
        let authority = line.get(start..rest).unwrap_or_default();
        if let Some(at) = authority.iter().rposition(|&b| b == b'@') {
            found(start..start + at);
        }
    }
}

/// `line` with its secrets hidden, for the console and for logs.
pub fn masked(line: &str) -> String {
    if !cfg!(feature = "routes") {
        return line.to_owned();
    }
    let mut text = String::with_capacity(line.len());
    let mut rest = 0;
    // Secrets begin and end beside ASCII characters, so that no character is cut.
    secrets(line.as_bytes(), &mut |place| {
        text.push_str(line.get(rest..place.start).unwrap_or_default());
        text.push_str(HIDDEN);
        rest = place.end;
    });
    text.push_str(line.get(rest..).unwrap_or_default());
    text
}

/// Tells the values from the `first` one on that follow `start`, counted from 1, without their quotes.
fn fields(line: &[u8], start: usize, first: usize, found: &mut dyn FnMut(Range<usize>)) {
    let mut at = start;
    let mut count = 0;
    while line.get(at) == Some(&b',') {
        count += 1;
        at += 1;
        while line.get(at) == Some(&b' ') {
            at += 1;
        }
        let (from, to) = if line.get(at) == Some(&b'"') {
            let to = end(line, at + 1, b"\"\r\n");
            (at + 1, to)
        } else {
            (at, end(line, at, b",\r\n"))
        };
        if count >= first && from < to {
            found(from..to);
        }
        at = end(line, to, b",\r\n");
    }
}

/// The place of the first of `stops` from `start` on, or the end.
fn end(line: &[u8], start: usize, stops: &[u8]) -> usize {
    let rest = line.get(start..).unwrap_or_default();
    let length = rest.iter().position(|byte| stops.contains(byte));
    start + length.unwrap_or(rest.len())
}

fn behind(line: &[u8], name: &[u8]) -> Option<usize> {
    behind_from(line, 0, name)
}

/// The place behind the first `name` from `start` on.
fn behind_from(line: &[u8], start: usize, name: &[u8]) -> Option<usize> {
    let rest = line.get(start..)?;
    let at = rest.windows(name.len()).position(|part| part == name)?;
    Some(start + at + name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves N2-052, X-28.
    #[test]
    fn user_and_password_of_a_url_are_hidden() {
        for (line, hidden) in [
            (
                r#"AT+QFOTADL="ftp://test:test@192.0.2.2:8309/a@b.bin""#,
                r#"AT+QFOTADL="ftp://***@192.0.2.2:8309/a@b.bin""#,
            ),
            (
                r#"AT+QFOTADL=13,"ftp://u:p@ss@h:21/x",1"#,
                r#"AT+QFOTADL=13,"ftp://***@h:21/x",1"#,
            ),
            ("ftp://us:er@h", "ftp://***@h"),
            ("http://h:80/x?a=b@c", "http://h:80/x?a=b@c"),
            (
                "from ftp://a:b@c to ftp://d:e@f/",
                "from ftp://***@c to ftp://***@f/",
            ),
            ("://", "://"),
        ] {
            assert_eq!(masked(line), hidden);
        }
    }

    /// Proves N2-110, N2-111, X-28.
    #[test]
    fn user_and_password_of_the_apn_are_hidden() {
        for (line, hidden) in [
            (
                r#"AT+QCFGEXT="fota_apn",0,"internet","me, too","secret""#,
                r#"AT+QCFGEXT="fota_apn",0,"internet","***","***""#,
            ),
            (
                r#"+QCFGEXT: "fota_apn", 0 , "internet" , "me","s"#,
                r#"+QCFGEXT: "fota_apn", 0 , "internet" , "***","***"#,
            ),
            (
                r#"+QCFGEXT: "fota_apn",0,"internet","","""#,
                r#"+QCFGEXT: "fota_apn",0,"internet","","""#,
            ),
            (r#"AT+QCFGEXT="fota_apn""#, r#"AT+QCFGEXT="fota_apn""#),
            (
                r#"+QCFGEXT: "fota_apn",2,apn,me,pw"#,
                r#"+QCFGEXT: "fota_apn",2,apn,***,***"#,
            ),
        ] {
            assert_eq!(masked(line), hidden);
        }
    }

    /// Proves N2-114, N2-115, X-28.
    #[test]
    fn the_value_of_a_header_is_hidden() {
        for (line, hidden) in [
            (
                r#"AT+QCFGEXT="fota_http_header","Auth","test""#,
                r#"AT+QCFGEXT="fota_http_header","Auth","***""#,
            ),
            (
                "+QCFGEXT: key:Auth value:Bearer a b c",
                "+QCFGEXT: key:Auth value:***",
            ),
            (
                r#"AT+QCFGEXT="fota_http_header","Auth","""#,
                r#"AT+QCFGEXT="fota_http_header","Auth","""#,
            ),
        ] {
            assert_eq!(masked(line), hidden);
        }
    }

    /// Proves X-28.
    #[test]
    fn a_line_cut_anywhere_gives_no_panic_and_no_password() {
        let line = r#"AT+QCFGEXT="fota_apn",0,"internet","éé","pässwörd""#;
        for (cut, _) in line.char_indices() {
            let shown = masked(&line[..cut]);
            assert!(!shown.contains('ä') && !shown.contains('é'), "{shown}");
        }
    }
}
