//! Ports that are the wrong one, taken, or gone, on the page.

use deltaport::simulator::Settings;
use rustix::fs::{Mode, OFlags, open};
use rustix::termios::{ioctl_tiocexcl, ioctl_tiocnxcl};
use serde_json::json;
use testbed::bed::{Bed, hasty};
use testbed::browser::{Error, Rights};
use testbed::peer::Chatter;
use testbed::pty::Event;
use testbed::site::built_site;
use testbed::usb::Identity;

/// Opens a port behind which `device` is, pulls it, and answers with the problem that the page told
/// before.
async fn wrong_port(device: Chatter, screenshot: &str) -> Result<String, Error> {
    let bed = Bed::with_page().await?;
    let port = bed.attach(0, Identity::bg95(), move |_| device)?;
    let page = bed.page().await?;
    page.connect(0).await?;
    let snapshot = page.wait_for_stage("wrong-port").await?;
    page.screenshots(screenshot).await?;
    // A wrong port may be pulled as well.
    port.mount.unplug()?;
    page.wait_until("el.stage === 'idle' && s.problem?.code === 'port-lost'")
        .await?;
    page.assert_well_behaved().await?;
    let code = &snapshot["problem"]["code"];
    Ok(code.as_str().ok_or("no problem is told")?.to_owned())
}

#[tokio::test]
async fn satellite_positions_tell_the_gnss_port() -> Result<(), Error> {
    let problem = wrong_port(Chatter::satellite_positions(), "1-nmea").await?;
    assert_eq!(problem, "nmea-port");
    Ok(())
}

#[tokio::test]
async fn silence_is_told_as_silence() -> Result<(), Error> {
    let problem = wrong_port(Chatter::silence(), "1-silent").await?;
    assert_eq!(problem, "no-answer");
    Ok(())
}

#[tokio::test]
async fn bytes_that_are_no_text_tell_a_wrong_speed() -> Result<(), Error> {
    let problem = wrong_port(Chatter::garbage(), "1-garbage").await?;
    assert_eq!(problem, "wrong-speed");
    Ok(())
}

#[tokio::test]
async fn the_rate_that_was_chosen_is_the_rate_of_the_port() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let module = bed.attach_module(&Settings {
        baud_rate: 460_800,
        ..hasty("healthy-uart")?
    })?;
    let page = bed.page().await?;
    page.set_baud_rate(460_800).await?;
    let snapshot = page.connect_to_module().await?;
    assert_eq!(snapshot["port"]["baudRate"], 460_800);
    let opened = Event::Opened { baud_rate: 460_800 };
    assert!(module.events().contains(&opened), "{:?}", module.events());
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_port_that_another_program_holds_is_told_as_busy_and_nothing_is_sent() -> Result<(), Error>
{
    let bed = Bed::with_rights(&built_site()?, Rights::Persons).await?;
    let module = bed.attach_module(&hasty("healthy-uart")?)?;
    module.mount.start_recording()?;
    let path = module.path().ok_or("no port")?;
    // As terminal programs do it: from here on the port opens for nobody else.
    let other = open(
        path,
        OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    ioctl_tiocexcl(&other)?;

    let page = bed.page().await?;
    page.connect(0).await?;
    page.wait_until("s.problem?.code === 'port-busy'").await?;
    page.screenshots("1-busy").await?;
    assert!(module.mount.recording()?.is_empty());

    // Once the other program lets go, the same page opens the port.
    ioctl_tiocnxcl(&other)?;
    drop(other);
    page.connect_to_module().await?;
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_second_tab_is_told_that_the_first_has_the_port() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let module = bed.attach_module(&hasty("healthy-uart")?)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    let before = module
        .mount
        .with_device(|module| module.commands().count())?;

    let web = &bed.browser.web;
    let first = web.window().await?;
    let second = web.new_tab().await?;
    web.switch_to_window(second).await?;
    let other = bed.page().await?;
    other.connect(0).await?;
    other
        .wait_until("['port-in-other-tab', 'port-busy'].includes(s.problem?.code)")
        .await?;
    other.screenshots("1-other-tab").await?;
    other.assert_well_behaved().await?;

    web.switch_to_window(first).await?;
    assert_eq!(page.read("el.stage").await?, json!("module"));
    let after = module
        .mount
        .with_device(|module| module.commands().count())?;
    assert_eq!(before, after, "the second tab must not speak to the module");
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_port_that_is_pulled_while_the_module_is_idle_is_told_and_can_be_opened_again()
-> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let module = bed.attach_module(&hasty("healthy-usb")?)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    module.mount.unplug()?;
    page.wait_until("el.stage === 'idle' && s.problem?.code === 'port-lost'")
        .await?;
    page.screenshots("1-lost").await?;
    // The page may open it again by itself: it was the person's choice to have it open.
    module.mount.plug()?;
    page.wait_until("el.stage === 'module'").await?;
    page.assert_well_behaved().await
}

#[tokio::test]
async fn disconnect_releases_the_port_for_others() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let module = bed.attach_module(&hasty("healthy-uart")?)?;
    let page = bed.page().await?;
    page.connect_to_module().await?;
    page.click("disconnect").await?;
    module.wait_for("the closing", |events| events.ends_with(&[Event::Closed]))?;
    page.wait_for_stage("idle").await?;
    page.connect_to_module().await?;
    page.assert_well_behaved().await
}
