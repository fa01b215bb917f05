//! Fixes in the making: commands to paste, the Terraform that holds the same, and where the console shows it.
//!
//! What a rule gives is typed; that it becomes one word of a shell, one string of Terraform or one part of an address is seen
//! to here.

mod aws;
mod console;
mod of_repair;
mod rule_of_group;
mod terraform;

pub(crate) use aws::AwsCommand;
pub(crate) use of_repair::{
    deregister, fixes_of_repairs, force_deployment, of_service, register, targets, update_network,
};
pub(crate) use rule_of_group::{Direction, authorize, revoke, rule_resources};
pub(crate) use terraform::{block, label, string};

use std::fmt::Display;

use model::fix::Fix;
use model::id::{LoadBalancerArn, Region, SecurityGroupId, TargetGroupArn};
use model::scope::ServiceId;

/// Begins a fix; `note` says what it changes, and whether it is safe to do now.
pub(crate) fn fix(title: impl Into<String>, note: impl Into<String>) -> FixDraft {
    FixDraft(Fix { title: title.into(), note: note.into(), ..Fix::default() })
}

/// A fix in the making.
pub(crate) struct FixDraft(Fix);

impl FixDraft {
    /// Then this command.
    pub(crate) fn command(mut self, command: AwsCommand) -> Self {
        self.0.commands.push(command.done());
        self
    }

    /// Or this Terraform.
    pub(crate) fn terraform(mut self, text: String) -> Self {
        self.0.terraform = Some(text);
        self
    }

    /// To be seen at this target group.
    pub(crate) fn at_target_group(mut self, arn: &TargetGroupArn) -> Self {
        self.0.console = Some(console::target_group(arn));
        self
    }

    /// To be seen at this load balancer.
    pub(crate) fn at_load_balancer(mut self, arn: &LoadBalancerArn) -> Self {
        self.0.console = Some(console::load_balancer(arn));
        self
    }

    /// To be seen at this service.
    pub(crate) fn at_service(mut self, id: &ServiceId) -> Self {
        self.0.console = Some(console::service(id));
        self
    }

    /// To be seen at this security group.
    pub(crate) fn at_security_group(mut self, region: &Region, id: &SecurityGroupId) -> Self {
        self.0.console = Some(console::security_group(region, id));
        self
    }

    /// The fix.
    pub(crate) fn done(self) -> Fix {
        self.0
    }
}

/// What is said of a command that changes nothing.
pub(crate) const LOOK: &str = "It only reads: safe at any time.";

/// `aws elbv2 describe-target-health` of a group: what a person reads first, and what changes nothing.
pub(crate) fn look_at_targets(arn: &TargetGroupArn, targets: Option<String>) -> Fix {
    let command = AwsCommand::new(arn.region(), "elbv2", "describe-target-health").arg("target-group-arn", arn);
    let command = match targets {
        Some(targets) => command.arg("targets", targets),
        None => command,
    };
    fix(format!("See the state of each target of {}, and the reason beside it", arn.name()), LOOK)
        .command(command)
        .at_target_group(arn)
        .done()
}

/// Another value of a target group's attribute; `argument` is that of Terraform's `aws_lb_target_group`.
pub(crate) fn attribute_fix(
    arn: &TargetGroupArn,
    (key, value): (&'static str, &str),
    argument: &str,
    (title, note): (String, &str),
) -> Fix {
    let command = AwsCommand::new(arn.region(), "elbv2", "modify-target-group-attributes")
        .arg("target-group-arn", arn)
        .arg("attributes", format!("Key={key},Value={value}"));
    fix(title, note)
        .command(command)
        .terraform(format!("# in the aws_lb_target_group\n{argument} = {value}\n"))
        .at_target_group(arn)
        .done()
}

/// `aws elbv2 describe-load-balancers` of a load balancer: its state and the reason beside it.
pub(crate) fn look_at_balancer(arn: &LoadBalancerArn) -> Fix {
    let command = AwsCommand::new(arn.region(), "elbv2", "describe-load-balancers").arg("load-balancer-arns", arn);
    fix(format!("See the state of {}, and the reason beside it", arn.name()), LOOK)
        .command(command)
        .at_load_balancer(arn)
        .done()
}

/// Another bound for Application Auto Scaling: `min` or `max`.
pub(crate) fn bounds_fix(id: &ServiceId, bound: &'static str, tasks: u32, note: &str) -> Fix {
    let option = if bound == "min" { "min-capacity" } else { "max-capacity" };
    let command = AwsCommand::new(id.cluster.region(), "application-autoscaling", "register-scalable-target")
        .arg("service-namespace", "ecs")
        .arg("resource-id", format!("service/{}/{}", id.cluster.name(), id.name))
        .arg("scalable-dimension", "ecs:service:DesiredCount")
        .arg(option, tasks);
    fix(format!("Set the {bound}imum capacity of {id} to {tasks}"), note)
        .command(command)
        .terraform(format!("# in the aws_appautoscaling_target\n{bound}_capacity = {tasks}\n"))
        .at_service(id)
        .done()
}

/// The values in AWS CLI's shorthand: `[a,b]`.
pub(crate) fn shorthand_list<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    format!("[{}]", values.join(","))
}

#[cfg(test)]
mod tests {
    use super::{AwsCommand, block, string};

    const EVIL: [&str; 7] = [
        "a b",
        "'; rm -rf / #",
        "$(reboot) `reboot` ${HOME}",
        "\"quoted\" \\ and |&;<>",
        "two\nlines",
        "<script>alert(1)</script>",
        "--force-new-deployment",
    ];

    #[test]
    fn a_value_is_one_word_of_the_shell_whatever_it_holds() {
        for evil in EVIL.into_iter().map(str::to_owned).chain(["x".repeat(255), String::new()]) {
            let command = AwsCommand::new("eu-central-1", "ecs", "update-service").arg("service", &evil).done();
            let words: Vec<String> = shlex::split(&command).expect("a command");
            let begins = ["aws", "ecs", "update-service"];
            let of_service = match evil.starts_with('-') {
                true => vec![format!("--service={evil}")],
                false => vec!["--service".to_owned(), evil],
            };
            let ends = ["--region", "eu-central-1"].map(str::to_owned);
            let expected: Vec<String> = begins.map(str::to_owned).into_iter().chain(of_service).chain(ends).collect();
            assert_eq!(words, expected, "{command}");
        }
    }

    #[test]
    fn a_value_without_anything_special_reads_as_a_person_types_it() {
        let command = AwsCommand::new("eu-central-1", "ecs", "stop-task").arg("task", "a70ec635").flag("debug").done();
        assert_eq!(command, "aws ecs stop-task --task a70ec635 --debug --region eu-central-1");
    }

    #[test]
    fn a_string_of_terraform_ends_where_it_should_and_computes_nothing() {
        assert_eq!(string("a\"b\\c\n${d} %{e} $f"), r#""a\"b\\c\n$${d} %%{e} $f""#);
        let text = block("resource \"a\" \"b\"", &[("name", string("x\ny")), ("long_name", "[1]".to_owned())]);
        assert_eq!(text, "resource \"a\" \"b\" {\n  name      = \"x\\ny\"\n  long_name = [1]\n}\n");
    }
}
