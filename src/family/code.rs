//! Result codes: what each family's tables know of a number. The words are the page's.

use super::Family;
use crate::at::Transport;

/// The table that a number belongs to. The same number means something else in another table and in
/// another family (A4-1, A4-2, A4-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// The end of a download, e.g. HTTPEND.
    Download(Transport),
    /// END.
    Update,
    /// `+CME ERROR`, where the command was `AT+QFOTADL`.
    Cme,
}

/// What would have shown the trouble beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// Registration, signal, address and APN: the way to any server.
    Network,
    /// The URL's form.
    Url,
    /// The server, the path and the user on it: nothing that the module can look at.
    Server,
    /// The size of the package beside the room for it.
    Room,
    /// The version that the package starts from, and the model.
    Package,
    /// Whether a package is there at all.
    Stored,
    /// What the module is doing already.
    Busy,
    /// Supply and cable.
    Power,
    /// The values of the command.
    Command,
}

/// What is known of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// The same may work at the next try, without anything being changed (B-dl-7).
    pub retryable: bool,
    /// What would have shown it.
    pub check: Option<Check>,
}

impl Code {
    const fn new(check: Option<Check>) -> Self {
        Self {
            retryable: false,
            check,
        }
    }

    /// The way to the server gave in; it may hold next time.
    const WAY: Self = Self {
        retryable: true,
        check: Some(Check::Network),
    };
}

/// Numbers of a table that share what is known of them: the first and the last of them.
type Rows = &'static [(u16, u16, Code)];

/// The tables of a family.
#[derive(Debug, PartialEq, Eq)]
pub struct Tables {
    pub(super) http: Rows,
    pub(super) ftp: Rows,
    pub(super) coap: Rows,
    pub(super) update: Rows,
    pub(super) cme: Rows,
}

const NOTHING: Code = Code::new(None);
const PACKAGE: Code = Code::new(Some(Check::Package));
const ROOM: Code = Code::new(Some(Check::Room));
const BUSY: Code = Code::new(Some(Check::Busy));
const STORED: Code = Code::new(Some(Check::Stored));
const SERVER: Code = Code::new(Some(Check::Server));

/// N2, table 2.
const BG95_DOWNLOAD: Rows = &[
    (0, 0, NOTHING),
    (701, 702, Code::WAY),
    (703, 703, SERVER),
    (704, 704, Code::WAY),
    (705, 705, Code::new(Some(Check::Url))),
    (706, 706, SERVER),
    (707, 708, ROOM),
    (709, 709, NOTHING),
    (710, 710, PACKAGE),
    (711, 711, Code::WAY),
    // A part has come, more are to follow (A4-7).
    (712, 712, NOTHING),
];

/// N2, tables 2 to 4.
pub(super) const BG95_CODES: Tables = Tables {
    http: BG95_DOWNLOAD,
    ftp: BG95_DOWNLOAD,
    coap: BG95_DOWNLOAD,
    update: &[
        (0, 0, NOTHING),
        (504, 504, Code::new(Some(Check::Power))),
        (505, 505, STORED),
        (506, 507, PACKAGE),
        (508, 508, ROOM),
        (509, 509, NOTHING),
        (510, 511, PACKAGE),
        (512, 512, NOTHING),
    ],
    cme: &[
        (590, 590, Code::new(Some(Check::Command))),
        (591, 591, BUSY),
        (592, 592, NOTHING),
        (593, 593, STORED),
        (594, 594, NOTHING),
    ],
};

/// N3, tables 3 to 5.
pub(super) const EG06XK_CODES: Tables = Tables {
    http: &[(0, 0, NOTHING), (701, 701, Code::WAY)],
    ftp: &[(0, 0, NOTHING), (601, 601, Code::WAY)],
    coap: &[],
    update: &[
        (0, 0, NOTHING),
        // The module itself tries again (A2-6).
        (
            502,
            502,
            Code {
                retryable: true,
                check: None,
            },
        ),
        (504, 505, PACKAGE),
        (510, 510, PACKAGE),
        (511, 511, ROOM),
        (520, 530, NOTHING),
        (540, 546, NOTHING),
    ],
    cme: &[],
};

/// N1, tables 2 and 3.
pub(super) const BC660K_CODES: Tables = Tables {
    http: &[
        (0, 1, NOTHING),
        (2, 2, SERVER),
        (12, 13, Code::WAY),
        (99, 99, Code::WAY),
        (100, 100, NOTHING),
        (101, 101, ROOM),
    ],
    ftp: &[],
    coap: &[],
    update: &[(0, 0, NOTHING), (255, 255, PACKAGE)],
    cme: &[],
};

/// N4 and N5, table 2: `<err>` stands for END and for `+CME ERROR` alike (A4-4).
const BC26_UPDATE: Rows = &[(0, 1, NOTHING), (2, 2, BUSY), (254, 255, PACKAGE)];

/// N4 and N5, tables 1 and 2.
pub(super) const BC26_CODES: Tables = Tables {
    http: &[(0, 0, NOTHING), (12, 13, Code::WAY), (20, 20, Code::WAY)],
    ftp: &[],
    coap: &[],
    update: BC26_UPDATE,
    cme: BC26_UPDATE,
};

impl Family {
    /// What is known of `number` in `table`; none if the family's note does not list it (A4-8).
    pub fn code(&self, table: Table, number: u32) -> Option<Code> {
        let codes = &self.codes;
        // In N2 some forms answer with numbers of the other table (A4-5).
        let (first, second) = match table {
            Table::Download(Transport::Http) => (codes.http, codes.http),
            Table::Download(Transport::Ftp) => (codes.ftp, codes.ftp),
            Table::Download(Transport::Coap) => (codes.coap, codes.coap),
            Table::Update => (codes.update, codes.cme),
            Table::Cme if codes.cme.is_empty() => return None,
            Table::Cme => (codes.cme, codes.update),
        };
        first
            .iter()
            .chain(second)
            .find(|(from, to, _)| (u32::from(*from)..=u32::from(*to)).contains(&number))
            .map(|(_, _, code)| *code)
    }

    /// END with this number may not be the end: the module tries again by itself (A2-6).
    pub const fn retries_after(&self, number: u32) -> bool {
        self.retries > 0 && number == 502
    }
}
