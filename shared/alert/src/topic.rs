//! Where messages go: an SNS topic.

use aws::client::Lazy;
use aws::error::call_error;
use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use model::call::{CallError, CallErrorKind};

use crate::message::AlertMessage;

const PUBLISH: &str = "sns:Publish";

/// Where messages go.
pub trait Topic: Send + Sync {
    /// Sends a message; it may arrive more than once.
    ///
    /// # Errors
    /// When it isn't known to be sent.
    fn publish(&self, message: &AlertMessage) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// A topic in SNS.
#[derive(Debug, Clone)]
pub struct SnsTopic {
    client: Lazy<Client>,
    arn: String,
}

impl SnsTopic {
    /// The topic with this ARN. Whether there is one shows when the first message is sent.
    #[must_use]
    pub fn new(config: &SdkConfig, arn: &str) -> Self {
        Self { client: Lazy::new(config, Client::new), arn: arn.to_owned() }
    }
}

impl Topic for SnsTopic {
    async fn publish(&self, message: &AlertMessage) -> Result<(), CallError> {
        let mut publish = self.client.publish().topic_arn(&self.arn).subject(&message.subject).message(&message.body);
        for (name, values) in &message.attributes {
            let value = serde_json::to_string(values).unwrap_or_default();
            let attribute = MessageAttributeValue::builder().data_type("String.Array").string_value(value).build();
            let attribute = attribute.map_err(|error| self.unsendable(&error))?;
            publish = publish.message_attributes(*name, attribute);
        }
        publish.send().await.map(drop).map_err(|error| call_error(PUBLISH, self.arn.as_str(), &error))
    }
}

impl SnsTopic {
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
                    && attributes["severity"].string_value() == Some(r#"["critical","high"]"#)
                    && attributes["severity"].data_type() == "String.Array"
            })
            .then_output(|| PublishOutput::builder().build());
        let topic =
            SnsTopic { client: mock_client!(aws_sdk_sns, RuleMode::MatchAny, [&rule]).into(), arn: "arn:t".to_owned() };
        let message = AlertMessage {
            subject: "subject".to_owned(),
            body: "{}".to_owned(),
            attributes: [("severity", ["critical", "high"].map(str::to_owned).into())].into(),
            alerts: vec![],
        };
        assert_eq!(topic.publish(&message).await, Ok(()));
    }
}
