//! The result codes of the notes: each family and each way of a download has numbers of its own.

use deltaport::at::Transport::{Coap, Ftp, Http};
use deltaport::family::{BC26, BC660K, BG95, Check, Code, EG06XK, FAMILIES, Family, Table};

/// Every number that a table lists, up to one that no note comes near.
fn numbers(family: &Family, table: Table) -> Vec<u32> {
    (0..2000)
        .filter(|number| family.code(table, *number).is_some())
        .collect()
}

fn code(family: &Family, table: Table, number: u32) -> Code {
    family
        .code(table, number)
        .unwrap_or_else(|| panic!("{table:?} {number}"))
}

/// What is known of each of these numbers: whether it is worth a retry, and the check.
fn known(family: &Family, table: Table, expected: &[(u32, bool, Option<Check>)]) {
    let listed: Vec<u32> = expected.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers(family, table), listed);
    for (number, retryable, check) in expected {
        let found = code(family, table, *number);
        assert_eq!(
            (found.retryable, found.check),
            (*retryable, *check),
            "{number}"
        );
    }
}

/// Proves N1-25, N1-26, N1-27, N1-28, N1-29, N1-30, N1-31, N1-32.
#[test]
fn downloads_of_bc660k() {
    known(
        &BC660K,
        Table::Download(Http),
        &[
            (0, false, None),
            (1, false, None),
            (2, false, Some(Check::Server)),
            (12, true, Some(Check::Network)),
            (13, true, Some(Check::Network)),
            (99, true, Some(Check::Network)),
            (100, false, None),
            (101, false, Some(Check::Room)),
        ],
    );
}

/// Proves N1-33, N1-34.
#[test]
fn updates_of_bc660k() {
    known(
        &BC660K,
        Table::Update,
        &[(0, false, None), (255, false, Some(Check::Package))],
    );
    assert_eq!(
        numbers(&BC660K, Table::Cme),
        [],
        "its note has no errors with numbers"
    );
}

/// Proves N2-150, N2-151, N2-152, N2-153, N2-154, N2-155, N2-156, N2-157, N2-158, N2-159, N2-160, N2-161,
/// N2-162.
#[test]
fn downloads_of_bg95_have_one_table_for_every_kind_of_server() {
    for by in [Http, Ftp, Coap] {
        known(
            &BG95,
            Table::Download(by),
            &[
                (0, false, None),
                (701, true, Some(Check::Network)),
                (702, true, Some(Check::Network)),
                (703, false, Some(Check::Server)),
                (704, true, Some(Check::Network)),
                (705, false, Some(Check::Url)),
                (706, false, Some(Check::Server)),
                (707, false, Some(Check::Room)),
                (708, false, Some(Check::Room)),
                (709, false, None),
                (710, false, Some(Check::Package)),
                (711, true, Some(Check::Network)),
                (712, false, None),
            ],
        );
    }
}

/// Proves N2-163, N2-164, N2-165, N2-166, N2-167, N2-168, N2-169, N2-170, N2-171, N2-172.
#[test]
fn updates_of_bg95() {
    for (number, check) in [
        (0, None),
        (504, Some(Check::Power)),
        (505, Some(Check::Stored)),
        (506, Some(Check::Package)),
        (507, Some(Check::Package)),
        (508, Some(Check::Room)),
        (509, None),
        (510, Some(Check::Package)),
        (511, Some(Check::Package)),
        (512, None),
    ] {
        assert_eq!(code(&BG95, Table::Update, number).check, check, "{number}");
    }
    for number in [503, 513] {
        assert_eq!(BG95.code(Table::Update, number), None, "{number}");
    }
}

/// Proves N2-173, N2-174, N2-175, N2-176, N2-177.
#[test]
fn errors_of_bg95_and_updates_share_their_tables() {
    let errors = [
        (590, Some(Check::Command)),
        (591, Some(Check::Busy)),
        (592, None),
        (593, Some(Check::Stored)),
        (594, None),
    ];
    for table in [Table::Cme, Table::Update] {
        for (number, check) in errors {
            assert_eq!(
                code(&BG95, table, number).check,
                check,
                "{table:?} {number}"
            );
        }
        assert_eq!(code(&BG95, table, 511).check, Some(Check::Package));
        for number in [589, 595] {
            assert_eq!(BG95.code(table, number), None);
        }
    }
}

/// Proves N3-24, N3-25, N3-26, N3-27.
#[test]
fn downloads_of_eg06xk_differ_by_the_kind_of_server() {
    let way = Some(Check::Network);
    known(
        &EG06XK,
        Table::Download(Ftp),
        &[(0, false, None), (601, true, way)],
    );
    known(
        &EG06XK,
        Table::Download(Http),
        &[(0, false, None), (701, true, way)],
    );
    assert_eq!(numbers(&EG06XK, Table::Download(Coap)), []);
}

