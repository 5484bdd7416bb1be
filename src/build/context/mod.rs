//! Temporary.
use crate::build::wish::ContextWish;
use crate::error::{Context as _, Result, Error};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
#[derive(Debug)]
pub struct Context { pub root: OwnedFd, pub folder: Option<PathBuf>, pub dockerfile: Vec<u8>, pub dockerfile_name: String, pub ignore: Option<(String, Vec<u8>)>, pub local: bool }
pub fn open(wish: &ContextWish, file: Option<&str>, _work: &Path) -> Result<Context> {
    let ContextWish::Directory(path) = wish else { return Err(Error::usage("not yet")) };
    let name = file.unwrap_or("Dockerfile");
    let at = if file.is_some() { PathBuf::from(name) } else { path.join(name) };
    let root = OwnedFd::from(std::fs::File::open(path).what(|| "opening the context")?);
    Ok(Context { root, folder: Some(std::fs::canonicalize(path).what(|| "x")?), dockerfile: std::fs::read(&at).what(|| "reading the Dockerfile")?, dockerfile_name: "Dockerfile".into(), ignore: std::fs::read(path.join(".dockerignore")).ok().map(|t| (".dockerignore".into(), t)), local: true })
}
pub fn named(all: &[(String, String)], _into: &Path) -> Result<Vec<(String, PathBuf)>> { Ok(all.iter().filter(|(_, v)| !v.contains("://")).map(|(n, v)| (n.clone(), PathBuf::from(v))).collect()) }
pub mod fetch { use super::*; use crate::oci::digest::Digest; #[derive(Debug)] pub struct Fetched { pub path: PathBuf, pub name: String, pub mtime: Option<i64>, pub digest: Digest } pub fn fetch(_: &str, _: Option<&str>, _: &Path) -> Result<Fetched> { Err(Error::usage("not yet")) } }
pub mod git { use super::*; #[derive(Debug)] pub struct Checkout { pub root: PathBuf, pub commit: String } pub fn git(_: &str, _: bool, _: &Path) -> Result<Checkout> { Err(Error::usage("not yet")) } }
