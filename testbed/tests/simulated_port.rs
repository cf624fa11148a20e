//! The simulated port of the demo, held against the browser's own: the same script on both.

use deltaport::simulator::{Link, Settings};
use serde_json::{Value, json};
use testbed::bed::Bed;
use testbed::browser::Error;

/// Runs on a module on USB, whose port goes away and comes back when it restarts. Answers with
/// everything that a page can see of it.
const STORY: &str = r"
    const simulated = args[0];
    const serial = simulated
        ? await (await import('./simulator/serial.js')).createSimulatedSerial({
            scenario: 'healthy-usb', granted: true, haste: 10,
        })
        : navigator.serial;
    const seen = {};
    const name = (promise) => promise.then(() => 'none', (error) => error.name);
    const heard = [];
    const came = new Promise((resolve) => {
        for (const type of ['connect', 'disconnect']) {
            serial.addEventListener(type, (event) => {
                heard.push([type, event.target === port, event.bubbles]);
                if (type === 'connect') resolve(event.target);
            });
        }
    });
    const left = new Promise((resolve) => serial.addEventListener('disconnect', resolve, { once: true }));
    const [port, ...others] = await serial.getPorts();
    seen.others = others.length;
    seen.info = port.getInfo();
    let own = 0;
    port.addEventListener('disconnect', () => own += 1);

    seen.closed = [port.connected, port.readable === null, port.writable === null, await name(port.close())];
    seen.noRate = await name(port.open({}));
    seen.noBuffer = await name(port.open({ baudRate: 115200, bufferSize: 0 }));
    await port.open({ baudRate: 115200, bufferSize: 65536 });
    seen.twice = await name(port.open({ baudRate: 115200 }));
    seen.noSignals = await name(port.setSignals({}));
    seen.same = [port.readable === port.readable, port.writable === port.writable];

    const ask = async (port, line, until) => {
        const writer = port.writable.getWriter();
        await writer.write(new TextEncoder().encode(line));
        writer.releaseLock();
        const reader = port.readable.getReader();
        let text = '';
        while (!text.includes(until)) text += new TextDecoder().decode((await reader.read()).value);
        reader.releaseLock();
        return text;
    };
    seen.answer = await ask(port, 'AT+CGMM\r', 'OK\r\n');

    const cancelled = port.readable;
    await cancelled.cancel();
    seen.newStream = port.readable !== cancelled && port.readable !== null;

    const reader = port.readable.getReader();
    seen.locked = await name(port.close());
    reader.releaseLock();
    await port.close();
    seen.closedAgain = [port.readable === null, await name(port.close())];
    await port.open({ baudRate: 115200, bufferSize: 65536 });

    // Its OK may go down with the port.
    const restart = port.writable.getWriter();
    await restart.write(new TextEncoder().encode('AT+CFUN=1,1\r'));
    restart.releaseLock();
    const lost = port.readable.getReader();
    const writable = port.writable;
    let end;
    do end = await lost.read().catch((error) => error); while (!(end instanceof Error) && !end.done);
    seen.lost = [end.name, end.message];
    lost.releaseLock();
    await left;
    seen.after = [port.connected, port.readable === null, port.writable === writable, own];
    seen.gone = (await serial.getPorts()).includes(port);
    const writer = writable.getWriter();
    // the browser may still take a few bytes: what counts is that the write ends
    seen.writeEnds = ['none', 'NetworkError'].includes(await name(writer.write(new Uint8Array(8))));
    writer.releaseLock();
    seen.release = await name(port.close());
    seen.reopen = await name(port.open({ baudRate: 115200 }));

    const back = await came;
    seen.events = heard;
    seen.back = [back !== port, back.connected, (await serial.getPorts())[0] === back];
    await back.open({ baudRate: 115200, bufferSize: 65536 });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    seen.alive = (await ask(back, 'ATE0\r', 'OK\r\n')).includes('OK');
    await back.close();
    return seen;
";

#[tokio::test]
async fn the_simulated_port_behaves_as_the_browsers_own_x_17() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    // Before the page: the browser needs a moment to hear of it.
    let _module = bed.attach_module(&Settings {
        link: Link::Usb,
        haste: 10,
        ..Settings::default()
    })?;
    let _page = bed.page().await?;
    let real = bed.browser.js(STORY, vec![json!(false)]).await?;
    let simulated = bed.browser.js(STORY, vec![json!(true)]).await?;
    assert_eq!(simulated, real, "left: simulated, right: the browser's own");
    // the script has come through, and not stopped somewhere on both
    assert_eq!(real["lost"][0], "NetworkError");
    assert_eq!(real["alive"], true);
    Ok(())
}

/// Uploads 40 kB and answers with the time that it took.
const PACED: &str = r"
    const { createSimulatedSerial, samplePackage } = await import('./simulator/serial.js');
    const serial = await createSimulatedSerial({ lineRate: 115200, granted: true });
    const [port] = await serial.getPorts();
    await port.open({ baudRate: 115200, bufferSize: 65536 });
    const reader = port.readable.getReader();
    const writer = port.writable.getWriter();
    let text = '';
    const until = async (word) => {
        while (!text.includes(word)) text += new TextDecoder().decode((await reader.read()).value);
    };
    const bytes = await samplePackage('A', 'B', 40000);
    await writer.write(new TextEncoder().encode('AT+QFOTADL=3,0;+QFOTADL=\x22COM:\x22,40000,60\r'));
    await until('CONNECT\r\n');
    const begun = performance.now();
    await writer.write(bytes);
    await until('+QFOTADL: ');
    return { ms: performance.now() - begun, ready: text };
";

#[tokio::test]
async fn the_simulated_port_takes_bytes_at_the_pace_of_its_line() -> Result<(), Error> {
    let bed = Bed::with_page().await?;
    let _page = bed.page().await?;
    let seen: Value = bed.browser.js(PACED, Vec::new()).await?;
    let ms = seen["ms"].as_f64().ok_or("no time")?;
    // 40 000 bytes of ten bits, and what the module needs for its answer
    assert!((3472.0..5500.0).contains(&ms), "{seen}");
    Ok(())
}
