//! Where the package comes from: the chosen file, a server, or files that the module holds.

use crate::at::{Command, Part, Quoted, Unsendable};
use crate::dfota::context::Context;
use crate::family::{Family, PackageUrl, Scheme, UrlFlaw, limit};
use crate::snapshot::{Problem, ProblemCode, RouteId, SourceFacts, Way};

/// Files of one package.
const MAX_PARTS: usize = 16;

/// What a person typed, not yet checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SourceRequest {
    /// The URL; empty where files are named.
    pub url: String,
    /// How the module shall fetch it.
    pub way: Way,
    /// Bytes of a segment, for [`Way::Segments`].
    pub request_size: String,
    /// Files that the module holds: one path, or the parts of a package in order.
    pub files: Vec<String>,
}

/// Where a package comes from, checked for the family.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// A server.
    Server {
        url: PackageUrl,
        way: Way,
        request_size: u32,
    },
    /// Parts that are copied.
    Parts(Vec<Quoted>),
    /// A file that is started by its path.
    Path(Quoted),
}

impl SourceRequest {
    /// Checks the request for `family`. Nothing that fails here may be sent.
    pub(crate) fn check(&self, family: &Family) -> Result<Source, Problem> {
        if self.files.is_empty() {
            return self.server(family);
        }
        let flaw = |flaw: limit::FileFlaw| match flaw {
            limit::FileFlaw::NoRoute => refused("no-route", None),
            limit::FileFlaw::Place => refused("place", None),
            limit::FileFlaw::NoName => refused("no-name", None),
            limit::FileFlaw::Text(text) => unsendable(text),
        };
        if let ([path], Some(_)) = (&self.files[..], family.file_path) {
            return family.check_path(path).map(Source::Path).map_err(flaw);
        }
        if self.files.len() > MAX_PARTS {
            return Err(refused("too-many", Some(MAX_PARTS)));
        }
        let parts = self.files.iter().map(|name| family.check_copy(name));
        let parts: Vec<Quoted> = parts.collect::<Result<_, _>>().map_err(flaw)?;
        let is_twice = |n: usize| parts[..n].contains(&parts[n]);
        if (0..parts.len()).any(is_twice) {
            return Err(refused("twice", None));
        }
        Ok(Source::Parts(parts))
    }

    fn server(&self, family: &Family) -> Result<Source, Problem> {
        let url = family.check_url(&self.url).map_err(|flaw| {
            let limit = flaw.lengths().map(|(_, limit)| limit);
            refused(flaw.code(), limit)
        })?;
        let is_http = matches!(url.scheme(), Scheme::Http | Scheme::Https);
        let request_size = match self.way {
            Way::Segments => number(limit::REQUEST_SIZE, &self.request_size)?,
            _ => 0,
        };
        match self.way {
            Way::Whole => {}
            // Only the form for HTTP(S) has a breakpoint (N2-020).
            Way::Segments if family.segments && is_http => {}
            Way::Resume | Way::ToFile if family.trigger_mode && is_http => {}
            _ => return Err(refused("way", None)),
        }
        Ok(Source::Server {
            url,
            way: self.way,
            request_size,
        })
    }
}

impl Source {
    /// What the page sees.
    pub(crate) fn facts(&self, family: &Family) -> SourceFacts {
        let (route, text, way, request_size) = match self {
            Self::Server {
                url,
                way,
                request_size,
            } => {
                let size = (*way == Way::Segments).then_some(*request_size);
                (route_of(url.scheme()), url.masked(), *way, size)
            }
            Self::Parts(parts) => {
                let names: Vec<&str> = parts.iter().map(Quoted::as_str).collect();
                (RouteId::Copy, names.join(", "), Way::Whole, None)
            }
            Self::Path(path) => (RouteId::Path, path.as_str().to_owned(), Way::Whole, None),
        };
        let reports = self.reports(family);
        SourceFacts {
            route,
            text,
            way,
            request_size,
            reports,
        }
    }

    /// The module reports how far a download is.
    pub(in crate::dfota) fn reports(&self, family: &Family) -> bool {
        match self {
            Self::Server { url, .. } => family.reports_download(url.scheme()),
            _ => false,
        }
    }

