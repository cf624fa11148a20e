//! Package URLs, checked for a family before anything is sent.

use super::Family;
use crate::at::{Quoted, masked};

/// The kind of server that a package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http://`
    Http,
    /// `https://`
    Https,
    /// `ftp://`
    Ftp,
    /// `ftps://`
    Ftps,
    /// `coap://`
    Coap,
    /// `coaps://`
    Coaps,
}

const SCHEMES: [Scheme; 6] = [
    Scheme::Http,
    Scheme::Https,
    Scheme::Ftp,
    Scheme::Ftps,
    Scheme::Coap,
    Scheme::Coaps,
];

impl Scheme {
    /// As it stands before `://`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Ftp => "ftp",
            Self::Ftps => "ftps",
            Self::Coap => "coap",
            Self::Coaps => "coaps",
        }
    }

    /// The port that servers of this kind listen at, to be proposed where a URL names none. The notes
    /// have other defaults for some: 80 for HTTPS and CoAP (A3-5).
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Ftp => 21,
            Self::Ftps => 990,
            Self::Coap => 5683,
            Self::Coaps => 5684,
        }
    }

    const fn is_ftp(self) -> bool {
        matches!(self, Self::Ftp | Self::Ftps)
    }

    const fn is_coap(self) -> bool {
        matches!(self, Self::Coap | Self::Coaps)
    }
}

/// A URL that may be sent to a module of the family that it was checked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PackageUrl {
    text: Quoted,
    scheme: Scheme,
    port: Option<u16>,
}

impl PackageUrl {
    /// As it will be sent: the scheme in lower case (A3-3), everything else as it was given.
    pub const fn text(&self) -> &Quoted {
        &self.text
    }

    /// The kind of server.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The port that the URL names. Without one the module takes its note's default, which is not
    /// always what servers listen at (A3-5).
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// For people and logs: user and password hidden.
    pub fn masked(&self) -> String {
        masked(self.text.as_str())
    }
}

/// A part of a URL that has a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrlPart {
    /// The name of the FTP user.
    User,
    /// The FTP user's password.
    Password,
    /// The server's name or address.
    Server,
    /// The path behind the server's slash.
    Path,
}

/// Why a URL cannot be sent to a module of this family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrlFlaw {
    /// Nothing was given.
    Empty,
    /// A control character, e.g. CR, would end the command.
    Control,
    /// A quote would end the value; also curly ones, as pasted from a text (B-dl-9).
    Quote,
    /// A blank, which has no place in a URL.
    Blank,
    /// No `scheme://` in front.
    NoScheme,
    /// A scheme that no module knows.
    UnknownScheme,
    /// A scheme that this family lacks.
    Scheme(Scheme),
    /// User and password where only FTP has them.
    Credentials,
    /// A user without a password, or the other way round.
    HalfCredentials,
    /// No server is named.
    NoServer,
    /// The server's name holds characters that no name or address has.
    Server,
    /// The port is no number from 1 to 65535.
    Port,
    /// CoAP must name its port: the note's default, 80, is none of CoAP's (A3-5, X-15).
    PortMissing,
    /// No path is named.
    NoPath,
    /// More bytes than the note allows.
    TooLong {
        /// Bytes in the URL.
        bytes: usize,
        /// Bytes that the note allows.
        limit: usize,
    },
    /// A part has more bytes than the note allows.
    PartTooLong {
        /// Which one.
        part: UrlPart,
        /// Bytes in it.
        bytes: usize,
        /// Bytes that the note allows.
        limit: usize,
    },
}

impl UrlFlaw {
    /// A stable name, for the words of the page.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Control => "control",
            Self::Quote => "quote",
            Self::Blank => "blank",
            Self::NoScheme => "no-scheme",
            Self::UnknownScheme => "unknown-scheme",
            Self::Scheme(_) => "scheme",
            Self::Credentials => "credentials",
            Self::HalfCredentials => "half-credentials",
            Self::NoServer => "no-server",
            Self::Server => "server",
            Self::Port => "port",
            Self::PortMissing => "port-missing",
            Self::NoPath => "no-path",
            Self::TooLong { .. } => "too-long",
            Self::PartTooLong { part, .. } => match part {
                UrlPart::User => "user-too-long",
                UrlPart::Password => "password-too-long",
                UrlPart::Server => "server-too-long",
                UrlPart::Path => "path-too-long",
            },
        }
    }

    /// The bytes that there are and the bytes that are allowed, for flaws of length.
    pub const fn lengths(self) -> Option<(usize, usize)> {
        match self {
            Self::TooLong { bytes, limit } | Self::PartTooLong { bytes, limit, .. } => {
                Some((bytes, limit))
            }
            _ => None,
        }
    }
}

