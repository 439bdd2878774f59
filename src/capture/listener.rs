//! Which process listens on a port of this machine, and on which addresses a process listens.

use std::collections::HashSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use super::proc_file;

/// A listening socket, as `/proc/net/tcp` has it.
struct Listener {
    address: SocketAddr,
    inode: u64,
}

/// The state of a listening socket in `/proc/net/tcp` (`TCP_LISTEN`).
const LISTENING: &str = "0A";

/// The process that listens on a TCP port, below `root`. Nothing where it may not be seen, or where several share the socket: which of
/// them answered cannot be told.
pub fn listening_process(root: &Path, port: u16) -> Option<u32> {
    let inodes: HashSet<u64> = listeners(&root.join("proc/net"))
        .filter(|listener| listener.address.port() == port)
        .map(|listener| listener.inode)
        .collect();
    if inodes.is_empty() {
        return None;
    }
    let mut found = fs::read_dir(root.join("proc"))
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|&pid| sockets(root, pid).any(|inode| inodes.contains(&inode)));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The TCP addresses on which a process listens, below `root`, in the order of their ports.
pub fn listening_addresses(root: &Path, pid: u32) -> Vec<SocketAddr> {
    let own: HashSet<u64> = sockets(root, pid).collect();
    // The process may live in another network than we.
    let mut found: Vec<SocketAddr> = listeners(&root.join(format!("proc/{pid}/net")))
        .filter(|listener| own.contains(&listener.inode))
        .map(|listener| listener.address)
        .collect();
    found.sort_by_key(|address| address.port());
    found
}

fn listeners(net: &Path) -> impl Iterator<Item = Listener> {
    let of = |name: &str| proc_file::read(&net.join(name)).unwrap_or_default();
    let found: Vec<Listener> = [of("tcp"), of("tcp6")]
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(listener)
        .collect();
    found.into_iter()
}

fn listener(line: &str) -> Option<Listener> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    if *fields.get(3)? != LISTENING {
        return None;
    }
    let (address, port) = fields.get(1)?.split_once(':')?;
    Some(Listener {
        address: SocketAddr::new(ip(address)?, u16::from_str_radix(port, 16).ok()?),
        inode: fields.get(9)?.parse().ok()?,
    })
}

/// Addresses are written as 32-bit words in the order of bytes of the machine.
fn ip(hex: &str) -> Option<IpAddr> {
    let words: Option<Vec<[u8; 4]>> = (0..hex.len() / 8)
        .map(|at| {
            let word = u32::from_str_radix(hex.get(at * 8..at * 8 + 8)?, 16).ok()?;
            Some(word.to_ne_bytes())
        })
        .collect();
    let bytes = words?.concat();
    match bytes.len() {
        4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).into()),
        16 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into()),
        _ => None,
    }
}

fn sockets(root: &Path, pid: u32) -> impl Iterator<Item = u64> {
    fs::read_dir(root.join(format!("proc/{pid}/fd")))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let target = fs::read_link(entry.path()).ok()?;
            let inode = target
                .to_str()?
                .strip_prefix("socket:[")?
                .strip_suffix(']')?;
            inode.parse().ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn our_own_listener_is_found() {
        let root = Path::new("/");
        for address in ["127.0.0.1:0", "[::1]:0"] {
            // A machine without IPv6 has no such address.
            let Ok(listener) = TcpListener::bind(address) else {
                continue;
            };
            let Ok(address) = listener.local_addr() else {
                panic!("no address");
            };
            let found = listening_process(root, address.port());
            assert_eq!(found, Some(std::process::id()), "{address}");
            assert!(listening_addresses(root, std::process::id()).contains(&address));
        }
        assert_eq!(listening_process(root, 1), None);
    }
}
