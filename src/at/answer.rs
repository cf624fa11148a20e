//! What the answers to commands say.

use super::answer_line::Info;
use super::fields::{Field, Fields};

/// What a command's information lines said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The numbers of the last information line, in order.
    pub numbers: Vec<u64>,
    /// The bare text lines of an identity command; of other commands the values of each line, as they
    /// stand.
    pub text: Vec<String>,
}

/// Whether the network has let the module in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Registration {
    /// In the home network, or roaming: both are as good (B-rd-2).
    In {
        /// In a network that is not the SIM's own.
        roaming: bool,
    },
    /// Not yet: the module searches.
    Searching,
    /// The network refused.
    Denied,
    /// No, and it does not even search; also every state that is not known.
    Out,
}

/// What the SIM says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sim {
    /// There and open.
    Ready,
    /// It wants its PIN.
    Pin,
    /// It is locked: PUK.
    Puk,
    /// Something else, in words that are not known.
    Other,
}

/// How good the signal is. The limits are ours (inferred): NB-IoT works with little (B-rd-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strength {
    /// The module cannot tell.
    Unknown,
    /// A download may break off.
    Weak,
    /// It will do.
    Fair,
    /// Nothing to fear.
    Good,
}

/// The signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signal {
    /// dBm: RSSI, or RSRP where the network is LTE or NB-IoT.
    pub dbm: Option<i16>,
    /// The same as a word.
    pub strength: Strength,
}

/// Power saving and its timers, so that what was found can be restored as it was (B-rd-1, X-24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PowerSaving {
    /// The module saves power.
    pub on: bool,
    /// Its four timers, as the network codes them in eight binary digits.
    pub timers: [Option<u8>; 4],
}

impl PowerSaving {
    /// The module stays awake.
    pub const OFF: Self = Self {
        on: false,
        timers: [None; 4],
    };
}

/// `AT+QFOTADL?` (N2-080, N2-081, A3-12)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DownloadState {
    /// No download was started.
    Idle,
    /// The module is downloading.
    Running,
    /// A package was downloaded.
    Complete,
    /// Stopped half-way, or failed; so many bytes are stored.
    Stopped(Option<u32>),
    /// A state that the note does not know.
    Other(u32),
}

/// `"fota_apn"` (N2-110)
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Apn {
    /// 0: IPv4, 1: IPv6, 2: both (N2-112).
    pub ip_family: u8,
    /// The APN.
    pub apn: String,
    /// Its user.
    pub user: String,
    /// Its user's password.
    pub password: String,
}

/// An HTTP header (N2-114).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Its name.
    pub key: String,
    /// What it says.
    pub value: String,
}

/// `"fota_wd_gpio"` (N2-118)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Watchdog {
    /// The pin is fed.
    pub on: bool,
    /// The pin, as far as the module tells it.
    pub pin: Option<u8>,
    /// Milliseconds between two changes of the pin, as far as the module tells them.
    pub interval_ms: Option<u32>,
}

/// A file of the module.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct File {
    /// Its name, with its storage if the module names it.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// What the module says it got in data mode: `+QFOTADL: <size>,<checksum>` or the same of `+QFUPL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Received {
    /// Bytes that the module counted.
    pub size: u64,
    /// Its 16-bit checksum of them (A3-8).
    pub checksum: u16,
}

impl Received {
    /// Reads it from the line that ends data mode; none if it is another line.
    pub fn of(info: Info<'_>) -> Option<Self> {
        if !matches!(info.name, "QFOTADL" | "QFUPL") {
            return None;
        }
        let mut fields = info.fields();
        let size = fields.next()?.number()?;
        let checksum = fields.next()?.hex16()?;
        fields.next().is_none().then_some(Self { size, checksum })
    }
}

