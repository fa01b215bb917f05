//! HTTP to the account that benchmarks are made in: one request after the other, each answer as a whole.
//!
//! The functions' own transport waits for their share of AWS's quotas, which takes minutes where an account is read only to be
//! judged; a library's would bring features of its own to what the functions are built with.

use std::io::{BufRead as _, BufReader, Error, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

/// A client for the account at `http://HOST:PORT`.
#[must_use]
pub fn client() -> SharedHttpClient {
    http_client_fn(|_, _| SharedHttpConnector::new(Plain::default()))
}

#[derive(Debug, Default)]
struct Plain(Mutex<Option<BufReader<TcpStream>>>);

impl HttpConnector for Plain {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(self.exchange(&request).map_err(|error| ConnectorError::io(error.into())))
    }
}

impl Plain {
    fn exchange(&self, request: &HttpRequest) -> Result<HttpResponse, Error> {
        let rest = request.uri().strip_prefix("http://").ok_or_else(|| Error::other("it isn't plain HTTP"))?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = match connection.as_mut() {
            Some(stream) => stream,
            None => connection.insert(BufReader::new(TcpStream::connect(host)?)),
        };
        let body = request.body().bytes().unwrap_or_default();
        let mut head = format!("{} /{path} HTTP/1.1\r\nhost: {host}\r\n", request.method());
        for (name, value) in request.headers().iter().filter(|(name, _)| !["host", "content-length"].contains(name)) {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", body.len());
        stream.get_mut().write_all(&[head.as_bytes(), body].concat())?;
        answer(stream)
    }
}

fn answer(stream: &mut BufReader<TcpStream>) -> Result<HttpResponse, Error> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    while stream.read_line(&mut line)? > 2 {
        lines.push(std::mem::take(&mut line).trim_end().to_ascii_lowercase());
    }
    let status = lines.first().and_then(|line| line.split(' ').nth(1)?.parse::<u16>().ok());
    let length = lines.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let (Some(status), Some(length)) = (status, length) else {
        return Err(Error::other("no answer that is understood"));
    };
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(HttpResponse::new(status.try_into().map_err(Error::other)?, SdkBody::from(body)))
}
