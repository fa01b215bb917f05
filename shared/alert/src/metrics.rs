//! Metrics in CloudWatch's embedded format: lines in the log that CloudWatch makes metrics of.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! Each metric costs money whether it says anything or not. So there are few, and those that only matter when something
//! happens are left out while nothing does; CloudWatch takes them for missing, not for 0.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::finding::Severity;
use serde_json::{Map, Value, json};

/// Where the metrics are in CloudWatch.
pub const NAMESPACE: &str = "EcsNlbGuard";

/// What a pass came to, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassMetrics {
    /// The function's name.
    pub function: String,
    /// Findings by severity, if the pass looked everywhere.
    pub sweep: Option<BTreeMap<Severity, u64>>,
    /// Whether it could read everything: one that couldn't counts as no sweep.
    pub whole: bool,
    /// Alerts that are open, if that was read.
    pub open_alerts: Option<u64>,
    /// What could not be read.
    pub unread: u64,
    /// Repairs that were made.
    pub repairs_done: u64,
    /// Repairs that failed or were refused.
    pub repairs_failed: u64,
    /// Messages or alerts that could not be sent or kept.
    pub alerts_failed: u64,
}

/// The lines to be logged, each a whole JSON object.
#[must_use]
pub fn lines(numbers: &PassMetrics, now: Timestamp) -> Vec<String> {
    let of_function = [
        ("Sweeps", numbers.sweep.as_ref().map(|_| u64::from(numbers.whole))),
        ("OpenAlerts", numbers.open_alerts.filter(|_| numbers.sweep.is_some())),
        ("Unread", something(numbers.unread)),
        ("RepairsDone", something(numbers.repairs_done)),
        ("RepairsFailed", something(numbers.repairs_failed)),
        ("AlertsFailed", something(numbers.alerts_failed)),
    ];
    let values: Vec<_> = of_function.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let function = [("Function", numbers.function.as_str())];
    let mut lines = Vec::new();
    if !values.is_empty() {
        lines.push(line(&function, &values, now));
    }
    for severity in Severity::ALL.into_iter().rev().filter(|_| numbers.sweep.is_some()) {
        let count = numbers.sweep.as_ref().and_then(|sweep| sweep.get(&severity)).copied().unwrap_or(0);
        let dimensions = [function[0], ("Severity", severity.as_str())];
        lines.push(line(&dimensions, &[("Findings", count)], now));
    }
    lines
}

fn something(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

fn line(dimensions: &[(&str, &str)], values: &[(&str, u64)], now: Timestamp) -> String {
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let metrics: Vec<Value> = values.iter().map(|(name, _)| json!({"Name": name, "Unit": "Count"})).collect();
    let about = json!({
        "Timestamp": now.as_millisecond(),
        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [names], "Metrics": metrics}],
    });
    let mut line = Map::from_iter([("_aws".to_owned(), about)]);
    line.extend(dimensions.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    line.extend(values.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    Value::Object(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_pass_that_has_nothing_to_say_says_nothing() {
        let numbers = PassMetrics { function: "registrar".to_owned(), open_alerts: Some(3), ..PassMetrics::default() };
        assert_eq!(lines(&numbers, now()), [""; 0]);
    }

    #[test]
    fn a_sweep_tells_its_findings_of_every_severity() {
        let numbers = PassMetrics {
            function: "audit".to_owned(),
            sweep: Some(BTreeMap::from([(Severity::High, 2)])),
            open_alerts: Some(1),
            unread: 4,
            ..PassMetrics::default()
        };
        insta::assert_snapshot!(lines(&numbers, now()).join("\n"), @r#"
        {"_aws":{"Timestamp":1772366400000,"CloudWatchMetrics":[{"Namespace":"EcsNlbGuard","Dimensions":[["Function"]],"Metrics":[{"Name":"Sweeps","Unit":"Count"},{"Name":"OpenAlerts","Unit":"Count"},{"Name":"Unread","Unit":"Count"}]}]},"Function":"audit","Sweeps":0,"OpenAlerts":1,"Unread":4}
        {"_aws":{"Timestamp":1772366400000,"CloudWatchMetrics":[{"Namespace":"EcsNlbGuard","Dimensions":[["Function","Severity"]],"Metrics":[{"Name":"Findings","Unit":"Count"}]}]},"Function":"audit","Severity":"critical","Findings":0}
        {"_aws":{"Timestamp":1772366400000,"CloudWatchMetrics":[{"Namespace":"EcsNlbGuard","Dimensions":[["Function","Severity"]],"Metrics":[{"Name":"Findings","Unit":"Count"}]}]},"Function":"audit","Severity":"high","Findings":2}
        {"_aws":{"Timestamp":1772366400000,"CloudWatchMetrics":[{"Namespace":"EcsNlbGuard","Dimensions":[["Function","Severity"]],"Metrics":[{"Name":"Findings","Unit":"Count"}]}]},"Function":"audit","Severity":"medium","Findings":0}
        {"_aws":{"Timestamp":1772366400000,"CloudWatchMetrics":[{"Namespace":"EcsNlbGuard","Dimensions":[["Function","Severity"]],"Metrics":[{"Name":"Findings","Unit":"Count"}]}]},"Function":"audit","Severity":"low","Findings":0}
        "#);
    }
}
