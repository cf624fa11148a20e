//! Uploads that go wrong or are stopped, on the page.

use std::time::Duration;

use deltaport::simulator::{Settings, Simulator};
use serde_json::Value;
use testbed::bed::{Bed, Cable, hasty};
use testbed::browser::Error;
use testbed::package::Package;
use testbed::page::Page;

/// Uploads to the module of `scenario` and answers with the verdict. Whatever went wrong, the update
/// must not have been started.
async fn failing_upload(scenario: &str, screenshot: Option<&str>) -> Result<Value, Error> {
    let bed = Bed::with_page().await?;
    let settings = hasty(scenario)?;
    let module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 60_000)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    page.choose_package(package.path()).await?;
    page.click("start-upload").await?;
    let verdict = page.wait_for_verdict().await?;
    if let Some(name) = screenshot {
        page.screenshots(name).await?;
    }
    assert_not_started(&module)?;
    page.assert_well_behaved().await?;
    Ok(verdict)
}

fn assert_not_started(module: &Cable<Simulator>) -> Result<(), Error> {
    let (started, commands) = module.mount.with_device(|module| {
        (
            module.updates_started(),
            module.commands().map(str::to_owned).collect::<Vec<_>>(),
        )
    })?;
    assert_eq!(started, 0);
    assert!(
        !commands.iter().any(|line| line.ends_with("+QFOTADL=1")),
        "{commands:?}"
    );
    Ok(())
}

/// A module at 921,600 bit/s: slow enough that there is a middle of the upload.
fn on_a_line(scenario: &str) -> Result<Settings, Error> {
    Ok(Settings {
        line_rate: Some(921_600),
        ..hasty(scenario)?
    })
}

async fn middle_of_the_upload(page: &Page<'_>, module: &Settings) -> Result<Package, Error> {
    let package = Package::fitting(module, 600_000)?;
    page.connect_to_module().await?;
    page.choose_package(package.path()).await?;
    page.click("start-upload").await?;
    page.wait_until("el.stage === 'uploading' && el.progress >= 20")
        .await?;
    Ok(package)
}

#[tokio::test]
async fn a_wrong_checksum_ends_the_run_before_the_update_x_10() -> Result<(), Error> {
    let verdict = failing_upload("wrong-checksum", Some("5-checksum")).await?;
    assert_eq!(verdict["outcome"], "not-upgraded");
    assert_eq!(verdict["code"], "checksum-mismatch");
    Ok(())
}

#[tokio::test]
async fn a_size_that_differs_ends_the_run_before_the_update_x_10() -> Result<(), Error> {
    let verdict = failing_upload("size-short", None).await?;
    assert_eq!(verdict["outcome"], "not-upgraded");
    assert_eq!(verdict["code"], "size-mismatch");
    Ok(())
}

#[tokio::test]
async fn a_refused_upload_is_told_with_its_number_n2_174() -> Result<(), Error> {
    let verdict = failing_upload("upload-refused-591", Some("5-refused")).await?;
    assert_eq!(verdict["outcome"], "not-upgraded");
    assert_eq!(verdict["code"], "cme-error");
    assert_eq!(verdict["number"], 591);
    Ok(())
}

#[tokio::test]
async fn a_restart_of_the_module_in_the_upload_is_noticed_x_10() -> Result<(), Error> {
    let verdict = failing_upload("reset-in-upload", None).await?;
    assert_eq!(verdict["outcome"], "not-upgraded");
    assert_eq!(verdict["code"], "module-reset");
    Ok(())
}

#[tokio::test]
async fn a_cable_pulled_in_the_upload_is_told_at_once_x_10() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = on_a_line("healthy-usb")?;
    let module = bed.attach_module(&settings)?;
    let page = bed.page().await?;
    let _package = middle_of_the_upload(&page, &settings).await?;
    page.screenshots("4-uploading").await?;
    module.mount.with_now(Simulator::pull_cable)?;
    page.wait_until_within(Duration::from_secs(5), "el.stage === 'done'")
        .await?;
    let verdict = page.verdict().await?;
    assert_eq!(verdict["outcome"], "not-upgraded");
    assert_eq!(verdict["code"], "port-lost");
    page.screenshots("5-port-lost").await?;
    assert_not_started(&module)?;
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_stopped_upload_leaves_the_module_idle_and_without_a_package() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = on_a_line("healthy-uart")?;
    let module = bed.attach_module(&settings)?;
    let page = bed.page().await?;
    let package = middle_of_the_upload(&page, &settings).await?;
    page.click("cancel").await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "stopped");
    assert_eq!(verdict["code"], "cancelled");
    let remarks = verdict["remarks"].as_array().ok_or("no remarks")?;
    assert!(
        remarks.iter().any(|it| it == "package-deleted"),
        "{verdict:#}"
    );
    page.screenshots("5-stopped").await?;
    let (idle, stored, sent) = module.mount.with_device(|module| {
        (
            module.is_idle(),
            module.package().cloned(),
            module.data_bytes(),
        )
    })?;
    assert!(idle);
    assert_eq!(stored, None);
    assert!(sent < package.size(), "{sent}");
    assert_not_started(&module)?;

    // And the module is ready for another try, without a new connection.
    page.click("next").await?;
    page.wait_for_stage("module").await?;
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_stop_before_the_final_go_deletes_the_package() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = hasty("healthy-uart")?;
    let module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 20_000)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    page.choose_package(package.path()).await?;
    page.upload().await?;
    page.click("cancel").await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "stopped");
    let stored = module
        .mount
        .with_device(|module| module.package().cloned())?;
    assert_eq!(stored, None);
    assert_not_started(&module)?;
    page.assert_well_behaved().await
}
