//! The settings that `AT&W` keeps and `AT&F` and `ATZ` bring back.

/// See the module's AT manual; the names are ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// `ATE`.
    pub(super) echo: bool,
    /// `ATV`: result codes as words.
    pub(super) words: bool,
    /// `AT+CMEE`.
    pub(super) errors: u8,
    /// `AT+IFC`: flow control of either direction.
    pub(super) flow: (u8, u8),
    /// `AT&D`.
    pub(super) dtr: u8,
}

impl Default for Profile {
    fn default() -> Self {
        // AT+CMEE's default differs from model to model: a host must not rely on numbers
        Self {
            echo: true,
            words: true,
            errors: 0,
            flow: (0, 0),
            dtr: 2,
        }
    }
}
