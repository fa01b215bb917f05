//! What a seed decides, as something that can be taken apart: shrinking takes away happenings and bad luck until what is left
//! fails still.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// How many numbers the setup of an account may draw.
const SETUP: usize = 75;

/// Everything that is left to chance in a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// What luck is drawn from.
    pub seed: u64,
    /// What the account is like. Zero, and what is missing, is the simplest.
    pub setup: Vec<u32>,
    /// What happens to it, one after the other.
    pub happenings: Vec<Happening>,
    /// Where luck plays a part.
    pub luck: Luck,
}

/// Something that happens to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happening {
    /// How long after the one before.
    pub gap: u32,
    /// What it is.
    pub kind: u32,
    /// To which of those it may happen to.
    pub which: u32,
    /// How it goes about.
    pub how: u32,
}

/// Where luck plays a part: a call that fails, an answer that is late, an event that is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Luck {
    /// Everywhere.
    All,
    /// Only in these draws, counted from the start; all others come out well.
    Only(BTreeSet<u32>),
}

impl Choices {
    /// What `seed` decides.
    #[must_use]
    pub fn of_seed(seed: u64) -> Self {
        let mut drawn = 0;
        let mut draw = |below: u64| {
            drawn += 1;
            u32::try_from(mix(seed ^ 0x5eed, drawn) % below).unwrap_or(0)
        };
        let setup = (0..SETUP).map(|_| draw(1000)).collect();
        let many = 2 + draw(14);
        let happenings = (0..many)
            .map(|_| Happening { gap: draw(1000), kind: draw(1000), which: draw(1000), how: draw(1000) })
            .collect();
        Self { seed, setup, happenings, luck: Luck::All }
    }

    /// The luck of one draw; 0 is good.
    pub(crate) fn luck(&self, draw: u32) -> u32 {
        match &self.luck {
            Luck::Only(draws) if !draws.contains(&draw) => 0,
            _ => u32::try_from(mix(self.seed, u64::from(draw)) >> 33).unwrap_or(0),
        }
    }
}

/// SplitMix64, of a seed and a place in its sequence.
pub(crate) fn mix(seed: u64, place: u64) -> u64 {
    let mut z = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = |numbers: &mut dyn Iterator<Item = u32>| numbers.map(|n| n.to_string()).collect::<Vec<_>>();
        let last = self.setup.iter().rposition(|n| *n != 0).map_or(0, |last| last + 1);
        write!(f, "{}/{}/", self.seed, numbers(&mut self.setup[..last].iter().copied()).join("."))?;
        let happenings =
            self.happenings.iter().map(|one| format!("{}.{}.{}.{}", one.gap, one.kind, one.which, one.how));
        write!(f, "{}/", happenings.collect::<Vec<_>>().join(","))?;
        match &self.luck {
            Luck::All => f.write_str("all"),
            Luck::Only(draws) => f.write_str(&numbers(&mut draws.iter().copied()).join(".")),
        }
    }
}

impl FromStr for Choices {
    type Err = String;

    /// A seed, or choices as they are printed.
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |what: &str| format!("{what:?} is no number");
        let numbers = |text: &str, by: char| -> Result<Vec<u32>, String> {
            text.split(by).filter(|part| !part.is_empty()).map(|part| part.parse().map_err(|_| bad(part))).collect()
        };
        let parts: Vec<&str> = text.trim().split('/').collect();
        let seed = parts[0].parse().map_err(|_| bad(parts[0]))?;
        match parts.as_slice() {
            [_] => Ok(Self::of_seed(seed)),
            [_, setup, happenings, luck] => {
                let happening = |text: &str| match numbers(text, '.')?.as_slice() {
                    [gap, kind, which, how] => Ok(Happening { gap: *gap, kind: *kind, which: *which, how: *how }),
                    _ => Err(format!("{text:?} is no happening of four numbers")),
                };
                let happenings = happenings.split(',').filter(|one| !one.is_empty());
                let luck = match *luck {
                    "all" => Luck::All,
                    draws => Luck::Only(numbers(draws, '.')?.into_iter().collect()),
                };
                Ok(Self {
                    seed,
                    setup: numbers(setup, '.')?,
                    happenings: happenings.map(happening).collect::<Result<_, _>>()?,
                    luck,
                })
            }
            _ => Err(format!("{text:?} is neither a seed nor SEED/SETUP/HAPPENINGS/LUCK")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_survive_being_printed() {
        let all = Choices::of_seed(7);
        assert_eq!(all.to_string().parse(), Ok(all.clone()));
        let few = Choices { luck: Luck::Only(BTreeSet::from([3, 9])), setup: vec![0, 4], ..all };
        assert_eq!(few.to_string().parse(), Ok(few.clone()));
        assert_eq!("7".parse(), Ok(Choices::of_seed(7)));
        assert!("seven".parse::<Choices>().is_err());
    }
}
