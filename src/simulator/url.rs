//! The URLs of packages, as the module reads them.

/// How a package is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `http://`.
    Http,
    /// `https://`.
    Https,
    /// `ftp://`.
    Ftp,
    /// `ftps://`.
    Ftps,
    /// `coap://`.
    Coap,
    /// `coaps://`.
    Coaps,
}

/// The kinds of transfer, each with its own names of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    Http,
    Coap,
    Ftp,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Http,
        Self::Https,
        Self::Ftp,
        Self::Ftps,
        Self::Coap,
        Self::Coaps,
    ];

    /// As a URL begins.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Http => "http://",
            Self::Https => "https://",
            Self::Ftp => "ftp://",
            Self::Ftps => "ftps://",
            Self::Coap => "coap://",
            Self::Coaps => "coaps://",
        }
    }

    /// The port that the notes give where the URL has none, odd as it is (A3-5).
    const fn port(self) -> u16 {
        match self {
            Self::Http | Self::Https | Self::Coap | Self::Coaps => 80,
            Self::Ftp | Self::Ftps => 21,
        }
    }

    pub(super) const fn transfer(self) -> Transfer {
        match self {
            Self::Http | Self::Https => Transfer::Http,
            Self::Coap | Self::Coaps => Transfer::Coap,
            Self::Ftp | Self::Ftps => Transfer::Ftp,
        }
    }

    /// The scheme that a URL begins with, in any case.
    pub(super) fn of(url: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| {
            url.get(..scheme.prefix().len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme.prefix()))
        })
    }
}

impl Transfer {
    pub(super) const fn start(self) -> &'static str {
        match self {
            Self::Http => "HTTPSTART",
            Self::Coap => "COAPSTART",
            Self::Ftp => "FTPSTART",
        }
    }

    pub(super) const fn end(self) -> &'static str {
        match self {
            Self::Http => "HTTPEND",
            Self::Coap => "COAPEND",
            Self::Ftp => "FTPEND",
        }
    }
}

/// A URL in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) scheme: Scheme,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) host: String,
    pub(super) port: u16,
    /// With its `/`.
    pub(super) path: String,
}

impl Url {
    /// None where it is no URL, or its port is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let scheme = Scheme::of(text)?;
        let rest = &text[scheme.prefix().len()..];
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (login, server) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, port) = match server.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (server, scheme.port()),
        };
        let plain = |c: char| c.is_ascii_graphic() && c != ':' && c != '"';
        if host.is_empty() || !host.chars().all(plain) || port == 0 {
            return None;
        }
        Some(Self {
            scheme,
            user: user.to_owned(),
            password: password.to_owned(),
            host: host.to_owned(),
            port,
            path: if path.is_empty() { "/" } else { path }.to_owned(),
        })
    }

    /// The longest of its parts, in bytes (N3-13).
    pub(super) fn longest_part(&self) -> usize {
        let path = self.path.len().saturating_sub(1);
        path.max(self.host.len())
            .max(self.user.len())
            .max(self.password.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let url = Url::parse("FTP://test:a:b@192.0.2.2:8309/TEST1/upgrade.bin").expect("a URL");
        assert_eq!(url.scheme, Scheme::Ftp);
        assert_eq!((url.user.as_str(), url.password.as_str()), ("test", "a:b"));
        assert_eq!((url.host.as_str(), url.port), ("192.0.2.2", 8309));
        assert_eq!(url.path, "/TEST1/upgrade.bin");
        let url = Url::parse("coap://example.com").expect("a URL");
        assert_eq!((url.port, url.path.as_str()), (80, "/"));
    }

    #[test]
    fn what_names_no_server_is_no_url() {
        for text in [
            "http://",
            "http:///a",
            "http://a:0/b",
            "http://a:65536/b",
            "http://a:x/b",
            "http://a:/b",
            "gopher://a/b",
            "a/b",
            "",
        ] {
            assert_eq!(Url::parse(text), None, "{text}");
        }
    }
}
