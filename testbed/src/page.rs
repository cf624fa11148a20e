//! The page, driven by its documented ids and properties, as a person or a machine would.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use thirtyfour::By;
use thirtyfour::error::WebDriverErrorInner;

use crate::browser::{Browser, Error};
use crate::display::Display;
use crate::site::Site;

/// How long a condition may take to come true, unless told otherwise. Greeting a silent port and
/// following an update of the hasty simulated module both fit.
const PATIENCE: Duration = Duration::from_secs(40);

/// The widths of the screenshots, in CSS pixels.
const WIDTHS: [u32; 2] = [360, 1280];

/// The page in the tab that is in front.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    browser: &'a Browser,
    site: &'a Site,
}

impl<'a> Page<'a> {
    /// Loads the page and waits until it can be used.
    pub async fn open(browser: &'a Browser, site: &'a Site) -> Result<Self, Error> {
        let page = Self { browser, site };
        browser.web.goto(site.origin()).await?;
        page.wait_until("![undefined, 'loading', 'crashed'].includes(el?.stage)")
            .await?;
        browser
            .js(
                "const el = document.getElementById('flasher');
                 window.stages = [el.stage];
                 el.addEventListener('change', ({ target }) => {
                     // Inputs inside the element have events of this name too.
                     if (target === el && window.stages.at(-1) !== el.stage) {
                         window.stages.push(el.stage);
                     }
                 });",
                vec![],
            )
            .await?;
        Ok(page)
    }

    /// The session's whole state.
    pub async fn snapshot(&self) -> Result<Value, Error> {
        self.read("el.snapshot").await
    }

    /// How the run ended, or null.
    pub async fn verdict(&self) -> Result<Value, Error> {
        self.read("el.verdict").await
    }

    /// The stages that the element told about, in their order.
    pub async fn stages(&self) -> Result<Vec<String>, Error> {
        Ok(serde_json::from_value(self.read("window.stages").await?)?)
    }

    /// The value of a script expression; `el` is the element of the page.
    pub async fn read(&self, expression: &str) -> Result<Value, Error> {
        let body = format!(
            "const el = document.getElementById('flasher'); return ({expression}) ?? null;"
        );
        self.browser.js(&body, vec![]).await
    }

