//! What the simulated module wants from an HTTP server, fetched over a real connection.

use std::io::{self, Read};
use std::net::ToSocketAddrs;
use std::time::Duration;

use deltaport::simulator::{Fetch, FetchFailure, Served};
use ureq::Agent;
use ureq::config::AutoHeaderValue;
use ureq::http::{Response, StatusCode, header};

/// Larger files are cut: no module has room for them.
const LARGEST: u64 = 128 << 20;
// Shorter than the module's own patience with its mount.
const CONNECT: Duration = Duration::from_secs(15);
const ANSWER: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_secs(80);

/// Fetches it, with a range where one is asked for. Takes its time; call it from a thread of its own.
///
/// # Errors
/// Where the server gives no such file; a connection that ends in the middle of one is not an error here.
pub fn fetch(wanted: &Fetch) -> Result<Served, FetchFailure> {
    // beforehand, since the client's error would not tell a name from a connection
    (wanted.host.as_str(), wanted.port)
        .to_socket_addrs()
        .map_err(|_| FetchFailure::Name)?;
    let mut request = agent().get(wanted.url());
    if let Some(range) = range(wanted) {
        request = request.header(header::RANGE, range);
    }
    for (key, value) in &wanted.headers {
        request = request.header(key, value);
    }
    let mut response = request.call().map_err(|error| failure(&error))?;
    let announced = announced(&response, wanted)?;
    let mut bytes = Vec::new();
    // what has come before a connection broke is kept: the module counts it
    let _ = response
        .body_mut()
        .as_reader()
        .take(wanted.length.unwrap_or(LARGEST).min(LARGEST))
        .read_to_end(&mut bytes);
    let total = announced.unwrap_or(wanted.from + bytes.len() as u64);
    Ok(Served { bytes, total })
}

/// A module follows no redirects, and asks no proxy of this computer.
fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent("deltaport-simulated-module")
        .accept_encoding(AutoHeaderValue::None)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(ANSWER))
        .timeout_global(Some(WHOLE))
        .build()
        .new_agent()
}

fn range(wanted: &Fetch) -> Option<String> {
    match (wanted.from, wanted.length) {
        (0, None) => None,
        (from, None) => Some(format!("bytes={from}-")),
        (from, Some(length)) => {
            let last = from.saturating_add(length).saturating_sub(1);
            Some(format!("bytes={from}-{last}"))
        }
    }
}

/// The size of the whole file, where the server tells it.
fn announced<B>(response: &Response<B>, wanted: &Fetch) -> Result<Option<u64>, FetchFailure> {
    let number = |text: &str| text.trim().parse().ok();
    let text = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let status = response.status();
    match status {
        StatusCode::PARTIAL_CONTENT => {
            let (part, total) = text(header::CONTENT_RANGE)
                .and_then(|range| range.strip_prefix("bytes "))
                .and_then(|range| range.split_once('/'))
                .ok_or(FetchFailure::Status(206))?;
            let from = part.split('-').next().and_then(number);
            if from == Some(wanted.from) {
                Ok(number(total))
            } else {
                Err(FetchFailure::Status(206))
            }
        }
        // the whole file, although a later part was asked for
        StatusCode::OK if wanted.from > 0 => Err(FetchFailure::Status(200)),
        StatusCode::OK => Ok(text(header::CONTENT_LENGTH).and_then(number)),
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(FetchFailure::NotFound),
        other => Err(FetchFailure::Status(other.as_u16())),
    }
}

fn failure(error: &ureq::Error) -> FetchFailure {
    match error {
        ureq::Error::HostNotFound => FetchFailure::Name,
        ureq::Error::Timeout(_) => FetchFailure::Silent,
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => FetchFailure::Url,
        ureq::Error::Io(error) => match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => FetchFailure::Silent,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => FetchFailure::Broken,
            _ => FetchFailure::Refused,
        },
        ureq::Error::ConnectionFailed => FetchFailure::Refused,
        _ => FetchFailure::Broken,
    }
}
