//! Packages and modules that do not go together, on the page. Nothing must be sent or lost.

use std::fs;

use deltaport::simulator::{Model, Settings};
use serde_json::Value;
use testbed::bed::{Bed, hasty};
use testbed::browser::Error;
use testbed::package::Package;

fn finds(snapshot: &Value, code: &str, level: &str) -> bool {
    snapshot["findings"].as_array().is_some_and(|all| {
        all.iter()
            .any(|it| it["code"] == code && it["level"] == level)
    })
}

/// Chooses `package` for the module and asserts that it cannot be uploaded, and why.
async fn refused(settings: Settings, package: Package, code: &str) -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let module = bed.attach_module(&settings)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    let snapshot = page.choose_package(package.path()).await?;
    assert!(finds(&snapshot, code, "stop"), "{snapshot:#}");
    let actions = snapshot["actions"].as_array().ok_or("no actions")?;
    assert!(!actions.iter().any(|it| it == "start"), "{actions:?}");
    page.wait_until("document.getElementById('start-upload')?.disabled === true")
        .await?;
    page.screenshots(&format!("3-{code}")).await?;
    let sent = module.mount.with_device(|module| module.data_bytes())?;
    assert_eq!(sent, 0);
    page.assert_well_behaved().await
}

#[tokio::test]
async fn an_empty_file_is_refused() -> Result<(), Error> {
    let package = Package::new("empty.bin", Vec::new())?;
    refused(hasty("healthy-uart")?, package, "empty").await
}

#[tokio::test]
async fn a_file_larger_than_the_modules_room_is_refused_n2_070() -> Result<(), Error> {
    let settings = hasty("little-space")?;
    let package = Package::fitting(&settings, 4097)?;
    refused(settings, package, "space").await
}

#[tokio::test]
async fn a_file_that_was_changed_after_it_was_chosen_is_not_sent() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = hasty("healthy-uart")?;
    let module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 30_000)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    page.choose_package(package.path()).await?;
    let mut other = package.bytes().to_vec();
    other[20_000] ^= 1;
    fs::write(package.path(), other)?;
    page.click("start-upload").await?;
    page.wait_until(
        "['package-changed', 'package-unreadable'].includes((s.verdict ?? s.problem)?.code)",
    )
    .await?;
    page.screenshots("5-changed").await?;
    let sent = module.mount.with_device(|module| module.data_bytes())?;
    assert_eq!(sent, 0);
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_file_that_is_gone_after_it_was_chosen_is_told() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = hasty("healthy-uart")?;
    let module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 30_000)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    page.choose_package(package.path()).await?;
    fs::remove_file(package.path())?;
    page.click("start-upload").await?;
    page.wait_until("(s.verdict ?? s.problem)?.code === 'package-unreadable'")
        .await?;
    let sent = module.mount.with_device(|module| module.data_bytes())?;
    assert_eq!(sent, 0);
    page.assert_well_behaved().await
}

#[tokio::test]
async fn an_unknown_model_is_shown_and_needs_an_explicit_override() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = Settings {
        model: Model {
            name: "QX77-M1".into(),
            uploads: true,
            ..Model::named("BG95-M3")
        },
        ..hasty("healthy-uart")?
    };
    let module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 20_000)?;
    let page = bed.page().await?;
    let snapshot = page.connect_to_module().await?;
    assert_eq!(snapshot["module"]["model"], "QX77-M1");
    assert_eq!(snapshot["module"]["supported"], false);
    let snapshot = page.choose_package(package.path()).await?;
    assert!(finds(&snapshot, "model", "stop"), "{snapshot:#}");
    page.screenshots("3-unknown-model").await?;
    let sent = module.mount.with_device(|module| module.data_bytes())?;
    assert_eq!(sent, 0);
    page.click("start-unknown-model").await?;
    page.wait_for_stage("ready").await?;
    page.click("upgrade-now").await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "upgraded");
    page.assert_well_behaved().await
}
