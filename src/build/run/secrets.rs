//! Secrets of the call: read once, shown to the steps that ask for them, and never written to a disk.

use crate::build::wish::{SecretSource, SecretWish};
use crate::error::{Context, Error, Kind, Result};
use rustix::fs::{Mode, OFlags};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

/// BuildKit's limit of a secret, in bytes.
const LARGEST: u64 = 500 * 1024;

/// The secrets of one build, by id.
#[derive(Default)]
pub struct Secrets(BTreeMap<String, Vec<u8>>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Their names alone.
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Secrets {
    /// Reads them.
    ///
    /// # Errors
    /// For a file that cannot be read or is too large. A variable that is not set is no secret.
    pub fn read(wishes: &[SecretWish]) -> Result<Self> {
        let mut secrets = BTreeMap::new();
        for SecretWish { id, source } in wishes {
            let bytes = match source {
                SecretSource::Variable(name) => match std::env::var_os(name) {
                    Some(value) => std::os::unix::ffi::OsStringExt::into_vec(value),
                    None => continue,
                },
                SecretSource::File(path) => file(path)?,
            };
            secrets.insert(id.clone(), bytes);
        }
        Ok(Self(secrets))
    }

    /// All of them, for who must not tell any.
    pub fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.0.values().map(Vec::as_slice)
    }

    /// What the secret `id` is.
    ///
    /// # Errors
    /// BuildKit's words when it is required and was not given.
    pub fn get(&self, id: &str, required: bool) -> Result<Option<&[u8]>> {
        match self.0.get(id) {
            None if required => Err(Error::new(Kind::NotFound, format!("secret {id}: not found"))
                .fix(format!("--secret id={id},src=FILE"))),
            found => Ok(found.map(Vec::as_slice)),
        }
    }
}

fn file(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).what(|| format!("reading the secret {}", path.display()))?;
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .what(|| format!("reading the secret {}", path.display()))?;
    match bytes.len() as u64 > LARGEST {
        true => Err(Error::usage(format!("invalid secret size {}: the limit is 500 KB", bytes.len()))),
        false => Ok(bytes),
    }
}

/// Puts `bytes` into a file below `folder` that lies in memory alone; gives its path.
pub(super) fn in_memory(folder: &Path, bytes: &[u8], mode: u32, owner: (u32, u32)) -> Result<PathBuf> {
    std::fs::create_dir(folder).what(|| "making a place for a secret")?;
    let mounted = || -> io::Result<()> {
        let context = rustix::mount::fsopen("tmpfs", FsOpenFlags::FSOPEN_CLOEXEC)?;
        rustix::mount::fsconfig_set_string(context.as_fd(), "mode", "0700")?;
        rustix::mount::fsconfig_create(context.as_fd())?;
        let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
        let flags = FsMountFlags::FSMOUNT_CLOEXEC;
        let mount = rustix::mount::fsmount(context.as_fd(), flags, attributes)?;
        crate::build::trees::attach(&mount, folder)
    };
    mounted().what(|| "making a place for a secret")?;
    let path = folder.join("secret");
    let mut file = File::options();
    file.write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags((OFlags::CLOEXEC | OFlags::NOFOLLOW).bits() as i32);
    let written = || -> io::Result<()> {
        let mut file = file.open(&path)?;
        file.write_all(bytes)?;
        chown(&path, Some(owner.0), Some(owner.1))?;
        Ok(rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?)
    };
    written().what(|| "writing a secret")?;
    Ok(path)
}
