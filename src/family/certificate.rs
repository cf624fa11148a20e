//! The files that a module looks for when it makes a secure connection: N2 alone defines them.

use super::{Family, Scheme};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The root certificate, which the server is checked against.
    Root,
    /// The module's own certificate.
    Client,
    /// The key to that.
    Key,
    /// A key that server and module share.
    SharedKey,
}

/// A file that `AT+QFUPL` puts where the module looks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The kind of server that it is for.
    pub scheme: Scheme,
    /// What it is for.
    pub role: Role,
    /// Its place, in the form that public tools for these modules use; the note gives the folders
    /// and leaves this open.
    pub path: &'static str,
    /// The note's names for root and client look as if they had been mixed up (A3-26): to be told.
    pub doubtful: bool,
}

const fn of(scheme: Scheme, role: Role, path: &'static str) -> Certificate {
    Certificate {
        scheme,
        role,
        path,
        doubtful: matches!((scheme, role), (Scheme::Coaps, Role::Root | Role::Client)),
    }
}

/// N2, 2.2.5.1 to 2.2.5.3 (N2-035, N2-044, N2-053).
pub(super) const BG95_CERTIFICATES: &[Certificate] = &[
    of(Scheme::Https, Role::Root, "EUFS:/datatx/fota_cacert.pem"),
    of(
        Scheme::Https,
        Role::Client,
        "EUFS:/datatx/fota_client_cert.pem",
    ),
    of(Scheme::Https, Role::Key, "EUFS:/datatx/fota_client_key.pem"),
    of(Scheme::Ftps, Role::Root, "EUFS:/datatx/ftp_fota_cacert.pem"),
    of(
        Scheme::Ftps,
        Role::Client,
        "EUFS:/datatx/ftp_fota_client_cert.pem",
    ),
    of(
        Scheme::Ftps,
        Role::Key,
        "EUFS:/datatx/ftp_fota_client_key.pem",
    ),
    of(Scheme::Coaps, Role::Root, "EUFS:/datatx/ssl/coap-cert.pem"),
    of(
        Scheme::Coaps,
        Role::Client,
        "EUFS:/datatx/ssl/coap-cacert.pem",
    ),
    of(Scheme::Coaps, Role::Key, "EUFS:/datatx/ssl/coap-key.pem"),
    of(
        Scheme::Coaps,
        Role::SharedKey,
        "EUFS:/datatx/ssl/coap_fota.psk",
    ),
];

impl Family {
    /// The files for servers of this kind, in the order of the note.
    pub fn certificates_for(&self, scheme: Scheme) -> impl Iterator<Item = &'static Certificate> {
        let files = self.certificates.iter();
        files.filter(move |file| file.scheme == scheme)
    }
}
