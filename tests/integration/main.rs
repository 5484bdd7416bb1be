//! The built binary, as users see it. One test binary: it is linked once.

#![expect(clippy::unwrap_used, reason = "what fails here fails its test")]

mod bad_archives;
mod bad_input;
mod concurrency;
mod confinement;
mod exec;
mod exit_codes;
mod images;
mod kill_anywhere;
mod layouts;
mod lifecycle;
mod run;
mod save;
mod state;
mod streams;
mod support;
mod terminal;
