//! Any text as a profile of `--security-opt seccomp=FILE`: a program the kernel's checks would take, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::runtime::seccomp::{Arch, MAX_INSTRUCTIONS, Profile};

fuzz_target!(|text: &str| {
    let Ok(profile) = Profile::parse(text) else { return };
    for arch in [Arch::X86_64, Arch::Aarch64] {
        for (bounding, kernel) in [(0, (4, 0)), (u64::MAX, (6, 18))] {
            if let Ok(program) = profile.program(arch, bounding, kernel) {
                let length = program.0.len();
                assert!((1..=MAX_INSTRUCTIONS).contains(&length), "{length} instructions");
            }
        }
    }
});
