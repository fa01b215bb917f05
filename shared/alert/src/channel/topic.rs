//! An SNS topic: mail, queues, HTTPS endpoints and whatever else subscribes to it.

use std::collections::BTreeMap;

use aws::client::Lazy;
use aws::error::call_error;
use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use model::call::{CallError, CallErrorKind};

use super::Delivery;
use super::message::{AlertMessage, messages};
use crate::update::{AlertUpdate, Origin};

const PUBLISH: &str = "sns:Publish";

/// A topic in SNS.
#[derive(Debug, Clone)]
pub(crate) struct SnsTopic {
    client: Lazy<Client>,
    arn: String,
}

impl SnsTopic {
    /// The topic with this ARN. Whether there is one shows when the first message is sent.
    #[must_use]
    pub(crate) fn new(config: &SdkConfig, arn: &str) -> Self {
        Self { client: Lazy::new(config, Client::new), arn: arn.to_owned() }
    }

    /// Delivers changes in as few messages as they fit in.
    pub(crate) async fn deliver(&self, origin: &Origin, updates: &[AlertUpdate]) -> Delivery {
        let mut delivery = Delivery::default();
        for message in messages(origin, updates) {
            delivery.add(self.send(&message).await, message.alerts);
        }
        delivery
    }

    /// Sends a message in the form that each kind of subscriber gets.
    pub(crate) async fn send(&self, message: &AlertMessage) -> Result<(), CallError> {
        self.publish(Some(&message.subject), &message.structure(), Some("json"), &message.attributes).await
    }

    /// Publishes; it may arrive more than once.
    pub(crate) async fn publish(
        &self,
        subject: Option<&str>,
        message: &str,
        structure: Option<&str>,
        attributes: &BTreeMap<&'static str, Vec<String>>,
    ) -> Result<(), CallError> {
        let publish = self.client.publish().topic_arn(&self.arn).message(message);
        let publish = publish.set_subject(subject.map(str::to_owned));
        let mut publish = publish.set_message_structure(structure.map(str::to_owned));
        for (name, values) in attributes {
            let value = serde_json::to_string(values).unwrap_or_default();
            let attribute = MessageAttributeValue::builder().data_type("String.Array").string_value(value).build();
            let attribute = attribute.map_err(|error| self.unsendable(&error))?;
            publish = publish.message_attributes(*name, attribute);
        }
        publish.send().await.map(drop).map_err(|error| call_error(PUBLISH, self.arn.as_str(), &error))
    }

    fn unsendable(&self, error: &aws_sdk_sns::error::BuildError) -> CallError {
        let resource = self.arn.clone();
        CallError {
            operation: PUBLISH,
            resource,
            kind: CallErrorKind::Permanent,
            code: None,
            message: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sns::operation::publish::PublishOutput;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;

    #[tokio::test]
    async fn a_message_goes_out_with_attributes_to_filter_by() {
        let rule = mock!(Client::publish)
            .match_requests(|publish| {
                let attributes = publish.message_attributes().unwrap();
                publish.topic_arn() == Some("arn:t")
                    && publish.subject() == Some("subject")
                    && publish.message_structure() == Some("json")
                    && publish.message() == Some(r#"{"default":"{}","email":"text","sms":"subject"}"#)
                    && attributes["severity"].string_value() == Some(r#"["critical","high"]"#)
                    && attributes["severity"].data_type() == "String.Array"
            })
            .then_output(|| PublishOutput::builder().build());
        let topic =
            SnsTopic { client: mock_client!(aws_sdk_sns, RuleMode::MatchAny, [&rule]).into(), arn: "arn:t".to_owned() };
        let message = AlertMessage {
            subject: "subject".to_owned(),
            text: "text".to_owned(),
            body: "{}".to_owned(),
            attributes: [("severity", ["critical", "high"].map(str::to_owned).into())].into(),
            alerts: vec![],
        };
        assert_eq!(topic.send(&message).await, Ok(()));
    }
}
