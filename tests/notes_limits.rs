//! What is refused before a single byte is sent: URLs, paths, file names, numbers.

use deltaport::at::{Header, Quoted, Unsendable};
use deltaport::family::limit::{
    APN_LIMIT, BREAKPOINT, FEED_INTERVAL_MS, FileFlaw, NumberFlaw, Numbers, REQUEST_SIZE,
    RETRY_INTERVAL_S, RETRY_TIMES, takes_header,
};
use deltaport::family::{
    BC26, BC660K, BG95, EG06XK, FAMILIES, Family, PackageUrl, Scheme, UrlFlaw, UrlPart,
};

fn url(family: &Family, text: &str) -> PackageUrl {
    family
        .check_url(text)
        .unwrap_or_else(|flaw| panic!("{text}: {flaw:?}"))
}

fn flaw(family: &Family, text: &str) -> UrlFlaw {
    family
        .check_url(text)
        .map(|url| panic!("{url:?} is allowed"))
        .unwrap_or_else(|flaw| flaw)
}

/// `http://server:100/` filled with `filling` to exactly `bytes` bytes.
fn url_of(bytes: usize, filling: char) -> String {
    let mut text = String::from("http://server:100/");
    while text.len() < bytes {
        let fits = text.len() + filling.len_utf8() <= bytes;
        text.push(if fits { filling } else { 'x' });
    }
    text
}

/// Proves N1-08, N2-025, N3-18, N4-09, N5-09, X-14.
#[test]
fn a_url_has_at_most_the_bytes_that_the_note_allows() {
    for (family, limit) in [(&BC660K, 255), (&BC26, 255), (&EG06XK, 100), (&BG95, 700)] {
        for filling in ['a', 'é', '語', '🛰'] {
            let text = url_of(limit, filling);
            assert_eq!(url(family, &text).text().as_str().len(), limit);
            let text = url_of(limit + 1, filling);
            let bytes = limit + 1;
            assert_eq!(flaw(family, &text), UrlFlaw::TooLong { bytes, limit });
            assert_eq!(flaw(family, &text).lengths(), Some((bytes, limit)));
        }
    }
}

/// Proves N2-042, N2-052.
#[test]
fn ftp_and_coap_urls_have_the_same_limit_on_bg95() {
    for scheme in ["ftp", "ftps", "coap", "coaps"] {
        let text = url_of(710, 'a').replacen("http", scheme, 1);
        let allowed = &text[..700];
        assert_eq!(url(&BG95, allowed).text().as_str(), allowed);
        let (bytes, limit) = (701, 700);
        assert_eq!(flaw(&BG95, &text[..701]), UrlFlaw::TooLong { bytes, limit });
    }
}

/// Proves N3-12, N3-13.
#[test]
fn each_part_of_an_ftp_url_has_at_most_50_bytes_on_eg06xk() {
    let ftp = |part: UrlPart, text: &str| {
        let of = |this: UrlPart| if part == this { text } else { "x" };
        let (user, password) = (of(UrlPart::User), of(UrlPart::Password));
        let (server, path) = (of(UrlPart::Server), of(UrlPart::Path));
        format!("ftp://{user}:{password}@{server}:21/{path}")
    };
    for part in [
        UrlPart::User,
        UrlPart::Password,
        UrlPart::Server,
        UrlPart::Path,
    ] {
        url(&EG06XK, &ftp(part, &"a".repeat(50)));
        let too_long = UrlFlaw::PartTooLong {
            part,
            bytes: 51,
            limit: 50,
        };
        assert_eq!(flaw(&EG06XK, &ftp(part, &"a".repeat(51))), too_long);
        url(&BG95, &ftp(part, &"a".repeat(51)));
    }
    // Bytes count, not characters.
    url(&EG06XK, &ftp(UrlPart::Path, &"é".repeat(25)));
    let path = ftp(UrlPart::Path, &"é".repeat(26));
    assert_eq!(flaw(&EG06XK, &path).code(), "path-too-long");
    // Four parts within their own limit may still be too long together.
    let part = "a".repeat(30);
    let text = format!("ftp://{part}:{part}@{part}:21/{part}");
    assert!(matches!(
        flaw(&EG06XK, &text),
        UrlFlaw::TooLong { limit: 100, .. }
    ));
    // The limit of the parts is written for FTP alone.
    url(&EG06XK, &format!("http://server:80/{}", "a".repeat(60)));
}

