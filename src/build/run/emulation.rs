//! Commands of other architectures: whether the kernel knows an interpreter for them (binfmt-misc.rst).

use crate::error::{Error, Kind, Result};
use crate::oci::manifest::architecture;
use std::path::Path;

/// Where the kernel tells of its handlers.
const HANDLERS: &str = "/proc/sys/fs/binfmt_misc";

/// Architectures by Go's name: 64 bit, big endian, and the machine in an ELF header (elf.h).
const MACHINES: [(&str, bool, bool, u16); 13] = [
    ("386", false, false, 3),
    ("amd64", true, false, 62),
    ("arm", false, false, 40),
    ("arm64", true, false, 183),
    ("loong64", true, false, 258),
    ("mips", false, true, 8),
    ("mips64", true, true, 8),
    ("mips64le", true, false, 8),
    ("mipsle", false, false, 8),
    ("ppc64", true, true, 21),
    ("ppc64le", true, false, 21),
    ("riscv64", true, false, 243),
    ("s390x", true, true, 22),
];

/// Refuses a command of `platform`, `os/arch`, that this machine cannot run.
///
/// # Errors
/// [`Kind::Unsupported`], with what to install.
pub fn check(platform: &str) -> Result<()> {
    let own = architecture();
    let wanted = platform.split('/').nth(1).unwrap_or_default();
    // Machines of 64 bits run their 32 bits themselves; an image may say nothing.
    let native =
        wanted.is_empty() || wanted == own || matches!((own, wanted), ("amd64", "386") | ("arm64", "arm"));
    if native || handlers(Path::new(HANDLERS)).iter().any(|handler| handler.runs(wanted)) {
        return Ok(());
    }
    Err(Error::new(Kind::Unsupported, format!("RUN for {platform} on this machine, which is linux/{own}"))
        .because("no emulator is registered with the kernel that containers can use (binfmt_misc, flag F)")
        .fix("as root: apt-get install qemu-user-static binfmt-support, or what your distribution calls it"))
}

/// A handler of the kernel.
#[derive(Debug, Default, PartialEq, Eq)]
struct Handler {
    /// The interpreter was opened when it was registered, so that it need not be in the container.
    fixed: bool,
    enabled: bool,
    offset: usize,
    magic: Vec<u8>,
    mask: Vec<u8>,
}

fn handlers(folder: &Path) -> Vec<Handler> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_handler = |name: &std::ffi::OsStr| name != "register" && name != "status";
    let named = entries.flatten().filter(|entry| is_handler(&entry.file_name()));
    named.filter_map(|entry| Some(Handler::parse(&std::fs::read_to_string(entry.path()).ok()?))).collect()
}

impl Handler {
    fn parse(text: &str) -> Self {
        let mut handler = Self::default();
        for line in text.lines() {
            match line.split_once([' ', ':']) {
                None => handler.enabled |= line == "enabled",
                Some(("flags", flags)) => handler.fixed = flags.contains('F'),
                Some(("offset", number)) => handler.offset = number.trim().parse().unwrap_or(usize::MAX),
                Some(("magic", hex)) => handler.magic = bytes(hex.trim()),
                Some(("mask", hex)) => handler.mask = bytes(hex.trim()),
                Some(_) => {}
            }
        }
        handler
    }

    /// Whether it takes programs of `architecture`.
    fn runs(&self, architecture: &str) -> bool {
        let Some(header) = header(architecture) else { return false };
        let Some(found) = header.get(self.offset..).and_then(|rest| rest.get(..self.magic.len())) else {
            return false;
        };
        let mask = |at: usize| self.mask.get(at).copied().unwrap_or(0xff);
        let same = found.iter().zip(&self.magic).enumerate();
        let fits = same.map(|(at, (found, magic))| found & mask(at) == magic & mask(at));
        self.enabled && self.fixed && !self.magic.is_empty() && { fits }.all(|fits| fits)
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    hex.as_bytes().chunks(2).map_while(pair).collect()
}

/// How a program of `architecture` begins: an ELF header up to its machine.
fn header(architecture: &str) -> Option<[u8; 20]> {
    let (_, wide, big, machine) = MACHINES.iter().find(|(name, ..)| *name == architecture)?;
    let mut header = [0u8; 20];
    header[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 1 + u8::from(*wide), 1 + u8::from(*big), 1]);
    let [kind, machine] =
        [2u16, *machine].map(|word| if *big { word.to_be_bytes() } else { word.to_le_bytes() });
    header[16..18].copy_from_slice(&kind);
    header[18..].copy_from_slice(&machine);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARM64: &str = "enabled\ninterpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\nflags: POCF\noffset 0\n\
        magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n";

    #[test]
    fn a_handler_takes_programs_of_its_machine_alone() {
        let handler = Handler::parse(ARM64);
        assert!(handler.runs("arm64"));
        for other in ["amd64", "arm", "riscv64", "s390x", "nonsense"] {
            assert!(!handler.runs(other), "{other}");
        }
        assert!(!Handler::parse(&ARM64.replace("enabled", "disabled")).runs("arm64"));
        assert!(!Handler::parse(&ARM64.replace("POCF", "POC")).runs("arm64"));
        assert!(!Handler::parse("enabled\nflags: F\n").runs("arm64"));
    }

    #[test]
    fn this_machine_runs_its_own() {
        assert!(check(&format!("linux/{}", architecture())).is_ok() && check("linux/").is_ok());
        assert!(check("linux/nonsense").is_err());
    }
}
