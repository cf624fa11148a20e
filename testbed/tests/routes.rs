//! Other families and other ways on the page: the module fetches its package from a real server, or the
//! page sends it to the module's files, over the browser's own serial port.

mod server;

use deltaport::simulator::{Model, Settings, sized_package};
use serde_json::Value;
use server::{Says, Server};
use testbed::bed::Bed;
use testbed::browser::Error;
use testbed::package::Package;
use testbed::page::Page;

/// A healthy module of this model, in a hurry, that really fetches.
fn module(model: &str) -> Settings {
    Settings {
        haste: 30,
        real_http: true,
        ..Settings::of(Model::named(model))
    }
}

/// The version that the package leads to.
fn next(settings: &Settings) -> String {
    format!("{}9", settings.version)
}

fn serving(settings: &Settings) -> Result<Server, Error> {
    let package = sized_package(&settings.version, &next(settings), 30_001);
    Ok(Server::start(vec![
        ("/p.bin", Says::File, package.clone()),
        ("/half.bin", Says::Half, package),
    ])?)
}

/// Connects, and waits until what the family needs is loaded.
async fn connect(page: &Page<'_>) -> Result<Value, Error> {
    page.connect(0).await?;
    page.wait_until("el.stage === 'module' && s.module.routes.length > 0")
        .await?;
    page.snapshot().await
}

/// Opens the field for a URL. A family that takes no file has nothing else.
async fn open_ways(page: &Page<'_>) -> Result<(), Error> {
    if page
        .read("el.snapshot.module?.routes?.includes('com')")
        .await?
        == true
    {
        page.click("choose-way").await?;
    }
    page.wait_until(
        "(document.getElementById('way-server') ?? document.getElementById('source-url')) !== null",
    )
    .await?;
    if page
        .read("document.getElementById('way-server') !== null")
        .await?
        == true
    {
        page.click("way-server").await?;
    }
    Ok(())
}

/// Chooses a server as the source, as a person does.
async fn choose_url(page: &Page<'_>, url: &str) -> Result<(), Error> {
    open_ways(page).await?;
    page.fill("source-url", url).await?;
    page.click("use-source").await?;
    page.wait_until("s.source !== null && s.source !== undefined")
        .await
}

/// To the verdict, with the final go when it is asked for.
async fn go_on(page: &Page<'_>) -> Result<Value, Error> {
    page.click("start-upload").await?;
    page.wait_until("['ready', 'done', 'crashed'].includes(el.stage)")
        .await?;
    if page.read("el.stage").await? == "ready" {
        page.click("upgrade-now").await?;
    }
    page.wait_for_verdict().await
}

#[tokio::test]
async fn a_module_of_every_family_fetches_its_package_from_a_real_server() -> Result<(), Error> {
    for model in ["BG95-M3", "EG060K-EA", "BC660K-GL", "BC26", "BC20"] {
        let bed = Bed::with_page().await?;
        let settings = module(model);
        let server = serving(&settings)?;
        let _module = bed.attach_module(&settings)?;
        let page = bed.page().await?;
        let snapshot = connect(&page).await?;
        assert_eq!(snapshot["module"]["model"], model);
        choose_url(&page, &server.url("/p.bin")).await?;
        page.screenshots(&format!("route-{model}-source")).await?;
        let verdict = go_on(&page).await?;
        assert_eq!(verdict["outcome"], "upgraded", "{model}: {verdict:#}");
        assert_eq!(verdict["oldVersion"], settings.version, "{model}");
        assert_eq!(verdict["newVersion"], next(&settings), "{model}");
        assert!(server.last_request().starts_with("GET /p.bin"));
        page.screenshots(&format!("route-{model}-upgraded")).await?;
        page.assert_well_behaved().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_path_and_a_broken_file_are_told_and_nothing_is_upgraded() -> Result<(), Error> {
    for (model, path) in [
        ("BG95-M3", "/gone.bin"),
        ("EG060K-EA", "/half.bin"),
        ("BC26", "/gone.bin"),
    ] {
        let bed = Bed::with_page().await?;
        let settings = module(model);
        let server = serving(&settings)?;
        let _module = bed.attach_module(&settings)?;
        let page = bed.page().await?;
        connect(&page).await?;
        choose_url(&page, &server.url(path)).await?;
        let verdict = go_on(&page).await?;
        assert_eq!(verdict["outcome"], "not-upgraded", "{model}: {verdict:#}");
        assert_eq!(verdict["code"], "download-code", "{model}: {verdict:#}");
        assert!(verdict["number"].is_u64(), "{model}: {verdict:#}");
        page.assert_well_behaved().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_file_goes_into_an_eg06xk_and_is_started_by_its_path() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = module("EG120K-EA");
    let module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, 50_001)?;
    let page = bed.page().await?;
    connect(&page).await?;
    page.choose_package(package.path()).await?;
    let snapshot = page.upload().await?;
    assert_eq!(
        snapshot["proof"]["checksum"],
        snapshot["proof"]["expectedChecksum"]
    );
    let started = module
        .mount
        .with_device(|module| module.updates_started())?;
    assert_eq!(started, 0, "the update must wait for the final go");
    page.click("upgrade-now").await?;
    let verdict = page.wait_for_verdict().await?;
    assert_eq!(verdict["outcome"], "upgraded", "{verdict:#}");
    page.assert_well_behaved().await
}

#[tokio::test]
async fn a_url_that_the_family_cannot_take_is_refused_before_anything_is_sent() -> Result<(), Error>
{
    let bed = Bed::with_page().await?;
    let module_settings = module("BC660K-GL");
    let module = bed.attach_module(&module_settings)?;
    let page = bed.page().await?;
    connect(&page).await?;
    open_ways(&page).await?;
    let before = module
        .mount
        .with_device(|module| module.commands().count())?;
    for url in [
        "https://files.test/p.bin".to_owned(),
        format!("http://files.test/{}", "a".repeat(255)),
        "http://files.test/p.bin\"\rAT+CFUN=0".to_owned(),
        "http://files.test:0/p.bin".to_owned(),
    ] {
        page.fill("source-url", &url).await?;
        page.wait_until("document.getElementById('source-flaw')?.textContent.trim().length > 10")
            .await?;
        let source = page.read("el.snapshot.source").await?;
        assert!(source.is_null(), "{url}");
    }
    let after = module
        .mount
        .with_device(|module| module.commands().count())?;
    assert_eq!(before, after);
    page.assert_well_behaved().await
}