/// Proves N1-01, N1-22, N4-13, N5-14, X-15.
#[test]
fn families_for_narrow_band_take_http_alone() {
    for family in [&BC660K, &BC26] {
        url(family, "http://server:100/update.zip");
        for (name, scheme) in [
            ("https", Scheme::Https),
            ("HTTPS", Scheme::Https),
            ("ftp", Scheme::Ftp),
            ("ftps", Scheme::Ftps),
            ("coap", Scheme::Coap),
            ("coaps", Scheme::Coaps),
        ] {
            let text = format!("{name}://server:100/update.zip");
            assert_eq!(flaw(family, &text), UrlFlaw::Scheme(scheme), "{name}");
        }
    }
}

/// Proves N2-025, N2-042, N2-052, N3-12, N3-18, X-15.
#[test]
fn other_families_take_what_their_note_lists() {
    for scheme in ["http", "https", "ftp", "ftps", "coap", "coaps"] {
        url(&BG95, &format!("{scheme}://server:100/update.zip"));
    }
    for scheme in ["http", "https", "ftp"] {
        url(&EG06XK, &format!("{scheme}://server:100/update.zip"));
    }
    for scheme in ["ftps", "coap", "coaps"] {
        let text = format!("{scheme}://server:100/update.zip");
        assert_eq!(flaw(&EG06XK, &text).code(), "scheme", "{scheme}");
    }
}

/// Proves N2-042, X-15.
#[test]
fn coap_must_name_its_port() {
    for scheme in ["coap", "coaps"] {
        assert_eq!(
            flaw(&BG95, &format!("{scheme}://server/update.zip")),
            UrlFlaw::PortMissing
        );
        let named = url(&BG95, &format!("{scheme}://server:5683/update.zip"));
        assert_eq!(named.port(), Some(5683));
    }
}

/// Proves N1-10, N2-028, N3-14.
#[test]
fn ports_run_from_1_to_65535() {
    for family in FAMILIES {
        for (port, number) in [("1", 1), ("80", 80), ("65535", 65_535)] {
            let checked = url(family, &format!("http://server:{port}/x"));
            assert_eq!(checked.port(), Some(number));
        }
        for port in [
            "0",
            "65536",
            "99999999999",
            "",
            "x",
            "+80",
            "-1",
            "8 0",
            "８０",
        ] {
            let found = flaw(family, &format!("http://server:{port}/x"));
            let is_port = found == UrlFlaw::Port || (port == "8 0" && found == UrlFlaw::Blank);
            assert!(is_port, "{port}: {found:?}");
        }
    }
}

/// Proves N1-10, N2-028, N2-052, N3-14, N3-18.
#[test]
fn a_missing_port_is_told_with_the_one_that_servers_use() {
    for (text, usual) in [
        ("http://server/x", 80),
        ("https://server/x", 443),
        ("ftp://server/x", 21),
        ("ftps://server/x", 990),
    ] {
        let url = url(&BG95, text);
        assert_eq!((url.port(), url.scheme().usual_port()), (None, usual));
    }
}

