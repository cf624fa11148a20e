//! The checks between package and module, before anything is sent.

use super::context::{Context, problem, problem_with};
use crate::snapshot::{
    Finding, FindingCode, Level, ModuleFacts, PackageFacts, Problem, ProblemCode,
};

/// No module has room for more; a file of that size is not even read (see `src/web/package.rs`).
pub(crate) const LARGEST: u64 = 256 << 20;

/// Takes a finding: its subject, how it is meant, and what its sentence names.
pub(super) type Add<'a> = &'a mut dyn FnMut(FindingCode, Level, Option<String>, Option<String>);

/// Every finding on what is known now.
pub(crate) fn findings(cx: &Context) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |code, level, a: Option<String>, b: Option<String>| {
        found.push(Finding { code, level, a, b });
    };
    let Some(module) = &cx.module else {
        return found;
    };
    let model = || module.model.clone();
    match module.family {
        Some(_) if module.supported => add(FindingCode::Model, Level::Fine, model(), None),
        Some(_) => add(FindingCode::Route, Level::Stop, model(), None),
        None => add(FindingCode::Model, Level::Stop, model(), None),
    }
    match (&cx.source, &cx.package) {
        (Some(source), _) => source.findings(cx, &mut add),
        (None, Some(package)) => {
            // A family that takes no file from us: the package has to come another way.
            if module.supported && !cx.family().com_upload && !cx.uploads_to_file() {
                add(FindingCode::Source, Level::Stop, model(), None);
            }
            of_package(module, package, &mut add);
        }
        (None, None) => return found,
    }
    if cfg!(feature = "routes") {
        of_sleep(cx, &mut add);
    }
    if module.download_state == Some(1) {
        add(FindingCode::Downloading, Level::Stop, None, None);
    }
    if let Some(stored) = module.stored_package.filter(|&size| size > 0) {
        add(
            FindingCode::StoredPackage,
            Level::Look,
            Some(stored.to_string()),
            None,
        );
    }
    if cx.is_module_usb() && !cx.family().reports_over_usb {
        add(FindingCode::BlindUsb, Level::Look, None, None);
    } else if let (Some(rate), Some(set)) = (cx.report_rate(), module.serial_rate)
        && rate != set
    {
        let set = Some(set.to_string());
        add(
            FindingCode::ReportRate,
            Level::Look,
            set,
            Some(rate.to_string()),
        );
    }
    if module
        .flow_control
        .is_some_and(|on| on != cx.settings.flow_control)
        && !cx.is_module_usb()
    {
        let on_off = |on: bool| Some(if on { "2,2" } else { "0,0" }.to_owned());
        let ours = on_off(cx.settings.flow_control);
        add(
            FindingCode::FlowControl,
            Level::Look,
            module.flow_control.and_then(on_off),
            ours,
        );
    }
    add(FindingCode::Power, Level::Fine, None, None);
    found
}

/// What speaks for or against the chosen file.
fn of_package(module: &ModuleFacts, package: &PackageFacts, add: Add<'_>) {
    let size = Some(package.size.to_string());
    match module.max_package {
        _ if package.size == 0 => add(FindingCode::Empty, Level::Stop, None, None),
        max if package.size > max.unwrap_or(LARGEST) => {
            let max = max.unwrap_or(LARGEST);
            add(FindingCode::Space, Level::Stop, size, Some(max.to_string()));
        }
        Some(max) => add(FindingCode::Space, Level::Fine, size, Some(max.to_string())),
        None => add(FindingCode::SpaceUnknown, Level::Look, size, None),
    }
    if let Some(from) = &package.from_version {
        let level = if module.version.as_ref() == Some(from) {
            Level::Fine
        } else {
            Level::Look
        };
        let from = Some(from.clone());
        add(
            FindingCode::FromVersion,
            level,
            from,
            module.version.clone(),
        );
    }
}

/// What a run will change for its time.
fn of_sleep(cx: &Context, add: &mut dyn FnMut(FindingCode, Level, Option<String>, Option<String>)) {
    let family = cx.family();
    let sleeps = cx
        .readiness
        .as_ref()
        .is_some_and(|facts| facts.sleep == Some(true) || facts.power_saving == Some(true));
    if family.sleeps && sleeps {
        add(FindingCode::Sleep, Level::Look, None, None);
    }
    let rate = cx.module.as_ref().and_then(|module| module.serial_rate);
    if family.fixed_rate && rate == Some(0) {
        let ours = cx.rate.to_string();
        add(FindingCode::AutomaticRate, Level::Look, Some(ours), None);
    }
}

/// The problem that keeps the upload from starting, if any.
pub(crate) fn stop(findings: &[Finding], unknown_model: bool) -> Option<Problem> {
    let finding = findings.iter().find(|finding| {
        finding.level == Level::Stop && !(unknown_model && finding.code == FindingCode::Model)
    })?;
    Some(match finding.code {
        FindingCode::Route | FindingCode::Source => {
            with(ProblemCode::UnsupportedRoute, finding.a.as_deref())
        }
        FindingCode::Sim => with(ProblemCode::NoSim, finding.a.as_deref()),
        FindingCode::Registration => with(ProblemCode::NotRegistered, finding.a.as_deref()),
        FindingCode::Model => with(ProblemCode::UnknownModel, finding.a.as_deref()),
        FindingCode::Empty => problem(ProblemCode::PackageEmpty),
        FindingCode::Downloading => problem(ProblemCode::ModuleDownloading),
        _ => with(ProblemCode::PackageTooLarge, finding.b.as_deref()),
    })
}

fn with(code: ProblemCode, detail: Option<&str>) -> Problem {
    detail.map_or_else(|| problem(code), |detail| problem_with(code, detail))
}
