//! `ecs-nlb-guard permissions`: the IAM policy that a caller needs, to be pasted or applied.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::args::{PermissionsArgs, RoleArg};
use crate::ending::{Ending, Failure};
use crate::output;

/// What every caller reads.
const READ: &[&str] = &[
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ecs:DescribeClusters",
    "ecs:DescribeServiceRevisions",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeTasks",
    "ecs:ListClusters",
    "ecs:ListServices",
    "ecs:ListTasks",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
];

/// What the guard and the audit read besides.
const READ_SECURITY_GROUPS: &[&str] = &[
    "ec2:DescribeSecurityGroupVpcAssociations",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVpcEndpointServiceConfigurations",
    "ec2:GetManagedPrefixListEntries",
    "ecs:GetTaskProtection",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
];

/// What the audit alone reads.
const READ_CONFIGURATION: &[&str] = &[
    "application-autoscaling:DescribeScalableTargets",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeRouteTables",
    "elasticloadbalancing:DescribeAccountLimits",
];

/// What the command line reads for `--region all`.
const READ_REGIONS: &[&str] = &["ec2:DescribeRegions"];

/// What the registrar changes.
const REGISTER: &[&str] = &["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"];

/// What the guard changes, if the policy allows all repair options.
const SET_SECURITY_GROUPS: &[&str] = &["ec2:ModifyNetworkInterfaceAttribute", "ecs:StopTask", "ecs:UpdateService"];

/// A statement: what it is for, whether it allows, the actions, and the tag it needs.
struct Statement {
    sid: &'static str,
    effect: &'static str,
    actions: Vec<&'static str>,
    /// It holds only for what carries the tag that holds it.
    held: bool,
}

/// Prints the policy.
pub(crate) fn run(args: &PermissionsArgs) -> Result<Ending, Failure> {
    let statements = statements(args.caller);
    let text = if args.terraform { terraform(args.caller, &statements) } else { document(&statements) };
    output::print(&text)?;
    Ok(Ending::Fine)
}

fn statements(caller: RoleArg) -> Vec<Statement> {
    let (reads, changes): (&[&[&str]], &[&'static str]) = match caller {
        RoleArg::Audit => (&[READ, READ_SECURITY_GROUPS, READ_CONFIGURATION], &[]),
        RoleArg::Registrar => (&[READ], REGISTER),
        RoleArg::Guard => (&[READ, READ_SECURITY_GROUPS], SET_SECURITY_GROUPS),
    };
    let mut actions: Vec<&'static str> = reads.iter().copied().flatten().copied().collect();
    actions.sort_unstable();
    let mut statements = vec![Statement { sid: "Read", effect: "Allow", actions, held: false }];
    if caller == RoleArg::Audit {
        statements.push(Statement {
            sid: "ForAllRegions",
            effect: "Allow",
            actions: READ_REGIONS.to_vec(),
            held: false,
        });
    }
    if !changes.is_empty() {
        statements.push(Statement { sid: "Repair", effect: "Allow", actions: changes.to_vec(), held: false });
        statements.push(Statement { sid: "NotWhatIsHeld", effect: "Deny", actions: changes.to_vec(), held: true });
    }
    statements
}

fn document(statements: &[Statement]) -> String {
    let statements: Vec<Value> = statements
        .iter()
        .map(|Statement { sid, effect, actions, held }| {
            let mut statement = json!({"Sid": sid, "Effect": effect, "Action": actions, "Resource": "*"});
            if *held {
                statement["Condition"] = json!({"StringEquals": {"aws:ResourceTag/ecs-nlb-guard:hold": "true"}});
            }
            statement
        })
        .collect();
    format!("{:#}\n", json!({"Version": "2012-10-17", "Statement": statements}))
}

fn terraform(caller: RoleArg, statements: &[Statement]) -> String {
    let name = match caller {
        RoleArg::Audit => "audit",
        RoleArg::Registrar => "registrar",
        RoleArg::Guard => "guard",
    };
    let mut text = format!("data \"aws_iam_policy_document\" \"ecs_nlb_guard_{name}\" {{\n");
    for (nth, Statement { sid, effect, actions, held }) in statements.iter().enumerate() {
        let actions: String = actions.iter().map(|action| format!("      \"{action}\",\n")).collect();
        let gap = if nth > 0 { "\n" } else { "" };
        let _infallible = write!(
            text,
            "{gap}  statement {{\n    sid    = \"{sid}\"\n    effect = \"{effect}\"\n    actions = [\n{actions}    ]\n    resources = [\"*\"]\n"
        );
        if *held {
            text.push_str("\n    condition {\n      test     = \"StringEquals\"\n      variable = \"aws:ResourceTag/ecs-nlb-guard:hold\"\n      values   = [\"true\"]\n    }\n");
        }
        text.push_str("  }\n");
    }
    text + "}\n"
}
