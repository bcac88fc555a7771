//! Which addresses and names a guest may use.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;
use std::sync::Arc;
use wasmtime_wasi::sockets::SocketAddrUse;

/// The network a guest may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// None: no sockets and no name lookup.
    #[default]
    Deny,
    /// TCP and UDP with these endpoints, listening on one of them included, and the lookup of their names.
    Allow(Vec<Endpoint>),
    /// Whatever the host can reach.
    All,
}

/// A host, by name or address, and a port. Written `HOST:PORT`, an IPv6 address in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    host: String,
    port: u16,
}

/// Text that is not `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not HOST:PORT, with a port from 1 to 65535")]
pub struct EndpointError(String);

impl Endpoint {
    /// An endpoint. `host` is a name or an address without brackets.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }

    /// Asks the host's resolver.
    pub(crate) fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        Ok((self.host.as_str(), self.port).to_socket_addrs()?.map(canonical).collect())
    }

    fn is_named(&self, name: &str) -> bool {
        let without_root = |name: &'_ str| name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        without_root(&self.host) == without_root(name)
    }

    fn is_name(&self) -> bool {
        self.host.parse::<IpAddr>().is_err()
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let error = || EndpointError(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(error)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(error)?;
        let host = match host.strip_prefix('[') {
            Some(address) => address.strip_suffix(']').ok_or_else(error)?,
            None if host.contains(':') => return Err(error()),
            None => host,
        };
        if host.is_empty() { Err(error()) } else { Ok(Self::new(host, port)) }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// The allow list of one run, its names resolved.
#[derive(Clone)]
pub(crate) struct AllowList(Arc<Resolved>);

struct Resolved {
    endpoints: Vec<Endpoint>,
    addresses: HashSet<SocketAddr>,
}

impl AllowList {
    /// Resolves every name now, so that a misspelt one is told before the guest starts.
    pub(crate) async fn resolve(endpoints: &[Endpoint]) -> Result<Self, (Endpoint, io::Error)> {
        let mut addresses = HashSet::new();
        for endpoint in endpoints {
            let asked = endpoint.clone();
            let answer = tokio::task::spawn_blocking(move || asked.resolve()).await;
            let answer = answer.map_err(io::Error::other).flatten();
            addresses.extend(answer.map_err(|source| (endpoint.clone(), source))?);
        }
        Ok(Self(Arc::new(Resolved { endpoints: endpoints.to_vec(), addresses })))
    }

    /// Whether the guest may look this name up. An address is no lookup.
    pub(crate) fn allows_name(&self, name: &str) -> bool {
        name.parse::<IpAddr>().is_ok() || self.0.endpoints.iter().any(|endpoint| endpoint.is_named(name))
    }

    /// Whether the guest may use this address so.
    pub(crate) async fn allows(self, address: SocketAddr, usage: SocketAddrUse) -> bool {
        use SocketAddrUse::{TcpAccept, TcpBind, TcpConnect, TcpListen, UdpBind, UdpReceive, UdpSend};
        match usage {
            // Whoever connects to a listener was let in when listening on its address was allowed.
            TcpAccept => true,
            // Every outgoing socket is bound to a port that the system picks.
            TcpBind | UdpBind if address.port() == 0 => true,
            TcpBind | UdpBind | TcpListen | UdpReceive => self.0.addresses.contains(&canonical(address)),
            TcpConnect | UdpSend => self.reaches(canonical(address)).await,
        }
    }

    /// Names are asked again when an address is not known: big services rotate theirs.
    async fn reaches(self, address: SocketAddr) -> bool {
        if self.0.addresses.contains(&address) {
            return true;
        }
        let fresh = move || {
            let names = self.0.endpoints.iter().filter(|e| e.port == address.port() && e.is_name());
            names.filter_map(|endpoint| endpoint.resolve().ok()).flatten().any(|known| known == address)
        };
        tokio::task::spawn_blocking(fresh).await.unwrap_or(false)
    }
}

/// An IPv4 address dressed as IPv6 is the IPv4 address.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_and_written() {
        for text in ["example.org:443", "127.0.0.1:80", "[::1]:8080"] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for text in
            ["", "example.org", ":80", "host:", "host:0", "host:70000", "::1:80", "[::1:80", "host:http"]
        {
            let error = text.parse::<Endpoint>().unwrap_err().to_string();
            assert_eq!(error, format!("`{text}` is not HOST:PORT, with a port from 1 to 65535"));
        }
    }

    #[tokio::test]
    async fn names_compare_as_dns_does() {
        let list = AllowList::resolve(&[Endpoint::new("localhost", 80)]).await.unwrap();
        assert!(list.allows_name("LOCALHOST."));
        assert!(list.allows_name("10.0.0.1"));
        assert!(!list.allows_name("example.org"));
    }

    #[tokio::test]
    async fn only_listed_addresses_pass() {
        let list = AllowList::resolve(&[Endpoint::new("127.0.0.1", 80)]).await.unwrap();
        let allows = |address: &str, usage| list.clone().allows(address.parse().unwrap(), usage);
        assert!(allows("127.0.0.1:80", SocketAddrUse::TcpConnect).await);
        assert!(allows("[::ffff:127.0.0.1]:80", SocketAddrUse::TcpConnect).await);
        assert!(allows("127.0.0.1:80", SocketAddrUse::TcpListen).await);
        assert!(allows("0.0.0.0:0", SocketAddrUse::TcpBind).await);
        assert!(!allows("127.0.0.1:81", SocketAddrUse::TcpConnect).await);
        assert!(!allows("127.0.0.2:80", SocketAddrUse::UdpSend).await);
        assert!(!allows("0.0.0.0:80", SocketAddrUse::TcpBind).await);
        assert!(!allows("0.0.0.0:0", SocketAddrUse::TcpListen).await);
    }
}
