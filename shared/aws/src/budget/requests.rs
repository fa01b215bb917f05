//! How long requests take that AWS's quotas hold back.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{QUOTAS, QuotaShare, quota_of};

/// How many requests there are, by quota. Those without one aren't counted: nothing holds them back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests([u64; QUOTAS.len()]);

impl Requests {
    /// The requests in a count by IAM action.
    #[must_use]
    pub fn of(calls: &BTreeMap<String, u64>) -> Self {
        let mut requests = Self::default();
        calls.iter().for_each(|(action, count)| requests.add(action, *count));
        requests
    }

    /// So many more for this IAM action.
    pub fn add(&mut self, action: &str, count: u64) {
        if let Some(of_quota) = quota_of(action).and_then(|quota| self.0.get_mut(quota)) {
            *of_quota = of_quota.saturating_add(count);
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut both = *self;
        both.0.iter_mut().zip(other.0).for_each(|(one, more)| *one = one.saturating_add(more));
        both
    }

    /// Of each quota as many as there are of one or the other.
    #[must_use]
    pub fn at_least(&self, other: &Self) -> Self {
        let mut most = *self;
        most.0.iter_mut().zip(other.0).for_each(|(one, least)| *one = (*one).max(least));
        most
    }

    /// What is left of these after others.
    #[must_use]
    pub fn minus(&self, others: &Self) -> Self {
        let mut left = *self;
        left.0.iter_mut().zip(others.0).for_each(|(one, gone)| *one = one.saturating_sub(gone));
        left
    }

    /// How long these take a process that may send as many at once as are `unspent`. The quota that takes longest decides:
    /// requests of the others go meanwhile.
    #[must_use]
    pub fn time(&self, unspent: &Unspent) -> Duration {
        let seconds = QUOTAS
            .iter()
            .zip(self.0)
            .zip(unspent.tokens)
            .map(|((quota, left), tokens)| (number(left) - tokens) / (quota.rate * unspent.share.get()));
        Duration::try_from_secs_f64(seconds.fold(0.0, f64::max)).unwrap_or(Duration::MAX)
    }
}

/// What a process may send at once of each quota, as it goes by what was sent.
#[derive(Debug, Clone, Copy)]
pub struct Unspent {
    share: QuotaShare,
    tokens: [f64; QUOTAS.len()],
    sent: Requests,
    elapsed: Duration,
}

impl Unspent {
    /// Of a process that has sent nothing and keeps to this share of each quota.
    #[must_use]
    pub fn new(share: QuotaShare) -> Self {
        let tokens = QUOTAS.map(|quota| quota.at_once() * share.get());
        Self { share, tokens, sent: Requests::default(), elapsed: Duration::ZERO }
    }

    /// So many were sent until now, so long after the beginning.
    pub fn update(&mut self, sent: &Requests, elapsed: Duration) {
        let (more, seconds) = (sent.minus(&self.sent), elapsed.saturating_sub(self.elapsed).as_secs_f64());
        for ((tokens, quota), more) in self.tokens.iter_mut().zip(&QUOTAS).zip(more.0) {
            let refilled = (quota.rate * self.share.get()).mul_add(seconds, *tokens);
            *tokens = (refilled.min(quota.at_once() * self.share.get()) - number(more)).max(0.0);
        }
        (self.sent, self.elapsed) = (*sent, elapsed);
    }
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEALTH: &str = "elasticloadbalancing:DescribeTargetHealth";

    fn requests(action: &str, count: u64) -> Requests {
        Requests::of(&[(action.to_owned(), count)].into())
    }

    fn seconds(left: &Requests, unspent: &Unspent) -> f64 {
        left.time(unspent).as_secs_f64()
    }

    #[test]
    fn what_fits_into_the_burst_takes_no_time_and_the_rest_goes_at_the_rate() {
        let mut unspent = Unspent::new(QuotaShare::default());
        // Half of 40 at once but for some kept back, then 5 a second.
        assert_eq!(seconds(&requests(HEALTH, 18), &unspent), 0.0);
        assert!((seconds(&requests(HEALTH, 200), &unspent) - 36.3).abs() < 0.01);
        unspent.update(&requests(HEALTH, 18), Duration::ZERO);
        assert!((seconds(&requests(HEALTH, 200), &unspent) - 39.9).abs() < 0.01);
        unspent.update(&requests(HEALTH, 18), Duration::from_secs(1));
        assert!((seconds(&requests(HEALTH, 200), &unspent) - 38.9).abs() < 0.01);
    }

    #[test]
    fn what_is_not_spent_while_nothing_is_sent_is_lost() {
        let mut unspent = Unspent::new(QuotaShare::default());
        unspent.update(&requests(HEALTH, 18), Duration::ZERO);
        unspent.update(&requests(HEALTH, 18), Duration::from_secs(1000));
        unspent.update(&requests(HEALTH, 36), Duration::from_secs(1000));
        assert!((seconds(&requests(HEALTH, 200), &unspent) - 39.9).abs() < 0.01);
    }

    #[test]
    fn the_quota_that_takes_longest_decides() {
        let unspent = Unspent::new(QuotaShare::default());
        let both = requests(HEALTH, 200).plus(&requests("ecs:DescribeTasks", 100));
        assert_eq!(seconds(&both, &unspent), seconds(&requests(HEALTH, 200), &unspent));
        assert_eq!(both.at_least(&requests(HEALTH, 300)).minus(&both), requests(HEALTH, 100));
        assert_eq!(both.minus(&requests(HEALTH, 300)), requests("ecs:DescribeTasks", 100));
        assert_eq!(seconds(&requests("sts:GetCallerIdentity", 1_000_000), &unspent), 0.0);
    }
}
