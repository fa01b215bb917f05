//! What a person reads: a subject, and a text that fits a phone.
//!
//! Names, tags and reasons are other people's text. Each stays on one line, without control characters, so that none can pass for
//! a line, a heading or another message.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use model::alert::{AlertChange, RepairNote};

use crate::update::{AlertUpdate, Origin};

/// "Subjects must be ASCII text that begins with a letter, number, or punctuation mark; must not include line breaks or control
/// characters; and must be less than 100 characters long": Publish in the Amazon SNS API Reference.
const MAX_SUBJECT: usize = 99;

/// A service is cut to this many characters in a subject, and an account's name to half of that.
const MAX_NAME: usize = 28;

/// So many alerts are told in full; of the others one line each.
const IN_FULL: usize = 20;

/// So many findings of no service are accepted one by one.
const MAX_ACCEPTED: usize = 10;

/// How long the example of an acceptance lasts.
const ACCEPTED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The text on one line, without what a reader doesn't see, and cut to so many characters.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || is_invisible(c)).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.chars().count() > most {
        line = line.chars().take(most.saturating_sub(1)).collect::<String>() + "…";
    }
    line
}

/// Control characters, and those that turn the direction of the text around them or take no room.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The text in ASCII, cut to so many characters.
fn ascii(text: &str, most: usize) -> String {
    let ascii: String = cut(text, usize::MAX).chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    if ascii.len() <= most {
        return ascii;
    }
    if most < 2 {
        return String::new();
    }
    format!("{}..", ascii.get(..most.saturating_sub(2)).unwrap_or_default().trim_end())
}

/// `HIGH opened: A live task is absent from its target group | prod/web 111122223333 eu-central-1`, and where there are
/// several `CRITICAL: 2 opened, 1 resolved | 3 services 111122223333 eu-central-1`.
pub(crate) fn subject(origin: &Origin, updates: &[&AlertUpdate]) -> String {
    let worst = updates.iter().filter(|one| one.change != AlertChange::Resolved).map(|one| one.severity).max();
    let (head, what, place) = match updates {
        [one] => {
            let severity = one.severity.as_str().to_ascii_uppercase();
            let what = if one.title.is_empty() { &one.summary } else { &one.title };
            (format!("{severity} {}: ", in_words(one.change)), what.clone(), ascii(&place(one), MAX_NAME))
        }
        several => {
            let head = worst.map_or_else(String::new, |worst| format!("{}: ", worst.as_str().to_ascii_uppercase()));
            let places: std::collections::BTreeSet<String> = several.iter().map(|one| place(one)).collect();
            let place = match places.len() {
                1 => ascii(places.first().map_or("", String::as_str), MAX_NAME),
                many => format!("{many} services"),
            };
            (head, counts(several), place)
        }
    };
    let name = origin.account_name.as_deref().map(|name| ascii(name, MAX_NAME / 2) + " ").unwrap_or_default();
    let tail = format!(" | {place} {name}{} {}", origin.account, origin.region);
    let room = MAX_SUBJECT.saturating_sub(head.len() + tail.len());
    format!("{head}{}{tail}", ascii(&what, room))
}

/// `2 opened, 1 resolved`.
pub(crate) fn counts(updates: &[&AlertUpdate]) -> String {
    let of = |change| (updates.iter().filter(|one| one.change == change).count(), change);
    let all = AlertChange::ALL.map(of).into_iter().filter(|(count, _)| *count > 0);
    all.map(|(count, change)| format!("{count} {}", in_words(change))).collect::<Vec<_>>().join(", ")
}

const fn in_words(change: AlertChange) -> &'static str {
    match change {
        AlertChange::Reminder => "still open",
        change => change.as_str(),
    }
}

