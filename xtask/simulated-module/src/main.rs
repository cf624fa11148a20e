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

  --family FAMILY   bg95, bg77, bg600l, eg06xk, bc660k, bc26, bc20, bc20-2018, or the name of a model,
                    for example EG120K-EA
  --scenario NAME   a module that something is different with, see --list
  --list            name all scenarios
  --usb             the module's own USB instead of its UART: the port goes away at a restart
  --uart            its UART instead of its own USB
  --fixed-rate      115200 bit/s instead of autobaud
  --pretend         http:// comes from the pretend server too, instead of a real one
  --line-rate N     the line carries N bits per second; without it, as many as it can
  --haste N         the module starts, downloads and updates N times faster than life
";

/// The family's name for people and the model that stands for it.
const FAMILIES: [(&str, &str); 8] = [
    ("bg95", "BG95-M3"),
    ("bg77", "BG77"),
    ("bg600l", "BG600L-M3"),
    ("eg06xk", "EG060K-EA"),
    ("bc660k", "BC660K-GL"),
    ("bc26", "BC26"),
    ("bc20", "BC20"),
    ("bc20-2018", "BC20-2018"),
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
                println!("{:28} {}", scenario.name, scenario.summary);
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
    let mut link = None;
    let mut fixed_rate = false;
    let mut pretend = false;
    let mut line_rate = None;
    let mut haste = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("family") => model = Some(model_of(&arguments.value()?)?),
            Long("scenario") => scenario = Some(arguments.value()?.string()?),
            Long("list") => return Ok(Request::List),
            Long("usb") => link = Some(Link::Usb),
            Long("uart") => link = Some(Link::Uart),
            Long("fixed-rate") => fixed_rate = true,
            Long("pretend") => pretend = true,
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
    settings.real_http = !pretend;
    settings.link = link.unwrap_or(settings.link);
    if fixed_rate {
        settings.baud_rate = 115_200;
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
    Ok(settings.with_model(model))
}

fn model_of(family: &OsString) -> Result<Model> {
    let known = FAMILIES
        .iter()
        .find(|(name, _)| family.eq_ignore_ascii_case(name))
        .map(|(_, model)| Model::named(model));
    let named = || {
        let model = Model::named(&family.to_str()?.to_ascii_uppercase());
        model.note.is_some().then_some(model)
    };
    known.or_else(named).with_context(|| {
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
        let healthy = |model| Settings {
            real_http: true,
            ..Settings::of(Model::named(model))
        };
        assert_eq!(settings(&["--family", "bg95"]), healthy("BG95-M3"));
        assert_eq!(settings(&["--family", "BG77"]), healthy("BG77"));
        assert_eq!(settings(&["--family", "eg120k-ea"]), healthy("EG120K-EA"));
        for (family, model) in FAMILIES {
            let module = settings(&["--family", family]);
            assert_eq!(module, healthy(model));
            assert!(module.model.note.is_some(), "{family}");
        }
    }

    #[test]
    fn options_change_what_they_name() {
        let expected = Settings {
            link: Link::Usb,
            line_rate: Some(115_200),
            haste: 20,
            ..Settings::scenario("wrong-checksum").unwrap()
        };
        let arguments = "--family bg95 --scenario wrong-checksum --usb --line-rate 115200 \
                         --haste 20 --pretend";
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        assert_eq!(settings(&arguments), expected);
        let module = settings(&["--family", "eg06xk", "--uart"]);
        assert_eq!(module.link, Link::Uart);
        let module = settings(&["--family", "bc26", "--fixed-rate"]);
        assert_eq!(module.baud_rate, 115_200);
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
