//! An ARN's text, taken apart once.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::id::plain::{is_account_id, is_region};

/// The text of an ARN, where its parts end, and its hash. A large account has hundreds of thousands, each looked up again
/// and again: nearly always by a copy of the same text, and without reading it.
#[derive(Clone)]
pub(super) struct ArnParts {
    pub(super) text: Arc<str>,
    hash: u32,
    partition: u8,
    service: u8,
    region: u8,
    account: u8,
}

/// Longer than any ARN.
const MAX_ARN: usize = 2048;

/// All else follows from the text.
impl PartialEq for ArnParts {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text) || (self.hash == other.hash && self.text == other.text)
    }
}

impl Eq for ArnParts {}

impl PartialOrd for ArnParts {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ArnParts {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.text, &other.text) { Ordering::Equal } else { self.text.cmp(&other.text) }
    }
}

impl Hash for ArnParts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.hash);
    }
}

impl ArnParts {
    pub(super) fn parse(text: &str, service: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_ARN {
            return Err("it is longer than any ARN");
        }
        let mut ends = text.match_indices(':').map(|(at, _)| at);
        let mut next = || ends.next().ok_or("it has fewer than six parts");
        let (arn, partition, named, region, account) = (next()?, next()?, next()?, next()?, next()?);
        if &text[..arn] != "arn" || !is_partition(between(text, arn, partition)) {
            return Err("it does not begin with arn:aws");
        }
        if between(text, partition, named) != service {
            return Err("it belongs to another AWS service");
        }
        if !is_region(between(text, named, region)) {
            return Err("its Region is missing or malformed");
        }
        if !is_account_id(between(text, region, account)) {
            return Err("its account id is missing or malformed");
        }
        if text.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
            return Err("it contains white space");
        }
        let end = |at: usize| u8::try_from(at).map_err(|_| "one of its parts is too long");
        let mut hash = FxHasher::default();
        hash.write(text.as_bytes());
        Ok(Self {
            text: text.into(),
            hash: u32::try_from(hash.finish() >> u32::BITS).unwrap_or_default(),
            partition: end(partition)?,
            service: end(named)?,
            region: end(region)?,
            account: end(account)?,
        })
    }

    pub(super) fn partition(&self) -> &str {
        between(&self.text, ARN, self.partition.into())
    }

    pub(super) fn region(&self) -> &str {
        between(&self.text, self.service.into(), self.region.into())
    }

    pub(super) fn account(&self) -> &str {
        between(&self.text, self.region.into(), self.account.into())
    }

    pub(super) fn prefix(&self) -> &str {
        &self.text[..usize::from(self.account) + 1]
    }

    pub(super) fn resource(&self) -> &str {
        &self.text[usize::from(self.account) + 1..]
    }
}

/// Where `arn` ends.
const ARN: usize = 3;

/// The part between two colons.
fn between(text: &str, colon: usize, next: usize) -> &str {
    &text[colon + 1..next]
}

/// `aws`, `aws-cn`, `aws-us-gov`, and such as are to come.
pub(super) fn is_partition(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 64 && text.starts_with("aws") && text.bytes().all(allowed)
}

pub(super) fn last(parts: &ArnParts) -> &str {
    parts.resource().rsplit('/').next().unwrap_or_default()
}

/// The segment between kind and name, in resources of three segments.
pub(super) fn middle(parts: &ArnParts) -> Option<&str> {
    let mut segments = parts.resource().split('/').skip(1);
    let first = segments.next()?;
    segments.next().map(|_| first)
}
