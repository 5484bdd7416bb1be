//! A git repository as a context or for `ADD`: one commit of it, fetched by the host's `git`.
//!
//! What the repository, its server and the reference say are strangers' words. None of them is ever an argument
//! that begins with `-`; only the transports of [`run`] are allowed; no hook runs; the user's own settings of git
//! hold, but not those of the system. The folder of a reference is opened without following a link.

mod reference;
mod run;
mod tidy;

use super::is_url;
use super::open_folder;
use crate::error::{Context, Error, Kind, Result};
use crate::sys::resolve;
use reference::Reference;
use run::Git;
use rustix::fs::{OFlags, ResolveFlags};
use rustix::io::Errno;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// Where the fetched commit is kept in the repository.
const FETCHED: &str = "refs/rcon/fetched";

/// A commit, checked out.
#[derive(Debug)]
pub struct Checkout {
    /// Its files, or those of the folder that was named.
    pub root: OwnedFd,
    /// The id, 40 or 64 hexadecimal digits.
    pub commit: String,
}

/// What a name stands for in the remote repository.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    /// `refs/heads/main`, or a commit's id.
    full: String,
    /// What it points to; of an annotated tag, the tag.
    object: String,
}

/// What BuildKit takes for a git repository: its schemes, `user@host:path`, github.com without a scheme, and a
/// web address whose path ends in `.git`.
pub fn is_reference(typed: &str) -> bool {
    if is_url(typed) {
        let path = typed.split(['#', '?']).next().unwrap_or_default();
        return path.ends_with(".git");
    }
    let scheme = ["git://", "ssh://", "github.com/"].iter().any(|start| typed.starts_with(start));
    let scp = typed.split_once('@').is_some_and(|(user, rest)| {
        let word = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        word(user) && rest.split_once(':').is_some_and(|(host, path)| word(host) && !path.is_empty())
    });
    scheme || scp
}

/// Fetches what `reference` names (`URL#REF:FOLDER`, or `URL?ref=…&subdir=…&checksum=…`) into the empty folder
/// `into`. `keep_git_dir` leaves `.git` where no folder is named.
///
/// # Errors
/// [`Kind::Usage`] for a reference that is none, [`Kind::NotFound`] for a repository, a name or a folder that is
/// not there, [`Kind::Unsupported`] when the host has no git.
pub fn git(reference: &str, keep_git_dir: bool, into: &Path) -> Result<Checkout> {
    let reference = Reference::parse(reference)?;
    let git = Git::find(into, reference.is_file())?;
    let keeps = reference.keep_git_dir.unwrap_or(keep_git_dir) && reference.subdir.is_none();
    let named = resolved(&git, &reference)?;
    git.run(&["init", "--quiet", "--template=", "."])?;
    let commit = fetched(&git, &reference, &named)?;
    checked(&reference, &named, &commit)?;
    check_out(&git, &named, &commit)?;
    if reference.submodules && into.join(".gitmodules").symlink_metadata().is_ok() {
        let update = ["submodule", "--quiet", "update", "--init", "--recursive", "--depth=1"];
        git.run_without_files(&update).map_err(|error| at(error, "fetching the submodules"))?;
    }
    match keeps {
        true => remember(&git, &reference)?,
        false => tidy::forget_git(into)?,
    }
    tidy::usual_modes(into)?;
    Ok(Checkout { root: subdir(into, reference.subdir.as_deref())?, commit })
}

/// What the reference names in the remote repository.
fn resolved(git: &Git, reference: &Reference) -> Result<Named> {
    let shown = reference.shown();
    let Some(name) = &reference.name else { return default_branch(git, reference) };
    if is_commit(name) {
        return Ok(Named { full: name.clone(), object: name.clone() });
    }
    let patterns = [name.clone(), format!("{name}^{{}}")];
    let listed = git
        .run(&["ls-remote", "--quiet", "--", &reference.remote, &patterns[0], &patterns[1]])
        .map_err(|error| at(error, &format!("failed to fetch remote {shown}")))?;
    find(&listed, name).ok_or_else(|| {
        let what = format!("repository does not contain ref {name}, output: {listed:?}");
        Error::new(Kind::NotFound, what)
    })
}

/// Among `OBJECT<tab>NAME` lines: the whole name, a branch, a tag, in this order, as BuildKit's.
fn find(listed: &str, name: &str) -> Option<Named> {
    let lines: Vec<(&str, &str)> = listed.lines().filter_map(|line| line.split_once('\t')).collect();
    let wanted = [name.to_owned(), format!("refs/heads/{name}"), format!("refs/tags/{name}")];
    wanted.into_iter().filter(|wanted| wanted.starts_with("refs/")).find_map(|wanted| {
        let (object, full) = lines.iter().find(|(_, known)| *known == wanted)?;
        is_commit(object).then(|| Named { full: (*full).to_owned(), object: (*object).to_owned() })
    })
}

