//! Everything that has to hold before a change is good: one named step after the other.

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::Value;

use crate::setup::browser::{self, Browser};
use crate::setup::npm::Tools;
use crate::setup::wasm_target::WasmToolchain;
use crate::weights::Weights;
use crate::{build, cargo, process, repository};

/// What cargo calls the wasm tests' runner, see `.cargo/config.toml`.
const RUNNER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";

/// The crate of the page tests, and its feature that brings the browser.
const TESTBED: &str = "testbed";
const BROWSER_FEATURE: &str = "browser";

/// One thing that is checked.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Needs) -> Result<Tally>,
}

const STEPS: [Step; 13] = [
    Step {
        name: "format",
        about: "rustfmt has nothing to change",
        run: format,
    },
    Step {
        name: "html",
        about: "the page is valid HTML",
        run: html,
    },
    Step {
        name: "styles",
        about: "the page's style sheets are valid",
        run: styles,
    },
    Step {
        name: "clippy",
        about: "clippy has no warning, for this machine",
        run: clippy,
    },
    Step {
        name: "clippy-wasm",
        about: "clippy has no warning, for both wasm modules",
        run: clippy_wasm,
    },
    Step {
        name: "docs",
        about: "rustdoc has no warning",
        run: docs,
    },
    Step {
        name: "native",
        about: "the tests that need no browser",
        run: native,
    },
    Step {
        name: "conformance",
        about: "every row of the vendor notes is proved by a test that names it",
        run: conformance,
    },
    Step {
        name: "site",
        about: "the page and its wasm modules can be built",
        run: site,
    },
    Step {
        name: "types",
        about: "the page's scripts fit the types that the core exports",
        run: types,
    },
    Step {
        name: "size",
        about: "the page is as light as promised",
        run: size,
    },
    Step {
        name: "wasm",
        about: "the wasm tests, in a browser",
        run: wasm,
    },
    Step {
        name: "page",
        about: "the page tests, in a browser with a module behind its serial port",
        run: page,
    },
];

/// How many tests passed and failed. A check without tests of its own counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: usize,
    failed: usize,
}

const ONE_PASSED: Tally = Tally {
    passed: 1,
    failed: 0,
};

/// The names of all steps, with what they check.
pub fn steps() -> String {
    let mut text = String::new();
    for step in &STEPS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:12} {}", step.name, step.about);
    }
    text
}

/// Runs the steps whose names are in `only`, or all, and returns whether all passed.
///
/// # Errors
/// When a name in `only` is not that of a step.
pub fn test(only: &[String]) -> Result<bool> {
    if let Some(unknown) = only
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != **name))
    {
        bail!("there is no step {unknown}. There are:\n{}", steps());
    }
    let needs = Needs::default();
    let begun = Instant::now();
    let mut total = Tally::default();
    let mut rows = Vec::new();
    for step in &STEPS {
        if !only.is_empty() && only.iter().all(|name| name != step.name) {
            continue;
        }
        println!("{}: {}", step.name, step.about);
        let step_begun = Instant::now();
        let (verdict, tally) = match (step.run)(&needs) {
            Ok(tally) => ("passed", tally),
            Err(error) => {
                println!("{error:#}");
                let tally = Failure::tally_of(&error);
                ("FAILED", tally)
            }
        };
        let took = step_begun.elapsed();
        println!("{}: {verdict} in {}\n", step.name, in_words(took));
        rows.push(format!(
            "{:12} {verdict}  {:>5} passed {:>3} failed  {:>12}",
            step.name,
            tally.passed,
            tally.failed,
            in_words(took)
        ));
        total.passed += tally.passed;
        total.failed += tally.failed;
    }
    println!("{}", rows.join("\n"));
    println!("in all {}", in_words(begun.elapsed()));
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(total.failed == 0)
}

/// What several steps need, got once. A failure is remembered too.
#[derive(Default)]
struct Needs {
    browser: OnceCell<Result<Browser, String>>,
    site: OnceCell<Result<PathBuf, String>>,
    test_targets: OnceCell<Result<TestTargets, String>>,
    tools: OnceCell<Result<Tools, String>>,
    toolchain: OnceCell<Result<WasmToolchain, String>>,
}

impl Needs {
    fn browser(&self) -> Result<Browser> {
        once(&self.browser, Browser::ensure)
    }

