//! The checks between package and module, before anything is sent.

use super::context::{Context, problem, problem_with};
use crate::snapshot::{Finding, FindingCode, Level, Problem, ProblemCode};

/// No module has room for more; a file of that size is not even read (see `src/web/package.rs`).
pub(crate) const LARGEST: u64 = 256 << 20;

/// Every finding on what is known now.
pub(crate) fn findings(cx: &Context) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |code, level, a: Option<String>, b: Option<String>| {
        found.push(Finding { code, level, a, b });
    };
    let Some(module) = &cx.module else {
        return found;
    };
    match (module.supported, module.family) {
        (true, _) => add(FindingCode::Model, Level::Fine, module.model.clone(), None),
        (false, Some(_)) => add(FindingCode::Route, Level::Stop, module.model.clone(), None),
        (false, None) => add(FindingCode::Model, Level::Stop, module.model.clone(), None),
    }
    let Some(package) = &cx.package else {
        return found;
    };
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
        add(
            FindingCode::FromVersion,
            level,
            Some(from.clone()),
            module.version.clone(),
        );
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
    if cx.is_module_usb() {
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

/// The problem that keeps the upload from starting, if any.
pub(crate) fn stop(findings: &[Finding], unknown_model: bool) -> Option<Problem> {
    let finding = findings.iter().find(|finding| {
        finding.level == Level::Stop && !(unknown_model && finding.code == FindingCode::Model)
    })?;
    Some(match finding.code {
        FindingCode::Route => with(ProblemCode::UnsupportedRoute, finding.a.as_deref()),
        FindingCode::Model => with(ProblemCode::UnknownModel, finding.a.as_deref()),
        FindingCode::Empty => problem(ProblemCode::PackageEmpty),
        FindingCode::Downloading => problem(ProblemCode::ModuleDownloading),
        _ => with(ProblemCode::PackageTooLarge, finding.b.as_deref()),
    })
}

fn with(code: ProblemCode, detail: Option<&str>) -> Problem {
    detail.map_or_else(|| problem(code), |detail| problem_with(code, detail))
}
