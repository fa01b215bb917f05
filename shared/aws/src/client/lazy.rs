//! SDK clients that are made when they are first used: most invocations leave no look and tell nobody anything.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use aws_config::SdkConfig;

type Make<C> = Box<dyn FnOnce() -> C + Send>;

/// An SDK client that is made when it is first used. Clones share it.
pub struct Lazy<C>(Arc<LazyLock<C, Make<C>>>);

impl<C: 'static> Lazy<C> {
    /// A client that is set up like this by `make`, which is the client's `new`.
    #[must_use]
    pub fn new(config: &SdkConfig, make: fn(&SdkConfig) -> C) -> Self {
        let config = config.clone();
        Self(Arc::new(LazyLock::new(Box::new(move || make(&config)))))
    }
}

/// One that is made already, by a test.
impl<C: Send + 'static> From<C> for Lazy<C> {
    fn from(client: C) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(move || client))))
    }
}

impl<C> Deref for Lazy<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C> Clone for Lazy<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> fmt::Debug for Lazy<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lazy(_)")
    }
}
