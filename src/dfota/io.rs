//! What goes into the machine and what comes out of it.

#[cfg(feature = "routes")]
use super::{SettingRequest, SourceRequest};
use crate::journal::Entry;
use crate::snapshot::PackageFacts;

/// How a port is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortSettings {
    /// Bits per second.
    pub baud_rate: u32,
    /// RTS/CTS at our end.
    pub flow_control: bool,
    /// Bytes that the browser buffers in each direction.
    pub buffer_size: u32,
    /// The rate is that of a line: not so for the module's own USB.
    pub is_line: bool,
    /// The port was listened to a moment ago, by the small build, and no update is running: it is not
    /// listened to once more.
    pub heard: bool,
}

impl PortSettings {
    /// The rate that modules have from the factory.
    pub const DEFAULT_BAUD_RATE: u32 = 115_200;
    /// The browser's own default of 255 bytes is a trap: URCs overrun it and uploads crawl.
    pub const DEFAULT_BUFFER_SIZE: u32 = 16_384;
    /// The module's own USB takes what it gets at once: nothing lags behind, and more is faster.
    pub const USB_BUFFER_SIZE: u32 = 1 << 18;
}

impl Default for PortSettings {
    fn default() -> Self {
        Self {
            baud_rate: Self::DEFAULT_BAUD_RATE,
            flow_control: false,
            buffer_size: Self::DEFAULT_BUFFER_SIZE,
            is_line: true,
            heard: false,
        }
    }
}

/// The USB ids of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UsbId {
    /// Vendor; Quectel is 2c7c.
    pub vendor: u16,
    /// Product.
    pub product: u16,
}

impl UsbId {
    /// Quectel's vendor id: the port is the module's own USB, not a bridge in front of its UART.
    pub const QUECTEL: u16 = 0x2c7c;
}

/// Why a port did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpenFailure {
    /// Another program holds it, or the system refuses.
    Busy,
    /// Another tab of this page holds it.
    OtherTab,
    /// It is not there.
    Gone,
}

/// Why a package's bytes cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileFlaw {
    /// It is not what it was when it was chosen.
    Changed,
    /// It cannot be read.
    Unreadable,
}

/// What a package is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Digest {
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// The module's 16-bit checksum.
    pub checksum: u16,
}

/// What a person, or a machine in their place, chose.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// Open the chosen port.
    Connect(PortSettings),
    /// Close it.
    Disconnect,
    /// Take this package.
    Package(PackageFacts),
    /// The chosen file cannot be used.
    PackageFlaw(FileFlaw, String),
    #[cfg(feature = "routes")]
    /// Take the package from elsewhere; none: from the chosen file.
    Source(Option<SourceRequest>),
    #[cfg(feature = "routes")]
    /// Ask the module whether it is ready.
    Check,
    #[cfg(feature = "routes")]
    /// Read the module's settings.
    ReadSettings,
    #[cfg(feature = "routes")]
    /// Write one of them.
    WriteSetting(SettingRequest),
    #[cfg(feature = "routes")]
    /// Store a certificate in the module.
    StoreCertificate {
        /// Its place, one of those of the family.
        path: String,
        /// What it holds.
        bytes: Vec<u8>,
    },
    /// Upload it, or have the module fetch it.
    Start {
        /// Although the model is not known.
        unknown_model: bool,
        /// The final go is given already.
        preset_go: bool,
    },
    /// The final go.
    Go,
    /// Stop and undo.
    Cancel,
    /// The person gave the page a port again.
    Reconnect,
    /// Ask the module once more.
    LookAgain,
    /// Back to the module.
    Next,
}

/// What happened outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// A choice.
    Choice(Choice),
    /// The port is open; its USB ids if it has any.
    PortOpened(Option<UsbId>),
    /// The port did not open.
    PortOpenFailed(OpenFailure),
    /// The open port is gone and has been released.
    PortLost,
    /// A port that may be the lost one is there.
    PortReturned,
    /// Bytes from the module.
    Bytes(&'a [u8]),
    /// The port reported a read error that it survived: overrun, framing, parity or break.
    ReadFlaw,
    /// So many bytes of the oldest [`Output::WriteSlice`] were taken by the port; always all of them.
    Written(u32),
    /// Writing failed though the port is still open.
    WriteFailed,
    /// Waiting writes were dropped, as asked.
    Discarded,
    /// The slice that was asked for.
    Slice {
        /// Where it begins in the package.
        offset: u64,
        /// Its bytes.
        bytes: &'a [u8],
    },
    /// A slice could not be read.
    SliceFailed(FileFlaw),
    /// The package was read whole.
    Digest(Result<Digest, FileFlaw>),
    /// Time has passed.
    Tick,
}

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// Open the port.
    Open(PortSettings),
    /// Release it.
    Close,
    /// Write a command.
    Write(Vec<u8>),
    /// Write the slice that was given last, and answer with [`Input::Written`]. The caller still has
    /// its bytes: a copy through here would cost a fast upload a tenth of its rate.
    WriteSlice {
        /// Where it begins.
        offset: u64,
        /// How many bytes.
        length: u32,
    },
    /// Drop what waits to be written, and answer with [`Input::Discarded`].
    DiscardWrites,
    /// Read a slice of the package.
    ReadSlice {
        /// Where it begins.
        offset: u64,
        /// How many bytes.
        length: u32,
    },
    /// Read the whole package and digest it.
    DigestPackage,
    /// A line for the console.
    Entry(Entry),
}
