//! Addresses and networks.

use super::{Arguments, Failure, Function, Given, failed};
use crate::bake::lang::value::Value;
use ipnet::IpNet;
use std::net::IpAddr;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("cidrhost", "prefix hostnum", |a| {
        let net = network(a)?;
        let host = a.whole(1)?;
        let bits = width(&net) - u32::from(net.prefix_len());
        let places = 1_i128.checked_shl(bits).filter(|places| *places > 0);
        let index = if host < 0 { places.map(|places| places + host) } else { Some(host) };
        match index.filter(|index| *index >= 0 && places.is_none_or(|places| *index < places)) {
            Some(index) => {
                let number = first(&net).saturating_add(index.unsigned_abs());
                Ok(Value::text(address(&net, number).to_string()))
            }
            None => {
                failed(format!("prefix of {} does not accommodate a host numbered {host}", net.prefix_len()))
            }
        }
    }),
    Function::new("cidrnetmask", "prefix", |a| Ok(Value::text(network(a)?.netmask().to_string()))),
    Function::new("cidrsubnet", "prefix newbits netnum", |a| {
        let net = network(a)?;
        let (bits, number) = (a.whole(1)?, a.whole(2)?);
        match subnet(&net, bits, number) {
            Some(subnet) => Ok(Value::text(subnet.to_string())),
            None => {
                failed(format!("prefix extension of {bits} does not accommodate a subnet numbered {number}"))
            }
        }
    }),
    Function::new("cidrsubnets", "prefix newbits...", subnets),
];

fn network(a: &Arguments<'_>) -> Result<IpNet, Failure> {
    let text = a.text(0)?;
    let net = text.parse::<IpNet>().map(|net| net.trunc());
    net.map_err(|_| Failure::Call(format!("invalid CIDR expression: invalid CIDR address: {text}")))
}

fn width(net: &IpNet) -> u32 {
    u32::from(net.max_prefix_len())
}

/// The first address as a number.
fn first(net: &IpNet) -> u128 {
    match net.network() {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// A number as an address of the family of `net`.
fn address(net: &IpNet, number: u128) -> IpAddr {
    match net {
        IpNet::V4(_) => IpAddr::V4(u32::try_from(number).unwrap_or(u32::MAX).into()),
        IpNet::V6(_) => IpAddr::V6(number.into()),
    }
}

fn subnet(net: &IpNet, bits: i128, number: i128) -> Option<IpNet> {
    let length = u32::from(net.prefix_len()).checked_add(u32::try_from(bits).ok()?)?;
    let shift = width(net).checked_sub(length)?;
    let number = u128::try_from(number).ok()?;
    let fits =
        u32::try_from(bits).ok().and_then(|bits| number.checked_shr(bits)).is_none_or(|rest| rest == 0);
    let offset = number.checked_shl(shift).filter(|_| fits)?;
    IpNet::new(address(net, first(net) + offset), u8::try_from(length).ok()?).ok()
}

/// Networks one after the other, each as much smaller than the whole as its number of bits says.
fn subnets(a: &Arguments<'_>) -> Given {
    let net = network(a)?;
    let mut next = first(&net);
    let last = next | u128::MAX.checked_shr(128 - width(&net) + u32::from(net.prefix_len())).unwrap_or(0);
    let mut out = Vec::new();
    for index in 1..a.len() {
        let bits = u32::try_from(a.whole(index)?)
            .ok()
            .filter(|bits| (1..=32).contains(bits))
            .ok_or_else(|| Failure::Argument(index, "must extend prefix by at least one bit".to_string()))?;
        let length = u32::from(net.prefix_len()) + bits;
        let Some(places) = width(&net).checked_sub(length) else {
            return failed("not enough remaining address space for a subnet of that size");
        };
        let size = 1_u128.checked_shl(places).unwrap_or(u128::MAX);
        let start = next.div_ceil(size).checked_mul(size);
        let Some((start, end)) = start.and_then(|start| Some((start, start.checked_add(size - 1)?))) else {
            return failed("not enough remaining address space for a subnet of that size");
        };
        if end > last {
            return failed(format!(
                "not enough remaining address space for a subnet with a prefix of {length} bits"
            ));
        }
        out.push(Value::text(format!("{}/{length}", address(&net, start))));
        let Some(after) = end.checked_add(1) else { break };
        next = after;
    }
    Ok(Value::list(out))
}
