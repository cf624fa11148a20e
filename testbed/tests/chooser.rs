//! The browser's own list of ports, on a display: nothing is granted before somebody chooses.

use std::time::Duration;

use deltaport::simulator::Fault;
use serde_json::json;
use testbed::bed::{Bed, hasty};
use testbed::browser::Error;
use testbed::package::{NEXT_VERSION, Package};

/// The session waits so long for the port before it asks.
const PORT_RETURN: Duration = Duration::from_secs(180);

/// The ids of the ports that the page may use.
const GRANTED: &str =
    "(await navigator.serial.getPorts()).map((port) => port.getInfo().usbProductId)";

/// Proves B-rb-2.
#[tokio::test]
async fn a_module_that_comes_back_as_an_unknown_device_is_asked_for_and_proved() -> Result<(), Error>
{
    let bed = Bed::with_chooser().await?;
    let display = bed.display.as_ref().ok_or("no display")?;
    let settings = hasty("healthy-usb")?.with(Fault::OtherProduct(0x0701));
    let module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 20_000)?;
    let page = bed.page_with_clock().await?;

    // A list that is closed again is no fault: help is offered.
    page.click("connect").await?;
    page.leave_ports(display).await?;
    page.wait_until(
        "el.stage === 'idle' && document.body.innerText.includes('Some cables only charge.')",
    )
    .await?;

    page.click("connect").await?;
    page.pick_port(display).await?;
    let snapshot = page.wait_for_stage("module").await?;
    assert_eq!(snapshot["port"]["usbProduct"], 0x0700);
    page.choose_package(package.path()).await?;
    page.upload().await?;
    page.click("upgrade-now").await?;

    // It is back, but the page does not know it.
    page.wait_until("s.wait?.code === 'port' && s.port.open === false")
        .await?;
    module.wait_for("the module's return", |events| {
        events.iter().any(|event| {
            matches!(
                event,
                testbed::pty::Event::Plugged {
                    ids: Some((_, 0x0701)),
                    ..
                }
            )
        })
    })?;
    assert_eq!(page.read(GRANTED).await?, json!([]));
    let snapshot = page.snapshot().await?;
    assert_eq!(snapshot["stage"], "resetting");
    assert_eq!(snapshot["actions"], json!(["reconnect"]));

    page.skip(PORT_RETURN).await?;
    page.wait_for_stage("ask-port").await?;
    page.wait_until(
        "['Is the module back?', 'If it is back under another name, choose it here']
            .every((words) => document.body.innerText.includes(words))",
    )
    .await?;
    page.screenshots("4-ask-port").await?;

    page.click("reconnect").await?;
    page.leave_ports(display).await?;
    assert_eq!(page.read("el.stage").await?, "ask-port");

    page.click("reconnect").await?;
    page.pick_port(display).await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "upgraded", "{verdict:#}");
    assert_eq!(verdict["newVersion"], NEXT_VERSION);
    let snapshot = page.snapshot().await?;
    assert_eq!(snapshot["port"]["usbProduct"], 0x0701);
    assert_eq!(page.read(GRANTED).await?, json!([0x0701]));
    page.assert_well_behaved().await
}
