//! One line of the display, fitted into the columns there are.

use unicode_width::UnicodeWidthChar;

/// Fewer columns for a name show nothing.
const LEAST_NAME: usize = 12;
/// Columns a name and an amount need together, for the amount to be shown.
const LEAST_BOTH: usize = 20;
/// Seconds below this are none.
const NO_TIME: f64 = 0.05;

/// A step, a part of one, or a warning.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) amount: Option<String>,
    pub(super) seconds: f64,
    pub(super) kind: Kind,
    /// It still goes on, so it is shown before others where there is little room.
    pub(super) open: bool,
}

/// What a line tells, and so its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Done,
    Failed,
    Canceled,
    Log,
}

impl Row {
    /// ` => NAME AMOUNT    0.0s`, one column less than `width`; `None` where that is too narrow.
    pub(super) fn text(&self, width: usize) -> Option<String> {
        let seconds = if self.seconds < NO_TIME { 0.0 } else { self.seconds };
        let timer = format!("{seconds:.1}s");
        // Of " => ", of the blank before the timer, of the last column and of one that stays free.
        let mut left = width.checked_sub(timer.len() + 7)?;
        let amount = self.amount.as_ref().filter(|amount| left + amount.len() > LEAST_BOTH);
        if let Some(amount) = amount {
            left = left.checked_sub(amount.len() + 1)?;
        }
        if left < LEAST_NAME {
            return None;
        }
        let mut text = format!(" => {}", cut(&self.name, left));
        if let Some(amount) = amount {
            text.push(' ');
            text.push_str(amount);
        }
        Some(format!("{} {timer}", fit(&text, width - timer.len() - 2)))
    }
}

/// The beginning of `text` that fits into `columns`, and control characters out of it.
fn cut(text: &str, columns: usize) -> String {
    let mut used = 0;
    let printable = text.chars().filter_map(|c| c.width().map(|width| (c, width)));
    printable
        .take_while(|(_, width)| {
            used += width;
            used <= columns
        })
        .map(|(c, _)| c)
        .collect()
}

/// The same, filled up to `columns`.
pub(super) fn fit(text: &str, columns: usize) -> String {
    let mut text = cut(text, columns);
    let used: usize = text.chars().filter_map(UnicodeWidthChar::width).sum();
    text.extend(std::iter::repeat_n(' ', columns.saturating_sub(used)));
    text
}

/// The last `limit` of `rows`; those that are open and would be cut stand first, in place of others that are not.
pub(super) fn within<T>(rows: Vec<T>, limit: usize, open: impl Fn(&T) -> bool) -> Vec<T> {
    let hidden = rows.len().saturating_sub(limit);
    let mut rows = rows;
    let mut shown = rows.split_off(hidden);
    let mut invisible: Vec<T> = rows.into_iter().filter(|row| open(row)).collect();
    let mut room = invisible.len();
    shown.retain(|row| {
        let goes = room > 0 && !open(row);
        room -= usize::from(goes);
        !goes
    });
    let places = limit.saturating_sub(shown.len()).min(invisible.len());
    let mut all = invisible.split_off(invisible.len() - places);
    all.append(&mut shown);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_leaves_the_last_column_free_and_is_cut_by_columns() {
        let row = |name: &str, amount: Option<&str>| Row {
            name: name.to_owned(),
            amount: amount.map(str::to_owned),
            seconds: 0.04,
            kind: Kind::Done,
            open: false,
        };
        let wide = "\u{30c6}".repeat(40);
        for name in ["short", &"long ".repeat(40), &wide] {
            let text = row(name, Some("1.00kB")).text(60).unwrap();
            let columns: usize = text.chars().filter_map(UnicodeWidthChar::width).sum();
            assert_eq!(columns, 59, "{text}");
            assert!(text.ends_with(" 0.0s"), "{text}");
        }
        assert!(row("a", Some("1.00kB")).text(60).unwrap().starts_with(" => a 1.00kB  "));
        assert_eq!(row("a", None).text(20), None);
        assert_eq!(row("a", None).text(0), None);
    }

    #[test]
    fn open_rows_stay_in_view() {
        let open = |row: &&str| row.starts_with('o');
        assert_eq!(within(vec!["o1", "d2", "d3", "o4"], 2, open), ["o1", "o4"]);
        assert_eq!(within(vec!["d1", "d2", "d3"], 2, open), ["d2", "d3"]);
        assert_eq!(within(vec!["o1", "o2", "o3"], 2, open), ["o2", "o3"]);
        assert!(within(vec!["o1"], 0, open).is_empty());
    }
}
