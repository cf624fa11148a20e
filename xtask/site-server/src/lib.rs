//! The response headers that the page needs, and a static file server that sends them.
//!
//! `cargo xtask serve` and the page tests use the server, `cargo xtask dist` writes the headers for
//! other hosts: there is one list, in [`headers`].

use std::io;
use std::net::TcpListener;
use std::path::Path;

use axum::Router;
use axum::http::{HeaderName, HeaderValue};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

pub mod headers;

/// Answers with the files of `folder`, or of `fallback` where it has none, and with every header.
pub fn router(folder: &Path, fallback: &Path) -> Router {
    let files = ServeDir::new(folder).fallback(ServeDir::new(fallback));
    let router = Router::new().fallback_service(files);
    headers::HEADERS
        .iter()
        .fold(router, |router, (name, value)| {
            router.layer(SetResponseHeaderLayer::overriding(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            ))
        })
}

/// Serves the files of `folder`, else of `fallback`, until the task is dropped.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve(listener: TcpListener, folder: &Path, fallback: &Path) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    axum::serve(listener, router(folder, fallback)).await
}
