//! The image rcon brings along: a first container without a registry.
//!
//! One layer, one file: `/hello`, an ELF program of a few instructions that says hello and ends.

use crate::error::{Context, Error, Kind, Result};
use crate::oci::config::{History, ImageConfig, RootFs, RunConfig};
use crate::oci::digest::Digest;
use crate::oci::manifest::architecture;
use crate::storage::Store;
use crate::storage::add::{Expected, NewImage, make_layer, publish};
use crate::storage::layers::Making;
use crate::storage::tags::TagName;

/// Its name.
pub const NAME: &str = "rcon/hello:latest";
/// What it says.
const GREETING: &str = "Hello from rcon! This program ran in a container of its own: no daemon, no root.\n";
/// Always the same bytes, so always the same image.
const CREATED: &str = "2026-01-01T00:00:00Z";
/// Seconds since 1970 of that moment.
const CREATED_SECONDS: u64 = 1_767_225_600;

/// The built-in image, made where it is not here. Gives its id.
///
/// # Errors
/// [`Kind::Unsupported`] on a machine rcon has no program for.
pub fn ensure_hello(store: &Store, making: &Making) -> Result<Digest> {
    let name = TagName::parse(NAME)?;
    let tar = layer()?;
    let config = config(Digest::of(&tar));
    let config_bytes = config.to_bytes()?;
    let id = Digest::of(&config_bytes);
    let _lock = store.lock_for_adding()?;
    let diff_ids = &config.rootfs.diff_ids;
    let here = diff_ids.iter().all(|diff_id| store.layers().diff(diff_id, &making.map).is_some());
    if here && store.images().get(&id)?.is_some() {
        return Ok(id);
    }
    let layers =
        if here { Vec::new() } else { vec![make_layer(store, &tar[..], Expected::default(), making)?] };
    // A name the user gave to another image stays his.
    let names = if store.tags().get(&name)?.is_some() { Vec::new() } else { vec![name] };
    let image = NewImage {
        config_bytes,
        config,
        manifest: None,
        blobs: Vec::new(),
        names,
        repo_digests: Vec::new(),
        parent: None,
    };
    publish(store, layers, vec![image], &making.map)?;
    Ok(id)
}

fn config(diff_id: Digest) -> ImageConfig {
    ImageConfig {
        architecture: architecture().to_owned(),
        os: "linux".to_owned(),
        created: Some(CREATED.to_owned()),
        config: RunConfig {
            env: vec!["PATH=/".to_owned()],
            cmd: Some(vec!["/hello".to_owned()]),
            ..RunConfig::default()
        },
        rootfs: RootFs { kind: "layers".to_owned(), diff_ids: vec![diff_id] },
        history: vec![History {
            created: Some(CREATED.to_owned()),
            created_by: Some("rcon".to_owned()),
            comment: Some("built in".to_owned()),
            ..History::default()
        }],
        ..ImageConfig::default()
    }
}

fn layer() -> Result<Vec<u8>> {
    let program = program().ok_or_else(|| {
        Error::new(Kind::Unsupported, format!("rcon has no built-in image for {}", architecture()))
            .fix("load one with: rcon load -i FILE")
    })?;
    let mut header = tar::Header::new_ustar();
    header.set_path("hello").what(|| "writing the built-in image")?;
    header.set_mode(0o755);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(CREATED_SECONDS);
    header.set_size(program.len() as u64);
    header.set_cksum();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append(&header, &program[..]).what(|| "writing the built-in image")?;
    tar.into_inner().what(|| "writing the built-in image")
}

/// An executable of one segment: ELF header, one program header, code, greeting (elf(5)).
fn program() -> Option<Vec<u8>> {
    let (machine, code) = match std::env::consts::ARCH {
        "x86_64" => (62u16, x86_64()),
        "aarch64" => (183, aarch64()),
        _ => return None,
    };
    /// Where the file lies in memory; the code begins behind both headers.
    const BASE: u64 = 0x40_0000;
    const HEADERS: u64 = 64 + 56;
    let size = HEADERS + code.len() as u64 + GREETING.len() as u64;
    let mut elf = b"\x7fELF\x02\x01\x01".to_vec(); // 64 bit, little endian, version 1
    elf.resize(16, 0);
    elf.extend(2u16.to_le_bytes()); // e_type: executable
    elf.extend(machine.to_le_bytes());
    elf.extend(1u32.to_le_bytes()); // e_version
    elf.extend((BASE + HEADERS).to_le_bytes()); // e_entry
    elf.extend(64u64.to_le_bytes()); // e_phoff: the program header follows
    elf.extend(0u64.to_le_bytes()); // e_shoff: no sections
    elf.extend(0u32.to_le_bytes()); // e_flags
    // e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx
    elf.extend([64u16, 56, 1, 0, 0, 0].into_iter().flat_map(u16::to_le_bytes));
    elf.extend(1u32.to_le_bytes()); // p_type: load
    elf.extend(5u32.to_le_bytes()); // p_flags: read, execute
    // p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align (pages of up to 64 KiB)
    elf.extend([0, BASE, BASE, size, size, 0x1_0000].into_iter().flat_map(u64::to_le_bytes));
    elf.extend(code);
    elf.extend(GREETING.as_bytes());
    Some(elf)
}

fn x86_64() -> Vec<u8> {
    let mut code = vec![
        0xb8, 1, 0, 0, 0, // mov eax, 1 (write)
        0xbf, 1, 0, 0, 0, // mov edi, 1 (standard output)
        0x48, 0x8d, 0x35, 16, 0, 0, 0,    // lea rsi, [rip + 16] (the greeting)
        0xba, // mov edx, its length
    ];
    code.extend((GREETING.len() as u32).to_le_bytes());
    code.extend([
        0x0f, 0x05, // syscall
        0xb8, 60, 0, 0, 0, // mov eax, 60 (exit)
        0x31, 0xff, // xor edi, edi
        0x0f, 0x05, // syscall
    ]);
    code
}

fn aarch64() -> Vec<u8> {
    let length = GREETING.len() as u32;
    let code: [u32; 8] = [
        0xd280_0020,                 // mov x0, 1 (standard output)
        0x1000_00e1,                 // adr x1, 28 bytes from here (the greeting)
        0xd280_0002 | (length << 5), // mov x2, its length
        0xd280_0808,                 // mov x8, 64 (write)
        0xd400_0001,                 // svc 0
        0xd280_0000,                 // mov x0, 0
        0xd280_0ba8,                 // mov x8, 93 (exit)
        0xd400_0001,                 // svc 0
    ];
    code.into_iter().flat_map(u32::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::tests::ground;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_built_in_program_says_hello() {
        let (_base, store, making) = ground();
        let id = ensure_hello(&store, &making).unwrap();
        assert_eq!(ensure_hello(&store, &making).unwrap(), id);
        assert_eq!(store.resolve("rcon/hello").unwrap(), id);
        let record = store.images().get(&id).unwrap().unwrap();
        let program = store.layers().diff(&record.layers[0].diff_id, &making.map).unwrap().join("hello");
        assert_eq!(std::fs::metadata(&program).unwrap().permissions().mode() & 0o777, 0o755);
        let output = std::process::Command::new(program).output().unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), GREETING);
    }
}