/// `prod/web`, or what else is known of where it is.
pub(crate) fn place(update: &AlertUpdate) -> String {
    let last = |arn: &String| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let cluster = update.cluster.as_ref().map(last);
    match (&update.service, &update.target_group, cluster) {
        (Some(service), _, Some(cluster)) => format!("{cluster}/{}", last(service)),
        (Some(service), _, None) => last(service),
        // arn:…:targetgroup/NAME/ID
        (None, Some(group), _) => format!("target group {}", group.rsplit('/').nth(1).unwrap_or_default()),
        (None, None, Some(cluster)) => format!("cluster {cluster}"),
        (None, None, None) => "the account".to_owned(),
    }
}

/// The text of a message, grouped by service, what matters most first. It is at most as long as [`one`] of each, and a line.
pub(crate) fn text(origin: &Origin, updates: &[&AlertUpdate]) -> String {
    let mut by_place: BTreeMap<String, Vec<(usize, &AlertUpdate)>> = BTreeMap::new();
    for (nth, update) in updates.iter().enumerate() {
        by_place.entry(place(update)).or_default().push((nth, update));
    }
    let mut groups: Vec<_> = by_place.into_iter().collect();
    groups.sort_by_key(|(_, of)| of.first().map(|(nth, _)| *nth));
    let mut text = String::new();
    if updates.len() > 1 {
        let name = origin.account_name.as_deref().map(|name| cut(name, MAX_NAME) + " ").unwrap_or_default();
        let _ = writeln!(text, "{} in account {name}{}, {}.\n", counts(updates), origin.account, origin.region);
    }
    for (place, of) in groups {
        let (full, brief): (Vec<_>, Vec<_>) = of.into_iter().partition(|(nth, _)| *nth < IN_FULL);
        for (_, update) in full {
            text.push_str(&one(origin, update));
            text.push('\n');
        }
        for (_, update) in brief {
            let severity = update.severity.as_str().to_ascii_uppercase();
            let _ = writeln!(text, "{} {severity} {place}: {}", banner(update.change), cut(&update.summary, 200));
        }
    }
    text
}

/// What is told of one alert.
pub(crate) fn one(origin: &Origin, update: &AlertUpdate) -> String {
    let severity = update.severity.as_str().to_ascii_uppercase();
    let place = place(update);
    let mut text = format!("{} | {severity} | {place}\n", banner(update.change));
    let mut line = |label: &str, what: &str| {
        let _ = writeln!(text, "{label}{what}");
    };
    if update.change == AlertChange::Resolved {
        line("No longer found: ", &update.summary);
    } else {
        line("", &update.summary);
    }
    line("", "");
    line("Since: ", &since(update));
    let label = if update.change == AlertChange::Resolved { "Last seen: " } else { "How many: " };
    line(label, &how_many(update));
    if update.change != AlertChange::Resolved {
        for sentence in guard(&update.repairs) {
            line("Guard: ", &sentence);
        }
        line("To mend it: ", &update.remedy);
        update.commands.iter().for_each(|command| line("    ", command));
    }
    let name = origin.account_name.as_deref().map(|name| cut(name, MAX_NAME) + " ").unwrap_or_default();
    line("Where: ", &format!("{place}, account {name}{}, {}", origin.account, origin.region));
    line("Look: ", &look(update));
    if update.is_of_a_rule() {
        let page = update.links.rule.clone().unwrap_or_else(|| format!("ecs-nlb-guard rules {}", update.rule));
        line("Rule: ", &page);
    }
    line("Log: ", &update.links.log);
    if update.change != AlertChange::Resolved && update.is_of_a_rule() {
        line("To silence it, add to the policy:\n", &silence(update));
    }
    line("Alert: ", &update.alert_id.to_string());
    text
}

/// `TEST: Alerts arrive here | shop 111122223333 eu-central-1`.
pub(crate) fn test_subject(origin: &Origin) -> String {
    let name = origin.account_name.as_deref().map(|name| ascii(name, MAX_NAME / 2) + " ").unwrap_or_default();
    format!("TEST: Alerts arrive here | {name}{} {}", origin.account, origin.region)
}

/// The text of a test.
pub(crate) fn test_text(origin: &Origin) -> String {
    let Origin { account, region, function, .. } = origin;
    let name = origin.account_name.as_deref().map(|name| cut(name, MAX_NAME) + " ").unwrap_or_default();
    format!(
        "TEST\nThis is a test by {function} in account {name}{account}, {region}. Nothing is wrong: alerts arrive here.\n"
    )
}

