//! `ecs-nlb-guard test-alert`: a test through every channel that is set, with the permissions of whoever asks.

use alert::ChannelSettings;
use pipeline::ports::Clock as _;
use runtime::alerts::Alerts;
use runtime::clock::WallClock;
use runtime::settings::Given;

use crate::args::AccountArgs;
use crate::ending::{Ending, Failure};
use crate::output;
use crate::session::Session;
use crate::survey::settings;

/// Sends it, and says of each channel whether it was taken.
pub(crate) async fn run(account: &AccountArgs) -> Result<Ending, Failure> {
    let mut settings = settings(Given::default())?;
    "ecs-nlb-guard test-alert".clone_into(&mut settings.function_name);
    if settings.alerts.channels == ChannelSettings::default() {
        return Err(Failure::usage_of(
            "no channel is set: set GUARD_TOPIC_ARN, GUARD_CHAT_TOPIC_ARN, GUARD_EVENT_BUS_ARN or GUARD_SECURITY_HUB",
        ));
    }
    let session = Session::open(account, settings.quota_share).await?;
    let alerts = Alerts::of(&session.config, &settings, None);
    let results = alerts.test(&session.caller.home, WallClock.now()).await;
    let mut text = String::new();
    for (channel, result) in &results {
        match result {
            Ok(()) => text.push_str(&format!("{channel}: taken\n")),
            Err(error) => text.push_str(&format!("{channel}: NOT taken: {error}\n")),
        }
    }
    output::print(&text)?;
    Ok(if results.iter().all(|(_, result)| result.is_ok()) { Ending::Fine } else { Ending::Found })
}
