//! The expressions of rules, linux/netfilter/nf_tables.h: each loads into a register, compares, or decides.

use super::attribute::Attributes;
use ipnet::IpNet;
use std::ffi::CStr;
use std::net::IpAddr;

/// One expression: its name and its attributes.
#[derive(Debug, Clone)]
pub struct Expression {
    pub(super) name: &'static CStr,
    pub(super) data: Attributes,
}

/// What a packet is known by.
#[derive(Debug, Clone, Copy)]
pub enum Meta {
    Mark = 3,
    InputName = 6,
    OutputName = 7,
    Family = 15,
    Protocol = 16,
}

/// What is known of a packet's connection.
#[derive(Debug, Clone, Copy)]
pub enum Connection {
    State = 0,
    Direction = 1,
    Mark = 3,
}

/// Where bytes of a packet are counted from.
#[derive(Debug, Clone, Copy)]
pub enum Header {
    Link = 0,
    Network = 1,
    Transport = 2,
}

/// What becomes of a packet.
#[derive(Debug, Clone, Copy)]
pub enum Verdict<'a> {
    Accept,
    Drop,
    Return,
    Jump(&'a str),
}

/// NF_CT_STATE_BIT of ESTABLISHED and RELATED, as a register has it.
pub const ESTABLISHED_OR_RELATED: u32 = 0b0110;

/// The connection has just begun.
pub const NEW: u32 = 0b1000;

/// The first register of four bytes, NFT_REG32_00.
pub const FIRST: u32 = 8;

fn expression(name: &'static CStr, data: Attributes) -> Expression {
    Expression { name, data }
}

/// Loads what the packet is known by into `register`.
pub fn meta(key: Meta, register: u32) -> Expression {
    expression(c"meta", Attributes::default().number(1, register).number(2, key as u32))
}

/// Sets the packet's mark from `register`.
pub fn set_mark(register: u32) -> Expression {
    expression(c"meta", Attributes::default().number(2, Meta::Mark as u32).number(3, register))
}

/// Loads what is known of the packet's connection into `register`.
pub fn connection(key: Connection, register: u32) -> Expression {
    expression(c"ct", Attributes::default().number(1, register).number(2, key as u32))
}

/// Sets the mark of the packet's connection from `register`.
pub fn set_connection_mark(register: u32) -> Expression {
    expression(c"ct", Attributes::default().number(2, Connection::Mark as u32).number(4, register))
}

/// Loads bytes of the packet.
pub fn payload(header: Header, offset: u32, length: u32, register: u32) -> Expression {
    let place = Attributes::default().number(1, register).number(2, header as u32);
    expression(c"payload", place.number(3, offset).number(4, length))
}

/// Goes on when the register begins with these bytes.
pub fn equal(register: u32, value: &[u8]) -> Expression {
    compare(register, 0, value)
}

/// Goes on when the register does not begin with these bytes.
pub fn different(register: u32, value: &[u8]) -> Expression {
    compare(register, 1, value)
}

fn compare(register: u32, operation: u32, value: &[u8]) -> Expression {
    let value = Attributes::default().bytes(1, value);
    expression(c"cmp", Attributes::default().number(1, register).number(2, operation).nested(3, &value))
}

/// `register & mask ^ flip`.
pub fn bits(register: u32, mask: &[u8], flip: &[u8]) -> Expression {
    let value = |bytes: &[u8]| Attributes::default().bytes(1, bytes);
    let operands = Attributes::default().number(1, register).number(2, register).number(3, mask.len() as u32);
    expression(c"bitwise", operands.nested(4, &value(mask)).nested(5, &value(flip)))
}

/// Loads a value.
pub fn value(register: u32, bytes: &[u8]) -> Expression {
    let data = Attributes::default().bytes(1, bytes);
    expression(c"immediate", Attributes::default().number(1, register).nested(2, &data))
}

/// Decides.
pub fn verdict(verdict: Verdict<'_>) -> Expression {
    expression(c"immediate", Attributes::default().number(1, 0).nested(2, &verdict_data(verdict)))
}

