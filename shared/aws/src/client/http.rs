//! HTTP/1.1, and TLS by rustls over ring.
//!
//! Every API in use here is spoken over HTTP/1.1, so the SDK's own transport would bring HTTP/2 along for nothing. There is
//! one pool for all clients, made at the first request.

use std::error::Error;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{
    CaptureConnection, HttpConnector as TcpConnector, HttpInfo, capture_connection,
};
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::CONNECT_TIMEOUT;
use super::trust::Trust;

/// Each connection keeps what it reads into as large as it ever was, and there are as many as requests were ever under way.
const READ_BUFFER: usize = 32 * 1024;

type Pool = Client<HttpsConnector<TcpConnector>, SdkBody>;

/// Connections.
#[derive(Debug)]
pub(super) struct Http {
    trust: Trust,
    pool: OnceLock<Pool>,
}

#[derive(Debug)]
struct Connector {
    pool: Pool,
    read_timeout: Option<Duration>,
}

impl Http {
    pub(super) fn new(trust: Trust) -> Self {
        Self { trust, pool: OnceLock::new() }
    }

    fn pool(&self) -> Pool {
        self.pool.get_or_init(|| open(self.trust)).clone()
    }
}

fn open(trust: Trust) -> Pool {
    let mut tcp = TcpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let https = HttpsConnectorBuilder::new().with_tls_config(trust.tls()).https_or_http().enable_http1();
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .http1_max_buf_size(READ_BUFFER)
        .build(https.wrap_connector(tcp))
}

impl HttpClient for Http {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector { pool: self.pool(), read_timeout: settings.read_timeout() })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || told(&connection));
        }
        let (answer, read_timeout) = (self.pool.request(request), self.read_timeout);
        HttpConnectorFuture::new(async move {
            let answer = match read_timeout {
                Some(limit) => tokio::time::timeout(limit, answer).await.map_err(|_| late(limit))?,
                None => answer.await,
            };
            let answer = answer.map_err(connector_error)?.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The connection a request went over, for the SDK to give it up after a failure that may be the connection's.
fn told(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    let metadata = connection.connection_metadata();
    let connected = metadata.as_ref()?;
    let mut extras = http::Extensions::new();
    connected.get_extras(&mut extras);
    let places = extras.get::<HttpInfo>();
    let given_up = connection.clone();
    let mut told = ConnectionMetadata::builder().proxied(false).poison_fn(move || {
        if let Some(connected) = given_up.connection_metadata().as_ref() {
            connected.poison();
        }
    });
    told.set_local_addr(places.map(HttpInfo::local_addr)).set_remote_addr(places.map(HttpInfo::remote_addr));
    Some(told.build())
}

fn late(limit: Duration) -> ConnectorError {
    ConnectorError::timeout(format!("no answer began within {limit:?}").into())
}

/// What kind of failure it is, by which the SDK decides whether to send the request once more.
fn connector_error(error: ClientError) -> ConnectorError {
    let io = find::<io::Error>(&error).map(io::Error::kind);
    let hyper = find::<hyper::Error>(&error);
    let is = |kind: fn(&hyper::Error) -> bool| hyper.is_some_and(kind);
    match io {
        Some(io::ErrorKind::TimedOut) => ConnectorError::timeout(error.into()),
        _ if is(hyper::Error::is_timeout) => ConnectorError::timeout(error.into()),
        _ if is(hyper::Error::is_user) => ConnectorError::user(error.into()),
        Some(_) => ConnectorError::io(error.into()),
        None if error.is_connect() || is(hyper::Error::is_closed) || is(hyper::Error::is_canceled) => {
            ConnectorError::io(error.into())
        }
        // The server closed the connection before it had answered.
        None if is(hyper::Error::is_incomplete_message) => {
            ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
        }
        None => ConnectorError::other(error.into(), None),
    }
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}
