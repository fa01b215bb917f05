//! A topic for chat: Amazon Q Developer in chat applications (formerly AWS Chatbot) posts what comes in its own schema.
//!
//! It posts nothing else, and it subscribes over HTTPS like any other endpoint, so it needs a topic of its own.
//! <https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html>

use std::collections::{BTreeMap, BTreeSet};

use model::alert::AlertChange;
use model::call::CallError;
use model::finding::Severity;
use serde_json::{Value, json};

use super::Delivery;
use super::topic::SnsTopic;
use crate::update::{AlertUpdate, Origin};
use crate::words::{banner, counts, cut, guard, how_many, look, place, since};

/// So many alerts are posted one by one, each into its own thread; the others together.
const ONE_BY_ONE: usize = 20;

/// What is posted of one alert is cut to this many characters.
const MAX_TITLE: usize = 200;
const MAX_TEXT: usize = 1_000;

/// So many services are named where alerts are posted together.
const NAMED: usize = 20;

/// A topic that Amazon Q Developer subscribes to.
#[derive(Debug, Clone)]
pub(crate) struct ChatTopic(pub(crate) SnsTopic);

impl ChatTopic {
    pub(crate) async fn deliver(&self, origin: &Origin, updates: &[AlertUpdate]) -> Delivery {
        let mut delivery = Delivery::default();
        for (message, alerts) in notifications(origin, updates) {
            delivery.add(self.post(&message).await, alerts);
        }
        delivery
    }

    pub(crate) async fn test(&self, origin: &Origin) -> Result<(), CallError> {
        let description = format!("Alerts of {} arrive here. Nothing is wrong.", escaped(&here(origin)));
        self.post(&notification("Test", "Test of ecs-nlb-guard", &description, &[], &[], None, "A test")).await
    }

    async fn post(&self, message: &Value) -> Result<(), CallError> {
        self.0.publish(None, &message.to_string(), None, &BTreeMap::new()).await
    }
}

/// The notifications for changes, the worst first, and which changes each is about.
pub(crate) fn notifications(origin: &Origin, updates: &[AlertUpdate]) -> Vec<(Value, Vec<usize>)> {
    let mut order: Vec<usize> = (0..updates.len()).collect();
    let urgency = |nth: &usize| updates.get(*nth).map(AlertUpdate::urgency);
    order.sort_by_key(|nth| (std::cmp::Reverse(urgency(nth)), *nth));
    let together = order.split_off(ONE_BY_ONE.min(order.len()));
    let alone = order.into_iter().filter_map(|nth| Some((one(origin, updates.get(nth)?), vec![nth])));
    let mut notifications: Vec<(Value, Vec<usize>)> = alone.collect();
    let others: Vec<&AlertUpdate> = together.iter().filter_map(|nth| updates.get(*nth)).collect();
    if !others.is_empty() {
        notifications.push((digest(origin, &others), together));
    }
    notifications
}

fn one(origin: &Origin, update: &AlertUpdate) -> Value {
    let severity = update.severity.as_str().to_ascii_uppercase();
    let what = if update.title.is_empty() { &update.summary } else { &update.title };
    let title = format!("{} {} {severity}: {}", emoji(update), banner(update.change), cut(what, MAX_TITLE));
    let mut lines = vec![
        format!("*{}* in {}", escaped(&place(update)), escaped(&here(origin))),
        escaped(&update.summary),
        format!("Since {}. {}.", escaped(&since(update)), escaped(&how_many(update))),
    ];
    let mut next = Vec::new();
    if update.change != AlertChange::Resolved {
        lines.extend(guard(&update.repairs).iter().map(|sentence| format!("The guard {}.", escaped(sentence))));
        next.push(escaped(&update.remedy));
        next.extend(update.commands.iter().map(|command| code(command)));
        next.push(format!("Look: {}", code(&look(update))));
    }
    next.extend(update.links.rule.iter().map(|page| format!("Read about the rule: {page}")));
    next.push(format!("Log: {}", update.links.log));
    let id = update.alert_id.to_string();
    let keywords = [update.rule.clone(), place(update), origin.account.to_string()];
    let summary = format!("{} {}: {}", banner(update.change), place(update), what);
    notification(&format!("Alert {}", update.change), &title, &lines.join("\n"), &next, &keywords, Some(&id), &summary)
}

fn digest(origin: &Origin, updates: &[&AlertUpdate]) -> Value {
    let counts = counts(updates);
    let places: BTreeSet<String> = updates.iter().map(|one| escaped(&place(one))).collect();
    let mut places: Vec<String> = places.into_iter().collect();
    let more = places.len().saturating_sub(NAMED);
    places.truncate(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let title = format!("Another {counts}");
    let text = format!("In {}: {}{more}.", escaped(&here(origin)), places.join(", "));
    let next = ["See all of them: `ecs-nlb-guard audit`".to_owned()];
    notification("Alerts", &title, &text, &next, &[origin.account.to_string()], None, &title)
}

/// A notification in Amazon Q Developer's schema, version 1.0.
fn notification(
    event_type: &str,
    title: &str,
    description: &str,
    next_steps: &[String],
    keywords: &[String],
    thread_id: Option<&str>,
    summary: &str,
) -> Value {
    let cut_all =
        |texts: &[String]| texts.iter().map(|text| text.chars().take(MAX_TEXT).collect()).collect::<Vec<String>>();
    let mut metadata = json!({
        "summary": escaped(&cut(summary, MAX_TITLE)),
        "eventType": event_type,
    });
    if let (Some(id), Some(metadata)) = (thread_id, metadata.as_object_mut()) {
        metadata.insert("threadId".to_owned(), id.into());
    }
    json!({
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": escaped(title),
            "description": description.chars().take(3 * MAX_TEXT).collect::<String>(),
            "nextSteps": cut_all(next_steps),
            "keywords": cut_all(keywords),
        },
        "metadata": metadata,
    })
}

