//! Which row of the vendor notes is proved by which test.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::conformance_proofs::{self as proofs, Proof};
use crate::repository;

/// The rows, in our own words.
const ROWS: &str = "tests/conformance/rows.toml";
/// What is written.
const DOCUMENT: &str = "docs/conformance.md";
/// Where rows of other kinds can be looked up: conflicts (A) and quirks (B).
const PROTOCOL: &str = "docs/protocol.md";

/// The chapters of the document: how their rows begin, and what they are called.
const SOURCES: [(&str, &str); 7] = [
    ("G", "What all notes share"),
    ("N1", "N1: BC660K-GL"),
    ("N2", "N2: BG95, BG77, BG600L-M3"),
    ("N3", "N3: EG06xK, Ex120K, EM060K"),
    ("N4", "N4: BC20"),
    ("N5", "N5: BC26 and BC20"),
    ("X", "What Deltaport promises on top"),
];

/// One statement of a note.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    id: String,
    chapter: String,
    text: String,
    /// Why nothing short of hardware can prove it.
    hardware: Option<String>,
}

/// How many rows of a source there are, and how they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    rows: usize,
    proved: usize,
    hardware: usize,
}

impl Count {
    const fn open(self) -> usize {
        self.rows - self.proved - self.hardware
    }

    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.proved += other.proved;
        self.hardware += other.hardware;
    }
}

/// Prints how many rows are proved. Writes the document, or, to `check` it, compares. Returns whether
/// every row is proved and every id known, and the document what it should be.
///
/// # Errors
/// When the rows, the sources or the document cannot be read or written.
pub fn conformance(check: bool) -> Result<bool> {
    let rows = rows(&read(ROWS)?).with_context(|| ROWS.to_owned())?;
    let proofs = proofs::all()?;
    let mut flaws = flaws(&rows, &proofs, &read(PROTOCOL)?);
    let (document, table) = document(&rows, &proofs);
    println!("{table}");
    let path = repository::root().join(DOCUMENT);
    if fs::read_to_string(&path).unwrap_or_default() != document {
        if check {
            flaws.push(format!(
                "{DOCUMENT} is not what the tests prove now: run `cargo xtask conformance`"
            ));
        } else {
            fs::write(&path, document)?;
            println!("{DOCUMENT} is written anew");
        }
    }
    for flaw in &flaws {
        println!("{flaw}");
    }
    Ok(flaws.is_empty())
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(repository::root().join(path)).with_context(|| path.to_owned())
}

fn rows(text: &str) -> Result<Vec<Row>> {
    let table: toml::Table = text.parse()?;
    let Some(toml::Value::Array(rows)) = table.get("row") else {
        bail!("no [[row]]");
    };
    let rows: Vec<Row> = rows.iter().map(row).collect::<Result<_>>()?;
    let mut seen = BTreeSet::new();
    for row in &rows {
        if source_of(&row.id).is_none() {
            bail!("{} is no id of a row", row.id);
        }
        if !seen.insert(&row.id) {
            bail!("{} is there twice", row.id);
        }
    }
    Ok(rows)
}

fn row(value: &toml::Value) -> Result<Row> {
    let text = |name: &str| {
        value
            .get(name)
            .and_then(toml::Value::as_str)
            .map(str::to_owned)
    };
    let id = text("id").context("a row without an id")?;
    let needed = |name| text(name).with_context(|| format!("{id} has no {name}"));
    let (chapter, words, hardware) = (needed("chapter")?, needed("text")?, text("hardware"));
    Ok(Row {
        chapter,
        text: words,
        hardware,
        id,
    })
}

/// The source that `id` belongs to; none where it is no id of a row.
fn source_of(id: &str) -> Option<&'static str> {
    let (source, number) = id.split_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let known = SOURCES.iter().find(|(name, _)| *name == source);
    known.filter(|_| is_number).map(|(name, _)| *name)
}

/// The tests that name each id, in order.
fn by_id(proofs: &[Proof]) -> BTreeMap<&str, Vec<String>> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for proof in proofs {
        for id in &proof.ids {
            let place = format!("{}::{}", proof.file, proof.test);
            found.entry(id).or_default().push(place);
        }
    }
    for tests in found.values_mut() {
        tests.sort();
        tests.dedup();
    }
    found
}

fn flaws(rows: &[Row], proofs: &[Proof], protocol: &str) -> Vec<String> {
    let known: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let elsewhere: BTreeSet<&str> = protocol
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
        .collect();
    let by_id = by_id(proofs);
    let mut flaws = Vec::new();
    for (id, tests) in &by_id {
        if !known.contains(id) && (source_of(id).is_some() || !elsewhere.contains(id)) {
            flaws.push(format!(
                "{id} is unknown, but named by {}",
                tests.join(", ")
            ));
        }
    }
    for row in rows {
        let tests = by_id.get(row.id.as_str());
        match (tests, &row.hardware) {
            (None, None) => flaws.push(format!("{} is not proved: {}", row.id, row.text)),
            (Some(tests), Some(_)) => flaws.push(format!(
                "{} is said to need hardware, but is proved by {}",
                row.id,
                tests.join(", ")
            )),
            _ => {}
        }
    }
    flaws
}

