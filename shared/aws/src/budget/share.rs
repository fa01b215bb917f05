//! How much of each request quota is this process's.

use std::str::FromStr;

/// A share of AWS's request quotas: more than 0, at most 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotaShare(f64);

/// A text that isn't a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a share of the request quotas: use a number over 0 and at most 1, such as 0.5")]
pub struct QuotaShareError(pub String);

impl QuotaShare {
    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Default for QuotaShare {
    /// Half of each quota: as much is left to everyone else.
    fn default() -> Self {
        Self(0.5)
    }
}

impl FromStr for QuotaShare {
    type Err = QuotaShareError;
    fn from_str(text: &str) -> Result<Self, QuotaShareError> {
        let share = text.trim().parse::<f64>().ok().filter(|share| *share > 0.0 && *share <= 1.0);
        share.map(Self).ok_or_else(|| QuotaShareError(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_over_nothing_and_at_most_all() {
        assert_eq!("0.25".parse(), Ok(QuotaShare(0.25)));
        assert_eq!("1".parse(), Ok(QuotaShare(1.0)));
        for text in ["0", "-0.1", "1.01", "NaN", "inf", "half", ""] {
            assert_eq!(text.parse::<QuotaShare>(), Err(QuotaShareError(text.to_owned())));
        }
    }
}
