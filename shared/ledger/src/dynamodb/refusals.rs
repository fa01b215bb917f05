//! Refusals: one item each, all of a kind in one query.

use std::collections::BTreeMap;

use model::call::CallError;
use model::ledger::{Refusable, Refusal};
use model::observation::Table;

use super::DynamoDbLedger;
use super::item::{key, refusal};
use crate::LedgerFact;
use crate::memory::Kept;

const OPERATION: &str = "dynamodb:Query";

/// Expired refusals are among them: [`Refusal::counts`] tells which count.
impl LedgerFact for Table<Refusable, Vec<Refusal>> {
    const ACTION: &'static str = OPERATION;

    async fn in_table(ledger: &DynamoDbLedger, of: &Refusable) -> Result<Option<Vec<Refusal>>, CallError> {
        ledger.query_refusals(of).await.map(Some)
    }

    fn in_memory(kept: &Kept, of: &Refusable) -> Option<Vec<Refusal>> {
        Some(kept.refusals.get(of).into_iter().flat_map(BTreeMap::values).cloned().collect())
    }
}

impl DynamoDbLedger {
    /// Every refusal of a kind that can be read.
    async fn query_refusals(&self, of: &Refusable) -> Result<Vec<Refusal>, CallError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :refusals")
            .expression_attribute_values(":refusals", key::refusals(of))
            .into_paginator()
            .items()
            .send();
        let mut refusals = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| self.failed(OPERATION, &self.table, &error))?;
            match refusal::read(&item) {
                Ok(refusal) => refusals.push(refusal),
                // At worst AWS is asked once more, and refuses once more.
                Err(error) => tracing::warn!(
                    ledger.table = %self.table,
                    error.message = %error,
                    "a refusal can't be read and is taken not to be there"
                ),
            }
        }
        Ok(refusals)
    }

    /// Writes a refusal.
    pub(super) async fn put_refusal(&self, of: &Refusable, refusal: &Refusal) -> Result<(), CallError> {
        let item = refusal::write(of, refusal);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        put.map(drop).map_err(|error| self.failed("dynamodb:PutItem", &refusal.resource, &error))
    }
}
