//! Whole upgrades on the page, over the browser's own serial port.

use sha2::{Digest, Sha256};
use testbed::bed::{Bed, hasty};
use testbed::browser::Error;
use testbed::package::{NEXT_VERSION, Package};
use testbed::pty::Event;

#[tokio::test]
async fn a_module_on_its_uart_is_upgraded_and_proved_by_its_new_version_x_09_x_12()
-> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = hasty("healthy-uart")?;
    let module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 150_001)?;
    module.mount.start_recording()?;

    let page = bed.page().await?;
    page.screenshots("1-start").await?;
    let snapshot = page.connect_to_module().await?;
    assert_eq!(snapshot["module"]["model"], "BG95-M3");
    assert_eq!(snapshot["module"]["version"], settings.version);
    assert_eq!(snapshot["port"]["usbVendor"], 0x10c4);
    page.screenshots("2-module").await?;

    let snapshot = page.choose_package(package.path()).await?;
    assert_eq!(snapshot["package"]["size"], package.size());
    assert_eq!(
        snapshot["package"]["sha256"],
        hex(&Sha256::digest(package.bytes()))
    );
    page.screenshots("3-package").await?;

    let snapshot = page.upload().await?;
    let proof = &snapshot["proof"];
    assert_eq!(proof["size"], package.size());
    assert_eq!(proof["stored"], package.size());
    assert_eq!(proof["checksum"], proof["expectedChecksum"]);
    let started = module
        .mount
        .with_device(|module| module.updates_started())?;
    assert_eq!(started, 0, "the update must wait for the final go");
    page.screenshots("4-ready").await?;

    page.click("upgrade-now").await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "upgraded");
    assert_eq!(verdict["oldVersion"], settings.version);
    assert_eq!(verdict["newVersion"], NEXT_VERSION);
    assert_eq!(verdict["code"], serde_json::Value::Null);
    page.screenshots("5-upgraded").await?;
    let text = page.text().await?;
    assert!(
        text.contains(&settings.version) && text.contains(NEXT_VERSION),
        "{text}"
    );

    let stages = page.stages().await?;
    let mut steps = stages.iter();
    for stage in [
        "listening",
        "greeting",
        "identifying",
        "module",
        "preparing",
        "uploading",
        "comparing",
        "ready",
        "updating",
        "verifying",
        "done",
    ] {
        assert!(
            steps.any(|seen| seen == stage),
            "no {stage} in order in {stages:?}"
        );
    }

    let (version, data, early, deaf, commands) = module.mount.with_device(|module| {
        (
            module.version().to_owned(),
            module.data_bytes(),
            module.early_bytes(),
            module.deaf_bytes(),
            module.commands().map(str::to_owned).collect::<Vec<_>>(),
        )
    })?;
    assert_eq!(version, NEXT_VERSION);
    assert_eq!(data, package.size());
    assert_eq!(early, 0, "not one byte before CONNECT");
    assert_eq!(deaf, 0, "nothing between RESETTING and the return");
    let trigger = commands
        .iter()
        .position(|line| line.contains("+QFOTADL=3,0"));
    let upload = commands.iter().position(|line| line.contains("\"COM:\""));
    assert!(trigger.is_some() && trigger < upload, "{commands:?}");

    // The very bytes that went over the port, from the end of the upload command on.
    let sent = module.mount.recording()?;
    let announced = format!("AT+QFOTADL=\"COM:\",{},", package.size());
    let start = find(&sent, announced.as_bytes())
        .and_then(|at| Some(at + find(&sent[at..], b"\r")? + 1))
        .ok_or("no upload command on the port")?;
    let arrived = &sent[start..start + package.bytes().len()];
    assert_eq!(
        hex(&Sha256::digest(arrived)),
        hex(&Sha256::digest(package.bytes()))
    );
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_module_on_usb_goes_away_comes_back_and_is_proved_by_its_new_version_x_17_x_18()
-> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = hasty("healthy-usb")?;
    let module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 100_000)?;

    let page = bed.page().await?;
    let snapshot = page.connect_to_module().await?;
    assert_eq!(snapshot["port"]["usbVendor"], 0x2c7c);
    assert_eq!(snapshot["port"]["usbProduct"], 0x0700);
    page.choose_package(package.path()).await?;
    page.upload().await?;
    page.click("upgrade-now").await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "upgraded");
    assert_eq!(verdict["newVersion"], NEXT_VERSION);
    let remarks = verdict["remarks"].as_array().ok_or("no remarks")?;
    assert!(
        remarks.iter().any(|remark| remark == "blind"),
        "{remarks:?}"
    );
    page.screenshots("5-upgraded-usb").await?;

    let events = module.events();
    let gone = events.iter().filter(|event| **event == Event::Unplugged);
    assert_eq!(gone.count(), 1, "{events:?}");
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_preset_go_needs_no_second_click() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = hasty("healthy-uart")?;
    let _module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 20_000)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    page.choose_package(package.path()).await?;
    page.click("preset-go").await?;
    page.click("start-upload").await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "upgraded");
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_package_for_another_version_ends_in_511_with_the_module_unchanged_n2_171()
-> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = hasty("healthy-uart")?;
    let module = bed.attach_module(&settings)?;
    let package = Package::between("BG95M3LAR02A03_01.009.01.009", NEXT_VERSION, 50_000)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    let snapshot = page.choose_package(package.path()).await?;
    let warned = snapshot["findings"].as_array().is_some_and(|findings| {
        findings
            .iter()
            .any(|it| it["code"] == "from-version" && it["level"] == "look")
    });
    assert!(warned, "{snapshot:#}");
    page.upload().await?;
    page.click("upgrade-now").await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "not-upgraded");
    assert_eq!(verdict["code"], "end-code");
    assert_eq!(verdict["number"], 511);
    assert_eq!(verdict["newVersion"], settings.version);
    page.screenshots("5-wrong-package").await?;
    let version = module
        .mount
        .with_device(|module| module.version().to_owned())?;
    assert_eq!(version, settings.version);
    page.assert_well_behaved().await
}

#[tokio::test]
async fn an_update_that_runs_already_is_followed_without_a_command_x_26() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let module = bed.attach_module(&hasty("update-running")?)?;
    module.mount.start_recording()?;
    let page = bed.page().await?;
    page.connect(0).await?;
    page.wait_for_stage("updating").await?;
    assert!(module.mount.recording()?.is_empty());
    let verdict = page.wait_for_verdict().await?;
    let remarks = verdict["remarks"].as_array().ok_or("no remarks")?;
    assert!(
        remarks.iter().any(|remark| remark == "continued"),
        "{verdict:#}"
    );
    page.assert_well_behaved().await
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
