//! `AT+QCFGEXT`: the settings for DFOTA (N2 2.2.6 to 2.2.9).

use super::commands::{Argument, Done, Final, Form, Step, arguments};
use super::fault::Fault;
use super::module::Simulator;
use super::note::Note;

/// N2-116.
const MOST_HEADERS: usize = 5;
const LONGEST_VALUE: usize = 255;

/// The pins that a watchdog can be fed at (N2-121 to N2-123): first and last of each row.
const BG95: &[(u8, u8)] = &[
    (4, 7),
    (18, 19),
    (22, 23),
    (25, 28),
    (40, 41),
    (64, 66),
    (85, 88),
];
const BG600L: &[(u8, u8)] = &[(9, 12), (22, 23), (29, 30), (53, 54), (57, 62)];
const BG77: &[(u8, u8)] = &[
    (1, 5),
    (8, 9),
    (33, 37),
    (40, 41),
    (48, 51),
    (57, 57),
    (60, 61),
    (63, 63),
    (67, 71),
    (77, 77),
    (80, 82),
    (90, 91),
    (93, 93),
];

/// `"fota_apn"`: IP family, APN, user name, password (N2-110).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Apn {
    family: u64,
    name: String,
    user: String,
    password: String,
}

impl Simulator {
    /// What `AT+QCFGEXT` answers; none where it is not known.
    pub(super) fn config_command(&mut self, name: &str, form: Form<'_>) -> Option<Step> {
        if name != "+QCFGEXT" || self.settings.model.note != Some(Note::N2) {
            return None;
        }
        let Form::Write(values) = form else {
            return Some(match form {
                Form::Test => Ok(Done::default()),
                _ => Err(Final::Error),
            });
        };
        let values = arguments(values);
        let (which, rest) = values.split_first()?;
        Some(match (which.quoted, which.text.trim()) {
            (true, "fota_apn") => self.apn(rest),
            (true, "fota_http_header") => self.header(rest),
            (true, "fota_wd_gpio") => self.watchdog(rest),
            (true, "sni") => self.sni(rest),
            _ => Err(Final::Error),
        })
    }

    fn apn(&mut self, values: &[Argument]) -> Step {
        let text = |value: &Argument| {
            (value.quoted && value.text.len() <= LONGEST_VALUE).then(|| value.text.clone())
        };
        let apn = match values {
            [] => {
                let Apn {
                    family,
                    name,
                    user,
                    password,
                } = &self.flash.apn;
                return Ok(Done::text(format!(
                    "+QCFGEXT: \"fota_apn\",{family},\"{name}\",\"{user}\",\"{password}\""
                )));
            }
            [family, name, login @ ..] if matches!(login.len(), 0 | 2) => {
                let login: Option<Vec<String>> = login.iter().map(text).collect();
                family
                    .number()
                    .filter(|family| *family <= 2)
                    .zip(text(name))
                    .zip(login)
            }
            _ => None,
        };
        let Some(((family, name), login)) = apn else {
            return Err(Final::Error);
        };
        let mut login = login.into_iter();
        self.flash.apn = Apn {
            family,
            name,
            user: login.next().unwrap_or_default(),
            password: login.next().unwrap_or_default(),
        };
        Ok(Done::default())
    }

    fn header(&mut self, values: &[Argument]) -> Step {
        let as_in_examples = self.faults.has(&Fault::ConfigAsInExamples);
        let headers = &mut self.ram.headers;
        match values {
            [] => {
                let line = |(key, value): &(String, String)| {
                    if as_in_examples {
                        format!("+QCFGEXT: key:{key} value:{value}")
                    } else {
                        format!("+QCFGEXT: \"fota_http_header\",\"{key}\",\"{value}\"")
                    }
                };
                let lines: Vec<String> = headers.iter().map(line).collect();
                Ok(Done::text(if lines.is_empty() {
                    "+QCFGEXT: \"fota_http_header\"".to_owned()
                } else {
                    lines.join("\r\n")
                }))
            }
            [key, value]
                if key.quoted
                    && value.quoted
                    && (1..=LONGEST_VALUE).contains(&key.text.len())
                    && value.text.len() <= LONGEST_VALUE =>
            {
                let place = headers.iter().position(|(other, _)| *other == key.text);
                match (place, value.text.is_empty()) {
                    (Some(place), true) => drop(headers.remove(place)),
                    (None, true) => return Err(Final::Cme(590)),
                    (Some(place), false) => headers[place].1.clone_from(&value.text),
                    (None, false) if headers.len() < MOST_HEADERS => {
                        headers.push((key.text.clone(), value.text.clone()));
                    }
                    (None, false) => return Err(Final::Cme(590)),
                }
                Ok(Done::default())
            }
            _ => Err(Final::Cme(590)),
        }
    }

    fn watchdog(&mut self, values: &[Argument]) -> Step {
        let numbers: Option<Vec<u64>> = values.iter().map(Argument::number).collect();
        match numbers.as_deref() {
            Some([]) => {
                let prefix = if self.faults.has(&Fault::ConfigAsInExamples) {
                    ""
                } else {
                    "+QCFGEXT: "
                };
                Ok(Done::text(match self.flash.watchdog {
                    None => format!("{prefix}\"fota_wd_gpio\",0"),
                    Some((pin, interval)) => {
                        format!("{prefix}\"fota_wd_gpio\",1,{pin},{interval}")
                    }
                }))
            }
            Some([0] | [0, _, _]) => {
                self.flash.watchdog = None;
                Ok(Done::default())
            }
            Some(&[1, pin, interval @ 100..=3_600_000]) => match u8::try_from(pin) {
                Ok(pin) if self.has_pin(pin) => {
                    self.flash.watchdog = Some((pin, interval as u32));
                    Ok(Done::default())
                }
                _ => Err(Final::Error),
            },
            _ => Err(Final::Error),
        }
    }

    fn has_pin(&self, pin: u8) -> bool {
        let name = &self.settings.model.name;
        let pins = if name.starts_with("BG77") {
            BG77
        } else if name.starts_with("BG600L") {
            BG600L
        } else {
            BG95
        };
        pins.iter()
            .any(|(first, last)| (*first..=*last).contains(&pin))
    }

    fn sni(&mut self, values: &[Argument]) -> Step {
        match values {
            [] => Ok(Done::text(format!(
                "+QCFGEXT: \"sni\",{}",
                u8::from(self.ram.sni)
            ))),
            [value] => match value.number() {
                Some(on @ (0 | 1)) => {
                    self.ram.sni = on == 1;
                    Ok(Done::default())
                }
                _ => Err(Final::Error),
            },
            _ => Err(Final::Error),
        }
    }
}
