//! What the guard is told.

use super::Secret;
use super::host::Host;

/// What the guard is told.
#[derive(Debug, Clone, Default)]
pub struct GuardOptions {
    /// Whoever posts must have it. Without one everybody may post: only for loopback addresses.
    pub token: Option<Secret>,
    /// Whether reading needs the token too, over HTTP and WebSocket.
    pub auth_reads: bool,
    /// Names under which this machine is reached besides `localhost` and its addresses, without port.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may open a WebSocket and post, as `https://name` or `https://name:port`.
    pub allowed_origins: Vec<String>,
}

impl GuardOptions {
    /// Whether the names and origins are some that a request can have.
    ///
    /// # Errors
    /// One is not: it would allow nothing, without a word. What to write.
    pub fn check(&self) -> Result<(), String> {
        for name in &self.allowed_hosts {
            if !is_host(name) {
                return Err(format!(
                    "--allowed-host {name:?}: write the name alone, like ops.example, without scheme, port and path"
                ));
            }
        }
        for origin in &self.allowed_origins {
            if !is_origin(origin) {
                return Err(format!(
                    "--allowed-origin {origin:?}: write scheme://host or scheme://host:port, like https://ops.example, without path and without the usual port of the scheme"
                ));
            }
        }
        Ok(())
    }
}

/// Whether a name is written as the guard has it in [`Host`].
fn is_host(name: &str) -> bool {
    Host::parse(name).is_some_and(|host| host.name.eq_ignore_ascii_case(name))
}

/// Whether this is an origin as browsers send it (RFC 6454, section 6.2).
fn is_origin(origin: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else {
        return false;
    };
    let mut letters = scheme.bytes();
    let is_scheme = letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let usual = match scheme.to_ascii_lowercase().as_str() {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    };
    is_scheme
        && !rest.ends_with(':')
        && Host::parse(rest).is_some_and(|host| host.port.is_none() || host.port != usual)
}

#[cfg(test)]
mod tests {
    use super::GuardOptions;

    #[test]
    fn a_host_is_a_name_and_nothing_else() {
        let allows = |name: &str| {
            let options = GuardOptions {
                allowed_hosts: vec![name.to_owned()],
                ..GuardOptions::default()
            };
            options.check().is_ok()
        };
        for name in ["ops.example", "Ops.Example", "a_b", "192.0.2.1", "[::1]"] {
            assert!(allows(name), "{name}");
        }
        for name in [
            "",
            "https://ops.example",
            "ops.example/",
            "ops.example:3000",
            "ops.example:",
            "ops.example.",
            "*.example",
            "a b",
        ] {
            assert!(!allows(name), "{name}");
        }
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_at_most_a_port() {
        let allows = |origin: &str| {
            let options = GuardOptions {
                allowed_origins: vec![origin.to_owned()],
                ..GuardOptions::default()
            };
            options.check().is_ok()
        };
        for origin in [
            "https://ops.example",
            "HTTP://ops.example:8080",
            "http://[::1]:3000",
            "chrome-extension://abcdef",
            "http://ops.example:443",
        ] {
            assert!(allows(origin), "{origin}");
        }
        for origin in [
            "",
            "null",
            "*",
            "ops.example",
            "//ops.example",
            "https://",
            "https://ops.example/",
            "https://ops.example:443",
            "http://ops.example:80",
            "https://ops.example:",
            "https://ops.example:x",
            "https://user@ops.example",
            "ht tp://ops.example",
        ] {
            assert!(!allows(origin), "{origin}");
        }
    }
}
