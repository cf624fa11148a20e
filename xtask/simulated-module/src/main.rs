//! The simulated module on a pty, for any terminal program.
//!
//! `cargo xtask module` starts it.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use deltaport::simulator::{Link, Model, SCENARIOS, Settings};
use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask module --family FAMILY [OPTION]...

Puts a simulated module on a pty, prints the path and runs until Ctrl-C.

  --family FAMILY   bg95, bg77 or bg600l
  --scenario NAME   a module that something is different with, see --list
  --list            name all scenarios
  --usb             the module's own USB instead of its UART: the port goes away at a restart
  --line-rate N     the line carries N bits per second; without it, as many as it can
  --haste N         the module starts and updates N times faster than life
";

/// The family's name for people and the model that stands for it.
const FAMILIES: [(&str, &str); 3] = [
    ("bg95", "BG95-M3"),
    ("bg77", "BG77"),
    ("bg600l", "BG600L-M3"),
];

/// What a person asked for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Help,
    List,
    Run(Box<Settings>),
}

fn main() -> ExitCode {
    match parse(lexopt::Parser::from_env()).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(request: Request) -> Result<()> {
    match request {
        Request::Help => print!("{HELP}"),
        Request::List => {
            for scenario in SCENARIOS {
                println!("{:24} {}", scenario.name, scenario.summary);
            }
        }
        Request::Run(settings) => testbed::pty::run_module(*settings, |line| {
            // The module lives on when nobody reads its reports any more.
            let _ = writeln!(std::io::stdout(), "{line}");
        })
        .context("the pty failed")?,
    }
    Ok(())
}

fn parse(mut arguments: lexopt::Parser) -> Result<Request> {
    let mut model = None;
    let mut scenario = None;
    let mut usb = false;
    let mut line_rate = None;
    let mut haste = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("family") => model = Some(model_of(&arguments.value()?)?),
            Long("scenario") => scenario = Some(arguments.value()?.string()?),
            Long("list") => return Ok(Request::List),
            Long("usb") => usb = true,
            Long("line-rate") => line_rate = Some(positive(&arguments.value()?, "--line-rate")?),
            Long("haste") => haste = Some(positive(&arguments.value()?, "--haste")?),
            Short('h') | Long("help") => return Ok(Request::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    let Some(model) = model else {
        bail!("which module? Type: cargo xtask module --family bg95");
    };
    let mut settings = match &scenario {
        None => Settings::of(model),
        Some(name) => of_scenario(name, model)?,
    };
    if usb {
        settings.link = Link::Usb;
    }
    if line_rate.is_some() {
        settings.line_rate = line_rate;
    }
    if let Some(haste) = haste {
        settings.haste = haste;
    }
    Ok(Request::Run(Box::new(settings)))
}

/// A scenario that is about a model of its own keeps it.
fn of_scenario(name: &str, model: Model) -> Result<Settings> {
    let settings = Settings::scenario(name).with_context(|| {
        format!("there is no scenario {name}. `cargo xtask module --list` names all")
    })?;
    if settings.model != Model::default() {
        return Ok(settings);
    }
    Ok(Settings {
        version: model.first_version(),
        model,
        ..settings
    })
}

fn model_of(family: &OsString) -> Result<Model> {
    FAMILIES
        .iter()
        .find(|(name, _)| family.eq_ignore_ascii_case(name))
        .map(|(_, model)| Model::named(model))
        .with_context(|| {
            let names: Vec<_> = FAMILIES.iter().map(|(name, _)| *name).collect();
            format!(
                "no simulated module of the family {}. There are: {}",
                family.display(),
                names.join(", ")
            )
        })
}

fn positive(value: &OsString, option: &str) -> Result<u32> {
    value
        .to_str()
        .and_then(|text| text.parse().ok())
        .filter(|number| *number > 0)
        .with_context(|| format!("{option} takes a positive whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(arguments: &[&str]) -> Settings {
        match parse(lexopt::Parser::from_args(arguments)).unwrap() {
            Request::Run(settings) => *settings,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_family_alone_is_a_healthy_module() {
        assert_eq!(settings(&["--family", "bg95"]), Settings::default());
        assert_eq!(settings(&["--family", "BG77"]).model, Model::named("BG77"));
    }

    #[test]
    fn options_change_what_they_name() {
        let expected = Settings {
            link: Link::Usb,
            line_rate: Some(115_200),
            haste: 20,
            ..Settings::scenario("wrong-checksum").unwrap()
        };
        let arguments =
            "--family bg95 --scenario wrong-checksum --usb --line-rate 115200 --haste 20";
        let arguments: Vec<_> = arguments.split(' ').collect();
        assert_eq!(settings(&arguments), expected);
    }

    #[test]
    fn a_scenario_about_another_model_keeps_it() {
        let module = settings(&["--family", "bg95", "--scenario", "unknown-model"]);
        assert_ne!(module.model, Model::default());
        let module = settings(&["--family", "bg77", "--scenario", "wrong-checksum"]);
        assert_eq!(module.model, Model::named("BG77"));
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let cases = [
            (&[][..], "--family"),
            (&["--family", "xy99"], "bg600l"),
            (&["--family", "bg95", "--scenario", "none"], "--list"),
            (&["--family", "bg95", "--haste", "0"], "--haste"),
        ];
        for (arguments, name) in cases {
            let error = parse(lexopt::Parser::from_args(arguments)).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}
