//! The five vendor notes, as far as they differ in data: forms, limits, codes.

use super::fault::{NetworkFlaw, PercentStyle};
use super::package::Flaw;
use super::server::FetchFailure;
use super::url::{Scheme, Transfer};

/// The vendor note that a module follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// BC660K-GL.
    N1,
    /// BG95, BG77 and BG600L-M3.
    N2,
    /// EG065K-NA, EG060K-EA, EM120K-GL, EG120K-EA and EM060K-GL.
    N3,
    /// BC20, the note of 2018.
    N4,
    /// BC26 and BC20, the note of 2019.
    N5,
}

/// Why a download fails, before anything of it is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The network: there is none, or it is lost on the way.
    Network(NetworkFlaw),
    /// The connection broke on the way.
    Broken,
    /// The server, or the way to it.
    Server(FetchFailure),
    /// More than the module has room for.
    TooLarge,
    /// The whole package is here and is none.
    Check,
}

/// What a note says in data. What it does in another order is in the code of the update.
pub(super) struct Dialect {
    pub(super) manufacturer: &'static str,
    /// What comes before the model's name in ATI.
    pub(super) name_prefix: &'static str,
    /// What comes before the answer to `AT+CGMR`.
    pub(super) revision_label: &'static str,
    /// The longest URL, in bytes; and the longest of its parts.
    pub(super) url_limit: usize,
    pub(super) part_limit: usize,
    pub(super) schemes: &'static [Scheme],
    /// How progress is printed; none: not at all.
    pub(super) downloading: Option<PercentStyle>,
    pub(super) download_step: u8,
    pub(super) updating: PercentStyle,
    pub(super) update_step: u64,
    /// The first progress report is 0.
    pub(super) from_zero: bool,
    /// `AT+QSCLK` and `AT+CPSMS` of a module from the factory.
    pub(super) sleep: u8,
    pub(super) power_saving: &'static str,
    /// `AT+IPR=0`.
    pub(super) autobaud: bool,
    pub(super) csq: &'static str,
    pub(super) cesq: &'static str,
    /// The state of registration that each command reads; none: the command is not known.
    pub(super) cereg: u8,
    pub(super) cgreg: Option<u8>,
    pub(super) creg: Option<u8>,
    pub(super) operator: &'static str,
    /// The context that has an address, and the address.
    pub(super) context: u8,
    pub(super) address: &'static str,
}

const N1: Dialect = Dialect {
    manufacturer: "Quectel_Ltd",
    name_prefix: "Quectel_",
    revision_label: "Revision: ",
    url_limit: 255,
    part_limit: usize::MAX,
    schemes: &[Scheme::Http],
    downloading: Some(PercentStyle::Blank),
    download_step: 1,
    updating: PercentStyle::Parts,
    update_step: 1,
    from_zero: true,
    sleep: 1,
    power_saving: "1,,,\"01000001\",\"00100011\"",
    autobaud: true,
    csq: "24,0",
    cesq: "99,99,255,255,22,58",
    cereg: 1,
    cgreg: None,
    creg: Some(1),
    operator: "0,2,\"46011\",9",
    context: 0,
    address: "11.102.241.134",
};

const N2: Dialect = Dialect {
    manufacturer: "Quectel",
    name_prefix: "",
    revision_label: "",
    url_limit: 700,
    part_limit: usize::MAX,
    schemes: &[
        Scheme::Http,
        Scheme::Https,
        Scheme::Coap,
        Scheme::Coaps,
        Scheme::Ftp,
        Scheme::Ftps,
    ],
    downloading: Some(PercentStyle::Sign),
    download_step: 5,
    updating: PercentStyle::Sign,
    update_step: 4,
    from_zero: false,
    sleep: 0,
    power_saving: "0,,,\"00100011\",\"00000001\"",
    autobaud: false,
    csq: "26,99",
    cesq: "99,99,255,255,24,60",
    cereg: 1,
    // as in the note's examples
    cgreg: Some(4),
    creg: Some(4),
    operator: "0,0,\"Simulated\",8",
    context: 1,
    address: "10.99.156.229",
};

