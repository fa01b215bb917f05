//! The hold tag: a person's word that something is not to be touched.

use jiff::Timestamp;

use crate::ecs::Tags;

/// The tag's key, on a cluster, service, task, target group, load balancer, security group or network interface.
pub const HOLD_TAG: &str = "ecs-nlb-guard:hold";

/// Do these tags hold their resource at `now`? A time holds until then; `true`, and anything else that
/// isn't a time, holds.
#[must_use]
pub fn is_held(tags: &Tags, now: Timestamp) -> bool {
    let Some(value) = tags.get(HOLD_TAG).map(|value| value.trim()) else { return false };
    value.parse::<Timestamp>().map_or(true, |until| now < until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_ends_when_it_says_and_holds_when_in_doubt() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let held = |value: &str| is_held(&Tags::from([(HOLD_TAG.to_owned(), value.to_owned())]), now);
        assert!(held("true"));
        assert!(held(""));
        assert!(held("until tuesday"));
        assert!(held("2026-03-01T12:00:01Z"));
        assert!(held("2026-03-01T13:00:01+01:00"));
        assert!(!held("2026-03-01T12:00:00Z"));
        assert!(!held("2026-02-01T00:00:00Z"));
        assert!(!is_held(&Tags::new(), now));
    }
}
