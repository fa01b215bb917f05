//! A limit that is a share or a count.

use std::fmt;

use super::document::{DocumentNode, Value};
use super::section::quoted;

/// How many of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// A percentage from 1 to 100.
    Percent(u8),
    /// A count from 1.
    Count(u32),
    /// Whichever of the two is less for the whole in question: what remains where several policies meet.
    Least {
        /// A percentage from 1 to 100.
        percent: u8,
        /// A count from 1.
        count: u32,
    },
}

impl Amount {
    /// How many that is of `total`; a percentage is rounded down, to at least 1.
    #[must_use]
    pub fn of(self, total: usize) -> usize {
        let percent = |percent: u8| {
            let percent = usize::from(percent);
            // Divided first, so that no total is too large.
            (total / 100 * percent + total % 100 * percent / 100).max(1)
        };
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        match self {
            Self::Percent(share) => percent(share),
            Self::Count(number) => count(number),
            Self::Least { percent: share, count: number } => percent(share).min(count(number)),
        }
    }

    /// The amount that is never more than either, whatever the total.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        match (lesser(self.percent(), other.percent()), lesser(self.count(), other.count())) {
            (Some(percent), Some(count)) => Self::Least { percent, count },
            (Some(percent), None) => Self::Percent(percent),
            (None, Some(count)) => Self::Count(count),
            (None, None) => self,
        }
    }

    fn percent(self) -> Option<u8> {
        match self {
            Self::Percent(percent) | Self::Least { percent, .. } => Some(percent),
            Self::Count(_) => None,
        }
    }

    fn count(self) -> Option<u32> {
        match self {
            Self::Count(count) | Self::Least { count, .. } => Some(count),
            Self::Percent(_) => None,
        }
    }
}

impl fmt::Display for Amount {
    /// As a policy says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => write!(f, "\"{percent}%\""),
            Self::Count(count) => write!(f, "{count}"),
            Self::Least { percent, count } => write!(f, "the lesser of \"{percent}%\" and {count}"),
        }
    }
}

fn lesser<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.into_iter().chain(other).min()
}

/// Reads a percentage such as `"20%"` or a count.
pub(super) fn amount(node: &DocumentNode) -> Result<Amount, String> {
    let text = match &node.value {
        Value::Integer(_) => return limit(node).map(Amount::Count),
        Value::Text(text) => text,
        other => {
            return Err(format!("{} is no amount: write a percentage like \"20%\" or a count like 5", other.kind()));
        }
    };
    let digits =
        text.trim().strip_suffix('%').map(str::trim_end).filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    match digits.map(str::parse::<u8>) {
        Some(Ok(percent @ 1..=100)) => Ok(Amount::Percent(percent)),
        Some(Ok(0)) => Err("0% would allow no removal at all: write 1% to 100%, or mode = \"observe\"".to_owned()),
        Some(_) if digits != Some("") => Err(format!("{} is out of range: write 1% to 100%", quoted(text))),
        _ => Err(format!(
            "{} is no amount: write a whole percentage like \"20%\" or a count like 5, unquoted",
            quoted(text)
        )),
    }
}

/// Reads a count from 1.
pub(super) fn limit(node: &DocumentNode) -> Result<u32, String> {
    match node.value {
        Value::Integer(0) => Err("0 would allow nothing at all: write 1 or more, or mode = \"observe\"".to_owned()),
        Value::Integer(number) => u32::try_from(number)
            .map_err(|_| format!("{number} is out of range: write a number from 1 to {}", u32::MAX)),
        ref other => Err(format!("{} stands where a whole number belongs: write one from 1, unquoted", other.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::Amount::{self, Count, Least, Percent};

    #[test]
    fn a_percentage_is_rounded_down_to_at_least_one() {
        let twenty = |total| Percent(20).of(total);
        assert_eq!([0, 1, 5, 9, 10, 14, 15, 1000].map(twenty), [1, 1, 1, 1, 2, 2, 3, 200]);
        assert_eq!(Percent(100).of(usize::MAX), usize::MAX);
        assert_eq!(Percent(99).of(101), 99);
    }

    #[test]
    fn a_count_is_itself() {
        assert_eq!(Count(7).of(3), 7);
    }

    #[test]
    fn the_least_is_never_more_than_either() {
        let amounts = [Percent(10), Percent(50), Count(3), Count(30), Least { percent: 20, count: 8 }];
        for one in amounts {
            for other in amounts {
                for total in [0, 1, 7, 30, 31, 100, 1000] {
                    let least: Amount = one.least(other);
                    assert_eq!(least.of(total), one.of(total).min(other.of(total)), "{one:?} {other:?} {total}");
                }
            }
        }
    }
}
