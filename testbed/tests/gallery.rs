//! Every state of the page, as the gallery in `tests/page` makes them up, held against the rules for
//! people who see little, hear the page, or have a narrow screen.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testbed::bed::Bed;
use testbed::browser::{Error, Rights};
use testbed::site::{Site, built_site};

/// Below the repository.
fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A bed that serves the built page, and the gallery beside it.
async fn gallery() -> Result<Bed, Error> {
    let site = Site::with_fallback(&built_site()?, &file("tests/page"))?;
    Bed::with_site(site, Rights::Ours).await
}

/// Loads the gallery and answers with the names of all states.
async fn states(bed: &Bed) -> Result<Vec<String>, Error> {
    let url = format!("{}/gallery/index.html", bed.site.origin());
    bed.browser.web.goto(url).await?;
    let names = "while (!document.querySelector('.headline')) {
                     await new Promise((again) => setTimeout(again, 20));
                 }
                 return states;";
    let names: Vec<String> = serde_json::from_value(bed.browser.js(names, vec![]).await?)?;
    assert!(names.len() > 30, "{names:?}");
    Ok(names)
}

/// Shows a state with everything unfolded.
async fn show(bed: &Bed, state: &str, language: &str) -> Result<(), Error> {
    let unfolded = "await show(...args);
                    for (const folded of document.querySelectorAll('details')) folded.open = true;
                    // The console fills itself when it is opened; then all is laid out.
                    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);";
    bed.browser
        .js(unfolded, vec![json!(state), json!(language)])
        .await?;
    Ok(())
}

#[tokio::test]
async fn no_state_breaks_a_rule_of_accessibility_in_light_or_dark() -> Result<(), Error> {
    let bed = gallery().await?;
    let axe = file("node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(&axe).map_err(|error| format!("{}: {error}", axe.display()))?;
    bed.browser
        .devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": axe }),
        )
        .await?;
    let mut found = Vec::new();
    for state in states(&bed).await? {
        show(&bed, &state, "en").await?;
        for scheme in ["light", "dark"] {
            bed.browser
                .devtools(
                    "Emulation.setEmulatedMedia",
                    json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
                )
                .await?;
            // Text has a contrast of 7:1, more than axe asks for by itself.
            let violations = bed
                .browser
                .js(
                    "const { violations } = await axe.run(document, {
                         resultTypes: ['violations'],
                         rules: { 'color-contrast-enhanced': { enabled: true } },
                     });
                     return violations.map(({ id, nodes }) =>
                         [id, ...nodes.map(({ html, failureSummary }) => `  ${html}\\n  ${failureSummary}`)].join('\\n'));",
                    vec![],
                )
                .await?;
            for violation in violations.as_array().into_iter().flatten() {
                let text = violation.as_str().unwrap_or_default();
                found.push(format!("{state}, {scheme}: {text}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

#[tokio::test]
async fn no_state_is_wider_than_a_narrow_screen_in_any_language() -> Result<(), Error> {
    const WIDTH: u64 = 320;
    let bed = gallery().await?;
    bed.browser
        .devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": WIDTH, "height": 800, "deviceScaleFactor": 1, "mobile": false }),
        )
        .await?;
    let mut found = Vec::new();
    for state in states(&bed).await? {
        for language in ["en", "zh"] {
            show(&bed, &state, language).await?;
            let wide = bed
                .browser
                .js("return document.documentElement.scrollWidth;", vec![])
                .await?;
            if wide.as_u64().is_none_or(|wide| wide > WIDTH) {
                found.push(format!("{state}, {language}: {wide} px"));
            }
            // A key that has no words stands there as it is.
            let keys = bed
                .browser
                .js(
                    "return document.body.innerText.match(/\\b[a-z]+(-[a-z]+)*\\.[a-z-]+\\.(do|means|title|lede)\\b/g);",
                    vec![],
                )
                .await?;
            if keys != Value::Null {
                found.push(format!("{state}, {language}: no words for {keys}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}
