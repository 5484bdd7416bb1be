//! From a parsed command line to its verb, and from its outcome to an exit code.

use super::{Call, Invocation, parse, usage};
use crate::engine::host::Engine;
use crate::engine::images;
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use crate::paths::Paths;
use crate::storage::layers::IdMapKey;
use std::ffi::OsString;

/// Runs a command line; gives the exit code. The one place where an error is told.
pub fn main(argv: Vec<OsString>) -> u8 {
    let mut ui = Ui::new();
    let call = match parse(argv.iter().cloned()) {
        Ok(call) => call,
        Err(answer) => {
            let text = answer.text.trim_end_matches('\n');
            if answer.data {
                // A reader that went away has seen what it wanted.
                let _ = ui.line(text).and_then(|()| ui.finish());
            } else {
                ui.talk(text);
            }
            return answer.code;
        }
    };
    let path = call.path.clone();
    let starts = matches!(call.invocation, Invocation::Run(_) | Invocation::Create(_));
    let outcome = run(call, &argv, &mut ui).and_then(|code| ui.flush().map(|()| code));
    match outcome {
        Ok(code) => code,
        Err(Error { kind: Kind::Silent(code), .. }) => code,
        Err(error) => {
            tell(&mut ui, &path, starts, &error);
            code_of(&error, starts)
        }
    }
}

fn tell(ui: &mut Ui, path: &str, starts: bool, error: &Error) {
    if starts {
        ui.talk(usage::failure(path, error).trim_end_matches('\n'));
    } else {
        ui.talk(format_args!("Error: {error}"));
    }
    if let Some(hint) = error.hint() {
        ui.talk(format_args!("hint: {hint}"));
    }
}

/// docker's exit codes: 126 and 127 for the container's program, 125 for what kept a container from
/// being made, 1 for the rest.
fn code_of(error: &Error, starts: bool) -> u8 {
    match error.kind {
        Kind::NotExecutable => 126,
        Kind::CommandNotFound => 127,
        _ if starts => 125,
        _ => 1,
    }
}

fn run(call: Call, argv: &[OsString], ui: &mut Ui) -> Result<u8> {
    if let Invocation::Completion(args) = call.invocation {
        return args.run(ui);
    }
    let engine = Engine::open(Paths::from_environment()?)?;
    let typed = || argv.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<String>>();
    match call.invocation {
        Invocation::Build(args) => args.run(&engine, call.globals.config, ui),
        Invocation::Buildx(verb) => verb.run(&engine, call.globals.config, ui),
        Invocation::Run(args) => args.run(&engine, call.globals.config, ui, typed()),
        Invocation::Create(args) => args.run(&engine, call.globals.config, ui, typed()),
        Invocation::Start(args) => args.run(&engine, ui),
        Invocation::Stop(args) => args.run(&engine, ui),
        Invocation::Restart(args) => args.run(&engine, ui),
        Invocation::Kill(args) => args.run(&engine, ui),
        Invocation::Wait(args) => args.run(&engine, ui),
        Invocation::Rm(args) => args.run(&engine, ui),
        Invocation::Exec(args) => args.run(&engine, ui),
        Invocation::Attach(args) => args.run(&engine),
        Invocation::Rename(args) => args.run(&engine),
        Invocation::Ps(args) => args.run(&engine, ui),
        Invocation::Logs(args) => args.run(&engine, ui),
        Invocation::Inspect(args) => args.run(&engine, &|name| find_image(&engine, name), ui),
        Invocation::ImageExists(args) => args.run(&engine),
        Invocation::ImageTree(args) => args.run(&engine, ui),
        Invocation::Images(args) => args.run(&engine, ui),
        Invocation::Pull(args) => args.run(&engine, call.globals.config, ui),
        Invocation::Push(args) => args.run(&engine, call.globals.config, ui),
        Invocation::Load(args) => args.run(&engine, ui),
        Invocation::Save(args) => args.run(&engine),
        Invocation::Import(args) => args.run(&engine, ui),
        Invocation::Tag(args) => args.run(&engine),
        Invocation::Untag(args) => args.run(&engine),
        Invocation::Rmi(args) => args.run(&engine, ui),
        Invocation::History(args) => args.run(&engine, ui),
        Invocation::Manifest(verb) => verb.run(&engine, call.globals.config, ui),
        Invocation::Network(verb) => verb.run(&engine, ui),
        Invocation::Port(args) => args.run(&engine, ui),
        Invocation::Update(args) => args.run(&engine, ui),
        Invocation::Search(args) => args.run(&engine, call.globals.config, ui),
        Invocation::Login(args) => args.run(&engine.paths, call.globals.config, ui),
        Invocation::Logout(args) => args.run(&engine.paths, call.globals.config, ui),
        Invocation::Check(args) => args.run(&engine, call.globals.config, ui),
        Invocation::Df(args) => args.run(&engine, ui),
        Invocation::ContainerPrune(args) => args.run(&engine, ui),
        Invocation::ImagePrune(args) => args.run(&engine, ui),
        Invocation::VolumePrune(args) => args.run(&engine, ui),
        Invocation::SystemPrune(args) => args.run(&engine, ui),
        Invocation::Reset(args) => args.run(&engine, ui),
        Invocation::Unshare(args) => args.run(&engine, ui),
        Invocation::Completion(args) => args.run(ui),
        Invocation::Info(args) => args.run(&engine, engine.store()?.images().list()?.len(), ui),
        Invocation::Version(args) => args.run(ui),
    }
}

/// What `inspect` shows of the image called `name`, if there is one.
fn find_image(engine: &Engine, name: &str) -> Result<Option<serde_json::Value>> {
    let map = IdMapKey::new(&engine.mapping()?.layer_key())?;
    match images::inspect(&engine.store()?, name, &map) {
        Ok(image) => Ok(Some(image)),
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
