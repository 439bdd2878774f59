//! Which certificates are believed.

use std::path::Path;
use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::capture_error::CaptureErrorKind;
use crate::limits;

/// Certificates of authorities.
#[derive(Debug, Clone)]
pub struct Trust {
    roots: Vec<Certificate<'static>>,
}

impl Trust {
    /// What the system trusts, and what is in `extra` (`--cacert`, PEM) as well.
    ///
    /// # Errors
    /// `extra` cannot be read or has no certificate.
    pub fn system_and(extra: Option<&Path>) -> Result<Trust, CaptureErrorKind> {
        let system = rustls_native_certs::load_native_certs();
        // What of the system's certificates cannot be read is missing, and the server that needs it is refused by name.
        let mut roots: Vec<Certificate<'static>> = system
            .certs
            .iter()
            .map(|root| Certificate::from_der(root).to_owned())
            .collect();
        if let Some(path) = extra {
            let added = read(path).map_err(|why| CaptureErrorKind::BadFile {
                what: "--cacert",
                file: path.to_string_lossy().into_owned(),
                why,
            })?;
            roots.extend(added);
        }
        Ok(Trust { roots })
    }

    /// Nobody, for connections without certificates.
    pub(super) fn nobody() -> Trust {
        Trust { roots: Vec::new() }
    }

    /// What a connection is made with.
    pub(crate) fn config(&self) -> TlsConfig {
        TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(self.roots.clone())))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build()
    }
}

fn read(path: &Path) -> Result<Vec<Certificate<'static>>, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if size.len() > limits::ALLOCATOR_STATISTICS_BYTES {
        return Err("is too large for certificates".to_owned());
    }
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) =
            item.map_err(|error| format!("is no PEM file ({error})"))?
        {
            found.push(certificate);
        }
    }
    match found.is_empty() {
        true => Err("holds no certificate in PEM form".to_owned()),
        false => Ok(found),
    }
}
