//! Whose word it is taken on that a server is AWS.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// Which certificate authorities are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// The platform's, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name: where a proxy looks into what is sent, only its
    /// owner's is of use.
    #[default]
    Platform,
    /// Mozilla's, as they were when the program was built. Nothing is read and parsed before the first request.
    BuiltIn,
}

impl Trust {
    pub(super) fn tls(self) -> ClientConfig {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("ring has the suites of both versions of TLS");
        config.with_root_certificates(self.roots()).with_no_client_auth()
    }

    fn roots(self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        match self {
            Self::BuiltIn => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Self::Platform => {
                let found = rustls_native_certs::load_native_certs();
                for error in found.errors {
                    tracing::warn!(error = &error as &dyn std::error::Error, "certificates could not be read");
                }
                // What can't be parsed is passed over: some platforms keep very old ones.
                if roots.add_parsable_certificates(found.certs).0 == 0 {
                    tracing::warn!("no certificate authorities were found, so that no server is trusted");
                }
            }
        }
        roots
    }
}