    fn site(&self) -> Result<PathBuf> {
        once(&self.site, build::site)
    }

    fn test_targets(&self) -> Result<TestTargets> {
        once(&self.test_targets, TestTargets::read)
    }

    fn tools(&self) -> Result<Tools> {
        once(&self.tools, Tools::ensure)
    }

    fn toolchain(&self) -> Result<WasmToolchain> {
        once(&self.toolchain, WasmToolchain::ensure)
    }
}

fn once<T: Clone>(
    cell: &OnceCell<Result<T, String>>,
    get: impl FnOnce() -> Result<T>,
) -> Result<T> {
    cell.get_or_init(|| get().map_err(|error| format!("{error:#}")))
        .clone()
        .map_err(|error| anyhow!(error))
}

fn format(_: &Needs) -> Result<Tally> {
    process::run(cargo::native("fmt").args(["--all", "--check"]))
        .context("`cargo fmt --all` puts it right")?;
    Ok(ONE_PASSED)
}

fn html(needs: &Needs) -> Result<Tally> {
    let pages = page_files("html")?;
    let mut command = needs
        .tools()?
        .script("html-validate", "bin/html-validate.mjs")?;
    process::run(command.args(pages))?;
    Ok(ONE_PASSED)
}

fn styles(needs: &Needs) -> Result<Tally> {
    let sheets = page_files("css")?;
    let mut command = needs.tools()?.script("stylelint", "bin/stylelint.mjs")?;
    process::run(command.args(["--max-warnings", "0"]).args(sheets))?;
    Ok(ONE_PASSED)
}

/// The page's files with this extension. A page without any is no page.
fn page_files(extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = repository::files(&repository::page())?;
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    ensure!(!files.is_empty(), "www has no .{extension} file");
    Ok(files)
}

fn clippy(needs: &Needs) -> Result<Tally> {
    process::run(
        cargo::native("clippy")
            .args(["--workspace", "--all-targets"])
            .args(needs.test_targets()?.features())
            .args(["--", "--deny", "warnings"]),
    )?;
    Ok(ONE_PASSED)
}

fn clippy_wasm(needs: &Needs) -> Result<Tally> {
    let toolchain = needs.toolchain()?;
    let targets = needs.test_targets()?;
    for features in ["flasher", "flasher,routes", "demo", "flasher,routes,demo"] {
        process::run(
            toolchain
                .cargo("clippy")?
                .args(["--package", "deltaport", "--lib", "--no-default-features"])
                .args(["--features", features])
                .args(targets.wasm_arguments())
                .args(["--", "--deny", "warnings"]),
        )?;
    }
    Ok(ONE_PASSED)
}

fn docs(needs: &Needs) -> Result<Tally> {
    process::run(
        cargo::native("doc")
            .env("RUSTDOCFLAGS", "--deny warnings")
            .args(["--workspace", "--no-deps"])
            .args(needs.test_targets()?.features()),
    )?;
    let deny = ["--deny".to_owned(), "warnings".to_owned()];
    process::run(
        needs
            .toolchain()?
            .cargo("doc")?
            .args(["--package", "deltaport", "--lib", "--no-deps"])
            .args(["--features", "flasher,demo"])
            .args(["--config", &cargo::documentation_flags(&deny)]),
    )?;
    Ok(ONE_PASSED)
}

fn conformance(_: &Needs) -> Result<Tally> {
    ensure!(
        crate::conformance::conformance(true)?,
        "`cargo xtask conformance` says which rows and what to do"
    );
    Ok(ONE_PASSED)
}

fn native(needs: &Needs) -> Result<Tally> {
    let targets = needs.test_targets()?;
    // The same packages and features as those of the page tests, so that nothing is built twice.
    let mut tests = cargo::native("test");
    tests
        .args(["--workspace", "--no-fail-fast", "--lib", "--bins"])
        .args(targets.features())
        .args(arguments("--test", &targets.native));
    let mut examples = cargo::native("test");
    examples
        .args(["--workspace", "--no-fail-fast", "--doc"])
        .args(targets.features());
    let tally = run_tests(&mut [tests, examples])?;
    Ok(tally)
}

fn site(needs: &Needs) -> Result<Tally> {
    needs.site()?;
    Ok(ONE_PASSED)
}

