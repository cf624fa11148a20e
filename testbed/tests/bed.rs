//! The bed itself, on a page of its own: what the page tests stand on.

use std::fs;
use std::path::PathBuf;

use deltaport::simulator::Output;
use deltaport::time::Instant;
use serde_json::json;
use testbed::bed::Bed;
use testbed::browser::Error;
use testbed::pty::{Device, Event};
use testbed::usb::Identity;

/// A folder with an empty page.
struct EmptyPage(PathBuf);

impl EmptyPage {
    fn new(name: &str) -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("dppage-{}-{name}", std::process::id()));
        fs::create_dir(&folder)?;
        fs::write(
            folder.join("index.html"),
            "<!doctype html><html lang=en><title>bed</title>",
        )?;
        Ok(Self(folder))
    }
}

impl Drop for EmptyPage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Sends back what it receives.
#[derive(Default)]
struct Echo(Vec<u8>);

impl Device for Echo {
    fn port_opened(&mut self, _: Instant, _: u32) {}
    fn port_closed(&mut self, _: Instant) {}
    fn capacity(&mut self, _: Instant) -> usize {
        usize::MAX
    }
    fn receive(&mut self, _: Instant, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    fn poll(&mut self, _: Instant) -> Output {
        if self.0.is_empty() {
            Output::Wait(None)
        } else {
            Output::Bytes(std::mem::take(&mut self.0))
        }
    }
}

const ROUND_TRIP: &str = "
    const [port] = await navigator.serial.getPorts();
    await port.open({ baudRate: args[0], bufferSize: 65536 });
    const writer = port.writable.getWriter();
    await writer.write(new TextEncoder().encode('AT\\r'));
    writer.releaseLock();
    const reader = port.readable.getReader();
    let heard = '';
    while (heard.length < 3) {
        const { value } = await reader.read();
        heard += new TextDecoder().decode(value);
    }
    reader.releaseLock();
    await port.close();
    return heard;
";

#[tokio::test]
async fn bed_lists_the_mocked_ports_with_their_usb_ids() -> Result<(), Error> {
    let page = EmptyPage::new("list")?;
    let bed = Bed::start(&page.0).await?;
    let _module = bed.attach(0, Identity::bg95(), |_| Echo::default())?;
    let _bridge = bed.attach(1, Identity::bridge(), |_| Echo::default())?;
    bed.browser.web.goto(bed.site.origin()).await?;
    let ports = bed
        .browser
        .js(
            "const ports = await navigator.serial.getPorts();
             return ports.map((port) => port.getInfo());",
            vec![],
        )
        .await?;
    let mut ids: Vec<_> = ports
        .as_array()
        .unwrap()
        .iter()
        .map(|port| (port["usbVendorId"].as_u64(), port["usbProductId"].as_u64()))
        .collect();
    ids.sort();
    assert_eq!(
        ids,
        [(Some(0x10c4), Some(0xea60)), (Some(0x2c7c), Some(0x0700))]
    );
    Ok(())
}

#[tokio::test]
async fn bed_carries_bytes_both_ways_and_knows_the_rate_that_the_page_asked_for()
-> Result<(), Error> {
    let page = EmptyPage::new("bytes")?;
    let bed = Bed::start(&page.0).await?;
    let cable = bed.attach(0, Identity::bg95(), |_| Echo::default())?;
    bed.browser.web.goto(bed.site.origin()).await?;
    for rate in [921_600, 115_200] {
        let heard = bed.browser.js(ROUND_TRIP, vec![json!(rate)]).await?;
        assert_eq!(heard, "AT\r");
        cable.wait_for("the closing", |events| {
            events.ends_with(&[Event::Opened { baud_rate: rate }, Event::Closed])
        })?;
    }
    Ok(())
}

#[tokio::test]
async fn bed_tells_the_page_that_a_port_went_and_came_back() -> Result<(), Error> {
    let page = EmptyPage::new("replug")?;
    let bed = Bed::start(&page.0).await?;
    let cable = bed.attach(0, Identity::bg95(), |_| Echo::default())?;
    bed.browser.web.goto(bed.site.origin()).await?;
    bed.browser
        .js(
            "const [port] = await navigator.serial.getPorts();
             await port.open({ baudRate: 115200 });
             window.seen = [];
             window.both = new Promise((done) => {
                 for (const name of ['disconnect', 'connect']) {
                     navigator.serial.addEventListener(name, (event) => {
                         window.seen.push([name, event.target === port]);
                         if (name === 'connect') done();
                     });
                 }
             });
             window.lost = port.readable.getReader().read().then(
                 () => 'bytes', (error) => error.name);",
            vec![],
        )
        .await?;
    cable.mount.unplug()?;
    let error = bed.browser.js("return window.lost;", vec![]).await?;
    assert_eq!(error, "NetworkError");
    cable.mount.plug()?;
    let seen = bed
        .browser
        .js("await window.both; return window.seen;", vec![])
        .await?;
    assert_eq!(seen, json!([["disconnect", true], ["connect", false]]));
    let heard = bed.browser.js(ROUND_TRIP, vec![json!(115_200)]).await?;
    assert_eq!(heard, "AT\r");
    Ok(())
}
