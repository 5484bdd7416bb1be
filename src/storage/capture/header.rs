//! One entry's header: ustar, with a PAX header before it for what does not fit (POSIX.1-2017, pax).

use rustix::fs::{FileType, Stat};
use std::io;

/// What every part of a tar is padded to, in bytes.
pub(super) const BLOCK: usize = 512;

/// The largest number that ustar's eight octal digits hold.
const MOST_OCTAL_7: u64 = 0o777_7777;

/// An entry as the tar has it.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Below the root, without a slash at its beginning or end.
    pub(super) name: &'a [u8],
    /// What it is.
    pub(super) kind: tar::EntryType,
    /// Permissions.
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Bytes of content.
    pub(super) size: u64,
    /// Seconds since 1970.
    pub(super) mtime: i64,
    /// Of a symbolic or hard link.
    pub(super) link: &'a [u8],
    /// Major and minor number of a device.
    pub(super) device: (u32, u32),
    /// Extended attributes, sorted.
    pub(super) xattrs: &'a [(Vec<u8>, Vec<u8>)],
}

impl<'a> Entry<'a> {
    /// An entry of what `stat` tells about, without content, link or attributes.
    pub(super) fn of(name: &'a [u8], stat: &Stat, mtime: i64) -> Self {
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => tar::EntryType::Directory,
            FileType::Symlink => tar::EntryType::Symlink,
            FileType::Fifo => tar::EntryType::Fifo,
            FileType::BlockDevice => tar::EntryType::Block,
            FileType::CharacterDevice => tar::EntryType::Char,
            _ => tar::EntryType::Regular,
        };
        let mode = stat.st_mode & 0o7777;
        let device = (rustix::fs::major(stat.st_rdev), rustix::fs::minor(stat.st_rdev));
        Self {
            name,
            kind,
            mode,
            uid: stat.st_uid,
            gid: stat.st_gid,
            size: 0,
            mtime,
            link: b"",
            device,
            xattrs: &[],
        }
    }

    /// The bytes before its content.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut name = self.name.to_vec();
        if self.kind == tar::EntryType::Directory {
            name.push(b'/');
        }
        let mut header = tar::Header::new_ustar();
        let mut records = Vec::new();
        let fits = split(&name);
        if fits.is_none() {
            record(&mut records, b"path", &name);
        }
        if self.link.len() > 100 {
            record(&mut records, b"linkpath", self.link);
        }
        for (key, number) in [("uid", self.uid), ("gid", self.gid)] {
            if u64::from(number) > MOST_OCTAL_7 {
                record(&mut records, key.as_bytes(), number.to_string().as_bytes());
            }
        }
        if self.size >= 1 << 33 {
            record(&mut records, b"size", self.size.to_string().as_bytes());
        }
        if self.mtime < 0 {
            record(&mut records, b"mtime", self.mtime.to_string().as_bytes());
        }
        for (key, value) in self.xattrs {
            record(&mut records, &[b"SCHILY.xattr.", &key[..]].concat(), value);
        }
        let fields = header.as_ustar_mut().ok_or_else(|| io::Error::other("a tar header of no kind"))?;
        let (prefix, rest) = fits.unwrap_or((0, name.len().min(100)));
        fields.prefix[..prefix].copy_from_slice(&name[..prefix]);
        let from = if fits.is_some() && prefix > 0 { prefix + 1 } else { 0 };
        fields.name[..rest].copy_from_slice(&name[from..from + rest]);
        let link = &self.link[..self.link.len().min(100)];
        fields.linkname[..link.len()].copy_from_slice(link);
        header.set_entry_type(self.kind);
        header.set_mode(self.mode);
        header.set_uid(u64::from(self.uid).min(MOST_OCTAL_7));
        header.set_gid(u64::from(self.gid).min(MOST_OCTAL_7));
        header.set_size(if self.size >= 1 << 33 { 0 } else { self.size });
        header.set_mtime(u64::try_from(self.mtime).unwrap_or(0));
        header.set_device_major(self.device.0)?;
        header.set_device_minor(self.device.1)?;
        header.set_cksum();
        let mut bytes = Vec::with_capacity(BLOCK);
        if !records.is_empty() {
            bytes.extend(extended(&records));
        }
        bytes.extend_from_slice(header.as_bytes());
        Ok(bytes)
    }
}

