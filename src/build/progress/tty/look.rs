//! Colours and sizes, from the variables that BuildKit's display knows: NO_COLOR, BUILDKIT_COLORS
//! (`run=green:error=255,0,0`) and BUILDKIT_TTY_LOG_LINES.

use super::super::no_color;
use super::row::Kind;

/// Lines of a log that are shown of a step, unless the user says otherwise.
const LOG_LINES: usize = 6;
/// Lines of a log that are kept at most.
const MOST_LOG_LINES: usize = 1000;
/// Names of colours, by their number in `ESC [ 3x m`; with `light-` in front it is `ESC [ 9x m`.
const NAMES: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/// How the display looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Look {
    palette: Option<Palette>,
    /// Lines of a log that are shown of a step.
    pub(super) log_lines: usize,
}

/// Parameters of `ESC [ … m`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Palette {
    run: String,
    cancel: String,
    error: String,
}

impl Look {
    /// As the user's environment has it.
    pub(in super::super) fn of_environment() -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        let palette = (!no_color()).then(|| Palette::new(&variable("BUILDKIT_COLORS").unwrap_or_default()));
        let lines = variable("BUILDKIT_TTY_LOG_LINES").and_then(|lines| lines.parse().ok());
        let log_lines = lines.filter(|lines| (1..=MOST_LOG_LINES).contains(lines)).unwrap_or(LOG_LINES);
        Self { palette, log_lines }
    }

    /// Whether there are colours.
    pub(super) fn colors(&self) -> bool {
        self.palette.is_some()
    }

    /// A whole line in the colour of what it tells.
    pub(super) fn paint(&self, kind: Kind, line: &str) -> String {
        let color = self.palette.as_ref().and_then(|palette| match kind {
            Kind::Open => None,
            Kind::Done => Some(palette.run.as_str()),
            Kind::Failed => Some(&palette.error),
            Kind::Canceled => Some(&palette.cancel),
            Kind::Log => Some("2"),
        });
        match color {
            Some(color) => format!("\x1b[{color}m{line}\n\x1b[0m"),
            None => format!("{line}\n"),
        }
    }
}

impl Palette {
    /// The usual colours, but for what `wishes` names.
    fn new(wishes: &str) -> Self {
        let mut palette = Self { run: "34".to_owned(), cancel: "33".to_owned(), error: "31".to_owned() };
        for (name, color) in wishes.split(':').filter_map(|wish| wish.split_once('=')) {
            let place = match name.trim().to_ascii_lowercase().as_str() {
                "run" => &mut palette.run,
                "cancel" => &mut palette.cancel,
                "error" => &mut palette.error,
                _ => continue,
            };
            if let Some(color) = color_of(color) {
                *place = color;
            }
        }
        palette
    }
}

/// `blue`, `light-blue`, `default` or `RED,GREEN,BLUE`, each 0 to 255.
fn color_of(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    if text == "default" {
        return Some("39".to_owned());
    }
    let (base, name) = text.strip_prefix("light-").map_or((30, text.as_str()), |name| (90, name));
    if let Some(number) = NAMES.iter().position(|known| *known == name) {
        return Some((base + number).to_string());
    }
    let parts: Option<Vec<u8>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    match parts?.as_slice() {
        [red, green, blue] => Some(format!("38;2;{red};{green};{blue}")),
        _ => None,
    }
}

#[cfg(test)]
impl Look {
    /// BuildKit's own, with or without colours.
    pub(super) fn plain(colors: bool) -> Self {
        Self { palette: colors.then(|| Palette::new("")), log_lines: LOG_LINES }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_named_or_numbers_and_nonsense_changes_nothing() {
        let palette = Palette::new("run=light-green:error=255,0,7:cancel=pink:x:=:warning=red");
        assert_eq!(palette.run, "92");
        assert_eq!(palette.error, "38;2;255;0;7");
        assert_eq!(palette.cancel, "33");
        assert_eq!(color_of("1,2,300"), None);
    }
}
