//! The AT language: lines, commands, result codes, unsolicited result codes, and the checksum.

mod acknowledge;
mod answer;
mod answer_line;
mod checksum;
mod command;
mod exchange;
mod fields;
mod line;
mod secret;
mod urc;

pub use acknowledge::{ACKNOWLEDGED, Acknowledgements};
pub use answer::{
    Answer, Apn, DownloadState, File, Header, PowerSaving, Received, Registration, Signal, Sim,
    Strength, Watchdog,
};
pub use answer_line::{ErrorCode, FinalCode, Info, Line};
pub use checksum::Checksum;
pub use command::{Command, Part, Quoted, Setting, Unsendable};
pub use exchange::{Exchange, Failure, Step};
pub use fields::{Field, Fields};
pub use line::{LineSplitter, MAX_LINE};
pub use secret::{masked, secrets};
pub use urc::{FotaEvent, Lwm2mEvent, Transport, Urc};
