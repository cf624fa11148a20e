//! The demo: no hardware, the same path.

use std::time::Duration;

use testbed::bed::Bed;
use testbed::browser::Error;
use testbed::page::Page;
use thirtyfour::Key;

/// The simulated module of the demo takes its time, so that there is something to see.
const DEMO: Duration = Duration::from_secs(100);

async fn assert_upgraded(page: &Page<'_>) -> Result<(), Error> {
    page.wait_until_within(DEMO, "el.stage === 'done' || el.stage === 'crashed'")
        .await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "upgraded", "{verdict:#}");
    let (old, new) = (&verdict["oldVersion"], &verdict["newVersion"]);
    assert!(old.is_string() && new.is_string() && old != new);
    let text = page.text().await?;
    for version in [old, new] {
        let version = version.as_str().unwrap_or_default();
        assert!(text.contains(version), "no {version} in {text}");
    }
    Ok(())
}

#[tokio::test]
async fn the_demo_ends_upgraded_with_both_versions_shown() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let page = bed.page().await?;
    page.click("try-simulator").await?;
    page.wait_until("document.querySelectorAll('#scenario option').length > 5")
        .await?;
    page.screenshots("1-demo").await?;
    page.click("connect").await?;
    page.wait_for_stage("module").await?;
    page.click("sample-package").await?;
    page.click("start-upload").await?;
    page.wait_for_stage("uploading").await?;
    page.wait_for_stage("ready").await?;
    page.click("upgrade-now").await?;
    page.wait_until_within(DEMO, "el.stage === 'updating'")
        .await?;
    page.screenshots("4-updating").await?;
    assert_upgraded(&page).await?;
    page.assert_well_behaved().await
}

#[tokio::test]
async fn the_demo_can_be_gone_through_by_keyboard_alone() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let page = bed.page().await?;
    for id in [
        "try-simulator",
        "connect",
        "sample-package",
        "start-upload",
        "upgrade-now",
    ] {
        press(&bed, &page, id).await?;
    }
    assert_upgraded(&page).await?;
    page.assert_well_behaved().await
}

/// Reaches the button with this id by the Tab key alone, and presses it.
async fn press(bed: &Bed, page: &Page<'_>, id: &str) -> Result<(), Error> {
    page.wait_until_within(
        DEMO,
        &format!("document.getElementById('{id}')?.disabled === false"),
    )
    .await?;
    let web = &bed.browser.web;
    for _ in 0..60 {
        let focused = page.read("document.activeElement?.id").await?;
        if focused == id {
            web.action_chain().send_keys(Key::Enter).perform().await?;
            return Ok(());
        }
        web.action_chain().send_keys(Key::Tab).perform().await?;
    }
    Err(format!("the Tab key does not lead to {id}").into())
}

#[tokio::test]
async fn nothing_of_the_simulator_is_loaded_before_the_demo_is_chosen() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let page = bed.page().await?;
    let loaded = "performance.getEntriesByType('resource').map(({ name }) => name)
        .filter((name) => name.includes('simulator')).length";
    assert_eq!(page.read(loaded).await?, 0);
    page.click("try-simulator").await?;
    page.wait_until("document.querySelectorAll('#scenario option').length > 5")
        .await?;
    assert_ne!(page.read(loaded).await?, 0);
    page.assert_well_behaved().await
}
