//! What a build says while it works, in BuildKit's words.

pub mod event;
mod plain;
mod quiet;
mod raw;
pub mod shared;
mod tail;
mod trace;
mod tty;
mod units;
mod warnings;

#[cfg(test)]
mod replay;

use super::wish::ProgressWish;
use event::Progress;
use std::io::Write;

/// How rcon calls itself where docker has the names of a builder: driver and instance.
const DRIVER: &str = "rcon";
/// The one instance there is.
const INSTANCE: &str = "default";

/// The display that `wish` asks for, on standard error; `terminal`: that is one.
pub fn printer(wish: ProgressWish, terminal: bool) -> Box<dyn Progress> {
    let out: Box<dyn Write> = Box::new(std::io::stderr());
    match (wish, terminal) {
        (ProgressWish::Quiet, _) => Box::new(quiet::Quiet),
        (ProgressWish::RawJson, _) => Box::new(raw::Raw::new(out)),
        (ProgressWish::Auto | ProgressWish::Tty, true) => {
            Box::new(tty::Tty::new(out, tty::Look::of_environment(), tty::window))
        }
        // What cannot be drawn over is told line by line.
        (ProgressWish::Plain | ProgressWish::Auto | ProgressWish::Tty, _) => {
            Box::new(plain::Plain::new(out, terminal && !no_color()))
        }
    }
}

/// The display line by line, without colors, for what is read later.
pub fn plain(out: Box<dyn Write>) -> Box<dyn Progress> {
    Box::new(plain::Plain::new(out, false))
}

/// Whether the user wants none, <https://no-color.org>.
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}
