//! Devices that are no module: what a person finds behind the wrong port.

use deltaport::simulator::Output;
use deltaport::time::{Duration, Instant};

use crate::pty::Device;

/// A port that sends the same bytes over and over, or nothing, and hears nothing.
///
/// With a text of satellite positions it is the GNSS port of a module; with bytes that are no text,
/// a module at another baud rate; with no bytes at all, a port with nothing behind it.
#[derive(Debug)]
pub struct Chatter {
    text: Vec<u8>,
    every: Duration,
    next: Option<Instant>,
    received: usize,
}

impl Chatter {
    /// A port that sends `text` at once when it is opened, and then again and again.
    pub fn new(text: impl Into<Vec<u8>>, every: Duration) -> Self {
        Self {
            text: text.into(),
            every,
            next: None,
            received: 0,
        }
    }

    /// A port with nothing behind it.
    pub fn silence() -> Self {
        Self::new([], Duration::from_secs(3600))
    }

    /// The GNSS port of a module.
    pub fn satellite_positions() -> Self {
        Self::new(
            "$GPRMC,120102.00,A,5230.9561,N,01322.6221,E,0.0,,211126,,,A*6C\r\n\
             $GPVTG,,T,,M,0.0,N,0.0,K,A*0D\r\n\
             $GPGSA,A,3,02,12,25,,,,,,,,,,1.6,1.0,1.2*3E\r\n",
            Duration::from_millis(250),
        )
    }

    /// Text at another rate: bytes with no meaning.
    pub fn garbage() -> Self {
        let mut state = 0x1234_5678_u32;
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            // The high bit is set in most bytes of a line that is read too fast.
            (state >> 8) as u8 | 0x80
        })
        .take(48)
        .collect();
        Self::new(bytes, Duration::from_millis(100))
    }

    /// How many bytes the host sent.
    pub fn received(&self) -> usize {
        self.received
    }
}

impl Device for Chatter {
    fn port_opened(&mut self, now: Instant, _baud_rate: u32) {
        self.next = Some(now);
    }

    fn port_closed(&mut self, _now: Instant) {
        self.next = None;
    }

    fn capacity(&mut self, _now: Instant) -> usize {
        usize::MAX
    }

    fn receive(&mut self, _now: Instant, bytes: &[u8]) {
        self.received += bytes.len();
    }

    fn poll(&mut self, now: Instant) -> Output {
        match self.next {
            Some(next) if next <= now => {
                self.next = Some(now + self.every);
                Output::Bytes(self.text.clone())
            }
            next => Output::Wait(next),
        }
    }
}
