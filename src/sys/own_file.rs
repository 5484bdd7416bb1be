//! The file behind the running program, exchanged for the same file as another mount shows it.
//!
//! The kernel lets a process choose what its /proc/PID/exe is (`PR_SET_MM_MAP`, since Linux 5.9 also in
//! a user namespace) once nothing of the old file is mapped any more. So the program's segments are mapped
//! again, at the same addresses: what is only read from the new file, what was written to as a copy in memory.

use super::check;
use rustix::mm::{MapFlags, MprotectFlags, MremapFlags, ProtFlags};
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::{self, NonNull};

/// Makes `file`, which must have the content of the file this program was started from, the file it runs
/// from, and `name` all there is of its command line and environment in /proc.
///
/// # Errors
/// `EPERM` without CAP_CHECKPOINT_RESTORE in this user namespace, `EINVAL` on a kernel without
/// CONFIG_CHECKPOINT_RESTORE. The program then goes on as it was.
pub fn run_from(file: BorrowedFd<'_>, name: &CStr) -> io::Result<()> {
    for piece in pieces() {
        match piece.written_to {
            false => piece.map(file)?,
            true => piece.copy()?,
        }
    }
    let map = MemoryMap::of_this_process(file, name)?;
    // SAFETY: the structure has the layout and size the kernel is told, and lives across the call; it only
    // changes what /proc shows.
    check(
        unsafe {
            libc::prctl(libc::PR_SET_MM, libc::PR_SET_MM_MAP, &raw const map, size_of::<MemoryMap>(), 0)
        }
        .into(),
    )
    .map(drop)
}

/// Whole pages of this program that the kernel, or libc, gave one protection.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    length: usize,
    /// Where it begins in the file.
    offset: u64,
    protection: ProtFlags,
    /// By the program or by its relocation.
    written_to: bool,
}

impl Piece {
    fn map(&self, file: BorrowedFd<'_>) -> io::Result<()> {
        let start = ptr::with_exposed_provenance_mut(self.start);
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        // SAFETY: these pages hold this very part of the file, unchanged, and the caller promises that the new
        // file has the same content: no byte that anyone can see changes, also not under this code.
        unsafe { rustix::mm::mmap(start, self.length, self.protection, flags, file, self.offset) }?;
        Ok(())
    }

    fn copy(&self) -> io::Result<()> {
        let start = ptr::with_exposed_provenance_mut::<u8>(self.start);
        let writable = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping at an address the kernel chooses.
        let copy =
            unsafe { rustix::mm::mmap_anonymous(ptr::null_mut(), self.length, writable, MapFlags::PRIVATE) }?;
        // SAFETY: the one is a whole piece of this program, readable, the other new and as long. Nothing
        // writes to the piece until it is replaced: there is one thread, and none of the calls below writes to
        // memory of the program (rustix makes them without errno).
        unsafe { ptr::copy_nonoverlapping(start.cast_const(), copy.cast::<u8>(), self.length) };
        if !self.protection.contains(ProtFlags::WRITE) {
            // SAFETY: the new mapping is nobody's yet.
            unsafe { rustix::mm::mprotect(copy, self.length, MprotectFlags::READ) }?;
        }
        // SAFETY: the copy takes the piece's place with the same bytes and the same protection.
        unsafe {
            rustix::mm::mremap_fixed(copy, self.length, self.length, MremapFlags::MAYMOVE, start.cast())
        }?;
        Ok(())
    }
}

/// The pieces of the main program, from its program headers. elf(5).
fn pieces() -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(8);
    // SAFETY: the callback gets the pointer it is called with here, and it is called only before this returns.
    unsafe { libc::dl_iterate_phdr(Some(of_main_program), (&raw mut pieces).cast()) };
    pieces
}