/// The document, and its table of counts alone.
fn document(rows: &[Row], proofs: &[Proof]) -> (String, String) {
    let by_id = by_id(proofs);
    let mut table = String::from(
        "| source | rows | proved | needs hardware | open |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    let mut sections = String::new();
    let mut total = Count::default();
    for (source, title) in SOURCES {
        let mut count = Count::default();
        let mut section =
            String::from("| row | chapter | what | proved by |\n| --- | --- | --- | --- |\n");
        for row in rows.iter().filter(|row| source_of(&row.id) == Some(source)) {
            count.rows += 1;
            let proof = match (by_id.get(row.id.as_str()), &row.hardware) {
                (Some(tests), _) => {
                    count.proved += 1;
                    let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
                    tests.join(", ")
                }
                (None, Some(why)) => {
                    count.hardware += 1;
                    format!("needs hardware: {}", cell(why))
                }
                (None, None) => "nothing yet".to_owned(),
            };
            let (id, chapter, text) = (&row.id, cell(&row.chapter), cell(&row.text));
            // Writing to a String cannot fail.
            let _ = writeln!(section, "| {id} | {chapter} | {text} | {proof} |");
        }
        let _ = writeln!(table, "{}", counted(title, count));
        let _ = write!(sections, "\n## {title}\n\n{section}");
        total.add(count);
    }
    let _ = writeln!(table, "{}", counted("all", total));
    let document = format!(
        "# Conformance\n\n\
         What the vendor's five notes define, row by row in our own words, and the tests that prove it.\n\
         Written by `cargo xtask conformance` from [{ROWS}](../{ROWS}) and from what the tests say of\n\
         themselves (`/// Proves N2-070, X-12.`, or an id at the end of a name). Not to be edited.\n\n\
         The tests run against the [simulated module](simulator.md), not against hardware. Where that\n\
         matters is told in [protocol.md](protocol.md).\n\n\
         {table}{sections}"
    );
    (document, table)
}

fn counted(title: &str, count: Count) -> String {
    let Count {
        rows,
        proved,
        hardware,
    } = count;
    format!(
        "| {title} | {rows} | {proved} | {hardware} | {} |",
        count.open()
    )
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "\\<")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "[[row]]\nid = \"N1-01\"\nchapter = \"1\"\ntext = \"a | b\"\n\
                       [[row]]\nid = \"X-02\"\nchapter = \"c\"\ntext = \"d\"\nhardware = \"why\"\n";

    fn proof(test: &str, ids: &[&str]) -> Proof {
        Proof {
            file: "tests/a.rs".to_owned(),
            test: test.to_owned(),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    #[test]
    fn a_row_needs_a_test_or_a_reason() {
        let rows = rows(TWO).unwrap();
        assert_eq!(flaws(&rows, &[proof("t", &["N1-01"])], ""), [""; 0]);
        assert_eq!(flaws(&rows, &[], ""), ["N1-01 is not proved: a | b"]);
        let both = flaws(&rows, &[proof("t", &["N1-01", "X-02"])], "");
        assert_eq!(both.len(), 1);
        assert!(
            both[0].starts_with("X-02 is said to need hardware"),
            "{both:?}"
        );
    }

    #[test]
    fn an_unknown_id_is_a_flaw_unless_the_facts_have_it() {
        let rows = rows(TWO).unwrap();
        let of = |id: &str, protocol: &str| {
            let proofs = [proof("t", &["N1-01", id])];
            flaws(&rows, &proofs, protocol).len()
        };
        assert_eq!(of("N1-02", "| N1-02 | note |"), 1);
        assert_eq!(of("B-up-3", "| B-up-3 | capture |"), 0);
        assert_eq!(of("B-up-4", "| B-up-3 | capture |"), 1);
    }

    #[test]
    fn the_document_counts_and_names_tests() {
        let rows = rows(TWO).unwrap();
        let (document, table) = document(&rows, &[proof("t", &["N1-01"])]);
        assert!(
            document.contains("| N1-01 | 1 | a \\| b | `tests/a.rs::t` |"),
            "{document}"
        );
        assert!(document.contains("| X-02 | c | d | needs hardware: why |"));
        assert!(table.contains("| all | 2 | 1 | 1 | 0 |"), "{table}");
    }

    #[test]
    fn broken_rows_are_refused() {
        let twice = format!("{TWO}[[row]]\nid = \"X-02\"\nchapter = \"c\"\ntext = \"d\"\n");
        assert!(rows(&twice).unwrap_err().to_string().contains("twice"));
        for text in [
            "",
            "[[row]]\n",
            "[[row]]\nid = \"Y-01\"\nchapter = \"c\"\ntext = \"d\"\n",
            "[[row]]\nid = \"X-01\"\nchapter = \"c\"\n",
        ] {
            assert!(rows(text).is_err(), "{text:?}");
        }
    }
}
