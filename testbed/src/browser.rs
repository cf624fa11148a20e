//! chromedriver and one browser, started on a mocked USB bus.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use rustix::thread::{
    CapabilitySet, capability_is_in_bounding_set, remove_capability_from_bounding_set,
};
use serde_json::{Value, json};
use thirtyfour::common::capabilities::desiredcapabilities::Capabilities;
use thirtyfour::{TimeoutConfiguration, WebDriver};

use crate::display::Display;
use crate::usb::{Bus, PRELOAD};

/// What goes wrong in a test is told in words.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The flag of a browser on a machine without a display.
const HEADLESS: &str = "--headless=new";

/// Flags of a browser that runs as root and calls nobody.
const FLAGS: &[&str] = &[
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // A test has its page in front, but several browsers run at a time.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
];

/// The longest that one call to the browser may take.
const LONGEST_CALL: Duration = Duration::from_secs(120);

/// The longest that a page of the site may take to load.
const PAGE_LOAD: Duration = Duration::from_secs(20);

/// How long chromedriver may take to end before it is killed.
const END: Duration = Duration::from_secs(5);

/// The program `name`: from the environment variable of that purpose, else from the search path.
pub(crate) fn find_program(variable: &str, name: &str, package: &str) -> io::Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable).map(PathBuf::from) {
        return if path.is_file() {
            Ok(path)
        } else {
            Err(io::Error::other(format!(
                "{variable} names {}, which is no file",
                path.display()
            )))
        };
    }
    let search = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&search)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            io::Error::other(format!(
                "{name} is not on the search path: `apt-get install {package}`, or set {variable}"
            ))
        })
}

/// What the browser may do on this system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rights {
    /// What the test may do.
    #[default]
    Ours,
    /// What a person's browser may do: an administrator could open a port that another program holds
    /// for itself alone.
    ///
    /// The browser too holds each port that it opens, and on a pty, other than on a real port, that
    /// stays so after the port was closed: it can then not be opened a second time.
    Persons,
}

/// Runs `start` in a thread whose child processes have these rights.
fn with_rights<R: Send + 'static>(
    rights: Rights,
    start: impl FnOnce() -> R + Send + 'static,
) -> Result<R, Error> {
    let thread = std::thread::spawn(move || {
        let right = CapabilitySet::SYS_ADMIN;
        if rights == Rights::Persons && capability_is_in_bounding_set(right)? {
            remove_capability_from_bounding_set(right)?;
        }
        Ok::<_, io::Error>(start())
    });
    Ok(thread
        .join()
        .map_err(|_| "the starting thread panicked")??)
}

/// A folder that goes when the value is dropped.
#[derive(Debug)]
struct Profile(PathBuf);

impl Profile {
    fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = std::env::temp_dir().join(format!(
            "dpprofile-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        ));
        fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // The browser's last child may still write; what is left is in the temporary folder.
        for _ in 0..20 {
            if fs::remove_dir_all(&self.0).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// chromedriver, in a process group of its own. It and what it started end with the value.
#[derive(Debug)]
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    fn start(bus: &Bus, rights: Rights, display: Option<&Display>) -> Result<Self, Error> {
        let program = find_program("CHROMEDRIVER", "chromedriver", "chromium-driver")?;
        let mut command = Command::new(&program);
        command
            .args(["--port=0", "--log-level=WARNING"])
            .envs(bus.environment())
            .envs(display.map(Display::environment))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        let mut child = with_rights(rights, move || command.spawn())?
            .map_err(|error| format!("{} does not start: {error}", program.display()))?;
        let stdout = child.stdout.take().ok_or("chromedriver has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let mut said = String::new();
        let port = loop {
            let Some(line) = lines.next().transpose()? else {
                break None;
            };
            let port = line
                .rsplit_once("started successfully on port ")
                .and_then(|(_, rest)| rest.trim_end_matches('.').parse().ok());
            if port.is_some() {
                break port;
            }
            said.push_str(&line);
        };
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let driver = Self {
            child,
            port: port.unwrap_or(0),
        };
        if port.is_none() {
            return Err(format!("{} did not start: {said}", program.display()).into());
        }
        // A library that cannot be preloaded is no error to the loader, and the browser would look at
        // the machine's own ports.
        let maps = fs::read_to_string(format!("/proc/{}/maps", driver.child.id()))?;
        if !maps.contains(PRELOAD.trim_end_matches(".0")) {
            return Err(format!("{PRELOAD} is missing: `apt-get install umockdev`").into());
        }
        Ok(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.child);
        let _ = kill_process_group(group, Signal::TERM);
        let start = Instant::now();
        while start.elapsed() < END {
            if let Ok(Some(_)) = self.child.try_wait() {
                // Its browser, if it is still there, is in the same group.
                let _ = kill_process_group(group, Signal::KILL);
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// A browser with a fresh profile that sees the ports of one mocked bus.
#[derive(Debug)]
pub struct Browser {
    /// The session.
    pub web: WebDriver,
    /// Ends the processes before the folder goes that they write to.
    _processes: (Driver, Profile),
}

impl Browser {
    /// Starts chromedriver and a browser whose serial ports are those of `bus`, on a display if there
    /// is one.
    pub async fn start(
        bus: &Bus,
        rights: Rights,
        display: Option<&Display>,
    ) -> Result<Self, Error> {
        let binary = find_program("CHROMIUM", "chromium", "chromium")?;
        let driver = Driver::start(bus, rights, display)?;
        let profile = Profile::new()?;
        let server = format!("http://127.0.0.1:{}", driver.port);
        let mut args: Vec<String> = FLAGS.iter().map(ToString::to_string).collect();
        if display.is_none() {
            args.push(HEADLESS.into());
        }
        args.push(format!("--user-data-dir={}", profile.0.display()));
        let web = WebDriver::builder(server, capabilities(&binary, &args))
            .request_timeout(LONGEST_CALL)
            .connect()
            .await
            .map_err(|error| format!("{} does not start: {error}", binary.display()))?;
        web.update_timeouts(TimeoutConfiguration::new(
            Some(LONGEST_CALL),
            Some(PAGE_LOAD),
            None,
        ))
        .await?;
        Ok(Self {
            web,
            _processes: (driver, profile),
        })
    }

    /// Runs the body of an async function in the page with `args` and answers with its value.
    pub async fn js(&self, body: &str, args: Vec<Value>) -> Result<Value, Error> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const args = [...arguments].slice(0, -1);
             (async () => {{ {body} }})().then(
                 (value) => done({{ value: value === undefined ? null : value }}),
                 (error) => done({{ error: `${{error.name}}: ${{error.message}}` }}),
             );"
        );
        let answer = self.web.execute_async(script, args).await?;
        let answer = answer.json();
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned().into()),
            None => Ok(answer.get("value").cloned().unwrap_or_default()),
        }
    }

    /// Calls the developer tools.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<Value, Error> {
        Ok(self.web.cdp().send_raw(method, parameters).await?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The session ends with its processes. Left alone, the client would ask for its end from
        // inside the runtime and wait for an answer that cannot be read there.
        let _ = self.web.clone().leak();
    }
}

fn capabilities(binary: &Path, args: &[String]) -> Capabilities {
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": binary, "args": args },
        // Errors of the page, and every request that it makes.
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    });
    match capabilities {
        Value::Object(entries) => entries.into(),
        _ => Capabilities::new(),
    }
}