/// Called for the main program first; says that no more is wanted.
unsafe extern "C" fn of_main_program(
    info: *mut libc::dl_phdr_info,
    _size: libc::size_t,
    pieces: *mut libc::c_void,
) -> libc::c_int {
    let (Some(info), Some(mut pieces)) = (NonNull::new(info), NonNull::new(pieces.cast::<Vec<Piece>>()))
    else {
        return 1;
    };
    // SAFETY: libc's pointer to a structure that lives during the call.
    let info = unsafe { info.as_ref() };
    // SAFETY: `pieces` lent its vector to this call alone.
    let pieces = unsafe { pieces.as_mut() };
    // SAFETY: libc gives the address and the number of the program's own headers, which are mapped.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let relocated = headers.iter().find(|header| header.p_type == libc::PT_GNU_RELRO);
    let page = rustix::param::page_size();
    // libc protects whole pages only (glibc, `_dl_protect_relro`).
    let sealed = relocated.map_or(0, |header| down(address(info, header) + header.p_memsz as usize, page));
    for header in headers.iter().filter(|header| header.p_type == libc::PT_LOAD && header.p_filesz > 0) {
        let start = down(address(info, header), page);
        let end = down(address(info, header) + header.p_filesz as usize + page - 1, page);
        let offset = down(header.p_offset as usize, page) as u64;
        let piece = |start: usize, end: usize, offset, protection, written_to| Piece {
            start,
            length: end - start,
            offset,
            protection,
            written_to,
        };
        let protection = protection(header.p_flags);
        if header.p_flags & libc::PF_W == 0 {
            pieces.push(piece(start, end, offset, protection, false));
            continue;
        }
        let seal = sealed.clamp(start, end);
        if seal > start {
            pieces.push(piece(start, seal, offset, protection.difference(ProtFlags::WRITE), true));
        }
        if end > seal {
            pieces.push(piece(seal, end, offset, protection, true));
        }
    }
    1
}

fn address(info: &libc::dl_phdr_info, header: &libc::Elf64_Phdr) -> usize {
    info.dlpi_addr as usize + header.p_vaddr as usize
}

fn down(address: usize, page: usize) -> usize {
    address & !(page - 1)
}

fn protection(flags: u32) -> ProtFlags {
    [(libc::PF_R, ProtFlags::READ), (libc::PF_W, ProtFlags::WRITE), (libc::PF_X, ProtFlags::EXEC)]
        .into_iter()
        .filter(|(bit, _)| flags & bit != 0)
        .fold(ProtFlags::empty(), |all, (_, flag)| all | flag)
}

/// `struct prctl_mm_map`, linux/prctl.h.
#[repr(C)]
#[derive(Default)]
struct MemoryMap {
    start_code: u64,
    end_code: u64,
    start_data: u64,
    end_data: u64,
    start_brk: u64,
    brk: u64,
    start_stack: u64,
    arg_start: u64,
    arg_end: u64,
    env_start: u64,
    env_end: u64,
    auxv: u64,
    auxv_size: u32,
    exe_fd: u32,
}

impl MemoryMap {
    /// As it is, but for the file and the words. proc(5), /proc/pid/stat.
    fn of_this_process(file: BorrowedFd<'_>, name: &CStr) -> io::Result<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        let behind_the_name = stat.rfind(')').and_then(|end| stat.get(end + 2..)).unwrap_or_default();
        let fields: Vec<u64> =
            behind_the_name.split_ascii_whitespace().map(|field| field.parse().unwrap_or(0)).collect();
        // Numbered as in proc(5), where the state is field 3.
        let field = |number: usize| fields.get(number - 3).copied().unwrap_or(0);
        // SAFETY: asks for the end of the heap, and moves nothing.
        let brk = check(unsafe { libc::syscall(libc::SYS_brk, 0) })?;
        // /proc shows only words that lie in anonymous memory, and a constant lies in the file.
        let name: &'static CStr = Box::leak(name.to_owned().into_boxed_c_str());
        let name_end = (name.as_ptr().addr() + name.count_bytes() + 1) as u64;
        Ok(Self {
            start_code: field(26),
            end_code: field(27),
            start_stack: field(28),
            start_data: field(45),
            end_data: field(46),
            start_brk: field(47),
            brk: brk as u64,
            arg_start: name.as_ptr().addr() as u64,
            arg_end: name_end,
            env_start: name_end,
            env_end: name_end,
            exe_fd: file.as_raw_fd() as u32,
            ..Self::default()
        })
    }
}
