//! An HTTP server of a test, with the manners of good and of bad ones.

// Each test file uses its own part of it.
#![allow(dead_code)]

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a server says of one path.
#[derive(Clone, Copy)]
pub enum Says {
    /// The file, or the part that is asked for.
    File,
    /// The whole file, whatever is asked for.
    NoRange,
    /// No size, and the connection's end as that of the file.
    NoLength,
    /// Half of what was announced.
    Half,
    /// A status without a file.
    Status(u16),
    /// Nothing: the connection ends.
    Nothing,
}

/// A server for this test, on a port of its own. Its thread lives as long as the test.
pub struct Server {
    pub port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(files: Vec<(&'static str, Says, Vec<u8>)>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // a client that hangs up is that client's own business
                let _ = answer(stream, &files, &seen);
            }
        });
        Ok(Self { port, requests })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn last_request(&self) -> String {
        let requests = self.requests.lock().expect("no panic in the server");
        requests.last().cloned().unwrap_or_default()
    }
}

fn answer(
    mut stream: TcpStream,
    files: &[(&'static str, Says, Vec<u8>)],
    seen: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut request = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    while !request.ends_with("\r\n\r\n") && reader.read_line(&mut request)? > 0 {}
    seen.lock().expect("no panic here").push(request.clone());
    let path = request.split(' ').nth(1).unwrap_or_default();
    let Some((_, says, bytes)) = files.iter().find(|(name, ..)| *name == path) else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    };
    let size = bytes.len();
    let range = request
        .to_ascii_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes=").map(str::to_owned))
        .filter(|_| matches!(says, Says::File | Says::Half))
        .map(|range| {
            let (first, last) = range.split_once('-').expect("a range");
            let last = last.parse().unwrap_or(size - 1).min(size - 1);
            (first.parse::<usize>().expect("a number"), last)
        });
    let (first, last) = range.unwrap_or((0, size - 1));
    let part = &bytes[first..=last];
    let length = match says {
        Says::NoLength => String::new(),
        _ => format!("Content-Length: {}\r\n", part.len()),
    };
    let head = match (says, range) {
        (Says::Nothing, _) => return Ok(()),
        (Says::Status(status), _) => {
            let head = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n");
            return stream.write_all(format!("{head}Location: /p.bin\r\n\r\n").as_bytes());
        }
        (_, Some(_)) => format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {first}-{last}/{size}\r\n"
        ),
        (_, None) => "HTTP/1.1 200 OK\r\n".to_owned(),
    };
    stream.write_all(format!("{head}{length}Connection: close\r\n\r\n").as_bytes())?;
    let most = match says {
        Says::Half => part.len() / 2,
        _ => part.len(),
    };
    stream.write_all(&part[..most])
}
