//! Everything that one page test needs, put together.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deltaport::simulator::{Link, Settings, Simulator};
use serde_json::json;

use crate::browser::{Browser, Error, Rights};
use crate::display::Display;
use crate::page::Page;
use crate::policy::Policy;
use crate::pty::{Device, Event, Mount};
use crate::site::{Site, built_site};
use crate::usb::{Bus, Identity};

/// A page on a server, a browser that may use serial ports there, and a USB bus to plug ports into.
#[derive(Debug)]
pub struct Bed {
    /// The browser, not yet on any page.
    pub browser: Browser,
    /// The server of the page.
    pub site: Site,
    /// Where the browser shows itself, if it does.
    pub display: Option<Display>,
    bus: Arc<Bus>,
    _policy: Option<Policy>,
}

impl Bed {
    /// A bed that serves `folder`.
    pub async fn start(folder: &Path) -> Result<Self, Error> {
        Self::with_rights(folder, Rights::Ours).await
    }

    /// The same with a browser of these rights.
    pub async fn with_rights(folder: &Path, rights: Rights) -> Result<Self, Error> {
        Self::with_site(Site::start(folder)?, rights).await
    }

    /// The same for a site that is served already.
    pub async fn with_site(site: Site, rights: Rights) -> Result<Self, Error> {
        let bus = Arc::new(Bus::new()?);
        // The browser reads policies when it starts.
        let policy = Policy::allow_all_ports(site.port())?;
        let browser = live_browser(&bus, rights, None, &site).await?;
        Ok(Self {
            browser,
            site,
            display: None,
            bus,
            _policy: Some(policy),
        })
    }

    /// A bed that serves the built page to a browser on a display. No port is granted beforehand.
    pub async fn with_chooser() -> Result<Self, Error> {
        let bus = Arc::new(Bus::new()?);
        let site = Site::start(&built_site()?)?;
        let display = Display::start()?;
        let browser = live_browser(&bus, Rights::Ours, Some(&display), &site).await?;
        Ok(Self {
            browser,
            site,
            display: Some(display),
            bus,
            _policy: None,
        })
    }

    /// A bed that serves the built page.
    pub async fn with_page() -> Result<Self, Error> {
        Self::start(&built_site()?).await
    }

    /// Loads the page.
    pub async fn page(&self) -> Result<Page<'_>, Error> {
        Page::open(&self.browser, &self.site).await
    }

    /// Loads the page with a clock that can jump ahead, see [`Page::skip`].
    pub async fn page_with_clock(&self) -> Result<Page<'_>, Error> {
        let script = json!({ "source": include_str!("clock.js") });
        self.browser
            .devtools("Page.addScriptToEvaluateOnNewDocument", script)
            .await?;
        self.page().await
    }

    /// Plugs in the simulated module, behind a bridge or on its own USB as the settings say.
    pub fn attach_module(&self, settings: &Settings) -> io::Result<Cable<Simulator>> {
        let identity = match settings.link {
            Link::Uart => Identity::bridge(),
            Link::Usb => Identity {
                vendor: settings.model.vendor,
                product: settings.model.product,
                ..Identity::bg95()
            },
        };
        let settings = settings.clone();
        self.attach(0, identity, move |now| Simulator::new(settings, now))
    }

    /// Plugs a device into the mocked bus, as `ttyUSB<index>`.
    pub fn attach<D: Device>(
        &self,
        index: u32,
        identity: Identity,
        build: impl FnOnce(deltaport::time::Instant) -> D + Send + 'static,
    ) -> io::Result<Cable<D>> {
        let history = Arc::new(History::default());
        let bus = Arc::clone(&self.bus);
        let log = Arc::clone(&history);
        let mount = Mount::start(build, move |event| {
            let result = match &event {
                Event::Plugged { path, ids } => {
                    let mut identity = identity.clone();
                    if let Some((vendor, product)) = *ids {
                        identity.vendor = vendor;
                        identity.product = product;
                    }
                    bus.plug(index, &identity, path)
                }
                Event::Unplugged => bus.unplug(index),
                Event::Opened { .. } | Event::Closed => Ok(()),
            };
            if let Err(error) = result {
                eprintln!("testbed: {event:?} could not be passed on: {error}");
            }
            log.add(event);
        })?;
        let cable = Cable { mount, history };
        cable.wait_for("the pty", |events| !events.is_empty())?;
        Ok(cable)
    }
}

/// A browser that has shown the site once.
///
/// Under the preload library a process that the browser forks now and then never begins to work. It
/// shows before the test begins: whatever the page does wrong, it does again when the test loads it.
async fn live_browser(
    bus: &Bus,
    rights: Rights,
    display: Option<&Display>,
    site: &Site,
) -> Result<Browser, Error> {
    const STARTS: usize = 3;
    let mut last = None;
    for _ in 0..STARTS {
        let browser = Browser::start(bus, rights, display).await?;
        match browser.web.goto(site.origin()).await {
            Ok(()) => return Ok(browser),
            Err(error) => {
                eprintln!("testbed: a browser that shows nothing is started anew: {error}");
                last = Some(error);
            }
        }
    }
    Err(last.map_or_else(|| "no browser was started".into(), Error::from))
}

/// The simulated module of this scenario, thirty times as hasty as a real one.
pub fn hasty(scenario: &str) -> Result<Settings, Error> {
    let settings = Settings::scenario(scenario)
        .ok_or_else(|| format!("the simulator has no scenario {scenario:?}"))?;
    Ok(Settings {
        haste: 30,
        ..settings
    })
}

#[derive(Debug, Default)]
struct History {
    events: Mutex<Vec<Event>>,
    grown: Condvar,
}

impl History {
    fn add(&self, event: Event) {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event);
        self.grown.notify_all();
    }
}

/// A device, and everything that happened on its port.
pub struct Cable<D: Device> {
    /// The device on its pty.
    pub mount: Mount<D>,
    history: Arc<History>,
}

impl<D: Device> Cable<D> {
    /// What happened on the port so far.
    pub fn events(&self) -> Vec<Event> {
        self.history
            .events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The slave's path now, or the last one that there was.
    pub fn path(&self) -> Option<PathBuf> {
        self.events()
            .into_iter()
            .rev()
            .find_map(|event| match event {
                Event::Plugged { path, .. } => Some(path),
                _ => None,
            })
    }

    /// Waits until the events fulfil `condition`. `what` names it in the error.
    pub fn wait_for(&self, what: &str, condition: impl Fn(&[Event]) -> bool) -> io::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut events = self
            .history
            .events
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        while !condition(&events) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::other(format!(
                    "{what} did not come in 10 s; so far: {events:?}"
                )));
            }
            events = self
                .history
                .grown
                .wait_timeout(events, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        Ok(())
    }
}
