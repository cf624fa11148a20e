//! Looking into a wasm file: what it imports, and its custom sections.

use anyhow::{Result, bail};
use wasmparser::{Parser, Payload, TypeRef};

/// Fails if the module imports anything from a module called `env`.
///
/// A dependency that expects an operating system leaves its missing functions there, and the page
/// would stop with a message about a module that cannot be resolved.
///
/// # Errors
/// When there is such an import, with its names and with what to do; or when `wasm` is no wasm.
pub fn check_imports(wasm: &[u8]) -> Result<()> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(imports) = payload? {
            for import in imports.into_imports() {
                let import = import?;
                if import.module == "env" {
                    let kind = match import.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => "function",
                        _ => "item",
                    };
                    names.push(format!("{kind} {}", import.name));
                }
            }
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    bail!(
        "the wasm module imports from `env`: {}. No browser has that module. Some dependency \
         expects an operating system, or a C library, on this target; `cargo tree -p deltaport \
         --target wasm32-unknown-unknown` shows who brings it in. Turn off the feature that needs \
         it, or do without the dependency",
        names.join(", ")
    );
}

/// The module without its custom sections: names, producers and the like, none of which a browser
/// needs. Every other byte stays as it is, so function numbers agree with those of the full module.
///
/// # Errors
/// When `wasm` is no wasm.
pub fn without_custom_sections(wasm: &[u8]) -> Result<Vec<u8>> {
    const HEADER: usize = 8;
    let Some(header) = wasm.get(..HEADER) else {
        bail!("the file is too short to be wasm");
    };
    let mut stripped = header.to_vec();
    let mut start = HEADER;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        // `start` is where the section's own header begins, right behind the section before.
        if id != 0 {
            stripped.extend_from_slice(&wasm[start..range.end]);
        }
        start = range.end;
    }
    Ok(stripped)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";
    /// One type: a function without parameters and results.
    const TYPES: &[u8] = &[1, 4, 1, 0x60, 0, 0];

    fn module(sections: &[&[u8]]) -> Vec<u8> {
        let mut wasm = HEADER.to_vec();
        for section in sections {
            wasm.extend_from_slice(section);
        }
        wasm
    }

    fn import_from(name: &str) -> Vec<u8> {
        let mut body = vec![1, u8::try_from(name.len()).unwrap()];
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(&[4, b't', b'i', b'm', b'e', 0, 0]);
        let mut section = vec![2, u8::try_from(body.len()).unwrap()];
        section.extend(body);
        section
    }

    #[test]
    fn an_import_from_env_is_named_and_explained() {
        let wasm = module(&[TYPES, &import_from("env")]);
        let error = check_imports(&wasm).unwrap_err().to_string();
        assert!(
            error.contains("function time") && error.contains("cargo tree"),
            "{error}"
        );
    }

    #[test]
    fn other_imports_pass() {
        check_imports(&module(&[TYPES, &import_from("./deltaport_bg.js")])).unwrap();
        check_imports(&module(&[])).unwrap();
    }

    #[test]
    fn only_custom_sections_are_dropped() {
        let custom: &[u8] = &[0, 5, 4, b'n', b'a', b'm', b'e'];
        let import = import_from("wbg");
        let with = module(&[custom, TYPES, custom, &import, custom]);
        assert_eq!(
            without_custom_sections(&with).unwrap(),
            module(&[TYPES, &import])
        );
    }

    #[test]
    fn what_is_no_wasm_is_refused() {
        assert!(check_imports(b"<!doctype html>").is_err());
        assert!(without_custom_sections(b"\0as").is_err());
    }
}
