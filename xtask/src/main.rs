//! Every command that a developer of Deltaport, or its CI, types.
//!
//! `cargo xtask` alone prints the list. Each command does the set-up that it needs.

mod build;
mod cargo;
mod process;
mod repository;
mod serve;
mod setup;
mod wasm_module;
mod wasm_sections;

fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("wasm") => build::wasm(&setup::wasm_target::WasmToolchain::ensure()?, &setup::npm::Tools::ensure()?),
        Some("serve") => serve::serve(8123, false),
        _ => Ok(()),
    }
}
