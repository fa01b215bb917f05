//! The last sweep: one item, written over by each sweep, for whoever asks how the guard is.

use aws_sdk_dynamodb::types::AttributeValue;
use model::call::{CallError, CallErrorKind};
use model::sweep::{Sweep, Sweeps};

use super::DynamoDbLedger;
use super::item::{key, sweep, time};

const WRITE: &str = "dynamodb:UpdateItem";
const READ: &str = "dynamodb:GetItem";

impl DynamoDbLedger {
    /// Notes a sweep in place of the one before. When the last whole one was stays, where this one isn't whole.
    ///
    /// # Errors
    /// When it isn't known to be written. It may have been.
    pub async fn note_sweep(&self, of: &Sweep) -> Result<(), CallError> {
        let text = sweep::write(of).map_err(|error| CallError {
            operation: WRITE,
            resource: self.table.clone(),
            kind: CallErrorKind::Permanent,
            code: None,
            message: format!("the sweep can't be written as JSON: {error}"),
        })?;
        let whole = of.unread == 0;
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::sweep()))
            .update_expression(if whole { "SET sweep = :sweep, whole_at = :at" } else { "SET sweep = :sweep" })
            .expression_attribute_values(":sweep", AttributeValue::S(text));
        let update = if whole { update.expression_attribute_values(":at", time(of.at)) } else { update };
        update.send().await.map(drop).map_err(|error| self.failed(WRITE, &self.table, &error))
    }

    /// What is remembered of sweeps; nothing before the first.
    ///
    /// # Errors
    /// When it can't be read, or makes no sense.
    pub async fn sweeps(&self) -> Result<Sweeps, CallError> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true).set_key(Some(key::sweep()));
        let output = get.send().await.map_err(|error| self.failed(READ, &self.table, &error))?;
        match &output.item {
            Some(item) => sweep::read(item).map_err(|error| self.unreadable(READ, &self.table, &error)),
            None => Ok(Sweeps::default()),
        }
    }
}
