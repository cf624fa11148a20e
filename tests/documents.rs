//! The documents against the code: names, states, waits, scenarios, row ids and links.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use deltaport::at::Transport;
use deltaport::dfota::State;
use deltaport::family::{BG95, FAMILIES, Table};
use deltaport::simulator::SCENARIOS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below `folder` with one of these endings; build output and packages are left out.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("a readable folder").path();
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            let name = name.unwrap_or_default();
            if path.is_dir() {
                let is_ours = !["target", "node_modules", "dist", "wasm"].contains(&&*name);
                if is_ours && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds no {endings:?}");
    found.sort();
    found
}

/// The text from the heading `heading` to the next heading of its level or above.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let start = text
        .find(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no heading {heading:?}"));
    let body = &text[start + heading.len() + 2..];
    let level = heading.split(' ').next().unwrap_or_default().len();
    let end = (1..=level)
        .filter_map(|level| body.find(&format!("\n{} ", "#".repeat(level))))
        .min();
    &body[..end.unwrap_or(body.len())]
}

/// The cells of the tables in `text`, without heads and rules.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines: Vec<&str> = text.lines().collect();
    let is_rule = |line: &&str| line.starts_with("| ---");
    lines
        .iter()
        .enumerate()
        .filter(|(n, line)| {
            line.starts_with("| ") && !is_rule(line) && !lines.get(n + 1).is_some_and(is_rule)
        })
        .map(|(_, line)| {
            line.trim_matches('|')
                .split(" | ")
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect()
}

/// The names between backticks in the first column.
fn names(text: &str) -> Vec<String> {
    rows(text)
        .iter()
        .map(|row| row[0].trim_matches('`').to_owned())
        .collect()
}

fn set<T: Into<String>>(items: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    items.into_iter().map(Into::into).collect()
}

/// The names in the one that are missing in the other, both ways.
fn assert_same(documented: &BTreeSet<String>, existing: &BTreeSet<String>, what: &str) {
    let missing: Vec<_> = existing.difference(documented).collect();
    let stale: Vec<_> = documented.difference(existing).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "{what}: not documented {missing:?}, documented but not there {stale:?}"
    );
}

#[test]
fn the_states_are_those_of_the_machine() {
    let text = read("ARCHITECTURE.md");
    let states = section(&text, "## The states");
    assert_eq!(
        names(states),
        State::NAMES,
        "the table, in the order of a run"
    );
    let drawn: BTreeSet<String> = states
        .lines()
        .filter_map(|line| line.trim().split_once(" --> "))
        .flat_map(|(from, to)| [from, to.split(':').next().unwrap_or_default()])
        .filter(|name| *name != "[*]")
        .map(str::to_owned)
        .collect();
    assert_same(&drawn, &set(State::NAMES.iter().copied()), "the diagram");
}

#[test]
fn the_states_show_stages_that_exist() {
    let text = read("ARCHITECTURE.md");
    let shown: BTreeSet<String> = rows(section(&text, "## The states"))
        .iter()
        .flat_map(|row| row[2].split(", "))
        .map(|stage| stage.trim_matches('`').to_owned())
        .collect();
    let contract = read("docs/element.md");
    assert_same(
        &shown,
        &set(names(section(&contract, "### `Stage`"))),
        "stages",
    );
}

/// A type of the contract, read from the source.
struct Type {
    name: String,
    parts: Vec<String>,
}

fn contract() -> Vec<Type> {
    let mut types = Vec::new();
    let mut current: Option<(Type, bool)> = None;
    for line in read("src/snapshot.rs").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (&mut current, &words[..]) {
            (None, ["pub", kind @ ("enum" | "struct"), name, "{"]) => {
                let parts = Vec::new();
                let name = (*name).to_owned();
                current = Some((Type { name, parts }, *kind == "enum"));
            }
            (Some(_), ["}"]) if line == "}" => types.extend(current.take().map(|(found, _)| found)),
            (Some((found, true)), [variant])
                if variant.starts_with(|c: char| c.is_ascii_uppercase()) =>
            {
                found.parts.push(kebab(variant.trim_end_matches(',')));
            }
            (Some((found, false)), ["pub", field, ..]) => {
                found.parts.push(camel(field.trim_end_matches(':')));
            }
            _ => {}
        }
    }
    types
}

