//! Fields of a response, parsed. What is missing or malformed is named, never guessed.

use std::fmt::Display;
use std::str::FromStr;

use aws_smithy_types::DateTime;
use jiff::Timestamp;
use model::call::{CallError, CallErrorKind};
use model::observation::{Answer, Unread};
use rustc_hash::FxHashMap;

/// Why an item of a response can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the answer can't be understood: {field} {problem}")]
pub(super) struct Unusable {
    field: &'static str,
    problem: String,
}

/// A field, or why it can't be used.
pub(super) type Read<T> = Result<T, Unusable>;

impl Unusable {
    pub(super) fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self { field, problem: problem.into() }
    }

    pub(super) fn into_error(self, operation: &'static str, resource: &str) -> CallError {
        let resource = resource.to_owned();
        CallError { operation, resource, kind: CallErrorKind::Permanent, code: None, message: self.to_string() }
    }
}

/// What was read of one item: known, or unread because it can't be used.
pub(super) fn answer<T>(operation: &'static str, resource: &str, read: Read<T>) -> Answer<T> {
    read.map_or_else(|unusable| Answer::Unread(Unread::from(&unusable.into_error(operation, resource))), Answer::Known)
}

/// A field that must be there.
pub(super) fn required<T>(field: &'static str, value: Option<T>) -> Read<T> {
    value.ok_or_else(|| Unusable::new(field, "is missing"))
}

/// A text that must parse.
pub(super) fn parse<T>(field: &'static str, text: &str) -> Read<T>
where
    T: FromStr<Err: Display>,
{
    text.parse().map_err(|error: T::Err| Unusable::new(field, format!("{text:?}: {error}")))
}

/// A text that must be there and parse.
pub(super) fn parse_required<T>(field: &'static str, text: Option<&str>) -> Read<T>
where
    T: FromStr<Err: Display>,
{
    parse(field, required(field, text)?)
}

/// A text that must parse if it is there; an empty one isn't.
pub(super) fn parse_optional<T>(field: &'static str, text: Option<&str>) -> Read<Option<T>>
where
    T: FromStr<Err: Display>,
{
    text.filter(|text| !text.is_empty()).map(|text| parse(field, text)).transpose()
}

/// Texts that must all parse.
pub(super) fn parse_all<T>(field: &'static str, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Read<Vec<T>>
where
    T: FromStr<Err: Display>,
{
    texts.into_iter().map(|text| parse(field, text.as_ref())).collect()
}

/// Texts of which a page says the same again and again. Each is parsed and kept once.
#[derive(Debug)]
pub(super) struct Repeated<T>(FxHashMap<String, T>);

impl<T> Default for Repeated<T> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<T: FromStr<Err: Display> + Clone> Repeated<T> {
    /// A text that must be there and parse.
    pub(super) fn required(&mut self, field: &'static str, text: Option<&str>) -> Read<T> {
        let text = required(field, text)?;
        if let Some(known) = self.0.get(text) {
            return Ok(known.clone());
        }
        let parsed: T = parse(field, text)?;
        self.0.insert(text.to_owned(), parsed.clone());
        Ok(parsed)
    }

    /// A text that must parse if it is there; an empty one isn't.
    pub(super) fn optional(&mut self, field: &'static str, text: Option<&str>) -> Read<Option<T>> {
        text.filter(|text| !text.is_empty()).map(|text| self.required(field, Some(text))).transpose()
    }
}

/// A port, if there is one.
pub(super) fn port(field: &'static str, port: Option<i32>) -> Read<Option<u16>> {
    port.map(|port| u16::try_from(port).map_err(|_| Unusable::new(field, format!("{port} is not a port")))).transpose()
}

/// A count.
pub(super) fn count(field: &'static str, count: i32) -> Read<u32> {
    u32::try_from(count).map_err(|_| Unusable::new(field, format!("{count} is not a count")))
}

/// A time, if it is there and one that can be.
pub(super) fn time(time: Option<&DateTime>) -> Option<Timestamp> {
    let time = time?;
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::{DeploymentId, VpcId};

    #[test]
    fn what_is_said_again_is_kept_once() {
        let mut starters = Repeated::<DeploymentId>::default();
        let texts = ["ecs-svc/1000000000000000001", "ecs-svc/1000000000000000002", "ecs-svc/1000000000000000001"];
        let said = texts.map(|text| starters.required("startedBy", Some(text)).unwrap());
        assert_eq!(said.each_ref().map(DeploymentId::as_str), texts);
        assert!(std::ptr::eq(said[0].as_str(), said[2].as_str()));
    }

    #[test]
    fn what_is_malformed_is_named_each_time() {
        let mut vpcs = Repeated::<VpcId>::default();
        let problem = "the answer can't be understood: vpcId \"web\": \"web\" is not a VPC id such as vpc-0abc";
        for _ in 0..2 {
            assert_eq!(vpcs.required("vpcId", Some("web")).unwrap_err().to_string(), problem);
            assert_eq!(vpcs.optional("vpcId", Some("web")).unwrap_err().to_string(), problem);
        }
        assert_eq!(
            vpcs.required("vpcId", None).unwrap_err().to_string(),
            "the answer can't be understood: vpcId is missing"
        );
        assert_eq!((vpcs.optional("vpcId", None), vpcs.optional("vpcId", Some(""))), (Ok(None), Ok(None)));
    }
}
