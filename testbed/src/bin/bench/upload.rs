//! Uploads in the real browser: against the line's own limit, and against a bare writer.

use std::time::Duration;

use deltaport::simulator::{Link, Settings, sample_package};
use deltaport::time;
use serde_json::{Value, json};
use testbed::bed::Bed;
use testbed::browser::Error;
use testbed::package::{NEXT_VERSION, Package};
use testbed::page::Page;
use testbed::usb::Identity;
use thirtyfour::By;

use crate::report::{Report, median};

/// Longer than the slowest upload takes.
const PATIENCE: Duration = Duration::from_secs(100);

/// Measures all uploads.
pub async fn measure(report: &mut Report, quick: bool) -> Result<(), Error> {
    let share = if quick { 4 } else { 1 };
    for (name, rate, size) in [
        ("upload_115200", 115_200, (256 << 10) / share),
        ("upload_921600", 921_600, (2 << 20) / share),
    ] {
        let seconds = paced(rate, size).await?;
        let limit = size as f64 * 10.0 / f64::from(rate);
        report.add(
            name,
            format!("upload at {rate} bit/s, part of the line used"),
            (limit / seconds, ""),
            Some(0.98),
            json!({ "bytes": size, "seconds": seconds, "lineSeconds": limit }),
        );
    }
    unpaced(report, (32 << 20) / share, if quick { 3 } else { 9 }).await
}

/// A module whose package space does not limit what is measured.
fn roomy(line_rate: Option<u32>) -> Settings {
    Settings {
        link: Link::Usb,
        line_rate,
        baud_rate: line_rate.unwrap_or(115_200),
        max_package: 1 << 30,
        automatic: false,
        // The module's own time at the end of an upload is not what is measured.
        haste: 1000,
        latency: time::Duration::from_millis(1),
        ..Settings::default()
    }
}

async fn paced(rate: u32, size: usize) -> Result<f64, Error> {
    let bed = Bed::with_page().await?;
    let settings = roomy(Some(rate));
    let _module = bed.attach_module(&settings)?;
    let package = Package::fitting(&settings, size)?;
    let page = bed.page().await?;
    page.set_baud_rate(rate).await?;
    page.connect_to_module().await?;
    timed_upload(&page, &package).await
}

/// Uploads from the idle module on; answers with the seconds from CONNECT to the module's result, as
/// the bare writer counts them.
async fn timed_upload(page: &Page<'_>, package: &Package) -> Result<f64, Error> {
    page.choose_package(package.path()).await?;
    page.read(
        "(() => {
            window.times = {};
            el.addEventListener('change', () => {
                window.times[el.stage] ??= performance.now();
            });
            const proved = setInterval(() => {
                if (window.times.uploading === undefined || el.snapshot.proof == null) return;
                window.times.proved = performance.now();
                clearInterval(proved);
            }, 1);
        })()",
    )
    .await?;
    page.click("start-upload").await?;
    page.wait_until_within(PATIENCE, "['ready', 'done', 'crashed'].includes(el.stage)")
        .await?;
    page.wait_for_stage("ready").await?;
    let ms = page
        .read("window.times.proved - window.times.uploading")
        .await?;
    Ok(ms.as_f64().ok_or("the upload was not timed")? / 1000.0)
}

