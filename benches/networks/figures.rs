//! Medians of what was measured, beside each other.

use std::collections::BTreeMap;

/// Figures by what was measured and for whom, in the order in which they came.
#[derive(Default)]
pub(crate) struct Figures {
    rows: Vec<String>,
    of: BTreeMap<(String, &'static str), Vec<f64>>,
}

impl Figures {
    /// Notes a figure; without one, what failed counts as nothing.
    pub(crate) fn note(&mut self, row: &str, who: &'static str, figure: impl Into<Option<f64>>) {
        if !self.rows.iter().any(|known| known == row) {
            self.rows.push(row.to_owned());
        }
        self.of.entry((row.to_owned(), who)).or_default().push(figure.into().unwrap_or(0.0));
    }

    pub(crate) fn median(&self, row: &str, who: &'static str) -> Option<f64> {
        self.of.get(&(row.to_owned(), who)).map(|figures| middle(figures))
    }

    /// A line for each row: everyone's median, and what it is of the reference's.
    pub(crate) fn show(&self, unit: &str, who: &[&'static str], reference: &'static str, asked: Option<f64>) {
        for row in &self.rows {
            let mut line = format!("  {row:34}");
            let base = self.median(row, reference);
            for one in who {
                let Some(figure) = self.median(row, one) else { continue };
                line.push_str(&format!("  {one} {figure:.2} {unit}"));
                if let Some(base) = base.filter(|_| *one != reference) {
                    line.push_str(&format!(" = {:.2} x {reference}", figure / base));
                    line.push_str(asked.map_or("", |asked| verdict(figure / base >= asked)));
                }
            }
            println!("{line}");
        }
    }
}

/// What is said of a measure.
pub(crate) fn verdict(met: bool) -> &'static str {
    if met { " (met)" } else { " (MISSED)" }
}

fn middle(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
