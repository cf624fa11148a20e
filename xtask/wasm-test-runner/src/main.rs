//! Runs a wasm test binary in a browser: what `wasm-bindgen-test-runner` does, from the library, so
//! that nobody installs a tool that can be of the wrong version.
//!
//! `cargo xtask test` starts it with the driver and the browser's capabilities in the environment.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
