//! Which known name somebody meant who wrote another.

/// The candidate nearest to `word`, if one is near.
#[must_use]
pub fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let length = word.chars().count();
    if length > 256 {
        return None;
    }
    let near = candidates.map(|candidate| (strsim::osa_distance(word, candidate), candidate));
    let (distance, nearest) = near.min()?;
    (distance <= (length / 3).max(1)).then_some(nearest)
}

/// `; did you mean "prod"?`, or nothing if no candidate is near.
#[must_use]
pub fn did_you_mean<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> String {
    nearest(word, candidates).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn a_slip_is_near_and_another_name_is_not() {
        let names = || ["prod", "staging", "target-stale"].into_iter();
        assert_eq!(did_you_mean("prdo", names()), "; did you mean \"prod\"?");
        assert_eq!(did_you_mean("target-stael", names()), "; did you mean \"target-stale\"?");
        assert_eq!(did_you_mean("web", names()), "");
        assert_eq!(did_you_mean("prod", std::iter::empty()), "");
    }
}
