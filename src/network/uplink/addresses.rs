//! The addresses on the way out, and where each of them leads.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Stands for the host's resolvers, on port 53.
pub const RESOLVER: (Ipv4Addr, Ipv6Addr) = (Ipv4Addr::new(169, 254, 1, 1), of_the_wire(1));
/// Stands for the host itself.
pub const HOST: (Ipv4Addr, Ipv6Addr) = (Ipv4Addr::new(169, 254, 1, 2), of_the_wire(2));
/// The near end of the wire, `up0`: what leaves a container is masqueraded to it.
pub const NEAR: (Ipv4Addr, Ipv6Addr) = (Ipv4Addr::new(169, 254, 1, 3), of_the_wire(3));
/// The stack in user mode: the next hop, and who sends errors.
pub const STACK: (Ipv4Addr, Ipv6Addr) = (Ipv4Addr::new(169, 254, 1, 4), of_the_wire(4));

/// The largest IP packet on the wire, in bytes.
pub const MTU: usize = 65520;

const fn of_the_wire(number: u16) -> Ipv6Addr {
    Ipv6Addr::new(0xfd72, 0x636f, 0x6e, 0, 0, 0, 0, number)
}

/// Where packets to an address lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To that address, dialled from the host.
    Out(IpAddr),
    /// To the host itself.
    Host,
    /// To the host's resolvers.
    Resolver,
    /// Nowhere: such an address is of the host, of the wire, or of no single machine.
    Nowhere,
}

/// Where packets to `destination` lead.
pub(super) fn way(destination: IpAddr) -> Way {
    match destination {
        IpAddr::V4(address) if address == RESOLVER.0 => Way::Resolver,
        IpAddr::V6(address) if address == RESOLVER.1 => Way::Resolver,
        IpAddr::V4(address) if address == HOST.0 => Way::Host,
        IpAddr::V6(address) if address == HOST.1 => Way::Host,
        IpAddr::V4(address) if leads_nowhere(address) => Way::Nowhere,
        IpAddr::V6(address) if leads_nowhere_6(address) => Way::Nowhere,
        address => Way::Out(address),
    }
}

/// The address of the stack in the family of `other`.
pub(super) fn stack(other: IpAddr) -> IpAddr {
    match other {
        IpAddr::V4(_) => STACK.0.into(),
        IpAddr::V6(_) => STACK.1.into(),
    }
}

fn leads_nowhere(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    // 0/8 is this machine to Linux; 240/4 is reserved and holds the broadcast.
    first == 0 || first == 127 || first >= 224 || address.octets()[..3] == STACK.0.octets()[..3]
}

fn leads_nowhere_6(address: Ipv6Addr) -> bool {
    // ::/96 and ::ffff:0:0/96 hold IPv4 addresses, the unspecified one and the loopback: a socket for IPv6 would dial
    // 127.0.0.1 for ::ffff:127.0.0.1. fe80::/10 means nothing without an interface.
    let [a, b, c, d, e, f, ..] = address.segments();
    let holds_ipv4 = [a, b, c, d, e] == [0; 5] && (f == 0 || f == 0xffff);
    holds_ipv4
        || address.is_multicast()
        || address.is_unicast_link_local()
        || address.segments()[..4] == STACK.1.segments()[..4]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_host_is_dialled_by_another_name() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "127.0.0.1",
            "127.255.255.255",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "169.254.1.0",
            "169.254.1.3",
            "169.254.1.4",
            "169.254.1.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "ff02::1",
            "fe80::1",
            "fd72:636f:6e::3",
            "fd72:636f:6e::ffff",
        ] {
            assert_eq!(way(address.parse().unwrap()), Way::Nowhere, "{address}");
        }
    }

    #[test]
    fn other_addresses_lead_out() {
        for address in ["1.1.1.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "2606:4700::1111", "fd00::1"]
        {
            let address = address.parse().unwrap();
            assert_eq!(way(address), Way::Out(address));
        }
    }

    #[test]
    fn special_addresses_lead_where_they_say() {
        assert_eq!(way(RESOLVER.0.into()), Way::Resolver);
        assert_eq!(way(RESOLVER.1.into()), Way::Resolver);
        assert_eq!(way(HOST.0.into()), Way::Host);
        assert_eq!(way(HOST.1.into()), Way::Host);
    }
}