fn kebab(variant: &str) -> String {
    let mut name = String::new();
    for (n, c) in variant.chars().enumerate() {
        if c.is_ascii_uppercase() && n > 0 {
            name.push('-');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

fn camel(field: &str) -> String {
    let mut parts = field.split('_');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (first, rest) = part.split_at(1);
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    name
}

#[test]
fn the_contract_of_the_element_names_everything_and_nothing_else() {
    let text = read("docs/element.md");
    let types = contract();
    assert!(types.len() > 15, "only {} types were found", types.len());
    for Type { name, parts } in &types {
        let documented = names(section(&text, &format!("### `{name}`")));
        assert_eq!(&documented, parts, "{name}");
    }
    let headings = text.lines().filter_map(|line| {
        line.strip_prefix("### `")
            .and_then(|name| name.strip_suffix('`'))
    });
    let existing = set(types.into_iter().map(|found| found.name));
    assert_same(&set(headings), &existing, "types");
}

#[test]
fn the_ids_of_the_page_are_the_documented_ones() {
    let mut used = BTreeSet::new();
    for path in files("www", &[".js", ".html"]) {
        let text = fs::read_to_string(path).expect("a script of the page");
        // button("id", actionButton(view, "action", "id", id: "id", id="id"
        for (opening, place) in [("button(\"", 0), ("actionButton(view, \"", 2)] {
            for (at, _) in text.match_indices(opening) {
                let mut quoted = text[at + opening.len()..].split('"');
                used.extend(quoted.nth(place).map(str::to_owned));
            }
        }
        for opening in [" id: \"", " id=\""] {
            for (at, _) in text.match_indices(opening) {
                let id = text[at + opening.len()..].split('"').next();
                used.extend(id.map(str::to_owned));
            }
        }
    }
    let text = read("docs/element.md");
    assert_same(&set(names(section(&text, "## Ids"))), &used, "ids");
}

#[test]
fn the_code_tables_are_those_that_the_page_explains() {
    let explained: BTreeSet<String> = words("en")
        .keys()
        .filter_map(|key| {
            let number = key.strip_prefix("code.bg95.")?.strip_suffix(".title")?;
            Some(number.split('.').nth(1)?.to_owned())
        })
        .collect();
    assert!(explained.len() > 20, "{explained:?}");
    let text = read("docs/protocol.md");
    let documented = rows(section(&text, "## Numbers"))
        .into_iter()
        .map(|row| row[1].clone())
        // Success needs no explanation on the page.
        .filter(|number| number != "0");
    assert_same(&documented.collect(), &explained, "codes");
}

#[test]
fn the_waits_are_those_of_the_family() {
    let times = &BG95.times;
    let second = |length: deltaport::time::Duration| length.as_millis() / 1000;
    let expected = [
        ("listen", second(times.listen)),
        ("app_ready", second(times.app_ready)),
        ("data_mode_s", u64::from(times.data_mode_s)),
        ("result", second(times.result)),
        ("download_start", second(times.download_start)),
        ("download_silence", second(times.download_silence)),
        ("download_total", second(times.download_total)),
        ("first_report", second(times.first_report)),
        ("silence", second(times.silence)),
        ("blind_silence", second(times.blind_silence)),
        ("port_return", second(times.port_return)),
        ("restart", second(times.restart)),
        ("life", second(times.life)),
        ("total", second(times.total)),
    ];
    let text = read("docs/protocol.md");
    let documented: BTreeSet<String> = rows(section(&text, "## Waits"))
        .iter()
        .map(|row| format!("{} {}", row[0].trim_matches('`'), row[1]))
        .collect();
    let expected = expected.map(|(name, seconds)| format!("{name} {seconds} s"));
    assert_same(&documented, &set(expected), "waits");
}

#[test]
fn the_scenarios_are_those_of_the_simulated_module() {
    let text = read("docs/simulator.md");
    let existing = SCENARIOS.iter().map(|scenario| scenario.name);
    assert_same(
        &set(names(section(&text, "## Scenarios"))),
        &set(existing),
        "scenarios",
    );
}

/// The flat texts of one language.
fn messages(path: &Path) -> BTreeMap<String, String> {
    serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where words lie: those that everybody loads, and those of other families and ways.
const WORDS: [&str; 2] = ["www/messages", "www/routes/messages"];

/// All words of one language.
fn words(language: &str) -> BTreeMap<String, String> {
    let all = WORDS.map(|folder| messages(&root().join(format!("{folder}/{language}.json"))));
    let sum: usize = all.iter().map(|texts| texts.len()).sum();
    let joined: BTreeMap<String, String> = all.into_iter().flatten().collect();
    assert_eq!(joined.len(), sum, "{language}: a key in both files");
    joined
}

/// The `{names}` in a text.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn every_code_has_words_in_every_language() {
    let wanted = contract().into_iter().flat_map(|kind| {
        let keys: fn(&str) -> Vec<String> = match kind.name.as_str() {
            "Stage" => |code| vec![format!("stage.{code}")],
            "Heard" => |code| vec![format!("heard.{code}")],
            "Outcome" => |code| vec![format!("outcome.{code}")],
            "Remark" => |code| vec![format!("remark.{code}")],
            "WaitCode" => |code| vec![format!("wait.{code}")],
            "ProblemCode" => |code| {
                ["title", "means", "do"]
                    .iter()
                    .map(|part| format!("problem.{code}.{part}"))
                    .collect()
            },
            _ => |_| vec![],
        };
        kind.parts
            .iter()
            .flat_map(|code| keys(code))
            .collect::<Vec<_>>()
    });
    let wanted: BTreeSet<String> = wanted.collect();
    assert!(wanted.len() > 150, "only {} codes were found", wanted.len());
    let languages = files("www/messages", &["json"]);
    assert!(languages.len() >= 2, "only {languages:?}");
    let english = words("en");
    for path in languages {
        let language = path.file_stem().expect("a name").to_string_lossy();
        let texts = words(&language);
        let missing: Vec<_> = wanted
            .iter()
            .filter(|key| !texts.contains_key(*key))
            .collect();
        assert!(missing.is_empty(), "{language} lacks {missing:?}");
        assert_eq!(
            texts.len(),
            english.len(),
            "{language} has other keys than English"
        );
        for (key, text) in &texts {
            assert!(!text.trim().is_empty(), "{language}: {key} is empty");
            let ours = english
                .get(key)
                .unwrap_or_else(|| panic!("{key} is not in English"));
            assert_eq!(placeholders(text), placeholders(ours), "{language}: {key}");
        }
    }
}

#[test]
fn every_finding_has_words_for_each_of_its_levels() {
    let english = words("en");
    let contract = read("docs/element.md");
    let mut seen = 0;
    for row in rows(section(&contract, "### `FindingCode`")) {
        let code = row[0].trim_matches('`');
        for level in ["fine", "look", "stop"] {
            // "fine: ... stop: ...", or "fine, or look: ..."
            let is_meant = [":", ","].map(|end| format!("{level}{end}"));
            if !is_meant.iter().any(|meant| row[1].contains(meant)) {
                continue;
            }
            seen += 1;
            // The rows of the check have a sentence for each state, not for each level.
            let has_rows = ["sim", "registration", "signal"].contains(&code);
            let key = format!("finding.{code}.{level}");
            assert!(has_rows || english.contains_key(&key), "{key}");
        }
    }
    assert!(seen > 25, "only {seen} levels were found");
}

#[test]
fn every_state_of_the_check_has_words() {
    let english = words("en");
    for kind in contract() {
        let (subject, fine): (_, &[&str]) = match kind.name.as_str() {
            "SimCode" => ("sim", &["ready"]),
            "RegistrationCode" => ("registration", &["home", "roaming"]),
            "SignalCode" => ("signal", &["good", "fair"]),
            _ => continue,
        };
        for code in &kind.parts {
            // What is fine needs no remedy.
            let parts: &[_] = if fine.contains(&code.as_str()) {
                &["title", "means"]
            } else {
                &["title", "means", "do"]
            };
            for part in parts {
                let key = format!("{subject}.{code}.{part}");
                assert!(english.contains_key(&key), "{key}");
            }
        }
    }
}

#[test]
fn every_way_into_a_module_has_a_name() {
    let english = words("en");
    let kinds = contract();
    for (name, subject) in [("RouteId", "route"), ("Way", "way")] {
        let kind = kinds.iter().find(|kind| kind.name == name).expect(name);
        for code in &kind.parts {
            let key = format!("{subject}.{code}");
            assert!(english.contains_key(&key), "{key}");
        }
    }
}

/// The names of flaws, as they stand in the sources that refuse something: `refused("pin", None)`,
/// `Self::Empty => "empty"`, `("too-small", limit)`.
fn flaws() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files("src/dfota", &[".rs"]) {
        let text = fs::read_to_string(path).expect("a source file");
        for rest in text.split("refused(\"").skip(1) {
            found.extend(rest.split('"').next().map(str::to_owned));
        }
        for (at, _) in text.match_indices("\", limit)") {
            found.extend(text[..at].rsplit('"').next().map(str::to_owned));
        }
    }
    let url = read("src/family/url.rs");
    let codes = url.split("fn code(").nth(1).expect("the names of flaws");
    let codes = codes.split("\n    }\n").next().unwrap_or_default();
    for rest in codes.split("=> \"").skip(1) {
        found.extend(rest.split('"').next().map(str::to_owned));
    }
    found
}

#[test]
fn every_flaw_has_words_and_a_remedy() {
    let english = words("en");
    let flaws = flaws();
    assert!(flaws.len() > 28, "only {flaws:?}");
    for flaw in flaws {
        for key in [format!("flaw.{flaw}"), format!("flaw.{flaw}.do")] {
            assert!(english.contains_key(&key), "{key}");
        }
    }
}

/// The tables of a family, with the name that each has in the keys of the page's words.
const TABLES: [(Table, &str); 5] = [
    (Table::Download(Transport::Http), "http"),
    (Table::Download(Transport::Ftp), "ftp"),
    (Table::Download(Transport::Coap), "coap"),
    (Table::Update, "update"),
    (Table::Cme, "cme"),
];

#[test]
fn every_number_of_every_family_is_explained_in_its_own_words() {
    let english = words("en");
    for family in FAMILIES {
        let id = deltaport::plain::name_of(&family.id);
        let has_cme = matches!(id, "bg95" | "bc26");
        for (table, name) in TABLES {
            // 0 is success. A number in a row of several has the words of the row's first.
            for number in 1..1000 {
                let first = match (id, number) {
                    ("eg06xk", 520..=530) => 520,
                    ("eg06xk", 540..=546) => 540,
                    _ => number,
                };
                let explained = [name, "download", "update", "cme"]
                    .iter()
                    // The words for a download are not those for an update, and the other way round.
                    .filter(|other| {
                        matches!(table, Table::Download(_)) == !matches!(**other, "update" | "cme")
                    })
                    .any(|table| english.contains_key(&format!("code.{id}.{table}.{first}.title")));
                // Where a note gives none for `+CME ERROR`, the page explains none.
                let explained = explained && (table != Table::Cme || has_cme);
                let listed = family.code(table, number).is_some();
                assert_eq!(listed, explained, "{id} {name} {number}");
            }
        }
    }
}

/// The row ids at the end of, or in, the name of a test: `..._b_id_8_x_10` names B-id-8 and X-10.
fn ids_in(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split('_').collect();
    let is_number = |word: Option<&&str>| {
        word.is_some_and(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut ids = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let next = words.get(n + 1);
        let head = word.to_ascii_uppercase();
        let is_row = matches!(*word, "g" | "x")
            || word.len() == 2
                && word.starts_with(['a', 'n'])
                && word.ends_with(|c: char| ('1'..='5').contains(&c));
        if is_row && is_number(next) {
            ids.extend(next.map(|number| format!("{head}-{number}")));
        } else if *word == "b" && is_number(words.get(n + 2)) {
            ids.push(format!("B-{}-{}", words[n + 1], words[n + 2]));
        }
    }
    ids
}

#[test]
fn every_row_id_in_the_name_of_a_test_can_be_looked_up() {
    let text = read("docs/protocol.md") + &read("docs/conformance.md");
    let known: BTreeSet<String> = rows(&text).into_iter().map(|row| row[0].clone()).collect();
    let mut seen = BTreeSet::new();
    let mut unknown = Vec::new();
    let folders = ["src", "tests", "testbed"];
    for path in folders.iter().flat_map(|folder| files(folder, &[".rs"])) {
        let source = fs::read_to_string(&path).expect("a source file");
        for line in source.lines() {
            let line = line.trim_start();
            let line = line.strip_prefix("async ").unwrap_or(line);
            let Some(rest) = line.strip_prefix("fn ") else {
                continue;
            };
            let name = rest.split('(').next().unwrap_or_default();
            for id in ids_in(name) {
                if !known.contains(&id) {
                    unknown.push(format!("{id} in {name}"));
                }
                seen.insert(id);
            }
        }
    }
    assert!(unknown.is_empty(), "in no document: {unknown:#?}");
    assert!(seen.len() > 40, "only {} ids were found", seen.len());
}

#[test]
fn row_ids_are_found_in_names() {
    assert_eq!(ids_in("a_wrong_size_b_id_8_x_10"), ["B-id-8", "X-10"]);
    assert_eq!(ids_in("end_0_n2_060_to_071"), ["N2-060"]);
    assert_eq!(ids_in("a_b_and_a_c"), [""; 0]);
}

/// Where the links of `text` lead to, code blocks left out.
fn links(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        found.extend(line.match_indices("](").filter_map(|(at, _)| {
            let rest = &line[at + 2..];
            rest.split(')').next()
        }));
        if let Some((_, target)) = line.split_once("]: ") {
            found.push(target.trim());
        }
    }
    found
}

/// The fragment that a heading can be linked to by.
fn fragment(heading: &str) -> String {
    heading
        .trim_start_matches(['#', ' '])
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut checked = 0;
    for path in files("", &[".md"]) {
        let text = fs::read_to_string(&path).expect("a document");
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                path.clone()
            } else {
                path.parent().expect("a folder").join(file)
            };
            assert!(target.exists(), "{}: {link}", path.display());
            if !place.is_empty() {
                let there = fs::read_to_string(&target).expect("a document");
                let headings = there.lines().filter(|line| line.starts_with('#'));
                let places: Vec<String> = headings.map(fragment).collect();
                assert!(
                    places.iter().any(|found| found == place),
                    "{}: {link}",
                    path.display()
                );
            }
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} links were found");
}
