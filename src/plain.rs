//! Plain values: what JSON can say, as a tree.
//!
//! The snapshot goes through this on its way to the page. Code that serialises is made anew for each
//! serializer, and the one here is far smaller than one that makes JavaScript values.

use core::fmt;

use serde::ser::{
    Error, Impossible, Serialize, SerializeMap as _, SerializeSeq, SerializeStruct, Serializer,
};

/// A value without types of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plain {
    /// Nothing is known.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A count, a size or a time.
    Number(u64),
    /// A number that may be below zero.
    #[cfg(feature = "routes")]
    Signed(i64),
    /// The name of a variant.
    Name(&'static str),
    /// Text.
    Text(String),
    /// Values in order.
    List(Vec<Self>),
    /// Values by name.
    Object(Vec<(&'static str, Self)>),
}

impl Plain {
    /// `facts` as a tree: structs, unit variants, lists, options, texts, unsigned numbers, booleans;
    /// in the full build also pairs and signed numbers.
    ///
    /// # Panics
    /// When there is a field of another kind: then the type is wrong, whatever its value.
    pub fn of(facts: &impl Serialize) -> Self {
        match facts.serialize(Builder) {
            Ok(tree) => tree,
        }
    }
}

/// The name of a unit variant in the contract; nothing for any other value.
pub fn name_of(code: &impl Serialize) -> &'static str {
    match Plain::of(code) {
        Plain::Name(name) => name,
        _ => "",
    }
}

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_u64(*value),
            #[cfg(feature = "routes")]
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Name(name) => serializer.serialize_str(name),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// Building a tree cannot fail; without an error there is no code for one either.
#[derive(Debug)]
enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        unreachable!("no fact refuses to be serialised")
    }
}

type Built = Result<Plain, Never>;

struct Builder;

macro_rules! unsupported {
    ($($method:ident($($type:ty),*);)*) => {
        $(fn $method(self, $(_: $type),*) -> Built {
            unreachable!("no fact is of this kind")
        })*
    };
}

impl Serializer for Builder {
    type Ok = Plain;
    type Error = Never;
    type SerializeSeq = List;
    #[cfg(feature = "routes")]
    type SerializeTuple = List;
    #[cfg(not(feature = "routes"))]
    type SerializeTuple = Impossible<Plain, Never>;
    type SerializeTupleStruct = Impossible<Plain, Never>;
    type SerializeTupleVariant = Impossible<Plain, Never>;
    type SerializeMap = Impossible<Plain, Never>;
    type SerializeStruct = Object;
    type SerializeStructVariant = Impossible<Plain, Never>;

    fn serialize_bool(self, value: bool) -> Built {
        Ok(Plain::Bool(value))
    }

