//! The page ready for any static host.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Result, bail};
use site_server::headers::HEADERS;

use crate::weights::Weights;
use crate::{build, repository};

/// Writes `dist`: the site, and its headers in the forms that hosts read.
///
/// # Errors
/// When the site cannot be built, or is heavier than its bars.
pub fn dist() -> Result<()> {
    let site = build::site()?;
    let dist = repository::root().join("dist");
    build::copy(&site, &dist)?;
    for (name, text) in [
        ("_headers", headers_for_netlify()),
        ("nginx-headers.conf", headers_for_nginx()),
    ] {
        fs::write(dist.join(name), text)?;
    }
    let weights = Weights::of(&site)?;
    println!("{}", weights.table());
    let broken = weights.broken_bars();
    if !broken.is_empty() {
        bail!("{}", broken.join("\n"));
    }
    println!(
        "{} holds the page. Serve it over HTTPS with the headers of {} (nginx) or {} (Netlify, \
         Cloudflare Pages)",
        repository::short(&dist),
        repository::short(&dist.join("nginx-headers.conf")),
        repository::short(&dist.join("_headers")),
    );
    Ok(())
}

fn headers_for_netlify() -> String {
    let mut text = "/*\n".to_owned();
    for (name, value) in HEADERS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name}: {value}");
    }
    text
}

fn headers_for_nginx() -> String {
    let mut text = "# Include this in the `location` that serves the page.\n".to_owned();
    for (name, value) in HEADERS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "add_header {name} \"{value}\" always;");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_carry_every_header() {
        for (name, value) in HEADERS {
            assert!(headers_for_netlify().contains(&format!("  {name}: {value}\n")));
            // A quote or a dollar would end or change nginx's string.
            assert!(!value.contains(['"', '$', '\\']));
            assert!(
                headers_for_nginx().contains(&format!("add_header {name} \"{value}\" always;\n"))
            );
        }
    }
}
