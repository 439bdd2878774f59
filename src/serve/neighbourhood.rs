//! Whom an address stands for.

use std::net::{IpAddr, Ipv6Addr};

/// Whom an address stands for, where clients are counted by their addresses: one who has an IPv6 address has the 2^64 of its network, so they
/// count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Neighbourhood(IpAddr);

impl Neighbourhood {
    /// That of an address. An IPv4 address is the same whether or not it is written as one of IPv6.
    pub(super) fn of(address: IpAddr) -> Neighbourhood {
        Neighbourhood(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        })
    }
}
