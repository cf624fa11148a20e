//! Where a module can fetch a package from.

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
