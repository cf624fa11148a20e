//! A static server on loopback with the headers that the page is hosted with.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

/// The variable that names the folder of the built page. `cargo xtask test` sets it.
pub const SITE_VARIABLE: &str = "DELTAPORT_SITE";

/// The folder of the built page.
pub fn built_site() -> io::Result<PathBuf> {
    let folder = std::env::var_os(SITE_VARIABLE).map(PathBuf::from);
    match folder {
        Some(folder) if folder.join("index.html").is_file() => Ok(folder),
        Some(folder) => Err(io::Error::other(format!(
            "{SITE_VARIABLE} names {}, which holds no index.html: build the page with \
             `cargo xtask build`",
            folder.display()
        ))),
        None => Err(io::Error::other(format!(
            "{SITE_VARIABLE} is not set: run the page tests with `cargo xtask test`, or set it to \
             the folder of the built page"
        ))),
    }
}

/// A running server. It ends when the value is dropped.
#[derive(Debug)]
pub struct Site {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Site {
    /// Serves `folder` on a free port of 127.0.0.1.
    pub fn start(folder: &Path) -> io::Result<Self> {
        Self::with_fallback(folder, folder)
    }

    /// The same, with the files of `fallback` where `folder` has none.
    pub fn with_fallback(folder: &Path, fallback: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (folder, fallback) = (folder.to_owned(), fallback.to_owned());
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name("site".into())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        result = site_server::serve(listener, &folder, &fallback) => result,
                        _ = stopped => Ok(()),
                    }
                })
            })?;
        Ok(Self {
            port,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The port on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The origin of the page, without a slash at the end.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && !matches!(thread.join(), Ok(Ok(())))
        {
            eprintln!("testbed: the server of the page ended with an error");
        }
    }
}