/// Proves N1-09, N2-028.
#[test]
fn a_server_is_a_name_or_an_address() {
    for server in [
        "server",
        "www.example.com",
        "124.74.41.170",
        "a-b_c",
        "[2001:db8::1]",
    ] {
        url(&BG95, &format!("http://{server}:80/x"));
        url(&BG95, &format!("http://{server}/x"));
    }
    for text in [
        "http:///x",
        "http://:80/x",
        "http://[]:80/x",
        "ftp://a:b@/x",
    ] {
        assert_eq!(flaw(&BG95, text), UrlFlaw::NoServer, "{text}");
    }
    for server in [
        "a b",
        "2001:db8::1",
        "[::1",
        "[::1]x",
        "[x]",
        "ser%76er",
        "a;b",
        "é.com",
        "a?b",
    ] {
        let found = flaw(&BG95, &format!("http://{server}/x"));
        assert!(
            matches!(found, UrlFlaw::Server | UrlFlaw::Blank),
            "{server}: {found:?}"
        );
    }
}

/// Proves N1-11.
#[test]
fn a_url_names_a_file() {
    for text in ["http://server", "http://server:80", "http://server:80/"] {
        assert_eq!(flaw(&BC660K, text), UrlFlaw::NoPath, "{text}");
    }
    for path in ["x", "a/b/c.zip", "x?version=2&y=%20", "ünïcode"] {
        url(&BC660K, &format!("http://server/{path}"));
    }
}

/// Proves X-14.
#[test]
fn nothing_that_ends_the_value_or_the_line_gets_through() {
    for (text, flaw_of) in [
        ("http://server/x\rAT+QFOTADL=1", UrlFlaw::Control),
        ("http://server/x\nAT", UrlFlaw::Control),
        ("http://server/x\u{0}", UrlFlaw::Control),
        ("http://server/\u{1b}[2J", UrlFlaw::Control),
        ("http://server/\u{85}x", UrlFlaw::Control),
        ("http://server/x\",1", UrlFlaw::Quote),
        ("“http://server/x”", UrlFlaw::Quote),
        ("http://server/a b", UrlFlaw::Blank),
        ("http://server/a\u{a0}b", UrlFlaw::Blank),
        ("", UrlFlaw::Empty),
        (" \t\r\n", UrlFlaw::Empty),
    ] {
        for family in FAMILIES {
            assert_eq!(flaw(family, text), flaw_of, "{text:?}");
        }
    }
}

#[test]
fn what_is_no_url_is_told_apart() {
    for (text, code) in [
        ("server/update.zip", "no-scheme"),
        ("COM:", "no-scheme"),
        ("UFS:update.zip", "no-scheme"),
        ("://server/x", "unknown-scheme"),
        ("file:///x", "unknown-scheme"),
        ("httpx://server/x", "unknown-scheme"),
        ("http://me:secret@server/x", "credentials"),
        ("coap://me@server:1/x", "credentials"),
        ("ftp://me@server/x", "half-credentials"),
        ("ftp://:secret@server/x", "half-credentials"),
        ("ftp://me:@server/x", "half-credentials"),
    ] {
        assert_eq!(flaw(&BG95, text).code(), code, "{text}");
    }
}

/// Proves G-14, N1-08, N2-025, N2-042, N2-052.
#[test]
fn the_scheme_is_sent_in_lower_case_and_the_rest_as_it_is() {
    for (text, sent) in [
        (" HTTP://Server:80/Dir/X.zip ", "http://Server:80/Dir/X.zip"),
        ("Https://Server/X", "https://Server/X"),
        ("CoAPS://Server:5684/X", "coaps://Server:5684/X"),
        (
            "FTP://Me:Secret@Server:21/My file",
            "ftp://Me:Secret@Server:21/My file",
        ),
    ] {
        assert_eq!(url(&BG95, text).text().as_str(), sent);
    }
}

/// Proves N2-052, N3-12, X-28.
#[test]
fn user_and_password_are_taken_apart_and_hidden() {
    let checked = url(
        &EG06XK,
        "ftp://test:te@st@124.74.41.170:21/Jun/update-v01-to-v02.zip",
    );
    assert_eq!(checked.scheme(), Scheme::Ftp);
    assert_eq!(checked.port(), Some(21));
    assert_eq!(
        checked.masked(),
        "ftp://***@124.74.41.170:21/Jun/update-v01-to-v02.zip"
    );
}

