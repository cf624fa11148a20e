//! Which module is simulated.

use super::note::Note;

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
    /// The vendor note that it follows; none: it knows no DFOTA at all.
    pub note: Option<Note>,
}

/// What a name is followed by is no other model: BG950A is no BG95.
fn is(name: &str, model: &str) -> bool {
    name.strip_prefix(model)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

impl Model {
    /// A model by the name that `AT+CGMM` gives. `BC20-2018` is a BC20 after the note of 2018. Names
    /// that nobody knows are models of their own, that know nothing but the general commands.
    ///
    /// Of some models the USB ids are not documented (BG77, BG600L-M3, EG065K-NA, EM120K-GL); they are
    /// given those of their family here.
    pub fn named(name: &str) -> Self {
        let name: String = name
            .chars()
            .filter(|c| c.is_ascii_graphic())
            .take(40)
            .collect();
        let any = |models: &[&str]| models.iter().any(|model| is(&name, model));
        let note = if any(&["BG95", "BG77", "BG600L"]) {
            Some(Note::N2)
        } else if any(&["EG065K", "EG060K", "EM120K", "EG120K", "EM060K"]) {
            Some(Note::N3)
        } else if any(&["BC660K"]) {
            Some(Note::N1)
        } else if name == "BC20-2018" {
            Some(Note::N4)
        } else if any(&["BC26", "BC20"]) {
            Some(Note::N5)
        } else {
            None
        };
        let (vendor, product) = match note {
            Some(Note::N2) => (0x2c7c, 0x0700),
            Some(Note::N3) if any(&["EG060K"]) => (0x2c7c, 0x0514),
            Some(Note::N3) => (0x2c7c, 0x030b),
            // behind a bridge
            Some(Note::N1 | Note::N4 | Note::N5) => (0x1a86, 0x7523),
            None if any(&["EC25", "EG25"]) => (0x2c7c, 0x0125),
            None if any(&["BG96"]) => (0x2c7c, 0x0296),
            None if ["BG", "BC", "EC", "EG", "EM"]
                .iter()
                .any(|start| name.starts_with(start)) =>
            {
                (0x2c7c, 0x0125)
            }
            None => (0x1209, 0x0001),
        };
        let manufacturer = match note {
            Some(note) => note.dialect().manufacturer,
            None if vendor == 0x2c7c => "Quectel",
            None => "Nobody",
        };
        Self {
            manufacturer: manufacturer.to_owned(),
            vendor,
            product,
            uploads: note == Some(Note::N2),
            name: match note {
                Some(Note::N4) => "BC20".to_owned(),
                _ => name,
            },
            note,
        }
    }

    /// A plausible firmware version.
    pub fn first_version(&self) -> String {
        let stem: String = self
            .name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let rest = match self.note {
            Some(Note::N1) => "AAR01A05",
            Some(Note::N3) => "AAR01A03M2G_01.001.01.001",
            Some(Note::N4) => "NBR01A01",
            Some(Note::N5) => "NBR01A07",
            Some(Note::N2) | None => "LAR02A03_01.012.01.012",
        };
        stem + rest
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
        for name in [
            "EC25",
            "BG96",
            "BG770A-GL",
            "BG950A-GL",
            "EG060K-EA",
            "XY99",
            "",
        ] {
            assert!(!Model::named(name).uploads, "{name}");
        }
    }

    #[test]
    fn each_model_follows_its_note() {
        for (name, note) in [
            ("BC660K-GL", Some(Note::N1)),
            ("BG77", Some(Note::N2)),
            ("EM060K-GL", Some(Note::N3)),
            ("EG065K-NA", Some(Note::N3)),
            ("BC20-2018", Some(Note::N4)),
            ("BC20", Some(Note::N5)),
            ("BC26", Some(Note::N5)),
            ("EM061K-GL", None),
            ("BG770A-GL", None),
        ] {
            assert_eq!(Model::named(name).note, note, "{name}");
        }
        assert_eq!(Model::named("BC20-2018").name, "BC20");
    }

    #[test]
    fn a_name_cannot_carry_line_ends() {
        assert_eq!(Model::named("BG\r\nOK\r\n77").name, "BGOK77");
    }
}