    /// The text of the page as a person sees it.
    pub async fn text(&self) -> Result<String, Error> {
        let text = self.read("document.body.innerText").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the script expression `condition` is true; `el` is the element of the page and `s`
    /// its snapshot. The error tells where the page stood instead.
    pub async fn wait_until(&self, condition: &str) -> Result<(), Error> {
        self.wait_until_within(PATIENCE, condition).await
    }

    /// Whether the condition of [`Page::wait_until`] comes true in this time.
    async fn comes_true(&self, patience: Duration, condition: &str) -> Result<bool, Error> {
        let body = format!(
            "return await new Promise((done) => {{
                 const look = () => {{
                     const el = document.getElementById('flasher');
                     const s = el?.snapshot;
                     return {condition};
                 }};
                 const end = (met) => {{
                     removeEventListener('change', check);
                     clearInterval(often);
                     clearTimeout(late);
                     done(met);
                 }};
                 // A crash is for good: nothing that is waited for can come true any more.
                 const crashed = () => document.getElementById('flasher')?.stage === 'crashed';
                 const check = () => {{ if (look() || crashed()) end(look()); }};
                 // A change of the stage is told at once; the rest is looked for.
                 addEventListener('change', check);
                 const often = setInterval(check, 20);
                 const late = setTimeout(() => end(false), args[0]);
                 check();
             }});"
        );
        let patience = json!(patience.as_millis() as u64);
        Ok(self.browser.js(&body, vec![patience]).await? == true)
    }

    /// See [`Page::wait_until`].
    pub async fn wait_until_within(
        &self,
        patience: Duration,
        condition: &str,
    ) -> Result<(), Error> {
        if self.comes_true(patience, condition).await? {
            return Ok(());
        }
        let state = self
            .read("el && { stage: el.stage, stages: window.stages, snapshot: el.snapshot }")
            .await?;
        let text = self.text().await?;
        let log: Vec<_> = self.browser.web.get_log("browser").await?;
        let log: String = log
            .iter()
            .map(|entry| format!("{}\n", entry.message))
            .collect();
        Err(format!(
            "not within {patience:?}: {condition}\nthe page: {state:#}\n{text}\nits log:\n{log}"
        )
        .into())
    }

    /// Waits for a stage; an end that is not the wanted one, or a crash, is found at once.
    pub async fn wait_for_stage(&self, stage: &str) -> Result<Value, Error> {
        self.wait_until(&format!(
            "['{stage}', 'done', 'crashed'].includes(el.stage)"
        ))
        .await?;
        let snapshot = self.snapshot().await?;
        let now = self.read("el.stage").await?;
        // A stage may be over by the time that it is looked at.
        let seen = self.stages().await?.iter().any(|seen| seen == stage);
        if now == stage || (seen && now != "done" && now != "crashed") {
            Ok(snapshot)
        } else {
            Err(format!("the page is at {now} instead of {stage}: {snapshot:#}").into())
        }
    }

    /// Waits for the end of the run and answers with its verdict.
    pub async fn wait_for_verdict(&self) -> Result<Value, Error> {
        self.wait_for_stage("done").await?;
        self.verdict().await
    }

    /// Lets the page's clock jump ahead, and everything happen that is due by then. For a page that was
    /// loaded by [`crate::bed::Bed::page_with_clock`].
    pub async fn skip(&self, time: Duration) -> Result<(), Error> {
        self.read(&format!("skip({})", time.as_millis())).await?;
        Ok(())
    }

    /// Chooses the port in the browser's own list, which the last click has opened. There must be one
    /// port alone.
    pub async fn pick_port(&self, display: &Display) -> Result<(), Error> {
        const TRIES: u32 = 10;
        self.wait_until("!document.hasFocus()").await?;
        // From its button "Cancel" to its list, which takes a moment to fill.
        display.press("Tab")?;
        for _ in 0..TRIES {
            display.press("Down")?;
            display.press("Return")?;
            let second = Duration::from_secs(1);
            if self
                .wait_until_within(second, "document.hasFocus()")
                .await
                .is_ok()
            {
                return Ok(());
            }
        }
        Err("no port could be chosen in the browser's list".into())
    }

    /// Closes the browser's own list of ports without a choice.
    pub async fn leave_ports(&self, display: &Display) -> Result<(), Error> {
        self.wait_until("!document.hasFocus()").await?;
        display.press("Escape")?;
        self.wait_until("document.hasFocus()").await
    }

    /// Clicks the button with this id as soon as it is there and enabled.
    pub async fn click(&self, id: &str) -> Result<(), Error> {
        self.click_on(&format!("#{id}")).await
    }

    /// Clicks what the CSS selector finds as soon as it is there and enabled.
    pub async fn click_on(&self, selector: &str) -> Result<(), Error> {
        let usable = format!(
            "(() => {{ const it = document.querySelector({selector:?});
                 return it !== null && !it.disabled && it.checkVisibility(); }})()"
        );
        let start = Instant::now();
        loop {
            self.wait_until(&usable).await?;
            let result = match self.browser.web.find(By::Css(selector)).await {
                Ok(element) => element.click().await,
                Err(error) => Err(error),
            };
            match result {
                Ok(()) => return Ok(()),
                // The page was drawn anew between looking and clicking.
                Err(error)
                    if start.elapsed() < PATIENCE
                        && matches!(
                            error.as_inner(),
                            WebDriverErrorInner::StaleElementReference(_)
                                | WebDriverErrorInner::ElementClickIntercepted(_)
                                | WebDriverErrorInner::NoSuchElement(_)
                                | WebDriverErrorInner::ElementNotInteractable(_)
                        ) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Chooses the rate of the port that is opened next.
    pub async fn set_baud_rate(&self, rate: u32) -> Result<(), Error> {
        self.wait_until("document.getElementById('baud-rate') !== null")
            .await?;
        let set = self
            .read(&format!(
                "(() => {{
                    const select = document.getElementById('baud-rate');
                    select.closest('details').open = true;
                    select.value = '{rate}';
                    select.dispatchEvent(new Event('change', {{ bubbles: true }}));
                    return select.value;
                }})()"
            ))
            .await?;
        if set.as_str() == Some(&rate.to_string()) {
            Ok(())
        } else {
            Err(format!("the page does not offer {rate} bit/s").into())
        }
    }

    /// Opens the port that stands at `index` in the list of granted ports.
    pub async fn connect(&self, index: usize) -> Result<(), Error> {
        // The browser needs a moment to hear of a port that was plugged in.
        let there = "while ((await navigator.serial.getPorts()).length <= args[0]) {
                         await new Promise((again) => setTimeout(again, 20));
                     }";
        self.browser.js(there, vec![json!(index)]).await?;
        self.click("connect").await?;
        self.click_on(&format!("#ports .port[data-index=\"{index}\"]"))
            .await
    }

    /// Types `text` into the field with this id, in place of what is there.
    pub async fn fill(&self, id: &str, text: &str) -> Result<(), Error> {
        self.wait_until(&format!(
            "document.getElementById({id:?})?.disabled === false"
        ))
        .await?;
        self.browser
            .js(
                "const [id, text] = args;
                 const field = document.getElementById(id);
                 field.focus();
                 field.value = text;
                 field.dispatchEvent(new Event('input', { bubbles: true }));
                 field.dispatchEvent(new Event('change', { bubbles: true }));",
                vec![json!(id), json!(text)],
            )
            .await?;
        Ok(())
    }

    /// Opens the first port and waits until its module is known.
    pub async fn connect_to_module(&self) -> Result<Value, Error> {
        self.connect(0).await?;
        self.wait_for_stage("module").await
    }

    /// Chooses a package and waits until the session has read it.
    pub async fn choose_package(&self, file: &Path) -> Result<Value, Error> {
        self.wait_until("document.getElementById('package-file')?.disabled === false")
            .await?;
        let input = self.browser.web.find(By::Id("package-file")).await?;
        input.send_keys(file.display().to_string()).await?;
        self.wait_until("s.package !== null && s.findings.length > 0 || s.problem !== null")
            .await?;
        self.snapshot().await
    }

    /// From the chosen package to the module that waits for the final go.
    pub async fn upload(&self) -> Result<Value, Error> {
        self.click("start-upload").await?;
        self.wait_for_stage("ready").await
    }

    /// Saves the whole page as it looks now: light and dark, narrow and wide.
    pub async fn screenshots(&self, name: &str) -> Result<(), Error> {
        let folder = screenshot_folder();
        fs::create_dir_all(&folder)?;
        for width in WIDTHS {
            for scheme in ["light", "dark"] {
                let file = folder.join(format!("{name}-{scheme}-{width}.png"));
                fs::write(file, self.screenshot(scheme, width).await?)?;
            }
        }
        self.browser
            .devtools("Emulation.clearDeviceMetricsOverride", json!({}))
            .await?;
        self.browser
            .devtools("Emulation.setEmulatedMedia", json!({ "features": [] }))
            .await?;
        Ok(())
    }

    async fn screenshot(&self, scheme: &str, width: u32) -> Result<Vec<u8>, Error> {
        let browser = self.browser;
        browser
            .devtools(
                "Emulation.setEmulatedMedia",
                json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
            )
            .await?;
        browser
            .devtools(
                "Emulation.setDeviceMetricsOverride",
                json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false }),
            )
            .await?;
        // From the top: what sticks to the window would stand in the middle of the picture. Two frames:
        // one to lay out, one to paint.
        browser
            .js(
                "scrollTo(0, 0);
                 await new Promise((done) =>
                     requestAnimationFrame(() => requestAnimationFrame(done)));",
                vec![],
            )
            .await?;
        let metrics = browser.devtools("Page.getLayoutMetrics", json!({})).await?;
        let height = metrics["cssContentSize"]["height"]
            .as_f64()
            .unwrap_or(800.0);
        let image = browser
            .devtools(
                "Page.captureScreenshot",
                json!({
                    "captureBeyondViewport": true,
                    "clip": { "x": 0, "y": 0, "width": width, "height": height, "scale": 1 },
                }),
            )
            .await?;
        Ok(BASE64_STANDARD.decode(image["data"].as_str().unwrap_or_default())?)
    }

    /// Everything that the page must not have done: errors, warnings, violations of its own content
    /// policy, and requests to anybody but its own server.
    pub async fn misdeeds(&self) -> Result<Vec<String>, Error> {
        let web = &self.browser.web;
        let mut found: Vec<String> = web
            .get_log("browser")
            .await?
            .into_iter()
            .filter(|entry| entry.level == "SEVERE" || entry.level == "WARNING")
            .map(|entry| format!("console: {}", entry.message))
            .collect();
        let origin = self.site.origin();
        for entry in web.get_log("performance").await? {
            let event: Value = serde_json::from_str(&entry.message)?;
            let event = &event["message"];
            if event["method"] != "Network.requestWillBeSent" {
                continue;
            }
            let url = event["params"]["request"]["url"]
                .as_str()
                .unwrap_or_default();
            // Before the page there was the browser's own, which is not on the network.
            let on_network = ["http:", "https:", "ws:", "wss:"];
            if on_network.iter().any(|scheme| url.starts_with(scheme))
                && !url.starts_with(&format!("{origin}/"))
            {
                found.push(format!("request to {url}"));
            }
        }
        Ok(found)
    }

    /// Fails if the page did anything of [`Page::misdeeds`]. Every test ends with it.
    pub async fn assert_well_behaved(&self) -> Result<(), Error> {
        let found = self.misdeeds().await?;
        if found.is_empty() {
            Ok(())
        } else {
            Err(found.join("\n").into())
        }
    }
}

/// Where screenshots are kept: in the workspace's target folder.
fn screenshot_folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    target.join("screenshots")
}
