//! A fact that seldom changes, as an item.

use model::observation::Remembered;

use super::{Item, ItemError, attributes, key, parsed, string, text, time, time_to_live};

/// The item of a fact, as this version of the program understood it; `None` if it isn't one that is kept.
pub(in crate::dynamodb) fn write(remembered: &Remembered, version: &str) -> Option<Item> {
    let fact = serde_json::to_string(&remembered.fact).ok()?;
    let mut item = key::fact(&remembered.fact.question())?;
    item.extend(attributes([
        ("fact", string(&fact)),
        ("read_at", time(remembered.read_at)),
        ("version", string(&version)),
        ("expires_at", time_to_live(remembered.until())),
    ]));
    Some(item)
}

/// The fact in an item; `None` if another version wrote it, which may have understood AWS otherwise.
pub(in crate::dynamodb) fn read(item: &Item, version: &str) -> Result<Option<Remembered>, ItemError> {
    if text(item, "version")? != version {
        return Ok(None);
    }
    let fact = serde_json::from_str(text(item, "fact")?).map_err(|why| ItemError::malformed(item, "fact", &why))?;
    Ok(Some(Remembered { fact, read_at: parsed(item, "read_at")? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::remembered;

    #[test]
    fn what_is_written_is_read_by_the_same_version() {
        let item = write(&remembered(1), "1.0.0").unwrap();
        assert_eq!(read(&item, "1.0.0"), Ok(Some(remembered(1))));
        assert_eq!(read(&item, "1.0.1"), Ok(None));
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        for (attribute, text) in [("fact", "{}"), ("fact", ""), ("read_at", "yesterday")] {
            let mut item = write(&remembered(1), "1.0.0").unwrap();
            item.insert(attribute.to_owned(), string(&text));
            assert!(read(&item, "1.0.0").is_err(), "{attribute}");
        }
    }
}