fn types(needs: &Needs) -> Result<Tally> {
    needs.site()?;
    let mut command = needs.tools()?.script("typescript", "bin/tsc")?;
    process::run(command.args(["--project", "tsconfig.json"]))?;
    Ok(ONE_PASSED)
}

fn size(needs: &Needs) -> Result<Tally> {
    // npm's tools are those that built the site, and Node.js weighs it.
    let weights = Weights::of(&needs.site()?)?;
    println!("{}", weights.table());
    let broken = weights.broken_bars();
    ensure!(broken.is_empty(), "{}", broken.join("\n"));
    Ok(ONE_PASSED)
}

fn wasm(needs: &Needs) -> Result<Tally> {
    let targets = needs.test_targets()?;
    ensure!(
        !targets.wasm.is_empty(),
        "there is no wasm test: tests/web.rs, or any tests/web_*.rs"
    );
    let browser = needs.browser()?;
    // The same packages and features as those of the native tests, so that nothing is built twice.
    process::run(
        cargo::native("build")
            .args(["--workspace", "--bin", "wasm-test-runner"])
            .args(targets.features()),
    )?;
    let runner = repository::target().join("debug/wasm-test-runner");
    let mut command = needs.toolchain()?.cargo("test")?;
    command
        .env(RUNNER, runner)
        .env("CHROMEDRIVER", &browser.chromedriver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browser.capabilities()?)
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        // The runner allows 5 s and 20 s, too little for a machine that is busy.
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
        .env_remove("GECKODRIVER")
        .env_remove("SAFARIDRIVER")
        .args(["--package", "deltaport", "--no-fail-fast"])
        .args(["--features", "flasher,demo"])
        .args(targets.wasm_arguments());
    let tally = run_tests(&mut [command])?;
    ensure!(tally.passed > 0, "not one wasm test ran");
    Ok(tally)
}

fn page(needs: &Needs) -> Result<Tally> {
    let targets = needs.test_targets()?;
    ensure!(
        targets.has_browser && !targets.page.is_empty(),
        "there is no page test: {TESTBED}/tests with `required-features = [\"{BROWSER_FEATURE}\"]`"
    );
    let site = needs.site()?;
    browser::ensure_display()?;
    let mut command = cargo::native("test");
    with_browser(&mut command, &needs.browser()?, &site)?
        .args(["--workspace", "--no-fail-fast"])
        .args(targets.features())
        .args(arguments("--test", &targets.page));
    let tally = run_tests(&mut [command])?;
    ensure!(tally.passed > 0, "not one page test ran");
    Ok(tally)
}

/// Tells the test bed where everything is that it needs.
///
/// # Errors
/// When the library that mocks the USB bus cannot be installed.
pub fn with_browser<'a>(
    command: &'a mut Command,
    browser: &Browser,
    site: &std::path::Path,
) -> Result<&'a mut Command> {
    browser::ensure_mocked_bus()?;
    Ok(command
        .env("DELTAPORT_SITE", site)
        .env("CHROMEDRIVER", &browser.chromedriver)
        .env("CHROMIUM", &browser.chromium))
}

/// The integration tests of the workspace, by what they need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct TestTargets {
    /// Whether the test bed has its feature for the browser.
    has_browser: bool,
    native: Vec<String>,
    page: Vec<String>,
    wasm: Vec<String>,
}

impl TestTargets {
    fn read() -> Result<Self> {
        let metadata =
            process::answer(cargo::native("metadata").args(["--no-deps", "--format-version", "1"]))
                .context("`cargo metadata --locked` failed: is Cargo.lock up to date?")?;
        Self::of(&serde_json::from_str(&metadata)?)
    }

    fn of(metadata: &Value) -> Result<Self> {
        let mut targets = Self::default();
        for package in list(&metadata["packages"])? {
            if package["name"] == TESTBED {
                targets.has_browser = !package["features"][BROWSER_FEATURE].is_null();
            }
            for target in list(&package["targets"])? {
                if !list(&target["kind"])?.iter().any(|kind| kind == "test") {
                    continue;
                }
                let name = target["name"]
                    .as_str()
                    .context("a test without a name")?
                    .to_owned();
                let needs_browser = target["required-features"]
                    .as_array()
                    .is_some_and(|features| features.iter().any(|name| name == BROWSER_FEATURE));
                if needs_browser {
                    targets.page.push(name);
                } else if name == "web" || name.starts_with("web_") {
                    targets.wasm.push(name);
                } else {
                    targets.native.push(name);
                }
            }
        }
        Ok(targets)
    }

