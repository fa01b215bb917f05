//! An EventBridge event: which kind it is, and whose.

use std::collections::BTreeSet;

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use model::observation::Question;
use model::scope::Scope;
use serde_json::Value;

use super::error::{cut, from_text};
use super::{Event, IncomingError, api_call, service_event, task_event};
use crate::home::Home;

/// Reads from an event of a kind where to look, and what isn't to be remembered any more.
type ReadDetail = fn(&EventBridgeEvent, &Home) -> Result<(Scope, BTreeSet<Question>), IncomingError>;

/// The kinds that are known: `source` (any, where empty), `detail-type`, and what reads its detail.
const KINDS: [(&str, &str, ReadDetail); 6] = [
    ("aws.ecs", "ECS Task State Change", |event, home| Ok((task_event::scope(event, home)?, BTreeSet::new()))),
    ("aws.ecs", "ECS Service Action", |event, home| Ok((service_event::scope(event, home)?, BTreeSet::new()))),
    ("aws.ecs", "ECS Deployment State Change", |event, home| Ok((service_event::scope(event, home)?, BTreeSet::new()))),
    ("", "AWS API Call via CloudTrail", api_call::read),
    ("aws.events", "Scheduled Event", everything),
    ("aws.scheduler", "Scheduled Event", everything),
];

/// Reads an event.
///
/// # Errors
/// When it isn't one, is of an unknown kind, or belongs elsewhere.
pub(super) fn read(text: &str, home: &Home) -> Result<Event, IncomingError> {
    let event: EventBridgeEvent<Value> = from_text("the EventBridge event", text)?;
    let own = (home.account.as_str(), home.region.as_str());
    let (account, region) = (event.account.as_deref().unwrap_or(own.0), event.region.as_deref().unwrap_or(own.1));
    home.keeps_to("the event", account, region)?;
    let kind = KINDS
        .iter()
        .find(|(source, kind, _)| (source.is_empty() || event.source == *source) && event.detail_type == *kind);
    let Some((_, _, detail)) = kind else {
        let known: Vec<String> = KINDS
            .iter()
            .map(
                |(source, kind, _)| {
                    if source.is_empty() { (*kind).to_owned() } else { format!("{kind} from {source}") }
                },
            )
            .collect();
        return Err(IncomingError::UnknownEvent {
            event_source: cut(&event.source),
            detail_type: cut(&event.detail_type),
            known: known.join(", "),
        });
    };
    let (scope, changed) = detail(&event, home)?;
    Ok(Event { scope, changed, kind: event.detail_type })
}

/// A sweep finds what no event told.
fn everything(_event: &EventBridgeEvent, _home: &Home) -> Result<(Scope, BTreeSet<Question>), IncomingError> {
    Ok((Scope { everything: true, ..Scope::default() }, BTreeSet::new()))
}
