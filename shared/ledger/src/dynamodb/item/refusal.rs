//! A refusal as an item.

use model::Timestamp;
use model::ledger::{Refusable, Refusal};

use super::{Item, ItemError, attributes, count, key, parsed, string, text, time, time_to_live};

/// The item of a refusal.
pub(in crate::dynamodb) fn write(of: &Refusable, refusal: &Refusal) -> Item {
    let mut item = key::refusal(of, &refusal.resource);
    item.extend(attributes([
        ("code", string(&refusal.code)),
        ("message", string(&refusal.message)),
        ("refused_at", time(refusal.at)),
        ("expires_at", time_to_live(refusal.expires_at)),
    ]));
    item
}

/// The refusal in an item.
pub(in crate::dynamodb) fn read(item: &Item) -> Result<Refusal, ItemError> {
    let expires_at = Timestamp::from_second(count(item, "expires_at")?);
    Ok(Refusal {
        resource: text(item, "sk")?.to_owned(),
        code: text(item, "code")?.to_owned(),
        message: text(item, "message")?.to_owned(),
        at: parsed(item, "refused_at")?,
        expires_at: expires_at.map_err(|why| ItemError::malformed(item, "expires_at", &why))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::at;

    #[test]
    fn what_is_written_is_read() {
        let refusal = Refusal {
            resource: "eni-1".to_owned(),
            code: "OperationNotPermitted".to_owned(),
            message: String::new(),
            at: at(1),
            expires_at: at(2),
        };
        for of in [Refusable::Interfaces(Some("FARGATE".to_owned())), Refusable::Services] {
            assert_eq!(read(&write(&of, &refusal)), Ok(refusal.clone()));
        }
    }
}
