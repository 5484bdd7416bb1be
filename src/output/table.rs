//! Docker's tables: the elastic tab stops of Go's text/tabwriter, with no flags set.
//!
//! A cell is ended by a tab; what follows the last tab of a line belongs to no column and is never
//! padded. A column block is a run of consecutive lines that all have that cell, and its width is that of
//! its widest cell plus the padding, at least the minimum. So an empty last column leaves the padding of
//! the one before it at the end of the line; docker's output has these blanks, and scripts see them.

use std::fmt;
use unicode_width::UnicodeWidthStr;

/// The narrowest cell of docker's lists, in terminal columns.
pub const LIST_MIN_WIDTH: usize = 10;
/// The narrowest cell of `docker top`, in terminal columns.
pub const TOP_MIN_WIDTH: usize = 20;
/// Blanks after the widest cell of a column, in all of docker's tables.
pub const PADDING: usize = 3;

/// Lines of tab-terminated cells; its [`fmt::Display`] is the aligned text, each line ended by `\n`.
#[derive(Debug, Clone)]
pub struct Table {
    min_width: usize,
    padding: usize,
    text: String,
}

impl Table {
    /// An empty table; both numbers are terminal columns.
    pub fn new(min_width: usize, padding: usize) -> Self {
        Self { min_width, padding, text: String::new() }
    }

    /// The table of docker's lists.
    pub fn list() -> Self {
        Self::new(LIST_MIN_WIDTH, PADDING)
    }

    /// Adds a line (or several, where `line` has line feeds in it), its cells separated by tabs.
    pub fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// The lines without their feeds; `str::lines` would swallow a carriage return as well.
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.split_terminator('\n')
    }

    /// The width of each cell's column, line after line, without the unpadded last cells.
    fn column_widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        // Per padded cell the index of its block in `widths`; per column the block that the line above is in.
        let mut blocks: Vec<usize> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for line in self.lines() {
            let padded = line.matches('\t').count();
            open.truncate(padded);
            for (column, cell) in line.split('\t').take(padded).enumerate() {
                if column == open.len() {
                    open.push(widths.len());
                    widths.push(self.min_width);
                }
                let block = open[column];
                // An empty cell asks for the padding as well, which matters with a small minimum.
                widths[block] = widths[block].max(cell.width() + self.padding);
                blocks.push(block);
            }
        }
        blocks.into_iter().map(|block| widths[block]).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = self.column_widths().into_iter();
        for line in self.lines() {
            let mut cells = line.split('\t').peekable();
            while let Some(cell) = cells.next() {
                f.write_str(cell)?;
                if cells.peek().is_some() {
                    let width = widths.next().unwrap_or_default();
                    (cell.width()..width).try_for_each(|_| f.write_str(" "))?;
                }
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(lines: &[&str]) -> String {
        let mut table = Table::list();
        lines.iter().for_each(|line| table.push(line));
        table.to_string()
    }

    #[test]
    fn columns_are_at_least_ten_wide_and_three_apart() {
        assert_eq!(
            aligned(&["DRIVER\tVOLUME NAME", "local\tdata"]),
            "DRIVER    VOLUME NAME\nlocal     data\n"
        );
        assert_eq!(
            aligned(&["CONTAINER ID\tIMAGE", "0123456789ab\talpine"]),
            "CONTAINER ID   IMAGE\n0123456789ab   alpine\n"
        );
    }

    #[test]
    fn an_empty_last_column_leaves_the_padding_before_it() {
        // As the docker command prints `context ls` with a trailing tab.
        assert_eq!(
            aligned(&["NAME\tERROR\t", "default\t\t"]),
            "NAME      ERROR     \ndefault             \n"
        );
        assert_eq!(aligned(&["NAME\tERROR", "default\t"]), "NAME      ERROR\ndefault   \n");
    }

    #[test]
    fn a_line_without_the_cell_ends_the_column() {
        assert_eq!(
            aligned(&["a long first cell\tx", "alone", "b\ty"]),
            "a long first cell   x\nalone\nb         y\n"
        );
    }

    #[test]
    fn an_inner_column_is_shared_only_by_the_lines_that_have_it() {
        assert_eq!(
            aligned(&["a\twide wide wide\tz", "b\tlast", "c\tn\tz"]),
            "a         wide wide wide   z\nb         last\nc         n         z\n"
        );
    }

    #[test]
    fn width_counts_terminal_columns() {
        assert_eq!(aligned(&["日本語日本語\tx", "a…\ty"]), "日本語日本語   x\na…             y\n");
    }

    #[test]
    fn line_feeds_inside_a_cell_begin_a_line() {
        assert_eq!(aligned(&["a\tb\nc\td"]), "a         b\nc         d\n");
        assert_eq!(aligned(&[]), "");
        assert_eq!(aligned(&[""]), "\n");
    }

    #[test]
    fn a_small_minimum_still_pads_empty_cells() {
        let mut table = Table::new(0, 3);
        table.push("\tx");
        assert_eq!(table.to_string(), "   x\n");
    }

    #[test]
    fn a_hostile_number_of_cells_is_only_a_long_line() {
        let line = "\t".repeat(50_000);
        assert_eq!(aligned(&[&line]).len(), 10 * 50_000 + 1);
    }
}