/// Proves N3-20.
#[test]
fn a_path_begins_with_the_module_s_folder_and_has_at_most_100_bytes() {
    let folder = "/usrdata/cache/ufs/";
    let of = |bytes: usize| format!("{folder}{}", "x".repeat(bytes - folder.len()));
    assert_eq!(
        EG06XK.check_path(&of(100)).expect("100 bytes").as_str(),
        of(100)
    );
    let too_long = FileFlaw::Text(Unsendable::TooLong {
        is: 101,
        limit: 100,
    });
    assert_eq!(EG06XK.check_path(&of(101)), Err(too_long));
    for (path, flaw) in [
        ("/usrdata/cache/ufs/", FileFlaw::NoName),
        ("/usrdata/cache/ufs", FileFlaw::Place),
        ("/data/ufs/x", FileFlaw::Place),
        ("update.zip", FileFlaw::Place),
        ("", FileFlaw::Place),
        (
            "/usrdata/cache/ufs/\"",
            FileFlaw::Text(Unsendable::Quote(19)),
        ),
        (
            "/usrdata/cache/ufs/a\rb",
            FileFlaw::Text(Unsendable::Control(20)),
        ),
    ] {
        assert_eq!(EG06XK.check_path(path), Err(flaw), "{path:?}");
    }
    for family in [&BG95, &BC660K, &BC26] {
        assert_eq!(family.check_path(&of(50)), Err(FileFlaw::NoRoute));
    }
}

/// Proves N2-102.
#[test]
fn a_file_to_copy_names_its_storage_and_has_at_most_128_bytes() {
    for place in ["UFS:", "EUFS:"] {
        let of = |bytes: usize| format!("{place}{}", "x".repeat(bytes - place.len()));
        assert!(BG95.check_copy(&of(128)).is_ok());
        let too_long = FileFlaw::Text(Unsendable::TooLong {
            is: 129,
            limit: 128,
        });
        assert_eq!(BG95.check_copy(&of(129)), Err(too_long));
        assert_eq!(BG95.check_copy(place), Err(FileFlaw::NoName));
        let long = format!("{place}{}", "é".repeat(64));
        assert!(
            BG95.check_copy(&long).is_err(),
            "bytes count, not characters"
        );
    }
    // The slip of an example in the note is no storage (A3-6).
    for name in ["EUF:update1.bin", "update1.bin", "", "ufs:x", "COM:"] {
        assert_eq!(BG95.check_copy(name), Err(FileFlaw::Place), "{name}");
    }
    for family in [&EG06XK, &BC660K, &BC26] {
        assert_eq!(family.check_copy("UFS:x"), Err(FileFlaw::NoRoute));
    }
}

/// Proves N2-026, N2-027, X-16.
#[test]
fn request_sizes_are_multiples_of_2048_and_breakpoints_never_negative() {
    for (text, size) in [("2048", 2048), ("4096", 4096), (" 10240 ", 10_240)] {
        assert_eq!(REQUEST_SIZE.check(text), Ok(size));
    }
    assert_eq!(REQUEST_SIZE.check("1000"), Err(NumberFlaw::TooSmall(2048)));
    assert_eq!(
        REQUEST_SIZE.check("2049"),
        Err(NumberFlaw::NoMultiple(2048))
    );
    assert_eq!(REQUEST_SIZE.check("0"), Err(NumberFlaw::TooSmall(2048)));
    assert_eq!(BREAKPOINT.check("0"), Ok(0));
    assert_eq!(BREAKPOINT.check("10240"), Ok(10_240));
    assert_eq!(BREAKPOINT.check("-1"), Err(NumberFlaw::TooSmall(0)));
    assert_eq!(
        BREAKPOINT.check("-99999999999999"),
        Err(NumberFlaw::TooSmall(0))
    );
}

