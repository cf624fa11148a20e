//! How fast uploads and the parser are. Prints tables and writes the figures as JSON.
//!
//! All bars are ratios within one run, or so far from what the code does that the machine hardly
//! matters. Ends with 1 when a bar is missed. `--quick` measures less of everything.

mod parser;
mod report;
mod upload;

use std::process::ExitCode;

use report::Report;
use testbed::browser::Error;

/// The variable that names the file for the figures.
const FILE: &str = "DELTAPORT_BENCH";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Error> {
    let quick = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--quick") => true,
        Some(other) => return Err(format!("{other:?} is not known; there is --quick").into()),
    };
    let mut report = Report::default();
    parser::measure(&mut report, quick);
    let uploads = upload::measure(&mut report, quick).await;
    // What was measured is worth a look, whatever went wrong afterwards.
    print!("{}", report.table());
    uploads?;
    if let Some(file) = std::env::var_os(FILE) {
        std::fs::write(file, format!("{:#}\n", report.json()))?;
    }
    Ok(if report.all_kept() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
