//! `ecs-nlb-guard plan`: what repair mode would do, and what it wouldn't and why.
//!
//! The account is judged and planned as if only observing were allowed everywhere: then a repair that is merely not allowed
//! is `planned`, and one that something stands in the way of says what.

use std::collections::BTreeMap;

use anstyle::Style;
use audit::auditor::Audited;
use model::policy::{Mode, Policy};
use pipeline::{Concluded, Conclusion, Status};
use report::text::TextStyle;

use crate::args::Plan;
use crate::commands::policy::meaning;
use crate::ending::{Ending, Failure};
use crate::output;
use crate::survey::{Surveyed, advise, survey};

/// Plans and tells.
pub(crate) async fn run(args: &Plan) -> Result<Ending, Failure> {
    let Surveyed { audited, policy, .. } = survey(&args.look, Some(Mode::Observe)).await?;
    output::print(&text(&audited, &policy, output::look()))?;
    advise(&audited);
    Ok(if audited.report.coverage.unread.is_empty() { Ending::Fine } else { Ending::Unread })
}

/// Lines by the place they are about.
type LinesByResource = BTreeMap<String, Vec<String>>;

fn text(Audited { report, outcome }: &Audited, policy: &Policy, look: TextStyle) -> String {
    let (mut done, mut not_done, mut by_hand) =
        (LinesByResource::new(), LinesByResource::new(), LinesByResource::new());
    for Concluded { finding, conclusions } in &outcome.findings {
        let place = report::place(&finding.resources);
        if conclusions.is_empty() {
            let line = format!("{} {}: {}", finding.severity, finding.rule, finding.summary);
            by_hand.entry(place.clone()).or_default().push(line);
        }
        for Conclusion { repair, status, reason, .. } in conclusions {
            let line = format!("{repair} ({})", finding.rule);
            if *status == Status::Planned {
                done.entry(place.clone()).or_default().push(line);
            } else {
                let why = reason.as_deref().unwrap_or("no reason is known");
                not_done.entry(place.clone()).or_default().push(format!("{line}: {why}"));
            }
        }
    }
    let mut page = PlanText { look, text: String::new() };
    page.line("", &format!("Account {}, {}, {:.0}", report.account, report.region, report.generated_at));
    page.line("", &format!("As the policy stands, {}. Nothing is done now.", meaning(policy.may_repair())));
    let is_empty = done.is_empty() && not_done.is_empty() && by_hand.is_empty();
    page.part("Repair mode would do this, after a second look", &done);
    page.part("It would not do this", &not_done);
    page.part("No repair is known for this", &by_hand);
    if !done.is_empty() {
        page.text.push('\n');
        page.line("", "How much of it is done at a time is limited, by max_removals and its like in the policy.");
    }
    if is_empty && report.coverage.unread.is_empty() {
        page.line("", "There is nothing to do.");
    }
    page.text
}

struct PlanText {
    look: TextStyle,
    text: String,
}

impl PlanText {
    fn part(&mut self, title: &str, places: &LinesByResource) {
        if places.is_empty() {
            return;
        }
        let count: usize = places.values().map(Vec::len).sum();
        self.text.push('\n');
        let title = self.bold(&format!("{title} ({count})"));
        self.line("", &title);
        for (place, lines) in places {
            let place = self.bold(place);
            self.line("  ", &place);
            for line in lines {
                self.line("    ", &report::one_line(line));
            }
        }
    }

    fn bold(&self, text: &str) -> String {
        let style = Style::new().bold();
        if self.look.colours { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn line(&mut self, indent: &str, text: &str) {
        report::text::line(&mut self.text, self.look, (indent, &format!("{indent}  ")), text);
    }
}