/// Proves N2-089, N2-124.
#[test]
fn numbers_are_held_to_their_range_from_both_sides() {
    let most = 2_147_483_647;
    let borders = |numbers: Numbers, least: u32, most: u32| {
        let check = |number: u64| numbers.check(&number.to_string());
        assert_eq!(check(u64::from(least)), Ok(least));
        assert_eq!(check(u64::from(most)), Ok(most));
        assert_eq!(check(u64::from(most) + 1), Err(NumberFlaw::TooLarge(most)));
        if least > 0 {
            assert_eq!(
                check(u64::from(least) - 1),
                Err(NumberFlaw::TooSmall(least))
            );
        }
    };
    borders(RETRY_TIMES, 1, most);
    borders(RETRY_INTERVAL_S, 0, most);
    borders(FEED_INTERVAL_MS, 100, 3_600_000);
    for text in ["", "x", "1.5", "1e3", "+1", "--1", "0x10", "１"] {
        assert_eq!(RETRY_TIMES.check(text), Err(NumberFlaw::NoNumber), "{text}");
    }
    let huge = "9".repeat(50);
    assert_eq!(RETRY_TIMES.check(&huge), Err(NumberFlaw::TooLarge(most)));
}

/// The pins that `model` has, as the note writes them: ranges with both ends.
fn pins(model: &str) -> Vec<(u8, u8)> {
    let mut ranges: Vec<(u8, u8)> = Vec::new();
    for pin in (0..=u8::MAX).filter(|pin| BG95.feeds_watchdog(model, *pin)) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == pin => *last = pin,
            _ => ranges.push((pin, pin)),
        }
    }
    ranges
}

/// Proves N2-121, N2-122, N2-123.
#[test]
fn each_module_has_its_own_pins_for_a_watchdog() {
    for model in ["BG95-M3", "BG95-M1"] {
        let expected = [
            (4, 7),
            (18, 19),
            (22, 23),
            (25, 28),
            (40, 41),
            (64, 66),
            (85, 88),
        ];
        assert_eq!(pins(model), expected);
    }
    let expected = [(9, 12), (22, 23), (29, 30), (53, 54), (57, 62)];
    assert_eq!(pins("BG600L-M3"), expected);
    let expected = [
        (1, 5),
        (8, 9),
        (33, 37),
        (40, 41),
        (48, 51),
        (57, 57),
        (60, 61),
        (63, 63),
        (67, 71),
        (77, 77),
        (80, 82),
        (90, 91),
        (93, 93),
    ];
    assert_eq!(pins("BG77"), expected);
    for model in ["BG770A-GL", "BG950A-GL", "EG060K-EA", ""] {
        assert_eq!(pins(model), [], "{model}");
    }
    assert!(!BC26.feeds_watchdog("BC26", 6));
}

/// Proves N2-112, X-14.
#[test]
fn apn_user_password_and_headers_cannot_end_their_quotes() {
    for text in ["internet\",\"x", "a\rAT", "a\nb", "\u{0}"] {
        assert!(Quoted::new(text, APN_LIMIT).is_err(), "{text:?}");
        assert!(Quoted::name(text, APN_LIMIT).is_err(), "{text:?}");
    }
    assert!(Quoted::new("Telstra.internet", APN_LIMIT).is_ok());
    assert!(Quoted::name("X-Auth_2", 10).is_ok());
    assert_eq!(Quoted::name("", 10), Err(Unsendable::Empty));
    for (text, at) in [("a b", 1), ("a:b", 1), ("é", 0)] {
        assert_eq!(Quoted::name(text, 10), Err(Unsendable::Character(at)));
    }
}

/// Proves N2-116.
#[test]
fn a_sixth_header_is_refused_but_one_of_five_may_be_changed() {
    let headers = |count: usize| -> Vec<Header> {
        let header = |n| Header {
            key: format!("H{n}"),
            value: String::new(),
        };
        (0..count).map(header).collect()
    };
    assert!(takes_header(&headers(0), "H0"));
    assert!(takes_header(&headers(4), "another"));
    assert!(!takes_header(&headers(5), "another"));
    assert!(takes_header(&headers(5), "H4"));
}