fn here(origin: &Origin) -> String {
    let name = origin.account_name.as_deref().map(|name| cut(name, MAX_TITLE) + " ").unwrap_or_default();
    format!("{name}{} {}", origin.account, origin.region)
}

/// Other people's text, so that a chat application sees no mention, link or formatting in it. Slack's own three:
/// <https://docs.slack.dev/messaging/formatting-message-text#escaping>; the others are Markdown's.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in cut(text, MAX_TEXT).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '*' | '_' | '~' | '`' | '[' | ']' => {
                escaped.push('\u{200b}');
                escaped.push(c);
                escaped.push('\u{200b}');
            }
            '@' => escaped.push_str("@\u{200b}"),
            c => escaped.push(c),
        }
    }
    // Slack makes a link of a bare address, too.
    escaped.replace("://", ":\u{200b}//")
}

/// A command to copy.
fn code(command: &str) -> String {
    // A backtick would end what is shown as code, and the command can't do without it.
    if command.contains('`') {
        return escaped(command);
    }
    let command = command.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("`{command}`")
}

const fn emoji(update: &AlertUpdate) -> &'static str {
    match (update.change, update.severity) {
        (AlertChange::Resolved, _) => "✅",
        (_, Severity::Critical) => "🔴",
        (_, Severity::High) => "🟠",
        (_, Severity::Medium | Severity::Low) => "🟡",
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::{origin, update};
    use super::*;

    #[test]
    fn resolved_follows_opened_into_its_thread() {
        let all = [AlertChange::Opened, AlertChange::Resolved].map(|change| update(1, change, Severity::High));
        let told = notifications(&origin(), &all);
        let threads: Vec<&Value> = told.iter().map(|(one, _)| &one["metadata"]["threadId"]).collect();
        assert!(threads[0].is_string() && threads[0] == threads[1]);
        let expected: Value = serde_json::from_str(
            r#"
        {
          "content": {
            "description": "*prod/web-1* in shop 111122223333 eu-central-1\n10.0.0.1:8080 is registered in web but nothing has that address\nSince 2026-03-01 12:00 UTC. 3 findings; the service runs 19 of 20 tasks.\nThe guard doesn't deregister 10.0.0.1:8080 from web: no proof of past ownership.",
            "keywords": [
              "target-stale",
              "prod/web-1",
              "111122223333"
            ],
            "nextSteps": [
              "Deregister the target, with its port.",
              "`aws elbv2 deregister-targets --targets 'Id=10.0.0.1,Port=8080'`",
              "Look: `ecs-nlb-guard audit --rule target-stale --service prod/web-1`",
              "Log: https://log"
            ],
            "textType": "client-markdown",
            "title": "🟠 OPENED HIGH: Nothing has the address of a registered target"
          },
          "metadata": {
            "eventType": "Alert opened",
            "summary": "OPENED prod/web-1: Nothing has the address of a registered target",
            "threadId": "0000000000000001"
          },
          "source": "custom",
          "version": "1.0"
        }
        "#,
        )
        .unwrap();
        assert_eq!(told[0].0, expected);
        assert_eq!(told[1].0["content"]["title"], "✅ RESOLVED HIGH: Nothing has the address of a registered target");
    }

    #[test]
    fn a_bad_day_is_posted_once_and_not_five_hundred_times() {
        let all: Vec<AlertUpdate> = (0..500).map(|nth| update(nth, AlertChange::Opened, Severity::High)).collect();
        let told = notifications(&origin(), &all);
        assert_eq!(told.len(), ONE_BY_ONE + 1);
        let mut alerts: Vec<usize> = told.iter().flat_map(|(_, alerts)| alerts.clone()).collect();
        alerts.sort_unstable();
        assert_eq!(alerts, (0..500).collect::<Vec<_>>());
        assert_eq!(told[ONE_BY_ONE].0["content"]["title"], "Another 480 opened");
    }

    #[test]
    fn other_peoples_text_mentions_nobody_and_links_nowhere() {
        let forged = "<!channel> <@U1> *bold* _it_ `code` [x](https://evil) @here <https://evil|ok> &lt;\n\"},{";
        let one = AlertUpdate {
            title: forged.to_owned(),
            summary: forged.to_owned(),
            remedy: forged.to_owned(),
            ..update(1, AlertChange::Opened, Severity::High)
        };
        let told = notifications(&origin(), &[one]).remove(0).0;
        let texts = ["title", "description"].map(|key| told["content"][key].as_str().unwrap().to_owned());
        for text in texts.iter().map(String::as_str).chain([told["content"]["nextSteps"][0].as_str().unwrap()]) {
            assert!(!text.contains(['<', '>']) && !text.contains("@here") && !text.contains("]("), "{text}");
            assert!(!text.contains("://") && !text.contains("_it_"), "{text}");
            assert!(text.contains("&lt;!channel&gt;") && text.contains("&amp;lt;"), "{text}");
        }
    }
}
