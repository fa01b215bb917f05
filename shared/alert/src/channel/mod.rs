//! The channels that alerts go through. Each is delivered to by itself: one that fails holds up none of the others.

pub(crate) mod chat;
pub(crate) mod event_bus;
pub(crate) mod message;
pub(crate) mod security_hub;
pub(crate) mod topic;

use std::collections::BTreeSet;
use std::time::SystemTime;

use aws_config::SdkConfig;
use jiff::Timestamp;
use model::call::CallError;

use crate::update::{AlertUpdate, Origin};
use chat::ChatTopic;
use event_bus::{BusEvent, EventBus};
use security_hub::SecurityHub;
use topic::SnsTopic;

/// What came of a delivery.
#[derive(Debug, Default)]
pub struct Delivery {
    /// Which of the changes handed in were taken.
    pub delivered: BTreeSet<usize>,
    /// How many messages were sent.
    pub messages: usize,
    /// What went wrong.
    pub failures: Vec<CallError>,
}

impl Delivery {
    /// Takes note of one message, which `changes` were in.
    pub(crate) fn add(&mut self, sent: Result<(), CallError>, changes: impl IntoIterator<Item = usize>) {
        match sent {
            Ok(()) => {
                self.messages += 1;
                self.delivered.extend(changes);
            }
            Err(error) => self.failures.push(error),
        }
    }
}

/// Where alerts go.
pub trait Channels: Send + Sync {
    /// The names of the channels there are; the ledger remembers by them what was delivered.
    fn names(&self) -> BTreeSet<&'static str>;

    /// Delivers changes through the channel of that name. What isn't known to be taken isn't delivered; it may arrive all the
    /// same, and then once more.
    fn deliver(
        &self,
        channel: &'static str,
        origin: &Origin,
        updates: &[AlertUpdate],
    ) -> impl Future<Output = Delivery> + Send;
}

/// Where alerts are to go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelSettings {
    /// A topic for people and programs.
    pub topic_arn: Option<String>,
    /// A topic that carries what Amazon Q Developer in chat applications reads, and nothing else.
    pub chat_topic_arn: Option<String>,
    /// An event bus.
    pub event_bus_arn: Option<String>,
    /// Security Hub of this account and Region.
    pub security_hub: bool,
}

/// The channels of an account.
#[derive(Debug, Clone)]
pub struct AwsChannels {
    topic: Option<SnsTopic>,
    chat: Option<ChatTopic>,
    event_bus: Option<EventBus>,
    security_hub: Option<SecurityHub>,
}

impl AwsChannels {
    /// Those that `settings` name. Whether they are there shows at the first delivery. `now` is the time of signatures.
    #[must_use]
    pub fn new(config: &SdkConfig, settings: &ChannelSettings, now: fn() -> SystemTime) -> Self {
        let topic = |arn: &Option<String>| arn.as_deref().map(|arn| SnsTopic::new(config, arn));
        Self {
            topic: topic(&settings.topic_arn),
            chat: topic(&settings.chat_topic_arn).map(ChatTopic),
            event_bus: settings.event_bus_arn.as_deref().map(|arn| EventBus::new(config, arn, now)),
            security_hub: settings.security_hub.then(|| SecurityHub::new(config, now)),
        }
    }

    /// The event bus, if there is one.
    #[must_use]
    pub fn event_bus(&self) -> Option<&EventBus> {
        self.event_bus.as_ref()
    }

    /// Sends a test through every channel, and returns for each whether it was taken.
    pub async fn test(&self, origin: &Origin, at: Timestamp) -> Vec<(&'static str, Result<(), CallError>)> {
        let mut results = Vec::new();
        if let Some(topic) = &self.topic {
            results.push((TOPIC, topic.send(&message::test(origin, at)).await));
        }
        if let Some(chat) = &self.chat {
            results.push((CHAT, chat.test(origin).await));
        }
        if let Some(bus) = &self.event_bus {
            let sent = bus.put(&[BusEvent::test(origin, at)]).await;
            results.push((EVENT_BUS, sent.into_iter().next().unwrap_or(Ok(()))));
        }
        if let Some(hub) = &self.security_hub {
            results.push((SECURITY_HUB, hub.test(origin, at).await));
        }
        results
    }
}

const TOPIC: &str = "topic";
const CHAT: &str = "chat";
const EVENT_BUS: &str = "event-bus";
const SECURITY_HUB: &str = "security-hub";

impl Channels for AwsChannels {
    fn names(&self) -> BTreeSet<&'static str> {
        let all = [
            (TOPIC, self.topic.is_some()),
            (CHAT, self.chat.is_some()),
            (EVENT_BUS, self.event_bus.is_some()),
            (SECURITY_HUB, self.security_hub.is_some()),
        ];
        all.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
    }

    async fn deliver(&self, channel: &'static str, origin: &Origin, updates: &[AlertUpdate]) -> Delivery {
        match (channel, self) {
            (TOPIC, Self { topic: Some(topic), .. }) => topic.deliver(origin, updates).await,
            (CHAT, Self { chat: Some(chat), .. }) => chat.deliver(origin, updates).await,
            (EVENT_BUS, Self { event_bus: Some(bus), .. }) => bus.deliver(origin, updates).await,
            (SECURITY_HUB, Self { security_hub: Some(hub), .. }) => hub.deliver(origin, updates).await,
            _ => Delivery::default(),
        }
    }
}