impl Answer {
    /// Nothing was said.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn lines(&self) -> impl Iterator<Item = Fields<'_>> {
        self.text.iter().map(|values| Fields::of(values))
    }

    fn number(&self, n: usize) -> Option<u32> {
        self.numbers.get(n).and_then(|n| u32::try_from(*n).ok())
    }

    /// Of `AT+CEREG?`, `AT+CGREG?`, `AT+CREG?`: the second value is the state.
    pub fn registration(&self) -> Option<Registration> {
        Some(match self.number(1)? {
            1 => Registration::In { roaming: false },
            5 => Registration::In { roaming: true },
            2 => Registration::Searching,
            3 => Registration::Denied,
            _ => Registration::Out,
        })
    }

    /// Of `AT+CPIN?`.
    pub fn sim(&self) -> Option<Sim> {
        Some(match self.text.first()?.as_str() {
            "READY" => Sim::Ready,
            "SIM PIN" | "SIM PIN2" => Sim::Pin,
            "SIM PUK" | "SIM PUK2" => Sim::Puk,
            _ => Sim::Other,
        })
    }

    /// Of `AT+CGATT?`.
    pub fn attached(&self) -> Option<bool> {
        self.number(0).map(|n| n == 1)
    }

    /// Of `AT+COPS?`: the network's name or number; none outside of any.
    pub fn operator(&self) -> Option<&str> {
        self.lines().next()?.nth(2).map(Field::text)
    }

    /// Of `AT+CSQ`: 99 is unknown (B-rd-3).
    pub fn signal(&self) -> Option<Signal> {
        let rssi = i16::try_from(self.number(0)?).ok()?;
        Some(Signal::of((rssi <= 31).then(|| 2 * rssi - 113), -105, -93))
    }

    /// Of `AT+CESQ`: RSRP where there is one, else RSSI; 255 and 99 are unknown.
    pub fn signal_detail(&self) -> Option<Signal> {
        let value = |n: usize| self.number(n).and_then(|n| i16::try_from(n).ok());
        let (rxlev, rsrp) = (value(0)?, value(5)?);
        Some(if rsrp <= 97 {
            Signal::of(Some(rsrp - 141), -115, -100)
        } else {
            Signal::of((rxlev <= 63).then(|| rxlev - 111), -105, -93)
        })
    }

    /// Of any form of `AT+CGPADDR`: an address on any context that is not all zeros (A3-23).
    pub fn address(&self) -> Option<&str> {
        let is_address = |text: &&str| text.bytes().any(|b| b.is_ascii_hexdigit() && b != b'0');
        self.lines()
            .find_map(|fields| fields.skip(1).map(Field::text).find(is_address))
    }

    /// Of `AT+CPSMS?`.
    pub fn power_saving(&self) -> Option<PowerSaving> {
        let mut fields = self.lines().next()?;
        let on = fields.next()?.number()? != 0;
        let mut timers = [None; 4];
        for (timer, field) in timers.iter_mut().zip(fields) {
            *timer = bits(field.text());
        }
        Some(PowerSaving { on, timers })
    }

    /// Of `AT+QFOTADL?`.
    pub fn download_state(&self) -> Option<DownloadState> {
        Some(match self.number(0)? {
            0 => DownloadState::Idle,
            1 => DownloadState::Running,
            2 => DownloadState::Complete,
            3 => DownloadState::Stopped(self.number(1)),
            other => DownloadState::Other(other),
        })
    }

    /// Of `AT+QFOTADL=8`: how often, and after how many seconds.
    pub fn retry_rule(&self) -> Option<(u32, u32)> {
        Some((self.number(1)?, self.number(2)?))
    }

    /// Of a query of `"fota_apn"`.
    pub fn apn(&self) -> Option<Apn> {
        let mut fields = self.lines().next()?.skip(1);
        let ip_family = fields.next()?.number()?;
        let mut text = || fields.next().map_or("", Field::text).to_owned();
        Some(Apn {
            ip_family: u8::try_from(ip_family).ok()?,
            apn: text(),
            user: text(),
            password: text(),
        })
    }

    /// Of a query of `"fota_http_header"`, in both forms of the note (A3-17).
    pub fn headers(&self) -> Vec<Header> {
        self.text.iter().filter_map(|text| header(text)).collect()
    }

    /// Of a query of `"fota_wd_gpio"`.
    pub fn watchdog(&self) -> Option<Watchdog> {
        let mut fields = self.lines().next()?.skip(1);
        let mut number = || fields.next()?.number().and_then(|n| u32::try_from(n).ok());
        Some(Watchdog {
            on: number()? != 0,
            pin: number().and_then(|n| u8::try_from(n).ok()),
            interval_ms: number(),
        })
    }

    /// Of a query of `"sni"`.
    pub fn server_name(&self) -> Option<bool> {
        let field = self.lines().next()?.nth(1)?;
        field.number().map(|n| n != 0)
    }

    /// Of `AT+QFLST`.
    pub fn files(&self) -> Vec<File> {
        self.lines()
            .filter_map(|mut fields| {
                Some(File {
                    name: fields.next()?.text().to_owned(),
                    size: fields.next()?.number()?,
                })
            })
            .collect()
    }
}

impl Signal {
    /// Below `weak` it is weak, from `good` on good.
    fn of(dbm: Option<i16>, weak: i16, good: i16) -> Self {
        let strength = match dbm {
            None => Strength::Unknown,
            Some(dbm) if dbm < weak => Strength::Weak,
            Some(dbm) if dbm < good => Strength::Fair,
            Some(_) => Strength::Good,
        };
        Self { dbm, strength }
    }
}

/// `00100011`
fn bits(text: &str) -> Option<u8> {
    let is_bits = text.len() == 8 && text.bytes().all(|b| matches!(b, b'0' | b'1'));
    let digits = text.bytes().fold(0, |bits, b| bits << 1 | (b & 1));
    is_bits.then_some(digits)
}

/// `"fota_http_header","Auth","test"` or `key:Auth value:test`
fn header(text: &str) -> Option<Header> {
    let (key, value) = match text.strip_prefix("key:") {
        Some(rest) => rest.split_once(" value:")?,
        None => {
            let mut fields = Fields::of(text).skip(1);
            (fields.next()?.text(), fields.next()?.text())
        }
    };
    Some(Header {
        key: key.trim_ascii().to_owned(),
        value: value.trim_ascii().to_owned(),
    })
}
