//! The report as Detection Findings of the Open Cybersecurity Schema Framework (OCSF), for what collects security findings.
//!
//! <https://schema.ocsf.io/1.4.0/classes/detection_finding>

use model::finding::Severity;
use model::id::partition_of;
use serde_json::{Value, json};

use crate::document::Report;
use crate::finding_report::FindingReport;
use crate::place::{one_line, place};

const VERSION: &str = "1.4.0";

impl Report {
    /// The findings as a JSON list of Detection Findings.
    ///
    /// # Errors
    /// Never: every key is a text.
    pub fn to_ocsf(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.ocsf_events())
    }

    /// A Detection Finding for each finding.
    pub(crate) fn ocsf_events(&self) -> Vec<Value> {
        self.findings.iter().map(|finding| self.event(finding)).collect()
    }

    fn event(&self, finding: &FindingReport) -> Value {
        let time = self.generated_at.as_millisecond();
        let (status_id, status) = if finding.accepted.is_some() { (3, "Suppressed") } else { (1, "New") };
        let (severity_id, severity) = severity(finding.severity);
        let of_finding = resources(finding);
        // An id without an ARN is in the partition of the others.
        let partition = of_finding.iter().find_map(|(_, id)| partition_of(id)).unwrap_or("aws");
        let resources: Vec<Value> = of_finding.iter().map(|(kind, id)| self.resource(kind, id, partition)).collect();
        json!({
            "activity_id": 1,
            "activity_name": "Create",
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": 2004,
            "class_name": "Detection Finding",
            "type_uid": 200_401,
            "type_name": "Detection Finding: Create",
            "time": time,
            "severity_id": severity_id,
            "severity": severity,
            "status_id": status_id,
            "status": status,
            "status_detail": finding.accepted.as_ref().map(ToString::to_string),
            "message": one_line(&finding.summary),
            "metadata": {
                "version": VERSION,
                "event_code": finding.rule,
                "profiles": ["cloud"],
                "product": {"name": "ecs-nlb-guard", "vendor_name": "ecs-nlb-guard", "version": self.tool.version},
            },
            "finding_info": {
                "uid": finding.fingerprint,
                "title": finding.title,
                "desc": one_line(&finding.summary),
                "created_time": time,
                "types": [finding.rule],
                "analytic": {"uid": finding.rule, "name": finding.rule, "type_id": 1, "type": "Rule"},
            },
            "remediation": {"desc": one_line(&finding.remedy)},
            "resources": resources,
            "cloud": {
                "provider": "AWS",
                "region": self.region,
                "account": {"uid": self.account, "name": self.account, "type_id": 10, "type": "AWS Account"},
            },
            "unmapped": {
                "place": place(&finding.resources),
                "evidence": finding.evidence,
                "repairs": finding.repairs,
                "baseline": finding.baseline,
            },
        })
    }

    fn resource(&self, kind: &str, id: &str, partition: &str) -> Value {
        json!({"uid": id, "type": kind, "region": self.region, "cloud_partition": partition})
    }
}

fn resources(finding: &FindingReport) -> Vec<(String, String)> {
    let of = &finding.resources;
    let mut all: Vec<(&str, Option<String>)> = vec![
        ("AwsEcsTask", of.task.as_ref().map(ToString::to_string)),
        ("AwsEcsService", of.service.as_ref().map(ToString::to_string)),
        ("AwsEcsCluster", of.cluster.as_ref().map(ToString::to_string)),
        ("AwsElbv2TargetGroup", of.target_group.as_ref().map(ToString::to_string)),
        ("AwsEc2NetworkInterface", of.network_interface.as_ref().map(ToString::to_string)),
    ];
    all.extend(of.security_groups.iter().map(|group| ("AwsEc2SecurityGroup", Some(group.to_string()))));
    all.into_iter().filter_map(|(kind, id)| Some((kind.to_owned(), id?))).collect()
}

const fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}
