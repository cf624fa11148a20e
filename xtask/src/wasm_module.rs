//! One wasm module of the page: compiled, bound to JavaScript, made small.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::setup::npm::Tools;
use crate::setup::wasm_target::{TARGET, WasmToolchain};
use crate::{cargo, process, repository, wasm_sections};

/// How the module is made: this file and its helper are an input like any other.
const RECIPE: [&str; 2] = [
    include_str!("wasm_module.rs"),
    include_str!("wasm_sections.rs"),
];

/// What compiled code may use. Each is in every browser that has Web Serial; the compiler's own list
/// is not taken, so that a new compiler cannot raise what the page needs.
const WASM_FEATURES: [&str; 8] = [
    "--mvp-features",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// A wasm module: what some cargo features turn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WasmModule {
    /// The cargo features.
    pub features: &'static str,
    /// The name of its files.
    pub name: &'static str,
    /// Its folder in the site, which no other module has.
    pub folder: &'static str,
}

/// What everybody loads: the core for the upload of a file to a BG95, and the shell around it.
pub const FLASHER: WasmModule = WasmModule {
    features: "flasher",
    name: "deltaport",
    folder: "wasm",
};

/// What is loaded when a module or a person needs more: the same with every family and route.
pub const ROUTES: WasmModule = WasmModule {
    features: "flasher,routes",
    name: "deltaport",
    folder: "routes",
};

/// What is loaded when the demo is chosen: the simulated module.
pub const DEMO: WasmModule = WasmModule {
    features: "demo",
    name: "simulator",
    folder: "simulator",
};

impl WasmModule {
    /// The folder with the module's files as they are served.
    pub fn output(self) -> PathBuf {
        repository::wasm_target().join("out").join(self.folder)
    }

    /// The served wasm with its names, to read the function numbers of a report from the field.
    pub fn named_twin(self) -> PathBuf {
        repository::wasm_target()
            .join("named")
            .join(self.folder)
            .join(format!("{}_bg.wasm", self.name))
    }

    /// Builds the module, unless nothing that goes into it has changed.
    ///
    /// # Errors
    /// When a tool fails or is missing.
    pub fn build(self, toolchain: &WasmToolchain, tools: &Tools) -> Result<()> {
        let stamp = self.output().with_extension("stamp");
        let flags = path_free_flags(toolchain)?;
        let inputs = inputs(toolchain, &flags)?;
        if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == inputs) {
            return Ok(());
        }
        let begun = Instant::now();
        println!("  {}: compiling", self.folder);
        let compiled = self.compile(toolchain, &flags)?;
        wasm_sections::check_imports(&fs::read(&compiled)?)?;

        println!(
            "  {}: binding to JavaScript and making it small",
            self.folder
        );
        let bound = repository::wasm_target().join("bound").join(self.folder);
        bind(&compiled, self.name, &bound)?;
        let wasm = format!("{}_bg.wasm", self.name);
        self.shrink(&bound.join(&wasm), tools)?;

        if self.output().exists() {
            fs::remove_dir_all(self.output())?;
        }
        fs::create_dir_all(repository::wasm_target().join("out"))?;
        let small = wasm_sections::without_custom_sections(&fs::read(self.named_twin())?)?;
        fs::write(bound.join(&wasm), small)?;
        fs::rename(&bound, self.output())?;
        fs::write(stamp, inputs)?;
        println!(
            "  {}: done in {:.1} s",
            self.folder,
            begun.elapsed().as_secs_f64()
        );
        Ok(())
    }

    fn compile(self, toolchain: &WasmToolchain, flags: &[String]) -> Result<PathBuf> {
        let folder = repository::wasm_target().join(TARGET).join("web");
        let compiled = folder.join("deltaport.wasm");
        // Cargo gives this file the same name for either feature and would take that of the other
        // module for fresh; without the file it has to link.
        for file in [&compiled, &folder.join("deps/deltaport.wasm")] {
            if file.exists() {
                fs::remove_file(file)?;
            }
        }
        let begun = SystemTime::now();
        let mut command = toolchain.cargo("build")?;
        command
            .args(["--package", "deltaport", "--lib", "--profile", "web"])
            .args(["--no-default-features", "--features", self.features])
            .args(["--config", &cargo::compiler_flags(flags)]);
        process::run(&mut command)?;
        let made = fs::metadata(&compiled).and_then(|file| file.modified());
        ensure!(
            made.is_ok_and(|made| made >= begun),
            "cargo did not write {}",
            repository::short(&compiled)
        );
        Ok(compiled)
    }

    /// Writes the optimised module, still with its names.
    fn shrink(self, bound: &Path, tools: &Tools) -> Result<()> {
        let twin = self.named_twin();
        if let Some(folder) = twin.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut wasm_opt = tools.script("binaryen", "bin/wasm-opt")?;
        wasm_opt
            .args(WASM_FEATURES)
            .args(["-Oz", "--debuginfo", "--output"])
            .arg(&twin)
            .arg(bound);
        process::run(&mut wasm_opt).context("the wasm module must go through wasm-opt")?;
        Ok(())
    }
}

fn bind(compiled: &Path, name: &str, output: &Path) -> Result<()> {
    if output.exists() {
        fs::remove_dir_all(output)?;
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name(name)
        // The page calls init() without arguments: the glue finds the wasm beside itself.
        .omit_default_module_path(false)
        .typescript(true)
        .web(true)?;
    bindgen
        .generate(output)
        .context("wasm-bindgen cannot read what the compiler made")
}

/// Flags that keep this machine's folders out of the module's panic messages.
fn path_free_flags(toolchain: &WasmToolchain) -> Result<Vec<String>> {
    // The folders of the packages are known only once they are there.
    process::run(&mut toolchain.cargo_fetch())
        .context("the packages of Cargo.lock cannot be fetched")?;
    let mut flags = vec![remap(repository::root(), "")];
    if let Some(home) = cargo_home() {
        let sources = home.join("registry").join("src");
        let mut registries: Vec<PathBuf> = fs::read_dir(sources)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        registries.sort();
        flags.extend(registries.iter().map(|registry| remap(registry, "")));
    }
    Ok(flags)
}

fn remap(folder: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}/={to}", folder.display())
}

fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}

/// A digest of everything that goes into the modules.
fn inputs(toolchain: &WasmToolchain, flags: &[String]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    (RECIPE, WASM_FEATURES, toolchain.version(), flags).hash(&mut hasher);
    let root = repository::root();
    for file in [
        ".cargo/config.toml",
        "Cargo.lock",
        "Cargo.toml",
        "package-lock.json",
    ] {
        fs::read(root.join(file))
            .with_context(|| format!("cannot read {file}"))?
            .hash(&mut hasher);
    }
    for file in repository::files(&root.join("src"))? {
        (repository::short(&file), fs::read(&file)?).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