fn default_branch(git: &Git, reference: &Reference) -> Result<Named> {
    let what = format!("error fetching default branch for repository {}", reference.shown());
    let listed = git
        .run(&["ls-remote", "--quiet", "--symref", "--", &reference.remote, "HEAD"])
        .map_err(|error| at(error, &what))?;
    let branch = listed.lines().find_map(|line| line.strip_prefix("ref: ")?.strip_suffix("\tHEAD"));
    let object = listed.lines().find_map(|line| line.strip_suffix("\tHEAD").filter(|id| is_commit(id)));
    let empty = || Error::new(Kind::NotFound, what.clone()).because("the repository is empty");
    let object = object.ok_or_else(empty)?.to_owned();
    // A server may say anything: what is no name of a branch is not used as one.
    let full = branch.filter(|name| name.starts_with("refs/heads/") && reference::is_name(name));
    Ok(Named { full: full.unwrap_or("HEAD").to_owned(), object })
}

/// Fetches it, alone where the server gives it so; gives the id of the commit.
fn fetched(git: &Git, reference: &Reference, named: &Named) -> Result<String> {
    let refspec = format!("+{}:{FETCHED}", named.full);
    let quiet = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"];
    let shallow = [&quiet[..], &["--depth=1", "--", &reference.remote, &refspec]].concat();
    let first = git.run(&shallow);
    if let Err(error) = first {
        let at_remote = |error| at(error, &format!("failed to fetch remote {}", reference.shown()));
        if !is_commit(&named.full) {
            return Err(at_remote(error));
        }
        // Older servers give no commit by its id: everything is fetched, and it is looked for there.
        let all =
            ["--", &reference.remote, "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
        git.run(&[&quiet[..], &all].concat()).map_err(at_remote)?;
        let commit = format!("{}^{{commit}}", named.full);
        git.run(&["cat-file", "-e", &commit]).map_err(|_| {
            Error::new(Kind::NotFound, format!("repository does not contain commit {}", named.full))
        })?;
        git.run(&["update-ref", FETCHED, &named.full])?;
    }
    let commit = git.run(&["rev-parse", "--verify", "--quiet", &format!("{FETCHED}^{{commit}}")])?;
    let commit = commit.trim().to_owned();
    match is_commit(&commit) {
        true => Ok(commit),
        false => Err(Error::new(Kind::Invalid, format!("invalid commit sha {commit:?}"))),
    }
}

/// Whether it is what the user said it must be: the commit, or the tag that points to it.
fn checked(reference: &Reference, named: &Named, commit: &str) -> Result<()> {
    match &reference.checksum {
        Some(wanted) if !commit.starts_with(wanted) && !named.object.starts_with(wanted) => {
            let what = format!("expected checksum to match {wanted}, got {commit}");
            Err(Error::new(Kind::Invalid, what))
        }
        _ => Ok(()),
    }
}

fn check_out(git: &Git, named: &Named, commit: &str) -> Result<()> {
    let branch = named.full.strip_prefix("refs/heads/").filter(|name| reference::is_name(name));
    match branch {
        Some(branch) => git.run(&["checkout", "--quiet", "--force", "-B", branch, commit, "--"])?,
        None => git.run(&["checkout", "--quiet", "--force", "--detach", commit, "--"])?,
    };
    git.run(&["update-ref", "-d", FETCHED])?;
    Ok(())
}

/// Leaves a repository that knows where it is from, without a password.
fn remember(git: &Git, reference: &Reference) -> Result<()> {
    git.run(&["config", "remote.origin.url", &reference.shown()])?;
    git.run(&["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"])?;
    Ok(())
}

/// Opens the folder that was named, which no link may lead to.
fn subdir(into: &Path, subdir: Option<&str>) -> Result<OwnedFd> {
    let root = open_folder(into)?;
    let Some(subdir) = subdir else { return Ok(root) };
    let invalid =
        |kind, why: &str| Error::new(kind, format!("invalid subdir /{subdir}")).because(why.to_owned());
    let rules = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match resolve::open(&root, subdir, OFlags::RDONLY | OFlags::DIRECTORY, rules) {
        Ok(folder) => Ok(folder),
        Err(Errno::NOENT) => Err(invalid(Kind::NotFound, "no such file or directory")),
        Err(Errno::NOTDIR) => Err(invalid(Kind::Invalid, "it is no directory")),
        Err(Errno::LOOP | Errno::XDEV) => Err(invalid(Kind::Denied, "a link is on the way to it")),
        Err(errno) => Err(io::Error::from(errno)).what(|| format!("invalid subdir /{subdir}")),
    }
}

/// The id of an object, of SHA-1 or SHA-256.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn at(error: Error, what: &str) -> Error {
    Error::new(error.kind, what).why(error)
}

#[cfg(test)]
mod tests;
