//! A cable that is pulled: what the page says in each stage, and how it goes on when the cable is
//! plugged in again. One browser for each test, one load of the page for each stage.

use std::time::{Duration, Instant};

use deltaport::simulator::{DataModeEnd, Fault, Reply, Settings, Simulator};
use deltaport::time;
use serde_json::{Value, json};
use testbed::bed::{Bed, Cable, hasty};
use testbed::browser::Error;
use testbed::package::{NEXT_VERSION, Package};
use testbed::page::Page;

/// The module answers this command with nothing, once; before that, so many times, with `first`.
fn held_up(command: &str, first: &[Reply]) -> Vec<Fault> {
    let answer = |reply: &Reply| Fault::Answer {
        command: command.to_owned(),
        reply: reply.clone(),
        times: 1,
    };
    first.iter().chain([&Reply::Nothing]).map(answer).collect()
}

fn with(scenario: &str, faults: Vec<Fault>) -> Result<Settings, Error> {
    let settings = hasty(scenario)?;
    Ok(Settings {
        faults,
        max_package: 1 << 30,
        ..settings
    })
}

/// Waits until the module has got this command so many times.
async fn heard(module: &Cable<Simulator>, command: &str, times: usize) -> Result<(), Error> {
    let start = Instant::now();
    let wanted = command.to_owned();
    let count = move |module: &mut Simulator| module.commands().filter(|it| *it == wanted).count();
    while module.mount.with_device(count.clone())? < times {
        if start.elapsed() > Duration::from_secs(30) {
            return Err(format!("the module never got {command}").into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

fn pull(module: &Cable<Simulator>) -> Result<(), Error> {
    Ok(module.mount.with_now(Simulator::pull_cable)?)
}

fn plug(module: &Cable<Simulator>) -> Result<(), Error> {
    Ok(module.mount.with_now(Simulator::plug_cable)?)
}

fn updates_started(module: &Cable<Simulator>) -> Result<u32, Error> {
    Ok(module
        .mount
        .with_device(|module| module.updates_started())?)
}

/// Leaves the page, which would open the next module's port by itself.
async fn leave(bed: &Bed) -> Result<(), Error> {
    Ok(bed.browser.web.goto("about:blank").await?)
}

/// Asserts that a person can read these words.
async fn says(page: &Page<'_>, words: &[&str]) -> Result<(), Error> {
    // The drawing comes with one of the frames after the change.
    let all = serde_json::to_string(words)?;
    page.wait_until(&format!(
        "{all}.every((words) => document.body.innerText.includes(words))"
    ))
    .await
}

/// Lets the time pass in which nothing is sent, and waits until the module is known.
async fn find_module(page: &Page<'_>) -> Result<Value, Error> {
    page.wait_for_stage("listening").await?;
    page.skip(LISTEN).await?;
    page.wait_for_stage("module").await
}

/// Connects, chooses a package of so many bytes and starts the upload.
async fn start(page: &Page<'_>, module: &Settings, size: usize) -> Result<Package, Error> {
    let package = Package::fitting(module, size)?;
    page.connect(0).await?;
    find_module(page).await?;
    page.choose_package(package.path()).await?;
    page.click("start-upload").await?;
    Ok(package)
}

/// Before a run there is nothing to lose: the page waits for the port and opens it again.
/// Proves X-17.
#[tokio::test]
async fn a_cable_pulled_before_a_run_is_told_and_the_port_is_opened_again() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let stages = [
        ("listening", None, vec![]),
        ("greeting", None, vec![Fault::Asleep { lines: 3 }]),
        ("identifying", Some("AT+GSN"), held_up("+GSN", &[])),
    ];
    for (stage, command, faults) in stages {
        let module = bed.attach_module(&with("healthy-usb", faults)?)?;
        let page = bed.page_with_clock().await?;
        page.connect(0).await?;
        page.wait_for_stage("listening").await?;
        if stage != "listening" {
            page.skip(LISTEN).await?;
        }
        page.wait_for_stage(stage).await?;
        if let Some(command) = command {
            heard(&module, command, 1).await?;
        }
        assert_eq!(page.read("el.stage").await?, stage);
        pull(&module)?;
        page.wait_until("el.stage === 'idle' && s.problem?.code === 'port-lost'")
            .await?;
        says(&page, &["The connection was lost", "Check cable and power"]).await?;
        assert_eq!(page.verdict().await?, Value::Null, "{stage}");

        plug(&module)?;
        let snapshot = find_module(&page).await?;
        assert_eq!(snapshot["problem"], Value::Null, "{stage}");
        assert_eq!(snapshot["module"]["model"], "BG95-M3", "{stage}");
        page.assert_well_behaved().await?;
        leave(&bed).await?;
    }
    Ok(())
}

/// After a port was opened, nothing is sent for so long.
const LISTEN: Duration = Duration::from_secs(3);
/// Of a package that is uploaded in no time...
const SIZE: usize = 20_000;
/// ...and of one that takes the browser a while to digest.
const LARGE: usize = 128 << 20;

/// A stage of a run, and a module that stays in it for long enough.
struct Held {
    stage: &'static str,
    faults: Vec<Fault>,
    /// The command that holds it up, and the how manieth of its kind.
    at: Option<(&'static str, usize)>,
    /// Something of the package is in the module.
    package_left: bool,
    /// The next try is gone through to its end.
    again: bool,
    /// Bytes of the package.
    size: usize,
}

/// The stages of a run before the start command.
fn before_the_start() -> Vec<Held> {
    let none = Reply::Cme(593);
    let stored = Reply::Text("+QFOTADL: 4,20000".into());
    vec![
        Held {
            stage: "checking",
            faults: vec![],
            at: None,
            package_left: false,
            again: false,
            size: LARGE,
        },
        Held {
            stage: "preparing",
            faults: held_up("+QFOTADL=3,0", &[]),
            at: Some(("AT+QFOTADL=3,0", 1)),
            package_left: false,
            again: false,
            size: SIZE,
        },
        Held {
            stage: "preparing",
            faults: vec![Fault::LateConnect {
                by: time::Duration::from_secs(5),
            }],
            at: Some(("AT+QFOTADL=\"COM:\",20000,60", 1)),
            package_left: false,
            again: true,
            size: SIZE,
        },
        Held {
            stage: "comparing",
            faults: vec![Fault::NoResult],
            at: None,
            package_left: true,
            again: false,
            size: SIZE,
        },
        Held {
            stage: "comparing",
            faults: held_up("+QFOTADL=4", &[none.clone(), none.clone()]),
            at: Some(("AT+QFOTADL=4", 3)),
            package_left: true,
            again: false,
            size: SIZE,
        },
        Held {
            stage: "ready",
            faults: vec![],
            at: None,
            package_left: true,
            again: false,
            size: SIZE,
        },
        Held {
            stage: "starting",
            faults: held_up("+QFOTADL=4", &[none.clone(), none, stored]),
            at: Some(("AT+QFOTADL=4", 4)),
            package_left: true,
            again: false,
            size: SIZE,
        },
    ]
}

/// Brings the run into the stage and pulls the cable there.
async fn pull_in(
    page: &Page<'_>,
    module: &Cable<Simulator>,
    settings: &Settings,
    held: &Held,
) -> Result<Package, Error> {
    let package = start(page, settings, held.size).await?;
    if held.stage == "starting" {
        page.click("upgrade-now").await?;
    }
    page.wait_for_stage(held.stage).await?;
    if let Some((command, times)) = held.at {
        heard(module, command, times).await?;
    }
    assert_eq!(page.read("el.stage").await?, held.stage);
    pull(module)?;
    Ok(package)
}

/// Proves X-10.
#[tokio::test]
async fn a_cable_pulled_in_a_run_ends_it_with_the_firmware_as_it_was_and_the_next_try_works()
-> Result<(), Error> {
    let bed = Bed::with_page().await?;
    for held in before_the_start() {
        let stage = held.stage;
        let settings = with("healthy-uart", held.faults.clone())?;
        let module = bed.attach_module(&settings)?;
        let page = bed.page_with_clock().await?;
        let _package = pull_in(&page, &module, &settings, &held).await?;
        let verdict = page.wait_for_verdict().await?;
        assert_eq!(verdict["outcome"], "not-upgraded", "{stage}");
        assert_eq!(verdict["code"], "port-lost", "{stage}");
        assert_eq!(verdict["stage"], stage);
        let left = if held.package_left {
            json!(["package-left"])
        } else {
            json!([])
        };
        assert_eq!(verdict["remarks"], left, "{stage}");
        assert_eq!(updates_started(&module)?, 0, "{stage}");
        says(
            &page,
            &[
                "Not upgraded",
                "The upgrade was never started. The firmware is unchanged.",
                "The connection was lost",
                "Check cable and power, then connect again.",
            ],
        )
        .await?;

        plug(&module)?;
        page.click("next").await?;
        find_module(&page).await?;
        if held.again {
            page.click("start-upload").await?;
            page.wait_for_stage("ready").await?;
            page.click("upgrade-now").await?;
            is_upgraded(&page, &module).await?;
        }
        page.assert_well_behaved().await?;
        leave(&bed).await?;
    }
    Ok(())
}

/// Over its own USB a module that goes away with the whole package may have begun to update itself.
/// Proves A3-10, X-17.
#[tokio::test]
async fn a_module_on_usb_that_is_gone_with_the_whole_package_is_asked_what_it_runs()
-> Result<(), Error> {
    let bed = Bed::with_page().await?;
    for held in before_the_start() {
        if !held.package_left {
            continue;
        }
        let stage = held.stage;
        let settings = with("healthy-usb", held.faults.clone())?;
        let module = bed.attach_module(&settings)?;
        let page = bed.page_with_clock().await?;
        let _package = pull_in(&page, &module, &settings, &held).await?;
        page.wait_for_stage("resetting").await?;
        says(&page, &["The connection was lost", "Check cable and power"]).await?;
        assert_eq!(page.verdict().await?, Value::Null, "{stage}");

        plug(&module)?;
        page.wait_for_stage("verifying").await?;
        let verdict = page.wait_for_verdict().await?;
        assert_eq!(verdict["outcome"], "not-upgraded", "{stage}");
        assert_eq!(verdict["code"], "port-lost", "{stage}");
        assert_eq!(verdict["newVersion"], settings.version, "{stage}");
        assert_eq!(verdict["remarks"], json!(["package-left"]), "{stage}");
        assert_eq!(updates_started(&module)?, 0, "{stage}");
        page.assert_well_behaved().await?;
        leave(&bed).await?;
    }
    Ok(())
}

/// Asserts that the page waits for the port, does not let anybody stop, and calls nothing a failure.
async fn waits_for_the_port(page: &Page<'_>, stage: &str) -> Result<(), Error> {
    page.wait_until("s.wait?.code === 'port' && s.port.open === false")
        .await?;
    let snapshot = page.snapshot().await?;
    assert_eq!(snapshot["stage"], stage);
    assert_eq!(snapshot["verdict"], Value::Null);
    assert_eq!(snapshot["problem"], Value::Null);
    assert_eq!(snapshot["noReturn"], true);
    assert_eq!(snapshot["busy"], true);
    assert_eq!(snapshot["actions"], json!(["reconnect"]));
    says(
        page,
        &["the module’s port to come back", "Open the port again"],
    )
    .await
}

async fn is_upgraded(page: &Page<'_>, module: &Cable<Simulator>) -> Result<Value, Error> {
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "upgraded", "{verdict:#}");
    assert_eq!(verdict["newVersion"], NEXT_VERSION);
    let (version, deaf) = module
        .mount
        .with_device(|module| (module.version().to_owned(), module.deaf_bytes()))?;
    assert_eq!((version.as_str(), deaf), (NEXT_VERSION, 0));
    says(page, &["Upgraded", NEXT_VERSION]).await?;
    page.assert_well_behaved().await?;
    Ok(verdict)
}

/// Proves X-17.
#[tokio::test]
async fn a_cable_pulled_after_the_start_is_no_failure_and_the_update_is_followed_on()
-> Result<(), Error> {
    let bed = Bed::with_page().await?;

    // Between the start command and RESETTING, which nobody hears.
    let settings = Settings {
        haste: 3,
        update_time: time::Duration::from_secs(9),
        ..hasty("healthy-uart")?
    };
    let module = bed.attach_module(&settings)?;
    let page = bed.page_with_clock().await?;
    let package = start(&page, &settings, SIZE).await?;
    page.click("upgrade-now").await?;
    heard(&module, "AT+QFOTADL=1", 1).await?;
    assert_eq!(page.read("el.stage").await?, "starting");
    pull(&module)?;
    waits_for_the_port(&page, "resetting").await?;
    says(&page, &["It cannot be stopped now."]).await?;
    plug(&module)?;
    page.wait_for_stage("updating").await?;
    is_upgraded(&page, &module).await?;
    leave(&bed).await?;
    drop((package, module));

    // In the middle of the reports.
    let settings = Settings {
        update_time: time::Duration::from_secs(180),
        ..hasty("healthy-uart")?
    };
    let module = bed.attach_module(&settings)?;
    let page = bed.page_with_clock().await?;
    let package = start(&page, &settings, SIZE).await?;
    page.click("upgrade-now").await?;
    page.wait_until("el.stage === 'updating' && el.progress >= 20")
        .await?;
    pull(&module)?;
    waits_for_the_port(&page, "updating").await?;
    says(&page, &["It cannot be stopped now."]).await?;
    let before = page.read("el.progress").await?;
    plug(&module)?;
    page.wait_until(&format!(
        "el.stage === 'updating' && el.progress > {before}"
    ))
    .await?;
    is_upgraded(&page, &module).await?;
    leave(&bed).await?;
    drop((package, module));

    // While the version is asked for.
    let slow = held_up("+QGMR", &[])
        .into_iter()
        .map(|fault| Fault::AfterUpdate(Box::new(fault)))
        .collect();
    let settings = with("healthy-usb", slow)?;
    let module = bed.attach_module(&settings)?;
    let page = bed.page_with_clock().await?;
    let _package = start(&page, &settings, SIZE).await?;
    page.click("upgrade-now").await?;
    page.wait_for_stage("verifying").await?;
    // Twice before the update.
    heard(&module, "AT+QGMR", 3).await?;
    pull(&module)?;
    waits_for_the_port(&page, "verifying").await?;
    plug(&module)?;
    is_upgraded(&page, &module).await?;
    Ok(())
}

/// Proves X-10.
#[tokio::test]
async fn a_cable_pulled_while_it_is_stopped_is_told_and_the_next_try_works() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = Settings {
        line_rate: Some(921_600),
        ..with("healthy-uart", vec![Fault::EscapeEnd(DataModeEnd::Silent)])?
    };
    let module = bed.attach_module(&settings)?;
    let page = bed.page_with_clock().await?;
    let package = Package::fitting(&settings, 600_000)?;
    page.connect(0).await?;
    find_module(&page).await?;
    page.choose_package(package.path()).await?;
    page.click("start-upload").await?;
    page.wait_until("el.stage === 'uploading' && el.progress >= 10")
        .await?;
    page.click("cancel").await?;
    page.wait_for_stage("stopping").await?;
    pull(&module)?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "stopped");
    assert_eq!(verdict["code"], "cancelled-no-answer");
    assert_eq!(verdict["remarks"], json!(["package-left"]));
    says(
        &page,
        &[
            "Stopped, but the module does not answer",
            "It may still wait for data",
            "Wait a minute, then connect again.",
        ],
    )
    .await?;
    page.screenshots("5-stopped-lost").await?;

    // It does wait for data: the page gets it out of there.
    plug(&module)?;
    let waits = module.mount.with_device(|module| module.in_data_mode())?;
    assert!(waits);
    page.click("next").await?;
    find_module(&page).await?;
    let idle = module.mount.with_device(|module| module.is_idle())?;
    assert!(idle);
    assert_eq!(updates_started(&module)?, 0);
    page.assert_well_behaved().await
}

/// Proves X-17.
#[tokio::test]
async fn a_cable_pulled_after_the_verdict_changes_no_proof_and_takes_up_what_is_open()
-> Result<(), Error> {
    let bed = Bed::with_page().await?;

    // Proved is proved.
    let settings = hasty("healthy-uart")?;
    let module = bed.attach_module(&settings)?;
    let page = bed.page_with_clock().await?;
    let package = start(&page, &settings, SIZE).await?;
    page.click("upgrade-now").await?;
    let verdict = is_upgraded(&page, &module).await?;
    pull(&module)?;
    page.wait_until("s.port.open === false").await?;
    assert_eq!(page.read("el.stage").await?, "done");
    assert_eq!(page.verdict().await?, verdict);
    says(&page, &["Upgraded", NEXT_VERSION]).await?;
    page.click("next").await?;
    page.wait_until("el.stage === 'idle' && s.problem?.code === 'port-lost'")
        .await?;
    plug(&module)?;
    let snapshot = find_module(&page).await?;
    assert_eq!(snapshot["module"]["version"], NEXT_VERSION);
    page.assert_well_behaved().await?;
    leave(&bed).await?;
    drop((package, module));

    // What could not be told is asked again by itself.
    let refusal = |command: &str| {
        Fault::AfterUpdate(Box::new(Fault::Answer {
            command: command.into(),
            reply: Reply::Error,
            times: 1,
        }))
    };
    let settings = with("healthy-usb", ["I", "+QGMR", "+CGMR"].map(refusal).into())?;
    let module = bed.attach_module(&settings)?;
    let page = bed.page_with_clock().await?;
    let _package = start(&page, &settings, SIZE).await?;
    page.click("upgrade-now").await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "cannot-tell");
    assert_eq!(verdict["code"], "version-unreadable");
    pull(&module)?;
    page.wait_until("s.port.open === false").await?;
    assert_eq!(page.verdict().await?, verdict);
    says(
        &page,
        &["Cannot tell", "The module does not tell its version"],
    )
    .await?;
    plug(&module)?;
    page.wait_for_stage("verifying").await?;
    is_upgraded(&page, &module).await?;
    Ok(())
}
