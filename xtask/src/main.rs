//! Every command that a developer of Deltaport, or its CI, types.
//!
//! `cargo xtask` alone prints the list. Each command does the set-up that it needs.

mod bench;
mod build;
mod cargo;
mod conformance;
mod conformance_proofs;
mod dist;
mod minify;
mod module;
mod process;
mod references;
mod repository;
mod serve;
mod setup;
mod test;
mod wasm_module;
mod wasm_sections;
mod weights;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask COMMAND

  serve [--port N] [--open no]  build the page and serve it on http://127.0.0.1:8123/
  test [--only STEP]...         check everything: format, lints, docs, all tests, the page's weight
  module --family bg95          put the simulated module on a pty, for any terminal program
  bench [--quick]               measure the upload, the parser and the page's weight
  conformance [--check]         count the rows of the vendor notes that tests prove, and list them
  dist                          write the page for any static host into dist
  build                         build the page into target/site and do nothing else

Each command installs what it needs, says so, and says what to do where it cannot.
`cargo xtask module --help` and `cargo xtask test --help` tell more.
";

/// What a person asked for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Bench { quick: bool },
    Build,
    Conformance { check: bool },
    Dist,
    Help(String),
    Module(Vec<OsString>),
    Serve { port: u16, open: bool },
    Test { only: Vec<String> },
}

fn main() -> ExitCode {
    match parse(lexopt::Parser::from_env()).and_then(run) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(request: Request) -> Result<ExitCode> {
    let succeeded = match request {
        Request::Bench { quick } => bench::bench(quick)?,
        Request::Build => {
            let site = build::site()?;
            println!("The page is in {}", repository::short(&site));
            true
        }
        Request::Conformance { check } => conformance::conformance(check)?,
        Request::Dist => {
            dist::dist()?;
            true
        }
        Request::Help(text) => {
            print!("{text}");
            true
        }
        Request::Module(arguments) => module::module(&arguments)?,
        Request::Serve { port, open } => {
            serve::serve(port, open)?;
            true
        }
        Request::Test { only } => test::test(&only)?,
    };
    Ok(if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn parse(mut arguments: lexopt::Parser) -> Result<Request> {
    let command = match arguments.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Request::Help(HELP.to_owned())),
        Some(Value(command)) => command.string()?,
        Some(other) => return Err(other.unexpected().into()),
    };
    if command == "module" {
        return Ok(Request::Module(arguments.raw_args()?.collect()));
    }
    let mut request = match command.as_str() {
        "bench" => Request::Bench { quick: false },
        "build" => Request::Build,
        "conformance" => Request::Conformance { check: false },
        "dist" => Request::Dist,
        "help" => Request::Help(HELP.to_owned()),
        "serve" => Request::Serve {
            port: serve::DEFAULT_PORT,
            open: true,
        },
        "test" => Request::Test { only: Vec::new() },
        unknown => bail!("there is no command {unknown}.\n\n{HELP}"),
    };
    while let Some(argument) = arguments.next()? {
        match (&mut request, argument) {
            (Request::Test { .. }, Short('h') | Long("help")) => {
                let steps = test::steps();
                return Ok(Request::Help(format!(
                    "cargo xtask test [--only STEP]...\n\n{steps}"
                )));
            }
            (_, Short('h') | Long("help")) => return Ok(Request::Help(HELP.to_owned())),
            (Request::Bench { quick }, Long("quick")) => *quick = true,
            (Request::Conformance { check }, Long("check")) => *check = true,
            (Request::Serve { port, .. }, Long("port")) => *port = arguments.value()?.parse()?,
            (Request::Serve { open, .. }, Long("open")) => *open = yes_or_no(arguments.value()?)?,
            (Request::Test { only }, Long("only")) => only.push(arguments.value()?.string()?),
            (_, other) => return Err(other.unexpected().into()),
        }
    }
    Ok(request)
}

fn yes_or_no(value: OsString) -> Result<bool> {
    match value.to_str() {
        Some("yes") => Ok(true),
        Some("no") => Ok(false),
        _ => bail!("--open takes yes or no"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(arguments: &[&str]) -> Result<Request> {
        parse(lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn serve_has_a_port_and_opens_a_browser_unless_told_otherwise() {
        let default = Request::Serve {
            port: 8123,
            open: true,
        };
        assert_eq!(request(&["serve"]).unwrap(), default);
        let asked = Request::Serve {
            port: 9000,
            open: false,
        };
        assert_eq!(
            request(&["serve", "--port=9000", "--open", "no"]).unwrap(),
            asked
        );
        assert!(request(&["serve", "--port", "99999"]).is_err());
        assert!(request(&["serve", "--open", "maybe"]).is_err());
    }

    #[test]
    fn help_names_every_command_on_a_line_of_its_own() {
        for command in [
            "serve",
            "test",
            "module",
            "bench",
            "conformance",
            "dist",
            "build",
        ] {
            assert!(request(&[command]).is_ok(), "{command}");
            let lines = HELP
                .lines()
                .filter(|line| line.trim().split(' ').next() == Some(command));
            assert_eq!(lines.count(), 1, "{command}");
        }
    }

    #[test]
    fn no_command_and_help_print_the_help() {
        for arguments in [&[][..], &["--help"], &["help"], &["dist", "-h"]] {
            let help = Request::Help(HELP.to_owned());
            assert_eq!(request(arguments).unwrap(), help, "{arguments:?}");
        }
    }

    #[test]
    fn what_is_unknown_is_named() {
        for (arguments, name) in [(&["sevre"][..], "sevre"), (&["dist", "--port"], "--port")] {
            let error = request(arguments).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn the_module_explains_its_own_arguments() {
        let passed_on = vec!["--family".into(), "bg95".into(), "--help".into()];
        assert_eq!(
            request(&["module", "--family", "bg95", "--help"]).unwrap(),
            Request::Module(passed_on)
        );
    }
}
