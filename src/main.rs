//! The one binary: hidden roles first, then the command line.

use rcon::{commands, engine, runtime};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.first().is_some_and(|name| name == runtime::launch::ROLE) {
        engine::supervise::main(&arguments);
    }
    ExitCode::from(commands::dispatch::main(arguments))
}
