//! `rcon create`

use super::caller::Caller;
use super::container::ContainerArgs;
use super::pull;
use super::registry_flags::RegistryFlags;
use super::verb::{Verb, Words};
use super::{Invocation, later, network_flags};
use crate::durable::{self, Lock};
use crate::engine::create;
use crate::engine::host::Engine;
use crate::engine::pull::Source;
use crate::engine::record::Record;
use crate::engine::wish::PullPolicy;
use crate::engine::wish::Wish;
use crate::error::{Error, Kind, Result};
use crate::oci::reference::Reference;
use crate::output::Ui;
use crate::output::progress::Progress;
use crate::userns::mapping::Mapping;
use clap::{Args, FromArgMatches};
use std::path::Path;

/// The arguments of `create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateArgs {
    /// What `run` takes as well.
    #[command(flatten)]
    pub container: ContainerArgs,
}

pub(super) static VERB: Verb = Verb {
    about: "Create a new container",
    usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    words: Words::AtLeast(1),
    augment: CreateArgs::augment_args,
    later: later::CONTAINER,
    read: |matches| CreateArgs::from_arg_matches_mut(matches).map(|args| Invocation::Create(Box::new(args))),
};

impl CreateArgs {
    /// Makes the wish of these words; reads the files they name.
    pub fn wish(&self, caller: &Caller) -> Result<Wish> {
        self.container.wish(caller)
    }
}

impl CreateArgs {
    /// Creates the container and prints its id.
    pub fn run(
        self,
        engine: &Engine,
        config: Option<String>,
        ui: &mut Ui,
        command_line: Vec<String>,
    ) -> Result<u8> {
        let wish = self.wish(&Caller::current()?)?;
        network_flags::warnings(&wish).iter().for_each(|warning| ui.talk(warning));
        check_cid_file(&wish)?;
        bring_image(engine, config, ui, &wish, self.container.quiet)?;
        let (record, _lock) = make(engine, &wish, command_line, &engine.mapping()?)?;
        ui.line(record.id)?;
        Ok(0)
    }
}

/// docker overwrites no file with an id.
pub(super) fn check_cid_file(wish: &Wish) -> Result<()> {
    match wish.cid_file.as_ref().filter(|file| Path::new(file).exists()) {
        Some(file) => Err(Error::usage(format!(
            "container ID file found, make sure the other container isn't running or delete {file}"
        ))),
        None => Ok(()),
    }
}

/// Finds the image and creates the container; writes its id into `--cidfile`.
pub(super) fn make(
    engine: &Engine,
    wish: &Wish,
    command_line: Vec<String>,
    mapping: &Mapping,
) -> Result<(Record, Lock)> {
    let image = match engine.image(&wish.image, mapping) {
        Err(error) if error.kind == Kind::Unsupported && engine.unpack_again(&wish.image, mapping)? => {
            engine.image(&wish.image, mapping)?
        }
        found => found?,
    };
    // From here to the record nobody removes the image.
    let store = engine.store()?;
    let _kept = store.lock_for_adding()?;
    if store.images().get(&image.id)?.is_none() {
        return Err(Error::new(Kind::NotFound, format!("No such image: {}", wish.image)));
    }
    let (record, lock) = create::create(engine, wish, &image, command_line)?;
    if let Some(file) = &wish.cid_file {
        durable::replace(Path::new(file), record.id.to_string().as_bytes())?;
    }
    Ok((record, lock))
}

/// Sees to it that the image is here, before anything is begun that others may wait for: pulls it when
/// `--pull` says so.
pub(super) fn bring_image(
    engine: &Engine,
    config: Option<String>,
    ui: &mut Ui,
    wish: &Wish,
    quiet: bool,
) -> Result<()> {
    let is_id = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id(&wish.image) {
        wish.image.parse::<Reference>()?;
    }
    let missing = match engine.store()?.resolve(&wish.image) {
        Ok(_) if wish.pull != PullPolicy::Always => return Ok(()),
        Err(error) if error.kind == Kind::NotFound => Some(error),
        resolved => resolved.map(|_| None)?,
    };
    match missing {
        Some(_) if engine.ensure_builtin(&wish.image)? => return Ok(()),
        Some(error) if wish.pull == PullPolicy::Never => return Err(error),
        Some(_) if !quiet => {
            ui.talk(format_args!("Unable to find image '{}' locally", with_tag(&wish.image)));
        }
        _ => {}
    }
    let wanted = pull::wanted(wish.platform.as_deref())?;
    let sources = Source::of(&RegistryFlags::default().open(engine, config, ui)?, &wish.image)?;
    let progress = if quiet { Progress::quiet() } else { Progress::on_error() };
    engine.in_outer(|engine, making| {
        let store = engine.store()?;
        let (source, pulled) = crate::engine::pull::first(&store, &sources, &wanted, making, &progress)?;
        pull::tell(&progress, source, &pulled);
        progress.finish();
        Ok(())
    })
}

/// The name with the tag that it means.
fn with_tag(name: &str) -> String {
    name.parse::<Reference>()
        .map_or_else(|_| name.to_owned(), |reference| reference.with_default_tag().familiar())
}
