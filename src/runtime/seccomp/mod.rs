//! Which system calls a container may make: seccomp filters (seccomp(2), seccomp_filter.rst).
//!
//! ```text
//! default.rs   rcon's own policy      \
//! pump.rs      that of the pump        >  Table per ABI  -- compile.rs -->  Program
//! network.rs   of who serves networks  |
//! profile.rs   --security-opt seccomp /
//! ```
//!
//! Everything here is pure: nothing of an image comes in but "its architecture is 386", and the
//! result is data that the container's init loads last.

mod compile;
mod default;
#[cfg(test)]
mod emulate;
mod instruction;
mod network;
mod numbers;
mod profile;
mod pump;

use compile::Action;
pub use default::default_program;
pub use instruction::{Instruction, MAX_INSTRUCTIONS, Program};
pub use network::{Server, server_program};
pub use profile::Profile;
pub use pump::pump_program;

/// What a kernel without the call says; programs know it and fall back to older calls.
const NOT_IMPLEMENTED: Action = Action::Errno(38);
/// What a kernel says to a caller without the privilege.
const NOT_PERMITTED: Action = Action::Errno(1);

/// The architecture of the host, and so of the filter's first half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arch {
    /// x86-64; images for 386 run on it too.
    X86_64,
    /// aarch64.
    Aarch64,
}

impl Arch {
    /// The architecture this program was built for.
    pub const fn native() -> Self {
        if cfg!(target_arch = "aarch64") { Self::Aarch64 } else { Self::X86_64 }
    }

    /// The ABI of its ordinary programs.
    fn abi(self) -> Abi {
        match self {
            Self::X86_64 => Abi::X86_64,
            Self::Aarch64 => Abi::Aarch64,
        }
    }
}

/// A way to call the kernel, with numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Abi {
    X86_64,
    Aarch64,
    /// 32-bit calls (`int 0x80`) on x86-64.
    I386,
}

impl Abi {
    /// `arch` of `struct seccomp_data` (`AUDIT_ARCH_*`, linux/audit.h).
    fn audit_architecture(self) -> u32 {
        match self {
            Self::X86_64 => 0xc000_003e,
            Self::Aarch64 => 0xc000_00b7,
            Self::I386 => 0x4000_0003,
        }
    }
}
