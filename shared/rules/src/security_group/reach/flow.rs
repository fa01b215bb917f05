//! What is to pass.

use std::fmt;

use model::ec2::Protocol;

/// Packets of one protocol to one port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Flow {
    /// TCP or UDP.
    pub(crate) protocol: Protocol,
    /// The port they go to.
    pub(crate) port: u16,
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} port {}", self.protocol.as_str().to_uppercase(), self.port)
    }
}

/// What a listener or target group of this protocol sends over the network. Nothing for those of other balancers.
pub(crate) fn transports(protocol: Option<&str>) -> &'static [Protocol] {
    match protocol {
        Some("TCP" | "TLS") => &[Protocol::Tcp],
        Some("UDP" | "QUIC") => &[Protocol::Udp],
        Some("TCP_UDP" | "TCP_QUIC") => &[Protocol::Tcp, Protocol::Udp],
        _ => &[],
    }
}
