//! Which module is simulated.

/// How a module introduces itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// `AT+CGMM`, for example `BG95-M3`.
    pub name: String,
    /// `AT+CGMI`.
    pub manufacturer: String,
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// It knows `AT+QFOTADL` with its `"COM:"` form.
    pub uploads: bool,
}

impl Model {
    /// A model by the name that `AT+CGMM` gives. Names that nobody knows are models of their own, that
    /// know nothing but the general commands.
    ///
    /// Only BG95's USB ids are documented; BG77 and BG600L-M3 are given the same ones here.
    pub fn named(name: &str) -> Self {
        let name: String = name
            .chars()
            .filter(|c| c.is_ascii_graphic())
            .take(40)
            .collect();
        let (manufacturer, vendor, product, uploads) = match name.as_str() {
            n if n.starts_with("BG95") || n.starts_with("BG77") || n.starts_with("BG600L") => {
                ("Quectel", 0x2c7c, 0x0700, !n.starts_with("BG770"))
            }
            n if n.starts_with("EC25") || n.starts_with("EG25") => {
                ("Quectel", 0x2c7c, 0x0125, false)
            }
            n if n.starts_with("BG96") => ("Quectel", 0x2c7c, 0x0296, false),
            _ => ("Nobody", 0x1209, 0x0001, false),
        };
        Self {
            name,
            manufacturer: manufacturer.to_owned(),
            vendor,
            product,
            uploads,
        }
    }

    /// A plausible firmware version.
    pub fn first_version(&self) -> String {
        let stem: String = self
            .name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        format!("{stem}LAR02A03_01.012.01.012")
    }
}

impl Default for Model {
    fn default() -> Self {
        Self::named("BG95-M3")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_family_of_n2_takes_uploads() {
        for name in ["BG95-M1", "BG95-M3", "BG95-M6", "BG77", "BG600L-M3"] {
            assert!(Model::named(name).uploads, "{name}");
        }
        for name in ["EC25", "BG96", "BG770A-GL", "XY99", ""] {
            assert!(!Model::named(name).uploads, "{name}");
        }
    }

    #[test]
    fn a_name_cannot_carry_line_ends() {
        assert_eq!(Model::named("BG\r\nOK\r\n77").name, "BGOK77");
    }
}
