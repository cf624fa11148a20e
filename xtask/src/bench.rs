//! How fast the upload and the parser are, and how light the page.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::setup::browser::Browser;
use crate::weights::Weights;
use crate::{build, cargo, process, repository, test};

/// Measures, prints tables, writes `target/bench.json`, and returns whether every bar is kept.
///
/// # Errors
/// When something cannot be built or measured.
pub fn bench(quick: bool) -> Result<bool> {
    let site = build::site()?;
    let weights = Weights::of(&site)?;
    let file = repository::target().join("bench.json");
    // What an earlier run left must not pass for this one's.
    if file.exists() {
        fs::remove_file(&file)?;
    }
    let mut command = cargo::native("run");
    test::with_browser(&mut command, &Browser::ensure()?, &site)?
        .env("DELTAPORT_BENCH", &file)
        .args(["--release", "--package", "testbed", "--features", "browser"])
        .args(["--bin", "bench", "--"]);
    if quick {
        command.arg("--quick");
    }
    println!("Measuring; this compiles the test bed in release mode first.");
    let finished = process::watch(&mut command, None)?;
    println!("{}", finished.output.trim_end());

    let measured = fs::read_to_string(&file).with_context(|| {
        format!(
            "the bench of the test bed ({}) left no {}",
            finished.status,
            repository::short(&file)
        )
    })?;
    let mut measured: Value = serde_json::from_str(&measured)?;
    measured
        .as_object_mut()
        .context("the bench of the test bed wrote something else than an object")?
        .insert("weights".to_owned(), weights.json());
    fs::write(&file, format!("{measured:#}\n"))?;

    println!("\n{}", weights.table());
    println!("\nAll figures are in {}", repository::short(&file));
    let broken = weights.broken_bars();
    let kept = finished.status.success() && broken.is_empty();
    if !kept {
        println!("\nA BAR IS BROKEN, see above.\n{}", broken.join("\n"));
    }
    Ok(kept)
}
