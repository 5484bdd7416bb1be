//! `COPY` and `ADD`, with everything known.

use super::{Evaluation, Names, Work};
use crate::build::context::git::is_reference;
use crate::build::context::is_url;
use crate::dockerfile::ast::Copying;
use crate::error::Error;

/// Where files come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The build's context.
    Context,
    /// The stage with this number.
    Stage(usize),
    /// The image with this number.
    Image(usize),
    /// The folder that `--build-context` names, by its number.
    Folder(usize),
}

/// Files to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyStep {
    /// Where from.
    pub origin: Origin,
    /// What.
    pub sources: Vec<Source>,
    /// Absolute; with a slash at its end where one was written.
    pub destination: String,
    /// `--chown`.
    pub chown: Option<String>,
    /// `--chmod`.
    pub chmod: Option<String>,
    /// `--link`: what lies below does not matter.
    pub link: bool,
    /// `--parents`.
    pub parents: bool,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `ADD`: archives are unpacked, unless `--unpack` says otherwise.
    pub unpack: Option<bool>,
    /// `ADD`.
    pub is_add: bool,
    /// `--checksum`.
    pub checksum: Option<String>,
    /// `--keep-git-dir`.
    pub keep_git_dir: bool,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Below the origin, perhaps with wildcards.
    Path(String),
    /// A heredoc: the name of the file and what is in it.
    Inline { name: String, text: String },
    /// `http://`, `https://`.
    Url(String),
    /// A repository.
    Git(String),
}

impl Evaluation<'_> {
    /// `COPY` or `ADD`, and its line of history.
    pub(super) fn copy(
        &mut self,
        copying: &Copying,
        is_add: bool,
        names: &mut dyn Names,
    ) -> Result<(Option<Work>, Option<String>), Error> {
        let expand = |word: &Option<String>| word.as_deref().map(|word| self.word(word)).transpose();
        let (chown, chmod) = (expand(&copying.chown)?, expand(&copying.chmod)?);
        let words = self.all_words(&copying.sources)?;
        let written = self.word(&copying.destination)?;
        let mut sources: Vec<Source> = words.iter().map(|word| source(word, is_add)).collect();
        for heredoc in &copying.heredocs {
            let text = match heredoc.expand {
                true => self.lexer.body(&heredoc.body, &self.scope).map_err(Error::usage)?.text,
                false => heredoc.body.clone(),
            };
            sources.push(Source::Inline { name: heredoc.name.clone(), text });
        }
        let origin = match &copying.from {
            Some(name) => names.origin(name)?,
            None => Origin::Context,
        };
        let created_by = self.told(copying, is_add, &words, &written, (&chown, &chmod));
        let step = CopyStep {
            origin,
            sources,
            destination: self.destination(&written),
            chown,
            chmod,
            link: copying.link,
            parents: copying.parents,
            exclude: self.all_words(&copying.exclude)?,
            unpack: copying.unpack,
            is_add,
            checksum: expand(&copying.checksum)?,
            keep_git_dir: copying.keep_git_dir.unwrap_or(false),
        };
        Ok((Some(Work::Copy(step)), Some(created_by)))
    }

    fn told(
        &self,
        copying: &Copying,
        is_add: bool,
        words: &[String],
        destination: &str,
        (chown, chmod): (&Option<String>, &Option<String>),
    ) -> String {
        let mut told = vec![if is_add { "ADD" } else { "COPY" }.to_owned()];
        told.extend(chown.iter().map(|chown| format!("--chown={chown}")));
        told.extend(chmod.iter().map(|chmod| format!("--chmod={chmod}")));
        told.extend(words.iter().cloned());
        told.extend(copying.heredocs.iter().map(|heredoc| format!("<<{}", heredoc.name)));
        told.push(destination.to_owned());
        told.push("# buildkit".to_owned());
        told.join(" ")
    }

    /// Clean but for the slash at its end, which `.` means as well.
    fn destination(&self, written: &str) -> String {
        let is_folder = written.ends_with('/') || written == "." || written.ends_with("/.");
        let clean = super::clean(&self.absolute(written));
        if is_folder && clean != "/" { format!("{clean}/") } else { clean }
    }
}

fn source(word: &str, is_add: bool) -> Source {
    if is_add && is_reference(word) {
        return Source::Git(word.to_owned());
    }
    if is_add && is_url(word) { Source::Url(word.to_owned()) } else { Source::Path(word.to_owned()) }
}
