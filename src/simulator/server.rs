//! What a module asks of a server, and the pretend server that answers where no mount does.

use super::package::{counted_up, sized_package};
use super::url::{Scheme, Url};

/// What the module wants from a server. The mount fetches it, or the pretend server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Goes back with the answer.
    pub id: u32,
    /// How.
    pub scheme: Scheme,
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// With the `/` at its beginning.
    pub path: String,
    /// User name and password of the URL; empty where it has none.
    pub login: (String, String),
    /// The first byte that is wanted.
    pub from: u64,
    /// How many bytes are wanted; none: all to the end.
    pub length: Option<u64>,
    /// Headers of the request (N2-114).
    pub headers: Vec<(String, String)>,
}

/// What came from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The bytes from [`Fetch::from`] on. Fewer than announced: the connection broke.
    pub bytes: Vec<u8>,
    /// The size of the whole file, as announced.
    pub total: u64,
}

/// Why nothing came from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFailure {
    /// The server's name is not known.
    Name,
    /// The server refuses the connection.
    Refused,
    /// The server does not answer.
    Silent,
    /// The file is not there.
    NotFound,
    /// Another answer than the file.
    Status(u16),
    /// The URL is none.
    Url,
    /// The connection ended before the file did.
    Broken,
}

/// The largest sample that is made.
const SAMPLE: usize = 100_003;

/// A server that is only pretended: for tests, for the demo, and for what no mount fetches.
///
/// Any host has it, but `refused.test` refuses, `silent.test` does not answer, and names that end with
/// `.invalid` are not known. Every scheme and every port will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PretendServer {
    /// Path (with its `/`) and content of each file.
    pub files: Vec<(String, Vec<u8>)>,
    /// The well-known files are there too, made for the version that runs: `/update.bin` and
    /// `/update.zip` fit, `/wrong.bin` is for another version, `/damaged.bin` lacks its end,
    /// `/page.html` is no package, `/short.bin` breaks off on the way, `/large.bin` is too large for
    /// any module.
    pub samples: bool,
    /// A header without which the answer is status 401.
    pub header: Option<(String, String)>,
    /// The login without which the answer is status 530.
    pub login: Option<(String, String)>,
}

impl Default for PretendServer {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            samples: true,
            header: None,
            login: None,
        }
    }
}

impl PretendServer {
    /// What it answers to a module that runs `version`.
    pub(super) fn answer(&self, fetch: &Fetch, version: &str) -> Result<Served, FetchFailure> {
        match fetch.host.as_str() {
            "refused.test" => return Err(FetchFailure::Refused),
            "silent.test" => return Err(FetchFailure::Silent),
            host if host.ends_with(".invalid") => return Err(FetchFailure::Name),
            _ => {}
        }
        if self
            .login
            .as_ref()
            .is_some_and(|login| *login != fetch.login)
        {
            return Err(FetchFailure::Status(530));
        }
        if self
            .header
            .as_ref()
            .is_some_and(|header| !fetch.headers.contains(header))
        {
            return Err(FetchFailure::Status(401));
        }
        if let Some((_, bytes)) = self.files.iter().find(|(path, _)| *path == fetch.path) {
            return part(bytes, bytes.len() as u64, fetch);
        }
        if !self.samples {
            return Err(FetchFailure::NotFound);
        }
        let next = counted_up(version);
        let fitting = || sized_package(version, &next, SAMPLE);
        match fetch.path.as_str() {
            "/update.bin" | "/update.zip" => part(&fitting(), SAMPLE as u64, fetch),
            "/wrong.bin" => part(&sized_package(&next, "X", SAMPLE), SAMPLE as u64, fetch),
            "/damaged.bin" => {
                let most = SAMPLE - 1234;
                part(&fitting()[..most], most as u64, fetch)
            }
            "/page.html" => {
                let page = b"<!DOCTYPE html><title>Log in first</title>";
                part(page, page.len() as u64, fetch)
            }
            "/short.bin" => part(&fitting()[..SAMPLE / 2], SAMPLE as u64, fetch),
            "/large.bin" => Ok(Served {
                bytes: Vec::new(),
                total: 1 << 40,
            }),
            _ => Err(FetchFailure::NotFound),
        }
    }
}