const N3: Dialect = Dialect {
    url_limit: 100,
    part_limit: 50,
    schemes: &[Scheme::Http, Scheme::Https, Scheme::Ftp],
    downloading: None,
    updating: PercentStyle::Bare,
    update_step: 1,
    power_saving: "0",
    csq: "28,99",
    cesq: "99,99,255,255,26,66",
    cgreg: Some(1),
    creg: Some(1),
    operator: "0,0,\"Simulated\",7",
    ..N2
};

const N4: Dialect = Dialect {
    revision_label: "",
    updating: PercentStyle::Blank,
    from_zero: false,
    downloading: Some(PercentStyle::Blank),
    cesq: "47,6,255,255,0,54",
    creg: None,
    context: 1,
    address: "100.75.72.128",
    ..N1
};

const N5: Dialect = Dialect {
    updating: PercentStyle::Parts,
    downloading: Some(PercentStyle::Sign),
    ..N4
};

impl Note {
    pub(super) const fn dialect(self) -> &'static Dialect {
        match self {
            Self::N1 => &N1,
            Self::N2 => &N2,
            Self::N3 => &N3,
            Self::N4 => &N4,
            Self::N5 => &N5,
        }
    }

    /// How the note's own example prints the name of an event (A1-3, A1-4).
    pub(super) fn printed(self, event: &str) -> &str {
        match (self, event) {
            (Self::N3, "HTTPEND") => "HTTPEnd",
            (Self::N4 | Self::N5, "HTTPSTART") => "HTTPTART",
            _ => event,
        }
    }

    /// Its example has blanks after the commas of this event (A1-6).
    pub(super) fn has_blanks(self, event: &str) -> bool {
        match self {
            Self::N1 => event == "END",
            Self::N3 => !matches!(event, "FTPSTART" | "FTPEND"),
            Self::N2 | Self::N4 | Self::N5 => false,
        }
    }

    /// A module for NB-IoT: sleeps, has a UART only, and takes packages from HTTP servers only.
    pub(super) const fn is_nb_iot(self) -> bool {
        matches!(self, Self::N1 | Self::N4 | Self::N5)
    }

    /// The code at the end of a download that failed.
    pub(super) fn download_code(self, transfer: Transfer, trouble: Trouble) -> u16 {
        use FetchFailure::{Broken, Name, NotFound, Refused, Silent, Status, Url};
        match self {
            Self::N1 => match trouble {
                Trouble::Network(_) => 99,
                Trouble::Broken => 13,
                Trouble::Server(Name) => 2,
                Trouble::Server(Status(_)) => 1,
                Trouble::TooLarge => 101,
                Trouble::Server(_) | Trouble::Check => 12,
            },
            Self::N2 => match trouble {
                Trouble::Network(_) | Trouble::Broken => 711,
                Trouble::Server(Name | Refused) => 702,
                Trouble::Server(Status(_) | Broken) => 703,
                Trouble::Server(Silent) => 704,
                Trouble::Server(Url) => 705,
                Trouble::Server(NotFound) => 706,
                Trouble::TooLarge => 708,
                Trouble::Check => 710,
            },
            Self::N3 => match transfer {
                Transfer::Ftp => 601,
                Transfer::Http | Transfer::Coap => 701,
            },
            Self::N4 | Self::N5 => match trouble {
                Trouble::Network(NetworkFlaw::Activating) => 20,
                Trouble::Network(_) | Trouble::Broken => 13,
                Trouble::Server(_) | Trouble::TooLarge | Trouble::Check => 12,
            },
        }
    }

    /// The code at the end of an update with a package that does not do.
    pub(super) const fn update_code(self, flaw: Flaw) -> u16 {
        match (self, flaw) {
            (Self::N1, _) => 255,
            (Self::N2, Flaw::Missing) => 505,
            (Self::N2, Flaw::Damaged) => 506,
            (Self::N2, Flaw::OtherVersion) => 511,
            (Self::N3, Flaw::OtherVersion) => 505,
            (Self::N3, _) => 504,
            (Self::N4 | Self::N5, Flaw::OtherVersion) => 254,
            (Self::N4 | Self::N5, _) => 255,
        }
    }
}