pub(super) fn verdict_data(verdict: Verdict<'_>) -> Attributes {
    let code = |code: i32| Attributes::default().number(1, code as u32);
    let data = match verdict {
        Verdict::Drop => code(0),
        Verdict::Accept => code(1),
        Verdict::Jump(chain) => code(-3).bytes(2, &[chain.as_bytes(), b"\0"].concat()),
        Verdict::Return => code(-5),
    };
    Attributes::default().nested(2, &data)
}

/// Goes on when `set` holds what begins in `register`.
pub fn is_in(register: u32, set: &str) -> Expression {
    let set = [set.as_bytes(), b"\0"].concat();
    expression(c"lookup", Attributes::default().bytes(1, &set).number(2, register))
}

/// Decides what the map `set` says of what begins in `register`; goes on when it says nothing.
pub fn decide_by(register: u32, set: &str) -> Expression {
    let set = [set.as_bytes(), b"\0"].concat();
    expression(c"lookup", Attributes::default().bytes(1, &set).number(2, register).number(3, 0))
}

/// The sender becomes the address of the link it leaves by.
pub fn masquerade() -> Expression {
    expression(c"masq", Attributes::default())
}

/// The destination becomes the IPv4 address and port in these two registers.
pub fn destination(address: u32, port: u32) -> Expression {
    let kind = Attributes::default().number(1, 1).number(2, libc::NFPROTO_IPV4 as u32);
    expression(c"nat", kind.number(3, address).number(5, port))
}

/// Hands the beginning of the packet to whoever listens to this group of NFLOG.
pub fn log(group: u16, prefix: &str) -> Expression {
    let prefix = [prefix.as_bytes(), b"\0"].concat();
    let data = Attributes::default().bytes(1, &group.to_be_bytes()).bytes(2, &prefix).number(3, 128);
    expression(c"log", data)
}

/// Goes on at most `rate` times a second, after as many at once.
pub fn at_most(rate: u32) -> Expression {
    let data = Attributes::default().bytes(1, &u64::from(rate).to_be_bytes()).bytes(2, &1u64.to_be_bytes());
    expression(c"limit", data.number(3, rate).number(4, 0))
}

/// Refuses: the sender hears that it is forbidden (ICMP administratively prohibited, of either family).
pub fn refuse() -> Expression {
    expression(c"reject", Attributes::default().number(1, 2).bytes(2, &[3]))
}

/// Goes on for packets to `network`: their family and destination.
pub fn to_network(network: IpNet) -> Vec<Expression> {
    let (protocol, offset, address, mask) = match (network.addr(), network.netmask()) {
        (IpAddr::V4(address), IpAddr::V4(mask)) => {
            (libc::NFPROTO_IPV4, 16, address.octets().to_vec(), mask.octets().to_vec())
        }
        (IpAddr::V6(address), IpAddr::V6(mask)) => {
            (libc::NFPROTO_IPV6, 24, address.octets().to_vec(), mask.octets().to_vec())
        }
        _ => return vec![verdict(Verdict::Return)],
    };
    let masked: Vec<u8> = address.iter().zip(&mask).map(|(byte, bits)| byte & bits).collect();
    let length = masked.len();
    vec![
        meta(Meta::Family, FIRST),
        equal(FIRST, &[protocol as u8]),
        payload(Header::Network, offset, length as u32, FIRST),
        bits(FIRST, &mask, &vec![0; length]),
        equal(FIRST, &masked),
    ]
}

/// Goes on for packets that come in by the link `name`.
pub fn from_link(name: &str) -> [Expression; 2] {
    [meta(Meta::InputName, FIRST), equal(FIRST, &link_name(name))]
}

/// The name of a link as a register has it: 16 bytes.
pub fn link_name(name: &str) -> [u8; 16] {
    let mut bytes = [0; 16];
    let length = name.len().min(15);
    bytes[..length].copy_from_slice(&name.as_bytes()[..length]);
    bytes
}
