//! An event as one line of JSON: all fields at the top, those of its spans too.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use pipeline::ports::Clock as _;
use serde::Serialize;
use serde_json::value::RawValue;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use crate::chain::chain;
use crate::clock::WallClock;

/// Fields whose text is JSON already, to be a part of the line and not a string in it.
const JSON_FIELDS: [&str; 2] = ["report", "finding"];

/// Formats an event as one line of JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonLine;

#[derive(Serialize)]
struct Line<'a> {
    timestamp: jiff::Timestamp,
    level: &'a str,
    message: String,
    #[serde(flatten)]
    fields: BTreeMap<String, Box<RawValue>>,
    target: &'a str,
}

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(formatted) = span.extensions().get::<FormattedFields<N>>() {
                fields
                    .others
                    .extend(serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(formatted).unwrap_or_default());
            }
        }
        event.record(&mut fields);
        let line = Line {
            timestamp: WallClock.now(),
            level: event.metadata().level().as_str(),
            message: fields.message,
            fields: fields.others,
            target: event.metadata().target(),
        };
        writeln!(writer, "{}", serde_json::to_string(&line).map_err(|_| fmt::Error)?)
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: BTreeMap<String, Box<RawValue>>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: impl Serialize) {
        if let Ok(value) = serde_json::value::to_raw_value(&value) {
            self.others.insert(field.name().to_owned(), value);
        }
    }

    fn add_text(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = text,
            // Text that isn't JSON after all is still text.
            name if JSON_FIELDS.contains(&name) => match RawValue::from_string(text) {
                Ok(json) => drop(self.others.insert(name.to_owned(), json)),
                Err(_) => self.add(field, "not JSON"),
            },
            _ => self.add(field, text),
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add_text(field, format!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.add_text(field, chain(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing_subscriber::fmt::format::JsonFields;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(log: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .fmt_fields(JsonFields::new())
            .event_format(JsonLine)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    #[test]
    fn a_line_is_flat_and_has_the_fields_of_its_spans() {
        let lines = logged(|| {
            let span = tracing::info_span!("invocation", aws.request_id = "r1", kind = "outer");
            let _entered = span.enter();
            let error = crate::incoming::IncomingError::malformed("the event", "detail", "it is torn");
            let error: &dyn Error = &error;
            tracing::warn!(message.id = "m1", kind = %"inner", tries = 3, done = false, error, "can't read {}", "it\n\"twice\"");
        });
        let line = &lines[0];
        assert_eq!(
            (&line["level"], &line["message"], &line["aws.request_id"], &line["kind"], &line["tries"], &line["done"]),
            (
                &json!("WARN"),
                &json!("can't read it\n\"twice\""),
                &json!("r1"),
                &json!("inner"),
                &json!(3),
                &json!(false)
            )
        );
        assert_eq!(line["error"], json!("the event can't be read at detail: it is torn"));
        assert_eq!((&line["message.id"], lines.len()), (&json!("m1"), 1));
        assert!(line["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        assert_eq!(line["target"], json!(module_path!()));
    }

    #[test]
    fn a_report_is_a_part_of_its_line() {
        let lines = logged(|| {
            tracing::info!(report = r#"{"schema": 1}"#, "over");
            tracing::info!(report = "torn {", "over");
        });
        assert_eq!((&lines[0]["report"], &lines[1]["report"]), (&json!({"schema": 1}), &json!("not JSON")));
    }
}
