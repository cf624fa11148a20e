//! The figures, as a table and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

/// One figure.
#[derive(Debug)]
struct Row {
    /// Stable name, for machines.
    name: &'static str,
    /// What it is, for people.
    what: String,
    value: f64,
    unit: &'static str,
    /// The value must not be below.
    bar: Option<f64>,
    /// What it is computed from.
    details: Value,
}

impl Row {
    fn is_kept(&self) -> bool {
        self.bar.is_none_or(|bar| self.value >= bar)
    }
}

/// All figures of a run.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a figure; with a `bar`, the value must not be below it.
    pub fn add(
        &mut self,
        name: &'static str,
        what: impl Into<String>,
        (value, unit): (f64, &'static str),
        bar: Option<f64>,
        details: Value,
    ) {
        self.rows.push(Row {
            name,
            what: what.into(),
            value,
            unit,
            bar,
            details,
        });
    }

    /// Every bar is kept.
    pub fn all_kept(&self) -> bool {
        self.rows.iter().all(Row::is_kept)
    }

    /// The figures for people.
    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max();
        let width = width.unwrap_or_default();
        let mut table = String::new();
        for row in &self.rows {
            let what = &row.what;
            let value = format!("{:.3}", row.value);
            let bar = match row.bar {
                None => String::new(),
                Some(bar) if row.is_kept() => format!("kept, at least {bar}"),
                Some(bar) => format!("BROKEN, at least {bar}"),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "{what:width$}  {value:>10} {unit:5} {bar}",
                unit = row.unit
            );
        }
        table
    }

    /// The figures for machines.
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let entry = json!({
                "value": row.value,
                "unit": row.unit,
                "bar": row.bar,
                "kept": row.is_kept(),
                "details": row.details,
            });
            (row.name.to_owned(), entry)
        });
        json!({ "figures": rows.collect::<serde_json::Map<_, _>>() })
    }
}

/// The middle value, which one disturbed run does not move.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