    /// The network is needed (B-rd-7).
    pub(crate) const fn needs_network(&self) -> bool {
        matches!(self, Self::Server { .. })
    }

    /// What came of it before a failure is where the next try begins (N2-093).
    pub(in crate::dfota) const fn is_resumable(&self) -> bool {
        matches!(
            self,
            Self::Server {
                way: Way::Resume,
                ..
            }
        )
    }

    /// The module can tell how much of the package it holds before the final go.
    pub(in crate::dfota) const fn is_counted(&self, family: &Family) -> bool {
        match self {
            Self::Server { .. } => family.trigger_mode,
            Self::Parts(_) => true,
            Self::Path(_) => false,
        }
    }

    /// What makes the module go all the way.
    pub(in crate::dfota) fn start_command(&self, family: &Family) -> Command {
        match self {
            Self::Path(path) => Command::UpdateFromFile(path.clone()),
            Self::Server { url, .. } if !family.trigger_mode => Command::Download {
                url: url.text().clone(),
                from: None,
                size: None,
            },
            _ => Command::StartUpdate,
        }
    }

    /// The command that copies the part with this index.
    pub(crate) fn copy(&self, index: usize) -> Option<Command> {
        let Self::Parts(parts) = self else {
            return None;
        };
        let file = parts.get(index)?.clone();
        let part = Part::of(index, parts.len());
        Some(Command::CopyPart { file, part })
    }
}

/// The way into the module that a server of this kind is.
pub(crate) const fn route_of(scheme: Scheme) -> RouteId {
    match scheme {
        Scheme::Http => RouteId::Http,
        Scheme::Https => RouteId::Https,
        Scheme::Ftp => RouteId::Ftp,
        Scheme::Ftps => RouteId::Ftps,
        Scheme::Coap => RouteId::Coap,
        Scheme::Coaps => RouteId::Coaps,
    }
}

/// The ways into a module of this family.
pub(crate) fn routes(family: &Family) -> Vec<RouteId> {
    let mut routes = Vec::new();
    if family.com_upload {
        routes.push(RouteId::Com);
    }
    if family.file_path.is_some() {
        routes.push(RouteId::File);
    }
    routes.extend(family.routes.iter().map(|scheme| route_of(*scheme)));
    if family.copies {
        routes.push(RouteId::Copy);
    }
    if family.file_path.is_some() {
        routes.push(RouteId::Path);
    }
    routes
}

/// Checks a number as a person typed it.
pub(in crate::dfota) fn number(numbers: limit::Numbers, text: &str) -> Result<u32, Problem> {
    numbers.check(text).map_err(|flaw| {
        let (name, limit) = match flaw {
            limit::NumberFlaw::NoNumber => return refused("no-number", None),
            limit::NumberFlaw::TooSmall(limit) => ("too-small", limit),
            limit::NumberFlaw::TooLarge(limit) => ("too-large", limit),
            limit::NumberFlaw::NoMultiple(limit) => ("no-multiple", limit),
        };
        refused(name, usize::try_from(limit).ok())
    })
}

/// Why a text cannot be sent.
pub(in crate::dfota) fn unsendable(flaw: Unsendable) -> Problem {
    match flaw {
        Unsendable::Control(_) => refused(UrlFlaw::Control.code(), None),
        Unsendable::Quote(_) => refused(UrlFlaw::Quote.code(), None),
        Unsendable::Empty => refused("empty", None),
        Unsendable::Character(_) => refused("character", None),
        Unsendable::TooLong { limit, .. } => refused("too-long", Some(limit)),
    }
}

/// The problem of something that a person typed.
pub(in crate::dfota) fn refused(flaw: &str, limit: Option<usize>) -> Problem {
    Problem {
        code: ProblemCode::SourceRefused,
        number: limit.and_then(|limit| u32::try_from(limit).ok()),
        detail: Some(flaw.to_owned()),
    }
}

impl Context {
    /// Takes a source for the module at hand, or tells what is wrong with it.
    pub(in crate::dfota) fn choose_source(&mut self, request: Option<&SourceRequest>) {
        let chosen = request.map(|request| request.check(self.family()));
        match chosen.transpose() {
            Ok(source) => {
                self.source = source;
                self.problem = None;
            }
            Err(problem) => {
                self.source = None;
                self.problem = Some(problem);
            }
        }
    }
}