    fn serialize_u8(self, value: u8) -> Built {
        Ok(Plain::Number(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Built {
        Ok(Plain::Number(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Built {
        Ok(Plain::Number(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Built {
        Ok(Plain::Number(value))
    }

    fn serialize_str(self, text: &str) -> Built {
        Ok(Plain::Text(text.to_owned()))
    }

    fn serialize_none(self) -> Built {
        Ok(Plain::Null)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Built {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Built {
        Ok(Plain::Name(name))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List, Never> {
        Ok(List(Vec::with_capacity(length.unwrap_or_default())))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Object, Never> {
        Ok(Object(Vec::with_capacity(length)))
    }

    #[cfg(feature = "routes")]
    fn serialize_i16(self, value: i16) -> Built {
        Ok(Plain::Signed(value.into()))
    }

    #[cfg(not(feature = "routes"))]
    unsupported! {
        serialize_i16(i16);
    }

    unsupported! {
        serialize_i8(i8);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_bytes(&[u8]);
        serialize_unit();
        serialize_unit_struct(&'static str);
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, _: &T) -> Built {
        unreachable!("no fact is of this kind")
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Built {
        unreachable!("no fact is of this kind")
    }

    #[cfg(feature = "routes")]
    fn serialize_tuple(self, length: usize) -> Result<List, Never> {
        Ok(List(Vec::with_capacity(length)))
    }

    #[cfg(not(feature = "routes"))]
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Never> {
        unreachable!("no fact is of this kind")
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Never> {
        unreachable!("no fact is of this kind")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Never> {
        unreachable!("no fact is of this kind")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Never> {
        unreachable!("no fact is of this kind")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Never> {
        unreachable!("no fact is of this kind")
    }
}

struct List(Vec<Plain>);

impl SerializeSeq for List {
    type Ok = Plain;
    type Error = Never;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Never> {
        self.0.push(Plain::of(&value));
        Ok(())
    }

    fn end(self) -> Built {
        Ok(Plain::List(self.0))
    }
}

#[cfg(feature = "routes")]
impl serde::ser::SerializeTuple for List {
    type Ok = Plain;
    type Error = Never;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Never> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Built {
        SerializeSeq::end(self)
    }
}

struct Object(Vec<(&'static str, Plain)>);

impl SerializeStruct for Object {
    type Ok = Plain;
    type Error = Never;

    // Called for every field: inlined, it would be most of the code.
    #[inline(never)]
    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.0.push((name, Plain::of(&value)));
        Ok(())
    }

    fn end(self) -> Built {
        Ok(Plain::Object(self.0))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::dfota::{Choice, Input, PortSettings};
    use crate::journal::{Entry, Kind};
    use crate::session::Session;
    use crate::snapshot::{
        GreetingFacts, Heard, Lap, Outcome, PackageFacts, Problem, ProblemCode, Progress,
        ReadinessFacts, RegistrationCode, Remark, SettingsFacts, Stage, UploadProof, Verdict,
        WaitCode, WaitFacts,
    };
    use crate::time::Instant;

    fn same(facts: &impl Serialize) {
        let json =
            |value: &dyn Fn() -> serde_json::Result<serde_json::Value>| value().expect("plain");
        assert_eq!(
            json(&|| serde_json::to_value(Plain::of(facts))),
            json(&|| serde_json::to_value(facts))
        );
    }

    #[test]
    fn a_tree_says_what_the_facts_say() {
        let mut session = Session::new();
        same(&session.snapshot());
        let settings = PortSettings::default();
        session.handle_input(
            Instant::from_millis(1),
            Input::Choice(Choice::Connect(settings)),
        );
        session.handle_input(Instant::from_millis(2), Input::PortOpened(None));
        session.handle_input(Instant::from_millis(3), Input::Bytes(b"\r\nAPP RDY\r\n"));
        let mut snapshot = session.snapshot();
        snapshot.module = Some(crate::snapshot::ModuleFacts {
            model: Some("BG95-M3".into()),
            family: Some(crate::snapshot::FamilyId::Bg95),
            max_package: Some(1 << 40),
            ..Default::default()
        });
        snapshot.greeting = Some(GreetingFacts {
            tries: 1,
            of: 9,
            heard: Heard::EchoOnly,
        });
        snapshot.package = Some(PackageFacts {
            name: "a \"b\"\n".into(),
            size: 3,
            sha256: String::new(),
            checksum: 0xffff,
            from_version: None,
            to_version: Some("A04".into()),
        });
        snapshot.readiness = Some(ReadinessFacts {
            dbm: Some(-113),
            registration: Some(RegistrationCode::Home),
            ..Default::default()
        });
        snapshot.settings = Some(SettingsFacts {
            watchdog_pins: vec![vec![4, 7], vec![18, 19]],
            server_name: Some(true),
            ..Default::default()
        });
        snapshot.progress = Some(Progress {
            percent: Some(100),
            ..Progress::default()
        });
        snapshot.wait = Some(WaitFacts {
            code: WaitCode::DataMode,
            since: 1,
            expected_ms: 2,
            warn_ms: 3,
            limit_ms: 4,
        });
        snapshot.proof = Some(UploadProof {
            expected_size: 1,
            size: 2,
            expected_checksum: 3,
            checksum: 4,
            stored: None,
        });
        snapshot.problem = Some(Problem {
            code: ProblemCode::CmeError,
            number: Some(590),
            detail: None,
        });
        snapshot.verdict = Some(Verdict {
            outcome: Outcome::CannotTell,
            code: Some(ProblemCode::NoEndSameVersion),
            number: None,
            detail: Some("AT".into()),
            old_version: None,
            new_version: None,
            stage: Stage::AskPort,
            remarks: vec![Remark::Blind, Remark::Retried],
            laps: vec![Lap {
                stage: Stage::Checking,
                ms: 5,
            }],
        });
        same(&snapshot);
        same(&Entry {
            at: 1,
            kind: Kind::Received,
            text: "OK".into(),
        });
    }

    #[test]
    fn a_code_has_the_name_of_the_contract() {
        assert_eq!(name_of(&ProblemCode::PortInOtherTab), "port-in-other-tab");
        assert_eq!(name_of(&Some(Outcome::Upgraded)), "upgraded");
        assert_eq!(name_of(&7u8), "");
    }
}