/// The same bytes to the same kind of module, once by the page and once by the shortest script that
/// can do it, in turns.
async fn unpaced(report: &mut Report, size: usize, runs: usize) -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let settings = roomy(None);
    let other = settings.clone();
    let _module = bed.attach_module(&settings)?;
    let _bare = bed.attach(1, Identity::bridge(), move |now| {
        deltaport::simulator::Simulator::new(other, now)
    })?;
    let package = Package::new(
        "bare.bin",
        sample_package(&settings.version, NEXT_VERSION, size),
    )?;
    let page = bed.page().await?;
    give_file_to_script(&bed, &package).await?;
    let index = port_of_the_page(&bed).await?;
    page.connect(index).await?;
    page.wait_for_stage("module").await?;

    let mut seconds = (Vec::new(), Vec::new());
    for _ in 0..runs {
        seconds.0.push(timed_upload(&page, &package).await?);
        page.click("cancel").await?;
        page.wait_for_verdict().await?;
        page.click("next").await?;
        page.wait_for_stage("module").await?;

        let bare = bed.browser.js(BARE_WRITER, vec![]).await?;
        seconds
            .1
            .push(bare.as_f64().ok_or("the bare writer was not timed")?);
    }
    let rates =
        |seconds: &[f64]| -> Vec<f64> { seconds.iter().map(|s| size as f64 / 1e6 / s).collect() };
    let (ours, bare) = (rates(&seconds.0), rates(&seconds.1));
    let details = json!({ "bytes": size, "megabytesPerSecond": ours, "bare": bare });
    // Whatever else the machine does slows both of a pair.
    let ratio = median(
        ours.iter()
            .zip(&bare)
            .map(|(ours, bare)| ours / bare)
            .collect(),
    );
    let (ours, bare) = (median(ours), median(bare));
    report.add(
        "upload_unpaced",
        "upload without pace, against a bare writer",
        (ratio, ""),
        Some(0.9),
        details,
    );
    let none = Value::Null;
    report.add(
        "upload_rate",
        "  the page",
        (ours, "MB/s"),
        None,
        none.clone(),
    );
    report.add("bare_rate", "  the bare writer", (bare, "MB/s"), None, none);
    Ok(())
}

/// Which of the granted ports is the module's own USB.
async fn port_of_the_page(bed: &Bed) -> Result<usize, Error> {
    let index = bed
        .browser
        .js(
            "const ports = await navigator.serial.getPorts();
             return ports.findIndex((port) => port.getInfo().usbVendorId === 0x2c7c);",
            vec![],
        )
        .await?;
    let index = index.as_u64().ok_or("the module's port is not listed")?;
    Ok(usize::try_from(index)?)
}

/// Lets scripts read the package from a file input of their own.
async fn give_file_to_script(bed: &Bed, package: &Package) -> Result<(), Error> {
    bed.browser
        .js(
            "const input = document.createElement('input');
             input.type = 'file';
             input.id = 'bare-file';
             document.body.append(input);",
            vec![],
        )
        .await?;
    let input = bed.browser.web.find(By::Id("bare-file")).await?;
    input
        .send_keys(package.path().display().to_string())
        .await?;
    Ok(())
}

/// Answers with the seconds from CONNECT to the module's result.
const BARE_WRITER: &str = "
    const bytes = new Uint8Array(
        await document.getElementById('bare-file').files[0].arrayBuffer());
    const ports = await navigator.serial.getPorts();
    const port = ports.find((port) => port.getInfo().usbVendorId !== 0x2c7c);
    await port.open({ baudRate: 115200, bufferSize: 1 << 18 });
    const reader = port.readable.getReader();
    const writer = port.writable.getWriter();
    const text = new TextDecoder();
    const hear = async (end) => {
        let heard = '';
        while (!heard.includes(end)) heard += text.decode((await reader.read()).value);
        return heard;
    };
    const say = (line) => writer.write(new TextEncoder().encode(line));
    await say(`ATE0\\r`);
    await hear('OK');
    await say(`AT+QFOTADL=\"COM:\",${bytes.length},60\\r`);
    await hear('CONNECT');
    const start = performance.now();
    for (let at = 0; at < bytes.length; at += 65536) {
        await writer.write(bytes.subarray(at, at + 65536));
    }
    const result = await hear('OK');
    const seconds = (performance.now() - start) / 1000;
    if (!result.includes(`+QFOTADL: ${bytes.length},`)) throw new Error(result);
    await say(`AT+QFOTADL=5\\r`);
    await hear('OK');
    reader.releaseLock();
    writer.releaseLock();
    await port.close();
    return seconds;
";
