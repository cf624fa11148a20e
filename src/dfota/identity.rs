//! Who the module is, from what it answers.

use super::package_name::version;
use super::routes;
use crate::at::Answer;
use crate::family;
use crate::snapshot::ModuleFacts;

/// What two identities say about the firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Another version runs.
    Other,
    /// The same build runs.
    Same,
    /// The full version is not known on both sides. The base version alone does not tell builds
    /// apart (B-id-2).
    Unknown,
}

/// The answers as they came, before they become facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    pub(super) manufacturer: Option<String>,
    pub(super) model: Option<String>,
    /// The revision line of ATI.
    pub(super) revision: Option<String>,
    /// `AT+QGMR`
    pub(super) full: Option<String>,
    /// `AT+CGMR`
    pub(super) base: Option<String>,
    pub(super) imei: Option<String>,
}

impl Identity {
    /// ATI: manufacturer, model and `Revision: <text>`, in two layouts (B-id-1).
    pub(super) fn take_ati(&mut self, answer: &Answer) {
        let mut lines = answer
            .text
            .iter()
            .map(|line| line.trim_ascii())
            .filter(|line| !line.is_empty());
        let mut names = Vec::new();
        for line in &mut lines {
            match behind_label(line) {
                Some(revision) => self.revision = version_in(revision),
                None => names.push(line),
            }
        }
        if let [.., model] = names[..] {
            let model = model.strip_prefix("Quectel_").unwrap_or(model);
            self.model = Some(model.to_owned());
        }
        if let [manufacturer, _, ..] = names[..] {
            let mut name = manufacturer;
            while let Some(short) = name.strip_suffix("_Ltd") {
                name = short;
            }
            self.manufacturer = Some(name.to_owned());
        }
    }

    /// The one text that looks like a version, with or without a label (B-id-3). The model is none,
    /// and of two candidates neither is believed: they may be the answer to another command.
    pub(super) fn version_of(&self, answer: &Answer) -> Option<String> {
        let mut versions = answer.text.iter().filter_map(|line| version_in(line));
        let version = versions
            .next()
            .filter(|version| Some(version) != self.model.as_ref());
        version.filter(|_| versions.next().is_none())
    }

    /// The first text that looks like an IMEI: 15 digits, also as `+CGSN: <digits>`.
    pub(super) fn take_imei(&mut self, answer: &Answer) -> bool {
        let digits = |line: &String| line.len() == 15 && line.bytes().all(|b| b.is_ascii_digit());
        self.imei = answer.text.iter().find(|line| digits(line)).cloned();
        self.imei.is_some()
    }

    /// The version that packages refer to: the fullest one known (B-id-2).
    pub(super) fn version(&self) -> Option<&String> {
        self.full
            .as_ref()
            .or(self.base.as_ref())
            .or(self.revision.as_ref())
    }

    /// Whether `new` runs another version than this. Like is compared with like.
    pub(super) fn compare(&self, new: &Self) -> Comparison {
        if let (Some(old), Some(new)) = (&self.full, &new.full) {
            return if old == new {
                Comparison::Same
            } else {
                Comparison::Other
            };
        }
        let pairs = [(&self.base, &new.base), (&self.revision, &new.revision)];
        let differ = |(old, new): &(&Option<String>, &Option<String>)| {
            old.is_some() && new.is_some() && old != new
        };
        if pairs.iter().any(differ) {
            Comparison::Other
        } else {
            Comparison::Unknown
        }
    }

    /// The facts for the page.
    pub(super) fn facts(&self, old: Option<&ModuleFacts>) -> ModuleFacts {
        let family = self.model.as_deref().and_then(family::id_of);
        ModuleFacts {
            manufacturer: self.manufacturer.clone(),
            model: self.model.clone(),
            family,
            supported: family.and_then(family::of).is_some(),
            routes: family.and_then(family::of).map(routes).unwrap_or_default(),
            version: self.version().cloned(),
            imei: self.imei.clone(),
            ..old.cloned().unwrap_or_default()
        }
    }
}

/// A version as modules print them, e.g. `BG95M3LAR02A03_01.012.01.012`; words are none.
fn version_in(line: &str) -> Option<String> {
    let text = line.trim_ascii();
    version(behind_label(text).unwrap_or(text))
}

/// What stands behind `Revision:`, in any case.
fn behind_label(line: &str) -> Option<&str> {
    let (label, text) = line.split_at_checked(9)?;
    label.eq_ignore_ascii_case("revision:").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(lines: &[&str]) -> Answer {
        Answer {
            text: lines.iter().map(|&line| line.to_owned()).collect(),
            ..Answer::default()
        }
    }

    #[test]
    fn both_layouts_of_ati_b_id_1() {
        for (lines, model) in [
            (
                ["Quectel", "BG95-M3", "Revision: BG95M3LAR02A03"],
                "BG95-M3",
            ),
            (
                [
                    "Quectel_Ltd",
                    "Quectel_BC660K-GL",
                    "Revision: BC660KGLAAR01A05",
                ],
                "BC660K-GL",
            ),
        ] {
            let mut identity = Identity::default();
            identity.take_ati(&answer(&lines));
            assert_eq!(identity.manufacturer.as_deref(), Some("Quectel"));
            assert_eq!(identity.model.as_deref(), Some(model));
            assert!(identity.revision.is_some());
        }
    }

    #[test]
    fn a_version_with_and_without_a_label_b_id_3() {
        let version = |lines: &[&str]| Identity::default().version_of(&answer(lines));
        assert_eq!(
            version(&["Revision: BC660KGLAAR01A05"]).as_deref(),
            Some("BC660KGLAAR01A05")
        );
        assert_eq!(
            version(&["A+QGMR", "BG770AGLAAR02A05_JP_01.001.01.001"]).as_deref(),
            Some("BG770AGLAAR02A05_JP_01.001.01.001")
        );
        assert_eq!(version(&["no version here", "ABC", "<b>1</b>"]), None);
    }

    #[test]
    fn versions_are_compared_like_with_like_b_id_2() {
        let of = |full: Option<&str>, base: &str| Identity {
            full: full.map(str::to_owned),
            revision: Some(base.to_owned()),
            ..Identity::default()
        };
        let compare = |old: &Identity, new: &Identity| old.compare(new);
        let old = of(Some("A03_1"), "A03");
        assert_eq!(compare(&old, &of(Some("A03_2"), "A03")), Comparison::Other);
        assert_eq!(compare(&old, &of(Some("A03_1"), "A03")), Comparison::Same);
        assert_eq!(compare(&old, &of(None, "A04")), Comparison::Other);
        assert_eq!(compare(&old, &of(None, "A03")), Comparison::Unknown);
        assert_eq!(
            compare(&of(None, "A03"), &of(None, "A03")),
            Comparison::Unknown
        );
        assert_eq!(
            compare(&Identity::default(), &of(None, "A03")),
            Comparison::Unknown
        );
    }
}
