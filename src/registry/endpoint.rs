//! Where a repository is to be found, and how far the host there is trusted.

use std::path::PathBuf;

/// One place to ask for a repository: a mirror, or the registry itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The registry as it is named: `docker.io`, `localhost:5000`. Credentials are kept under it.
    pub registry: String,
    /// Whom to dial, with the port where it is not the scheme's own: `registry-1.docker.io`.
    pub host: String,
    /// The repository's path there: `library/alpine`.
    pub repository: String,
    /// How its identity is proved.
    pub security: Security,
    /// What proves it, and us.
    pub trust: Trust,
}

/// How a host proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS with a certificate that an authority signed; nothing else.
    Verified,
    /// TLS with any certificate, else plain HTTP: for loopback addresses, and for hosts the user named so.
    Lenient,
}

/// Certificates for one host, from its folder in `certs.d`; beside the authorities of the system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Files of authorities, PEM.
    pub authorities: Vec<PathBuf>,
    /// Pairs of a client's certificate and key, PEM.
    pub clients: Vec<(PathBuf, PathBuf)>,
}
