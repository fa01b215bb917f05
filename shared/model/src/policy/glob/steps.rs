//! A pattern as steps, which are taken side by side: however a pattern is written, a name is read once.

/// What to do at one place of a pattern. The place after the last step is its end.
#[derive(Debug, Clone)]
enum Step {
    /// Takes this character.
    Exactly(char),
    /// Takes any character.
    Any,
    /// Takes any characters, or none.
    Many,
    /// Takes a character that is in one of the ranges, or in none of them.
    Class { negated: bool, ranges: Vec<(char, char)> },
    /// Goes on at each of these places.
    Fork(Vec<usize>),
    /// Goes on elsewhere.
    Jump(usize),
}

/// A pattern that was read.
#[derive(Debug, Clone)]
pub(super) struct Steps(Vec<Step>);

impl Steps {
    /// Whether the whole of `name` matches.
    pub(super) fn take(&self, name: &str) -> bool {
        let mut places = self.places();
        self.enter(0, &mut places);
        for character in name.chars() {
            let mut next = self.places();
            for (place, step) in self.0.iter().enumerate().filter(|(place, _)| places[*place]) {
                match step {
                    Step::Many => self.enter(place, &mut next),
                    step if step.takes(character) => self.enter(place + 1, &mut next),
                    _ => {}
                }
            }
            places = next;
        }
        places[self.0.len()]
    }

    fn places(&self) -> Vec<bool> {
        vec![false; self.0.len() + 1]
    }

    /// Adds a place, and those that are reached from it without taking a character.
    fn enter(&self, place: usize, places: &mut [bool]) {
        let mut entered = vec![place];
        while let Some(place) = entered.pop() {
            if std::mem::replace(&mut places[place], true) {
                continue;
            }
            match self.0.get(place) {
                Some(Step::Many) => entered.push(place + 1),
                Some(Step::Fork(branches)) => entered.extend(branches),
                Some(Step::Jump(to)) => entered.push(*to),
                _ => {}
            }
        }
    }
}

impl Step {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Exactly(this) => *this == character,
            Self::Any => true,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&character)) != *negated
            }
            Self::Many | Self::Fork(_) | Self::Jump(_) => false,
        }
    }
}

/// An open `{`.
struct Group {
    fork: usize,
    branches: Vec<usize>,
    ends: Vec<usize>,
}

impl std::str::FromStr for Steps {
    type Err = String;

    fn from_str(pattern: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut open: Vec<Group> = Vec::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            let next = steps.len() + 1;
            let step = match character {
                '?' => Step::Any,
                '*' => Step::Many,
                '[' => class(&mut characters)?,
                '\\' => Step::Exactly(characters.next().ok_or("dangling '\\'")?),
                '{' => {
                    open.push(Group { fork: steps.len(), branches: vec![next], ends: Vec::new() });
                    Step::Fork(Vec::new())
                }
                ',' => match open.last_mut() {
                    Some(group) => {
                        group.ends.push(steps.len());
                        group.branches.push(next);
                        Step::Jump(0)
                    }
                    None => Step::Exactly(','),
                },
                '}' => {
                    let unopened = "unopened alternate group; missing '{' (maybe escape '}' with '[}]'?)";
                    let Group { fork, branches, ends } = open.pop().ok_or(unopened)?;
                    let after = steps.len();
                    steps[fork] = Step::Fork(branches);
                    ends.into_iter().for_each(|end| steps[end] = Step::Jump(after));
                    continue;
                }
                other => Step::Exactly(other),
            };
            steps.push(step);
        }
        if open.is_empty() {
            Ok(Self(steps))
        } else {
            Err("unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)".to_owned())
        }
    }
}

/// Reads a class after its `[`. A `]` that comes first is one of its characters, and so is a `-` that comes first or last.
fn class(characters: &mut std::str::Chars<'_>) -> Result<Step, String> {
    let unclosed = "unclosed character class; missing ']'";
    let mut next = || characters.next().ok_or(unclosed);
    let mut character = next()?;
    let negated = matches!(character, '!' | '^');
    if negated {
        character = next()?;
    }
    let mut ranges: Vec<(char, char)> = Vec::new();
    // After a `-`, which may be a range's middle.
    let mut in_range = false;
    loop {
        match ranges.last_mut() {
            Some(_) if character == ']' => break,
            Some(_) if character == '-' && !in_range => in_range = true,
            Some((first, _)) if in_range && *first > character => {
                return Err(format!("invalid range; '{first}' > '{character}'"));
            }
            Some((_, last)) if in_range => {
                *last = character;
                in_range = false;
            }
            _ => ranges.push((character, character)),
        }
        character = next()?;
    }
    if in_range {
        ranges.push(('-', '-'));
    }
    Ok(Step::Class { negated, ranges })
}

#[cfg(test)]
mod tests {
    use globset::{GlobBuilder, GlobMatcher};
    use proptest::prelude::*;

    use super::Steps;

    fn theirs(pattern: &str) -> Result<GlobMatcher, String> {
        let mut glob = GlobBuilder::new(pattern);
        let glob = glob.literal_separator(false).backslash_escape(true).empty_alternates(true).build();
        glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        // Not `**`, of which globset makes whole folders where a `/` is next to it.
        #[test]
        fn a_pattern_means_what_it_means_to_globset(
            pattern in r"([ab/\[\]{},?!^-]|\*|\\a){0,12}".prop_filter("no folders", |text| !text.contains("**")),
            names in prop::collection::vec("[ab/,-]{0,5}", 8),
        ) {
            match (pattern.parse::<Steps>(), theirs(&pattern)) {
                (Ok(ours), Ok(theirs)) => for name in names {
                    prop_assert_eq!(ours.take(&name), theirs.is_match(&name), "{:?}", name);
                },
                (ours, theirs) => prop_assert_eq!(ours.map(drop), theirs.map(drop)),
            }
        }
    }
}
