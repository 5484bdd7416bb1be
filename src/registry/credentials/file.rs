//! docker's `config.json` and podman's `auth.json` (containers-auth.json(5)): reading entries, and changing
//! them with everything else left as it is.
//!
//! Errors name the file and the key, never a value.

use super::key::Key;
use crate::durable;
use crate::error::{Context, Error, Kind, Result};
use crate::registry::credential::Credential;
use crate::registry::file;
use crate::registry::server::Server;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fmt;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// How many symbolic links are followed, as the kernel does (path_resolution(7)).
const MOST_LINKS: u32 = 40;

/// One file of credentials.
#[derive(Clone)]
pub struct AuthFile {
    path: PathBuf,
    document: Map<String, Value>,
}

impl fmt::Debug for AuthFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthFile({})", self.path.display())
    }
}

impl AuthFile {
    /// Reads the file; one that is not there is empty.
    pub(super) fn read(path: PathBuf) -> Result<Self> {
        match file::read(&path)? {
            Some(text) => Self::parse(path, &text),
            None => Ok(Self { path, document: Map::new() }),
        }
    }

    /// Reads the text of the file at `path`.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when it is no JSON, or `auths`, `credHelpers` or `credsStore` have another type.
    pub fn parse(path: PathBuf, text: &str) -> Result<Self> {
        let wrong = |why: &dyn fmt::Display| {
            Error::new(Kind::Invalid, format!("the file of credentials {} is wrong", path.display()))
                .because(why)
        };
        let document = match text.trim() {
            "" => Map::new(),
            // A Value has no shape to miss, so that errors are about JSON alone and quote nothing.
            text => match serde_json::from_str(text).map_err(|error| wrong(&error))? {
                Value::Object(document) => document,
                _ => return Err(wrong(&"it is not an object, `{…}`")),
            },
        };
        let typed = |key: &str, fits: fn(&Value) -> bool| {
            document.get(key).is_none_or(|value| value.is_null() || fits(value))
        };
        let of_texts =
            |value: &Value| value.as_object().is_some_and(|map| map.values().all(Value::is_string));
        if !typed("auths", Value::is_object) {
            return Err(wrong(&"`auths` is not an object"));
        }
        if !typed("credHelpers", of_texts) {
            return Err(wrong(&"`credHelpers` is not an object of texts"));
        }
        if !typed("credsStore", Value::is_string) {
            return Err(wrong(&"`credsStore` is not a text"));
        }
        Ok(Self { path, document })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The credential for `key` or what is around it, as it stands in the file.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for an entry that cannot be read.
    pub(super) fn entry(&self, key: &Key) -> Result<Option<Credential>> {
        for key in key.outwards() {
            // docker's own spelling before others.
            let mut names: Vec<_> = self.names(&key).collect();
            names.sort_by_key(|name| *name != key.server.key());
            for name in names {
                if let Some(credential) = self.read_entry(name)? {
                    return Ok(Some(credential));
                }
            }
        }
        Ok(None)
    }

    /// The suffix of the credential helper for `server`; none where the file itself has the credentials.
    pub(super) fn helper(&self, server: &Server) -> Option<&str> {
        let wanted = Key::of(server);
        let named = self.helpers().find(|(registry, _)| Key::parse(registry).as_ref() == Some(&wanted));
        named.map(|(_, helper)| helper).or_else(|| self.default_helper()).filter(|helper| !helper.is_empty())
    }

    /// The suffix of the credential helper for registries without one of their own.
    pub(super) fn default_helper(&self) -> Option<&str> {
        self.document.get("credsStore").and_then(Value::as_str)
    }

    /// Registries with a credential helper of their own, and its suffix.
    pub(super) fn helpers(&self) -> impl Iterator<Item = (&str, &str)> {
        let helpers = self.document.get("credHelpers").and_then(Value::as_object).into_iter().flatten();
        helpers.filter_map(|(registry, helper)| Some((registry.as_str(), helper.as_str()?)))
    }

    /// Keeps `credential` for `server`, in the file itself. `user` is whose it is.
    pub(super) fn put(&self, server: &Server, user: &str, credential: &Credential) -> Result<()> {
        let encoded = |password: &str| STANDARD.encode(format!("{user}:{password}"));
        self.put_entry(
            server,
            match credential {
                Credential::Password { password, .. } => json!({"auth": encoded(password)}),
                Credential::IdentityToken(token) => json!({"auth": encoded(""), "identitytoken": token}),
                Credential::RegistryToken(token) => json!({"registrytoken": token}),
            },
        )
    }

    /// Notes that a credential helper has the credential for `server`.
    pub(super) fn put_empty(&self, server: &Server) -> Result<()> {
        self.put_entry(server, json!({}))
    }

    fn put_entry(&self, server: &Server, entry: Value) -> Result<()> {
        self.change(|document| {
            remove(document, |key| *key == Key::of(server), Some(server.key()));
            let auths = document.entry("auths").or_insert(Value::Null);
            if auths.is_null() {
                *auths = json!({});
            }
            if let Some(auths) = auths.as_object_mut() {
                auths.insert(server.key().to_owned(), entry);
            }
            true
        })
    }

    /// Takes out what the file has for `server`; tells whether there was anything.
    pub(super) fn take(&self, server: &Server) -> Result<bool> {
        let mut there = false;
        self.change(|document| {
            there = remove(document, |key| *key == Key::of(server), None);
            there
        })?;
        Ok(there)
    }

    /// Takes out all entries.
    pub(super) fn take_all(&self) -> Result<()> {
        self.change(|document| match document.get_mut("auths").and_then(Value::as_object_mut) {
            Some(auths) if !auths.is_empty() => {
                auths.clear();
                true
            }
            _ => false,
        })
    }

    /// The keys under `auths` that are spellings of `key`.
    fn names(&self, key: &Key) -> impl Iterator<Item = &str> {
        let auths = self.document.get("auths").and_then(Value::as_object).into_iter().flatten();
        auths.map(|(name, _)| name.as_str()).filter(move |name| Key::parse(name).as_ref() == Some(key))
    }

    fn read_entry(&self, name: &str) -> Result<Option<Credential>> {
        let entry = self.document.get("auths").and_then(|auths| auths.get(name)).unwrap_or(&Value::Null);
        credential(entry).map_err(|why| {
            let what = format!("the entry for `{name}` in {} is wrong", self.path.display());
            Error::new(Kind::Invalid, what)
                .because(why)
                .fix(format!("rcon logout {name}, then: rcon login {name}"))
        })
    }

    /// Changes the file as it is now, which others may have written since it was read here.
    fn change(&self, change: impl FnOnce(&mut Map<String, Value>) -> bool) -> Result<()> {
        let mut document = Self::read(self.path.clone())?.document;
        if !change(&mut document) {
            return Ok(());
        }
        let target = followed(&self.path).what(|| format!("writing {}", self.path.display()))?;
        if let Some(folder) = target.parent() {
            let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.what(|| format!("making {}", folder.display()))?;
        }
        // docker indents by tabs.
        let mut text = Vec::new();
        let format = serde_json::ser::PrettyFormatter::with_indent(b"\t");
        document
            .serialize(&mut serde_json::Serializer::with_formatter(&mut text, format))
            .what(|| format!("writing {}", self.path.display()))?;
        durable::write(&target, &text)
    }
}

/// Takes out the entries whose keys `match`, but for the one spelt `kept`; tells whether there were any.
fn remove(document: &mut Map<String, Value>, matches: impl Fn(&Key) -> bool, kept: Option<&str>) -> bool {
    let Some(auths) = document.get_mut("auths").and_then(Value::as_object_mut) else { return false };
    let before = auths.len();
    auths.retain(|name, _| Some(name.as_str()) == kept || !Key::parse(name).is_some_and(|key| matches(&key)));
    auths.len() < before
}

/// What an entry of `auths` proves. An empty one says that a helper has it.
fn credential(entry: &Value) -> Result<Option<Credential>, &'static str> {
    let text = |key: &str| match entry.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err("a value in it is not a text"),
    };
    if !entry.is_object() && !entry.is_null() {
        return Err("it is not an object");
    }
    let (registry_token, identity_token) = (text("registrytoken")?, text("identitytoken")?);
    if !registry_token.is_empty() {
        return Ok(Some(Credential::RegistryToken(registry_token.to_owned())));
    }
    if !identity_token.is_empty() {
        return Ok(Some(Credential::IdentityToken(identity_token.to_owned())));
    }
    let (user, password) = match text("auth")? {
        "" => (text("username")?.to_owned(), text("password")?.to_owned()),
        auth => decoded(auth)?,
    };
    Ok((!user.is_empty()).then_some(Credential::Password { user, password }))
}

/// `auth` is base64 of `user:password`.
fn decoded(auth: &str) -> Result<(String, String), &'static str> {
    let bytes = STANDARD.decode(auth.trim()).map_err(|_| "`auth` is not base64")?;
    let text = String::from_utf8(bytes).map_err(|_| "`auth` is not base64 of a text")?;
    // Old versions of docker filled it up with zeros.
    let (user, password) = text.split_once(':').ok_or("`auth` is not base64 of user:password")?;
    Ok((user.to_owned(), password.trim_end_matches('\0').to_owned()))
}

/// The file that `path` leads to, which need not be there.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..MOST_LINKS {
        match std::fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("/")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(rustix::io::Errno::LOOP.into())
}