/// Told apart at first sight.
pub(crate) const fn banner(change: AlertChange) -> &'static str {
    match change {
        AlertChange::Opened => "OPENED",
        AlertChange::Worsened => "WORSENED",
        AlertChange::Reminder => "STILL OPEN",
        AlertChange::Resolved => "RESOLVED",
    }
}

pub(crate) fn since(update: &AlertUpdate) -> String {
    let opened = update.opened_at.unwrap_or(update.at);
    let times = match update.times_opened {
        0 | 1 => String::new(),
        times => format!(", opened {times} times so far"),
    };
    match update.change {
        AlertChange::Opened => format!("{}{times}", time(update.at)),
        AlertChange::Worsened => format!("{}, worse since {}{times}", time(opened), time(update.at)),
        AlertChange::Reminder => format!("{}, and still at {}{times}", time(opened), time(update.at)),
        AlertChange::Resolved => format!("{} until {}{times}", time(opened), time(update.at)),
    }
}

fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `3 findings, 2 tasks of 20 that run (20 desired)`.
pub(crate) fn how_many(update: &AlertUpdate) -> String {
    let plural = |count: u32, of: &str| format!("{count} {of}{}", if count == 1 { "" } else { "s" });
    let findings = plural(update.findings, "finding");
    match update.tasks {
        Some(tasks) if tasks.affected > 0 => {
            let affected = plural(tasks.affected, "task");
            format!("{findings} about {affected} of {} running ({} desired)", tasks.running, tasks.desired)
        }
        Some(tasks) => format!("{findings}; the service runs {} of {} tasks", tasks.running, tasks.desired),
        None => findings,
    }
}

/// What the guard did or will do, and why not.
pub(crate) fn guard(repairs: &[RepairNote]) -> Vec<String> {
    if repairs.is_empty() {
        return vec!["repairs nothing here; a person has to".to_owned()];
    }
    let sentence = |note: &RepairNote| {
        let RepairNote { summary, status, reason, .. } = note;
        let why = reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        match status.as_str() {
            "done" => format!("done: {summary}{why}"),
            "planned" => format!("would {summary} in repair mode{why}"),
            "waiting" => format!("will {summary} if a second look finds it again{why}"),
            "withheld" => format!("doesn't {summary}{why}"),
            "refused" => format!("may not {summary}: AWS refused it{why}"),
            _ => format!("could not {summary}, and will try again{why}"),
        }
    };
    repairs.iter().map(sentence).collect()
}

/// The command that looks at it.
pub(crate) fn look(update: &AlertUpdate) -> String {
    match update.is_of_a_rule() {
        true => format!("ecs-nlb-guard audit --rule {}{}", update.rule, selection(update)),
        false => "ecs-nlb-guard permissions".to_owned(),
    }
}

fn selection(update: &AlertUpdate) -> String {
    match (&update.service, &update.target_group) {
        (Some(_), _) => format!(" --service {}", place(update)),
        (None, Some(group)) => format!(" --target-group {group}"),
        (None, None) => String::new(),
    }
}

/// An acceptance, as the policy has it.
pub(crate) fn silence(update: &AlertUpdate) -> String {
    let until = update.at.saturating_add(ACCEPTED_FOR).unwrap_or(update.at).strftime("%Y-%m-%d");
    let accept =
        |only: &str| format!("[[accept]]\nrule = \"{}\"\n{only}reason = \"WHY\"\nuntil = \"{until}\"", update.rule);
    if update.service.is_some() {
        return accept(&format!("service = \"{}\"\n", place(update)));
    }
    let each = update.fingerprints.iter().map(|fingerprint| accept(&format!("fingerprint = \"{fingerprint}\"\n")));
    let each: Vec<String> = each.take(MAX_ACCEPTED).collect();
    if each.is_empty() { accept("") } else { each.join("\n") }
}
