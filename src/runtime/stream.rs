//! What attached clients and the pump say to each other, one packet each.
//!
//! ```text
//! client                        pump (until the start is through: launcher)
//!   Hello{version, …}    -->                      which streams it wants
//!                        <--     Started          execve took place
//!                        <--     Failed{…}        it never did; the last packet
//!   Input, InputEnd      -->
//!   Size{columns, rows}  -->
//!                        <--     Output, Error    as they come, in order
//!                        <--     Exited{code}     the last packet
//! ```

use crate::packet;
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::BorrowedFd;

/// The version of this protocol; a newer rcon may talk to an older pump.
pub const VERSION: u32 = 1;

/// The socket's name in the container's folder of sockets.
pub const SOCKET: &str = "attach";

/// Which streams a client wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hello {
    /// The client's [`VERSION`].
    pub version: u32,
    /// It will send input.
    pub input: bool,
    /// It wants standard output.
    pub output: bool,
    /// It wants standard error.
    pub error: bool,
}

/// Why a start failed: docker's exit code and words for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartFailure {
    /// 125, 126 or 127.
    pub code: u8,
    /// What failed and why.
    pub message: String,
    /// What could be tried instead.
    pub remedy: Remedy,
}

/// What can be tried after a failed start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remedy {
    /// Nothing.
    #[default]
    None,
    /// The overlay was refused: a copy of the layers does as well.
    CopyLayers,
    /// The monitor through which U0 was to be joined has just ended: look for another.
    JoinAnother,
}

/// To a client.
#[derive(Debug, PartialEq, Eq)]
pub enum ToClient<'a> {
    /// execve took place.
    Started,
    /// It never did.
    Failed(StartFailure),
    /// Standard output (with a terminal: everything).
    Output(&'a [u8]),
    /// Standard error.
    Error(&'a [u8]),
    /// The container has ended, and its end is recorded.
    Exited(i32),
}

/// From a client.
#[derive(Debug, PartialEq, Eq)]
pub enum FromClient<'a> {
    /// The first packet.
    Hello(Hello),
    /// For standard input.
    Input(&'a [u8]),
    /// Standard input has ended.
    InputEnd,
    /// The client's terminal has this many columns and rows.
    Size(u16, u16),
}

/// Sends `message` to a client.
pub fn tell(client: BorrowedFd<'_>, message: &ToClient<'_>) -> io::Result<()> {
    match message {
        ToClient::Started => packet::send(client, b'S', b"", &[]),
        ToClient::Failed(failure) => packet::send(client, b'F', &serde_json::to_vec(failure)?, &[]),
        ToClient::Output(bytes) => packet::send(client, b'O', bytes, &[]),
        ToClient::Error(bytes) => packet::send(client, b'E', bytes, &[]),
        ToClient::Exited(code) => packet::send(client, b'X', &code.to_le_bytes(), &[]),
    }
}

/// The next message for a client; `None` at the end.
pub fn hear<'a>(pump: BorrowedFd<'_>, buffer: &'a mut [u8]) -> io::Result<Option<ToClient<'a>>> {
    packet::receive(pump, buffer)?.map(|packet| read(&packet)).transpose()
}

/// What a packet for a client says.
pub fn read<'a>(packet: &packet::Packet<'a>) -> io::Result<ToClient<'a>> {
    Ok(match packet.kind {
        b'S' => ToClient::Started,
        b'F' => ToClient::Failed(serde_json::from_slice(packet.body)?),
        b'O' => ToClient::Output(packet.body),
        b'E' => ToClient::Error(packet.body),
        b'X' => ToClient::Exited(i32::from_le_bytes(packet.body.try_into().map_err(|_| invalid())?)),
        _ => return Err(invalid()),
    })
}

/// Sends `message` to the pump.
pub fn ask(pump: BorrowedFd<'_>, message: &FromClient<'_>) -> io::Result<()> {
    match message {
        FromClient::Hello(hello) => packet::send(pump, b'H', &serde_json::to_vec(hello)?, &[]),
        FromClient::Input(bytes) => packet::send(pump, b'I', bytes, &[]),
        FromClient::InputEnd => packet::send(pump, b'Z', b"", &[]),
        FromClient::Size(columns, rows) => {
            let [c0, c1] = columns.to_le_bytes();
            let [r0, r1] = rows.to_le_bytes();
            packet::send(pump, b'W', &[c0, c1, r0, r1], &[])
        }
    }
}

/// The next message of a client; `None` at the end.
pub fn listen<'a>(client: BorrowedFd<'_>, buffer: &'a mut [u8]) -> io::Result<Option<FromClient<'a>>> {
    let Some(packet) = packet::receive(client, buffer)? else { return Ok(None) };
    Ok(Some(match (packet.kind, packet.body) {
        (b'H', body) => FromClient::Hello(serde_json::from_slice(body)?),
        (b'I', body) => FromClient::Input(body),
        (b'Z', _) => FromClient::InputEnd,
        (b'W', &[c0, c1, r0, r1]) => {
            FromClient::Size(u16::from_le_bytes([c0, c1]), u16::from_le_bytes([r0, r1]))
        }
        _ => return Err(invalid()),
    }))
}

fn invalid() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a packet of no known kind")
}
