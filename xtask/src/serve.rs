//! The page on this machine, for whoever works on it or tries it.

use std::io::{ErrorKind, IsTerminal};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{build, process, repository};

/// Where the page is served unless another port is asked for.
pub const DEFAULT_PORT: u16 = 8123;

/// Builds the site and serves it on the loopback address until the program is ended.
///
/// The page's own files come straight from `www`, not minified, so an edit shows at the next reload.
/// The wasm modules with their glue come from the site.
///
/// # Errors
/// When the site cannot be built or the port is taken.
pub fn serve(port: u16, open: bool) -> Result<()> {
    // Taken before the build, so that a port in use is known at once.
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {port} is in use, perhaps by this command in another terminal. \
             Choose another: cargo xtask serve --port {}",
            port.saturating_add(1)
        ),
        result => result.with_context(|| format!("cannot listen on 127.0.0.1:{port}"))?,
    };
    let site = build::site()?;
    let address = format!("http://{}/", listener.local_addr()?);
    println!("Deltaport is served at {address} (Ctrl-C ends it)");
    if open {
        open_browser(&address);
    }
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(site_server::serve(listener, &repository::page(), &site))?;
    Ok(())
}

/// Shows the page to the person at this terminal, if there is one and a desktop around it.
fn open_browser(address: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let desktop = cfg!(any(target_os = "macos", windows))
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some());
    if !std::io::stdout().is_terminal() || !desktop || process::find(opener).is_none() {
        return;
    }
    // A convenience only: the address stands on the screen.
    let _ = Command::new(opener)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}
