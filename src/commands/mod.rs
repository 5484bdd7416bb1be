//! One file per verb: its arguments, whose doc comments are the help text.

pub mod parse;
