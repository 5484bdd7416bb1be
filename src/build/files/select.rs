//! From the sources of an instruction to what is copied.

use super::filter::Filter;
use super::listing::Listing;
use super::tree::{Resolved, Tree, is_directory};
use super::walk::any_below;
use super::{join, shown};
use crate::dockerfile::patterns::{Glob, Patterns, clean, has_wildcards};
use crate::error::{Error, Kind, Result};
use rustix::fs::FileType;

/// Files and directories that the wildcards of one instruction may stand for.
const MATCH_LIMIT: usize = 1_000_000;
/// Bytes of one source.
const SOURCE_LIMIT: usize = 4096;

/// What an instruction asks to be copied.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// In order, expanded.
    pub sources: &'a [String],
    /// `--exclude`, in order.
    pub exclude: &'a [String],
    /// `--parents`.
    pub parents: bool,
    /// `.dockerignore`, for a build context.
    pub ignore: Option<&'a Patterns>,
}

/// What is copied; of one tree.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub(super) picks: Vec<Pick>,
}

/// One source that was found: a directory, whose content is copied, or anything else.
#[derive(Debug, Clone)]
pub(super) struct Pick {
    /// As the instruction or its wildcard names it, from the root: its last part is the name of a copy.
    pub(super) named: Vec<u8>,
    /// The same without links.
    pub(super) path: Vec<u8>,
    /// What of it is taken.
    pub(super) filter: std::rc::Rc<Filter>,
}

impl Selection {
    /// Whether wildcards were all there was, and none stood for anything.
    pub fn is_empty(&self) -> bool {
        self.picks.is_empty()
    }
}

/// Finds what `asked` names in `tree`.
///
/// # Errors
/// [`Kind::NotFound`] with BuildKit's words for a source that is not there, or that `.dockerignore` leaves out:
/// `"/name": not found`. [`Kind::Invalid`] for what is no pattern.
pub fn select(tree: &Tree, asked: &Asked<'_>) -> Result<Selection> {
    let exclude = Patterns::new(asked.exclude).map_err(|error| {
        Error::new(error.kind, format!("invalid excludepatterns: [{}]: {error}", asked.exclude.join(" ")))
    })?;
    let ignore = asked.ignore.cloned().unwrap_or_default();
    let plain = std::rc::Rc::new(Filter { ignore, exclude, include: None });
    let mut selection = Selection::default();
    for source in asked.sources {
        if source.len() > SOURCE_LIMIT {
            return Err(Error::new(Kind::Invalid, "a source of more than 4096 bytes"));
        }
        let (from, filter) = match asked.parents {
            true => with_parents(tree, source, &plain)?,
            false => (clean(&[b"/", source.as_bytes()].concat()), std::rc::Rc::clone(&plain)),
        };
        pick(tree, &from[1..], &filter, &mut selection.picks)?;
    }
    Ok(selection)
}

/// Takes a source of `--parents` apart: where the walk begins, and what is taken below. `/./` parts the two.
fn with_parents(
    tree: &Tree,
    source: &str,
    plain: &std::rc::Rc<Filter>,
) -> Result<(Vec<u8>, std::rc::Rc<Filter>)> {
    let (parent, pattern) = source.split_once("/./").unwrap_or(("/", source));
    let from = clean(&[b"/", parent.as_bytes()].concat());
    let pattern = clean(&[b"/", pattern.as_bytes()].concat());
    let pattern = &pattern[1..];
    if pattern.is_empty() {
        return Ok((from, std::rc::Rc::clone(plain)));
    }
    if !has_wildcards(&from) && !has_wildcards(pattern) {
        let path = join(&from[1..], pattern);
        if !exists(tree, &tree.resolve(&path)?, plain)? {
            return Err(not_found(&path));
        }
    }
    let include = Patterns::new([pattern]).map_err(|error| {
        Error::new(
            error.kind,
            format!("invalid includepatterns: [{}]: {error}", String::from_utf8_lossy(pattern)),
        )
    })?;
    Ok((from, std::rc::Rc::new(Filter { include: Some(include), ..Filter::clone(plain) })))
}