/// Lengths of the prefix and of the name that ustar would split this one into; `None` when it does not fit.
fn split(name: &[u8]) -> Option<(usize, usize)> {
    if name.len() <= 100 {
        return Some((0, name.len()));
    }
    let slash = |at: &usize| name[*at] == b'/' && (1..=100).contains(&(name.len() - at - 1));
    let at = (1..=155.min(name.len() - 1)).rev().find(slash)?;
    Some((at, name.len() - at - 1))
}

/// `LENGTH KEY=VALUE\n`, where the length counts itself.
fn record(records: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    records.extend_from_slice(length.to_string().as_bytes());
    records.push(b' ');
    records.extend_from_slice(key);
    records.push(b'=');
    records.extend_from_slice(value);
    records.push(b'\n');
}

fn extended(records: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    if let Some(fields) = header.as_ustar_mut() {
        fields.name[..10].copy_from_slice(b"PaxHeaders");
    }
    header.set_entry_type(tar::EntryType::XHeader);
    header.set_mode(0o644);
    header.set_size(records.len() as u64);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(records);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn entry<'a>(name: &'a [u8], xattrs: &'a [(Vec<u8>, Vec<u8>)]) -> Entry<'a> {
        let kind = tar::EntryType::Regular;
        Entry {
            name,
            kind,
            mode: 0o644,
            uid: 0,
            gid: 0,
            size: 0,
            mtime: 5,
            link: b"",
            device: (0, 0),
            xattrs,
        }
    }

    fn read_back(bytes: &[u8]) -> (Vec<u8>, Option<Vec<u8>>, u64) {
        let mut archive = tar::Archive::new(bytes.chain(&[0u8; 1024][..]));
        let mut entry = archive.entries().unwrap().next().unwrap().unwrap();
        let name = entry.path_bytes().into_owned();
        let uid = entry.header().uid().unwrap();
        let xattr = entry.pax_extensions().unwrap().and_then(|records| {
            let found = records.flatten().find(|record| record.key_bytes().starts_with(b"SCHILY"))?;
            Some(found.value_bytes().to_vec())
        });
        (name, xattr, uid)
    }

    #[test]
    fn names_of_any_length_are_read_back() {
        for length in [1, 99, 100, 101, 120, 255, 256, 257, 300, 4000] {
            for step in [7, 90, 1000] {
                let name: Vec<u8> =
                    (0..length).map(|at| if at % step == step - 1 { b'/' } else { b'n' }).collect();
                let name = name.strip_suffix(b"/").unwrap_or(&name);
                assert_eq!(read_back(&entry(name, &[]).bytes().unwrap()).0, name, "{length} {step}");
            }
        }
    }

    #[test]
    fn attributes_and_large_numbers_go_before_the_header() {
        let xattrs = [(b"user.x".to_vec(), vec![0, b'=', 255])];
        let mut one = entry(b"f", &xattrs);
        one.uid = 3_000_000_000;
        let (name, xattr, _) = read_back(&one.bytes().unwrap());
        assert_eq!((&name[..], xattr.unwrap()), (&b"f"[..], vec![0, b'=', 255]));
    }

    #[test]
    fn the_length_of_a_record_counts_itself() {
        for length in [1, 90, 91, 92, 93, 94, 95, 990, 991, 9990] {
            let mut records = Vec::new();
            record(&mut records, b"k", &vec![b'v'; length]);
            let said: usize = String::from_utf8_lossy(&records).split(' ').next().unwrap().parse().unwrap();
            assert_eq!(said, records.len());
        }
    }
}