impl Family {
    /// Checks the URL of a package for this family. Nothing that fails here may be sent.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check_url(&self, text: &str) -> Result<PackageUrl, UrlFlaw> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UrlFlaw::Empty);
        }
        for c in text.chars() {
            match c {
                '"' | '\u{201c}' | '\u{201d}' => return Err(UrlFlaw::Quote),
                c if c.is_control() => return Err(UrlFlaw::Control),
                _ => {}
            }
        }
        let (name, rest) = text.split_once("://").ok_or(UrlFlaw::NoScheme)?;
        let scheme = SCHEMES
            .into_iter()
            .find(|scheme| scheme.name().eq_ignore_ascii_case(name))
            .ok_or(UrlFlaw::UnknownScheme)?;
        if !self.routes.contains(&scheme) {
            return Err(UrlFlaw::Scheme(scheme));
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        // Files on an FTP server may have blanks in their names; elsewhere they are written as %20.
        let strict = if scheme.is_ftp() { authority } else { rest };
        if strict.contains(char::is_whitespace) {
            return Err(UrlFlaw::Blank);
        }
        let (user, password, server) = match authority.rsplit_once('@') {
            None => ("", "", authority),
            Some(_) if !scheme.is_ftp() => return Err(UrlFlaw::Credentials),
            Some((login, server)) => match login.split_once(':') {
                Some((user, password)) if !user.is_empty() && !password.is_empty() => {
                    (user, password, server)
                }
                _ => return Err(UrlFlaw::HalfCredentials),
            },
        };
        let (server, port) = server_and_port(server)?;
        if port.is_none() && scheme.is_coap() {
            return Err(UrlFlaw::PortMissing);
        }
        if path.is_empty() {
            return Err(UrlFlaw::NoPath);
        }
        if let Some(limit) = self.url_part_limit.filter(|_| scheme.is_ftp()) {
            for (part, text) in [
                (UrlPart::User, user),
                (UrlPart::Password, password),
                (UrlPart::Server, server),
                (UrlPart::Path, path),
            ] {
                let bytes = text.len();
                if bytes > limit {
                    return Err(UrlFlaw::PartTooLong { part, bytes, limit });
                }
            }
        }
        let sent = [scheme.name(), "://", rest].concat();
        let limit = self.url_limit;
        let text = Quoted::new(&sent, limit).map_err(|_| UrlFlaw::TooLong {
            bytes: sent.len(),
            limit,
        })?;
        Ok(PackageUrl { text, scheme, port })
    }
}

/// Splits `server:port`; an IPv6 address stands in brackets.
fn server_and_port(text: &str) -> Result<(&str, Option<u16>), UrlFlaw> {
    let (server, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or(UrlFlaw::Server)?;
            if !address
                .bytes()
                .all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
            {
                return Err(UrlFlaw::Server);
            }
            let port = match port.strip_prefix(':') {
                None if !port.is_empty() => return Err(UrlFlaw::Server),
                port => port,
            };
            (address, port)
        }
        None => {
            let (server, port) = match text.rsplit_once(':') {
                Some((server, port)) => (server, Some(port)),
                None => (text, None),
            };
            let is_of_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
            if !server.bytes().all(is_of_name) {
                return Err(UrlFlaw::Server);
            }
            (server, port)
        }
    };
    if server.is_empty() {
        return Err(UrlFlaw::NoServer);
    }
    let port = match port {
        None => None,
        Some(port) => Some(port_number(port).ok_or(UrlFlaw::Port)?),
    };
    Ok((server, port))
}

fn port_number(text: &str) -> Option<u16> {
    // parse alone would take a sign.
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    let port = is_number.then(|| text.parse().ok()).flatten()?;
    (port != 0).then_some(port)
}
