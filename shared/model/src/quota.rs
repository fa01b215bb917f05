//! Quotas of AWS that more than one crate goes by.

use jiff::SignedDuration;

/// The longest that SQS holds a message back: `DelaySeconds` of SendMessage in the Amazon SQS API reference.
pub const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(15);