    /// Turns on what the page tests need, where there are any.
    fn features(&self) -> Vec<String> {
        if self.has_browser {
            vec![format!("--features={TESTBED}/{BROWSER_FEATURE}")]
        } else {
            Vec::new()
        }
    }

    fn wasm_arguments(&self) -> Vec<String> {
        arguments("--test", &self.wasm)
    }
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value
        .as_array()
        .context("cargo's metadata have another form")
}

fn arguments(flag: &str, values: &[String]) -> Vec<String> {
    values
        .iter()
        .flat_map(|value| [flag.to_owned(), value.clone()])
        .collect()
}

/// Tests that did not all pass.
#[derive(Debug)]
struct Failure {
    tally: Tally,
    output: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.output.trim_end())
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// What to count for a step that failed. One that did not come to run its tests counts as one.
    fn tally_of(error: &anyhow::Error) -> Tally {
        let tally = error
            .downcast_ref::<Self>()
            .map_or_else(Tally::default, |failure| failure.tally);
        Tally {
            passed: tally.passed,
            failed: tally.failed.max(1),
        }
    }
}

/// Runs test programs to their end, all of them even if one fails, and counts their tests.
fn run_tests(commands: &mut [Command]) -> Result<Tally> {
    let mut output = String::new();
    let mut succeeded = true;
    for command in commands {
        let finished = process::watch(command, None)?;
        succeeded &= finished.status.success();
        output.push_str(&finished.essence());
        output.push('\n');
    }
    let tally = count(&output);
    if succeeded && tally.failed == 0 {
        return Ok(tally);
    }
    Err(Failure { tally, output }.into())
}

/// Adds up the lines with which each test program ends.
fn count(output: &str) -> Tally {
    let mut total = Tally::default();
    for line in output.lines() {
        let Some(result) = line.trim().strip_prefix("test result: ") else {
            continue;
        };
        let number = |what: &str| {
            result
                .split(['.', ';'])
                .find_map(|part| part.trim().strip_suffix(what)?.trim().parse::<usize>().ok())
                .unwrap_or(0)
        };
        total.passed += number("passed");
        total.failed += number("failed");
    }
    total
}

fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tests_are_counted_over_all_programs() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
            test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 filtered out; finished in 1s\n";
        let tally = Tally {
            passed: 13,
            failed: 2,
        };
        assert_eq!(count(output), tally);
    }

    #[test]
    fn a_step_that_cannot_run_counts_as_failed() {
        let error = anyhow!("cargo did not compile");
        assert_eq!(Failure::tally_of(&error).failed, 1);
        let tally = Tally {
            passed: 5,
            failed: 2,
        };
        let output = String::new();
        let error = anyhow::Error::from(Failure { tally, output });
        assert_eq!(Failure::tally_of(&error), tally);
    }

    #[test]
    fn test_targets_are_sorted_by_what_they_need() {
        let target = |name: &str, features: &[&str]| json!({ "name": name, "kind": ["test"], "required-features": features });
        let metadata = json!({ "packages": [
            {
                "name": "deltaport",
                "features": {},
                "targets": [
                    { "name": "deltaport", "kind": ["cdylib", "rlib"] },
                    { "name": "upload", "kind": ["test"] },
                    target("web", &[]),
                ],
            },
            {
                "name": "testbed",
                "features": { "browser": [] },
                "targets": [target("demo", &["browser"]), target("pty", &[])],
            },
        ]});
        let targets = TestTargets {
            has_browser: true,
            native: vec!["upload".to_owned(), "pty".to_owned()],
            page: vec!["demo".to_owned()],
            wasm: vec!["web".to_owned()],
        };
        assert_eq!(TestTargets::of(&metadata).unwrap(), targets);
    }

    #[test]
    fn durations_are_short_to_read() {
        assert_eq!(in_words(Duration::from_millis(1_234)), "1.2 s");
        assert_eq!(in_words(Duration::from_secs(61)), "1 min 01 s");
    }
}