/// Proves N3-28, N3-29, N3-30, N3-31, N3-32, N3-33, N3-34, N3-35.
#[test]
fn updates_of_eg06xk_with_both_ranges_and_their_borders() {
    let mut listed = vec![0, 502, 504, 505, 510, 511];
    listed.extend(520..=530);
    listed.extend(540..=546);
    assert_eq!(numbers(&EG06XK, Table::Update), listed);
    for (number, check) in [
        (504, Some(Check::Package)),
        (505, Some(Check::Package)),
        (510, Some(Check::Package)),
        (511, Some(Check::Room)),
        (520, None),
        (546, None),
    ] {
        assert_eq!(
            code(&EG06XK, Table::Update, number).check,
            check,
            "{number}"
        );
    }
    for number in [519, 531, 539, 547] {
        assert_eq!(EG06XK.code(Table::Update, number), None, "{number}");
    }
}

/// Proves N3-29.
#[test]
fn only_502_of_eg06xk_is_tried_again_by_the_module_five_times() {
    assert_eq!(EG06XK.retries, 5);
    assert!(code(&EG06XK, Table::Update, 502).retryable);
    let retried =
        |family: &Family| -> Vec<u32> { (0..2000).filter(|n| family.retries_after(*n)).collect() };
    assert_eq!(retried(&EG06XK), [502]);
    for family in [&BG95, &BC660K, &BC26] {
        assert_eq!(retried(family), [], "{:?}", family.id);
    }
}

/// Proves N4-14, N5-19.
#[test]
fn downloads_of_bc20_and_bc26() {
    known(
        &BC26,
        Table::Download(Http),
        &[
            (0, false, None),
            (12, true, Some(Check::Network)),
            (13, true, Some(Check::Network)),
            (20, true, Some(Check::Network)),
        ],
    );
}

/// Proves N4-15, N5-20.
#[test]
fn updates_and_errors_of_bc20_and_bc26_have_one_table() {
    for table in [Table::Update, Table::Cme] {
        known(
            &BC26,
            table,
            &[
                (0, false, None),
                (1, false, None),
                (2, false, Some(Check::Busy)),
                (254, false, Some(Check::Package)),
                (255, false, Some(Check::Package)),
            ],
        );
    }
}

/// Proves X-07.
#[test]
fn the_same_number_means_something_else_in_another_family() {
    for (number, bg95, eg06xk) in [
        (504, Some(Check::Power), Some(Check::Package)),
        (505, Some(Check::Stored), Some(Check::Package)),
        (511, Some(Check::Package), Some(Check::Room)),
    ] {
        assert_eq!(code(&BG95, Table::Update, number).check, bg95);
        assert_eq!(code(&EG06XK, Table::Update, number).check, eg06xk);
    }
    assert_eq!(BC660K.code(Table::Update, 504), None);
    assert_eq!(EG06XK.code(Table::Download(Http), 601), None);
}

/// Proves X-08.
#[test]
fn numbers_outside_of_the_tables_are_unknown_everywhere() {
    for family in FAMILIES {
        for table in [
            Table::Download(Http),
            Table::Download(Ftp),
            Table::Download(Coap),
            Table::Update,
            Table::Cme,
        ] {
            // Seen on real modules of other families (B-dl-4), and numbers at the border of the type.
            for number in [501, 552, 602, 608, 625, 714, 716, 65_536 + 701, u32::MAX] {
                assert_eq!(family.code(table, number), None, "{table:?} {number}");
            }
        }
    }
}

/// The numbers in the table of the other families, by family and table.
fn documented() -> Vec<(String, String, Vec<u32>)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/protocol.md");
    let text = std::fs::read_to_string(path).expect("the facts");
    let (_, rest) = text
        .split_once("\n## Numbers of the other families\n")
        .expect("its heading");
    let section = rest.split("\n## ").next().unwrap_or_default();
    let mut tables: Vec<(String, String, Vec<u32>)> = Vec::new();
    for row in section.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let mut ends = cells[2]
            .split(" to ")
            .map_while(|number| number.parse().ok());
        let Some(first) = ends.next() else { continue };
        let numbers = first..=ends.next().unwrap_or(first);
        let (family, table) = (cells[0].to_owned(), cells[1].to_owned());
        match tables.last_mut() {
            Some(last) if last.0 == family && last.1 == table => last.2.extend(numbers),
            _ => tables.push((family, table, numbers.collect())),
        }
    }
    tables
}

#[test]
fn the_documented_tables_of_the_other_families_are_those_of_the_code() {
    let tables = documented();
    assert_eq!(tables.len(), 7);
    for (family, table, listed) in tables {
        let (data, table) = match (family.as_str(), table.as_str()) {
            ("EG06xK", "FTP") => (&EG06XK, Table::Download(Ftp)),
            ("EG06xK", "HTTP") => (&EG06XK, Table::Download(Http)),
            ("BC660K", "HTTP") => (&BC660K, Table::Download(Http)),
            ("BC26", "HTTP") => (&BC26, Table::Download(Http)),
            ("EG06xK", "END") => (&EG06XK, Table::Update),
            ("BC660K", "END") => (&BC660K, Table::Update),
            ("BC26", "END") => (&BC26, Table::Update),
            other => panic!("{other:?}"),
        };
        assert_eq!(numbers(data, table), listed, "{family} {table:?}");
    }
}