/// The bytes that are asked for.
fn part(bytes: &[u8], total: u64, fetch: &Fetch) -> Result<Served, FetchFailure> {
    if fetch.from > 0 && fetch.from >= total {
        // range not satisfiable
        return Err(FetchFailure::Status(416));
    }
    let from = usize::try_from(fetch.from)
        .unwrap_or(usize::MAX)
        .min(bytes.len());
    let rest = &bytes[from..];
    let most = fetch
        .length
        .and_then(|length| usize::try_from(length).ok())
        .map_or(rest.len(), |length| length.min(rest.len()));
    Ok(Served {
        bytes: rest[..most].to_vec(),
        total,
    })
}

/// A URL of the pretend server that leads to a fitting package.
pub const fn sample_url(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Http => "http://firmware.example:8080/update.bin",
        Scheme::Https => "https://firmware.example:443/update.bin",
        Scheme::Ftp => "ftp://test:secret@firmware.example:21/update.bin",
        Scheme::Ftps => "ftps://test:secret@firmware.example:990/update.bin",
        Scheme::Coap => "coap://firmware.example:5683/update.bin",
        Scheme::Coaps => "coaps://firmware.example:5684/update.bin",
    }
}

impl Fetch {
    pub(super) fn new(
        id: u32,
        url: &Url,
        from: u64,
        length: Option<u64>,
        headers: Vec<(String, String)>,
    ) -> Self {
        Self {
            id,
            scheme: url.scheme,
            host: url.host.clone(),
            port: url.port,
            path: url.path.clone(),
            login: (url.user.clone(), url.password.clone()),
            from,
            length,
            headers,
        }
    }

    /// The URL without its login.
    pub fn url(&self) -> String {
        let Self {
            scheme,
            host,
            port,
            path,
            ..
        } = self;
        format!("{}{host}:{port}{path}", scheme.prefix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(url: &str, from: u64, length: Option<u64>) -> Result<Served, FetchFailure> {
        let url = Url::parse(url).expect("a URL");
        let fetch = Fetch::new(1, &url, from, length, Vec::new());
        PretendServer::default().answer(&fetch, "A01")
    }

    #[test]
    fn a_range_is_a_part_of_the_same_file() {
        let url = sample_url(Scheme::Http);
        let whole = fetch(url, 0, None).expect("served");
        assert_eq!(whole.bytes.len(), SAMPLE);
        let part = fetch(url, 2048, Some(4096)).expect("served");
        assert_eq!(part.bytes, whole.bytes[2048..6144]);
        assert_eq!(part.total, SAMPLE as u64);
        let end = fetch(url, 100_000, Some(4096)).expect("served");
        assert_eq!(end.bytes.len(), 3);
        assert_eq!(fetch(url, 100_003, None), Err(FetchFailure::Status(416)));
    }

    #[test]
    fn the_way_to_the_server_fails_by_its_name() {
        for (url, failure) in [
            ("http://refused.test/update.bin", FetchFailure::Refused),
            ("http://silent.test/update.bin", FetchFailure::Silent),
            ("http://no.such.invalid/update.bin", FetchFailure::Name),
            ("http://a/other.bin", FetchFailure::NotFound),
        ] {
            assert_eq!(fetch(url, 0, None), Err(failure), "{url}");
        }
    }

    #[test]
    fn every_sample_url_is_one_and_names_its_scheme() {
        for scheme in Scheme::ALL {
            let url = Url::parse(sample_url(scheme)).expect("a URL");
            assert_eq!(url.scheme, scheme);
        }
    }
}
