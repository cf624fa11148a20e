//! The comma-separated values behind `+NAME:`.

use nom::Parser;
use nom::branch::alt;
use nom::error::{Error, ErrorKind};
use nom::sequence::preceded;

/// One value: what stood between quotes, or bare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// `"text"`, without the quotes, with blanks inside the quotes trimmed (A1-5).
    Quoted(&'a str),
    /// Anything else, trimmed.
    Bare(&'a str),
}

impl<'a> Field<'a> {
    /// The text, quoted or not.
    pub const fn text(self) -> &'a str {
        match self {
            Self::Quoted(text) | Self::Bare(text) => text,
        }
    }

    /// A decimal number, with or without a percent sign behind it (A1-7).
    pub fn number(self) -> Option<u64> {
        let text = self.text();
        let digits = text.strip_suffix('%').unwrap_or(text).trim_ascii_end();
        if digits.is_empty() {
            return None;
        }
        digits.bytes().try_fold(0u64, |number, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit < 10).then_some(())?;
            number.checked_mul(10)?.checked_add(u64::from(digit))
        })
    }

    /// A hexadecimal number, with or without `0x`, in either case, with any number of leading zeros (A3-8).
    pub fn hex16(self) -> Option<u16> {
        let text = self.text();
        let digits = text
            .strip_prefix("0x")
            .or(text.strip_prefix("0X"))
            .unwrap_or(text);
        // from_str_radix alone would take a sign.
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        u16::from_str_radix(digits.trim_start_matches('0'), 16)
            .ok()
            .or_else(|| digits.bytes().all(|b| b == b'0').then_some(0))
    }
}

/// The values of a line; commas inside quotes do not split (X-02).
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    rest: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// The values in `text`, which is everything behind the colon.
    pub const fn of(text: &'a str) -> Self {
        Self { rest: Some(text) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let text = self.rest?;
        let (rest, field) = field(text).ok()?;
        self.rest = rest.strip_prefix(',');
        Some(field)
    }
}

type Parsed<'a, T> = nom::IResult<&'a str, T>;

fn field(text: &str) -> Parsed<'_, Field<'_>> {
    preceded(blanks, alt((quoted, bare))).parse(text)
}

fn quoted(text: &str) -> Parsed<'_, Field<'_>> {
    let (rest, inside) = preceded(quote, until(b'"')).parse(text)?;
    // What stands between the closing quote and the next comma belongs to no value.
    let (rest, _) = until(b',').parse(rest)?;
    Ok((rest, Field::Quoted(inside.trim_ascii())))
}

fn bare(text: &str) -> Parsed<'_, Field<'_>> {
    let (rest, value) = until(b',').parse(text)?;
    Ok((rest, Field::Bare(value.trim_ascii())))
}

fn blanks(text: &str) -> Parsed<'_, ()> {
    Ok((text.trim_ascii_start(), ()))
}

fn quote(text: &str) -> Parsed<'_, ()> {
    // The library's own parser of a character slices, which brings in the words for a bad slice.
    text.strip_prefix('"')
        .map(|rest| (rest, ()))
        .ok_or(nom::Err::Error(Error::new(text, ErrorKind::Char)))
}

/// Everything before the next `stop`, or to the end. The library's own one goes by characters, which
/// costs a multiple on the bytes that lines are made of.
fn until<'a>(stop: u8) -> impl FnMut(&'a str) -> Parsed<'a, &'a str> {
    move |text| {
        let (head, rest) = cut(text, stop).unwrap_or((text, ""));
        Ok((rest, head))
    }
}

/// The text before the first `stop`, and the text from it on.
pub(super) fn cut(text: &str, stop: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == stop)?;
    text.split_at_checked(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<&str> {
        Fields::of(line).map(Field::text).collect()
    }

    #[test]
    fn commas_inside_quotes_do_not_split_x_02() {
        assert_eq!(
            texts(r#""FOTA","Last upgrade was not finished,continue upgrade""#),
            ["FOTA", "Last upgrade was not finished,continue upgrade"]
        );
    }

    #[test]
    fn blanks_round_commas_and_inside_quotes_mean_nothing_a1_5_a1_6() {
        assert_eq!(
            texts(r#"  "FOTA" , "START " ,  1% "#),
            ["FOTA", "START", "1%"]
        );
    }

    #[test]
    fn empty_values_keep_their_place() {
        assert_eq!(texts("4,5,,,9"), ["4", "5", "", "", "9"]);
        assert_eq!(texts(""), [""]);
        assert_eq!(texts("1,"), ["1", ""]);
    }

    #[test]
    fn an_open_quote_at_the_end_of_a_cut_line_is_a_value() {
        assert_eq!(texts(r#""FOTA","UPDA"#), ["FOTA", "UPDA"]);
    }

    #[test]
    fn percent_with_and_without_sign_and_blank_a1_7() {
        for text in ["5%", " 5%", "5", "5 %"] {
            assert_eq!(Field::Bare(text.trim()).number(), Some(5), "{text:?}");
        }
        assert_eq!(Field::Bare("5x").number(), None);
        assert_eq!(Field::Bare("").number(), None);
        assert_eq!(Field::Bare("99999999999999999999999").number(), None);
    }

    #[test]
    fn checksums_compare_as_numbers_x_11() {
        for text in ["6c53", "6C53", "0x6c53", "0X6C53", "06c53", "00006c53"] {
            assert_eq!(Field::Bare(text).hex16(), Some(0x6c53), "{text}");
        }
        assert_eq!(Field::Bare("5769").hex16(), Some(0x5769));
        assert_eq!(Field::Bare("0").hex16(), Some(0));
        assert_eq!(Field::Bare("0000").hex16(), Some(0));
        for text in ["", "+6c5", "-1", "10000", "xyz"] {
            assert_eq!(Field::Bare(text).hex16(), None, "{text}");
        }
    }
}