/// Picks what `source`, which begins at the root, stands for.
fn pick(tree: &Tree, source: &[u8], filter: &std::rc::Rc<Filter>, picks: &mut Vec<Pick>) -> Result<()> {
    let parts: Vec<&[u8]> = source.split(|byte| *byte == b'/').collect();
    let first = parts.iter().position(|part| has_wildcards(part)).unwrap_or(parts.len());
    let prefix = parts[..first].join(&b'/');
    if first == parts.len() {
        return take(tree, prefix, filter, picks);
    }
    let globs =
        parts[first..].iter().map(|part| Glob::flat(part)).collect::<Result<Vec<_>>>().map_err(|error| {
            Error::new(
                error.kind,
                format!("invalid includepatterns: [{}]: {error}", String::from_utf8_lossy(source)),
            )
        })?;
    let begin = tree.resolve(&prefix)?;
    if !begin.found.as_ref().is_some_and(is_directory) {
        return Ok(());
    }
    let mut matches = Vec::new();
    expand(tree, &begin.path, b"", &globs, &mut matches)?;
    for found in matches {
        // What is ignored is not in the context, and so no wildcard stands for it.
        let path = join(&begin.path, &found);
        let there = Resolved { found: tree.look(&path).ok().map(|(_, stat)| stat), path, links: Vec::new() };
        if exists(tree, &there, filter)? {
            take(tree, join(&prefix, &found), filter, picks)?;
        }
    }
    Ok(())
}

/// Picks the file or directory that is named `named`; a link is followed.
fn take(tree: &Tree, named: Vec<u8>, filter: &std::rc::Rc<Filter>, picks: &mut Vec<Pick>) -> Result<()> {
    let resolved = tree.resolve(&named)?;
    if !exists(tree, &resolved, filter)? {
        return Err(not_found(&named));
    }
    if picks.len() == MATCH_LIMIT {
        return Err(Error::new(
            Kind::Invalid,
            format!("more than {MATCH_LIMIT} files that wildcards stand for"),
        ));
    }
    picks.push(Pick { named, path: resolved.path, filter: std::rc::Rc::clone(filter) });
    Ok(())
}

/// Whether `.dockerignore` leaves of it at least something below.
fn exists(tree: &Tree, resolved: &Resolved, filter: &Filter) -> Result<bool> {
    let Some(stat) = resolved.found else { return Ok(false) };
    let ignored = |path: &Vec<u8>| filter.source(path).closed || !filter.source(path).taken;
    if resolved.links.iter().any(ignored) {
        return Ok(false);
    }
    let verdict = filter.source(&resolved.path);
    match verdict.taken {
        true => Ok(true),
        false if verdict.closed || !is_directory(&stat) => Ok(false),
        false => {
            let only_ignored = Filter { ignore: filter.ignore.clone(), ..Filter::default() };
            any_below(tree.directory(&resolved.path)?, stat, &resolved.path, verdict, &only_ignored)
        }
    }
}

/// Adds to `matches` the paths below `directory` that `globs` stand for, one glob for each part. Links are not
/// followed on the way. A directory's matches come before those of the name after it.
fn expand(tree: &Tree, begin: &[u8], below: &[u8], globs: &[Glob], matches: &mut Vec<Vec<u8>>) -> Result<()> {
    let Some((glob, rest)) = globs.split_first() else { return Ok(()) };
    let directory = join(begin, below);
    let listing = Listing::read(tree.directory(&directory)?)?;
    for (name, kind) in listing.iter().filter(|(name, _)| glob.matches(name.to_bytes())) {
        let path = join(below, name.to_bytes());
        if rest.is_empty() {
            if matches.len() == MATCH_LIMIT {
                return Err(Error::new(
                    Kind::Invalid,
                    format!("more than {MATCH_LIMIT} files that wildcards stand for"),
                ));
            }
            matches.push(path);
        } else if kind == FileType::Directory
            || (kind == FileType::Unknown
                && tree.look(&join(begin, &path)).is_ok_and(|(_, stat)| is_directory(&stat)))
        {
            expand(tree, begin, &path, rest, matches)?;
        }
    }
    Ok(())
}

/// BuildKit's words, to which the caller adds what it was computing.
fn not_found(path: &[u8]) -> Error {
    Error::new(Kind::NotFound, format!("{:?}: not found", shown(path)))
}
