//! A mark for values that exist only in the build with every route.
//!
//! Without the feature `routes` there is no value of it, nor of any type that holds one: the compiler
//! drops whatever would deal with such a value, without a condition at each place.

/// The mark.
#[cfg(feature = "routes")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RoutesOnly;

/// The mark.
#[cfg(not(feature = "routes"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoutesOnly {}

impl RoutesOnly {
    /// The mark, in a build that has it.
    #[cfg(feature = "routes")]
    pub const HERE: Option<Self> = Some(Self);
    /// The mark, in a build that has it.
    #[cfg(not(feature = "routes"))]
    pub const HERE: Option<Self> = None;
}
