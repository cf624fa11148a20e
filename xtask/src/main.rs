//! Every command that a developer of Deltaport, or its CI, types.

fn main() {}
