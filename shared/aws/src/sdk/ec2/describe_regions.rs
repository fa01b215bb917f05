//! DescribeRegions.

use std::collections::BTreeSet;

use model::call::CallError;
use model::id::Region;

use crate::sdk::Clients;
use crate::sdk::read::parse_required;

const OPERATION: &str = "ec2:DescribeRegions";

impl Clients {
    /// The Regions that are enabled for the account, in alphabetical order. Those that it would have to opt in to, and didn't,
    /// aren't among them.
    ///
    /// # Errors
    /// When AWS doesn't say, or says what can't be understood.
    pub async fn enabled_regions(&self) -> Result<Vec<Region>, CallError> {
        let resource = "the account's Regions";
        let answer = self.send(OPERATION, resource, self.ec2().describe_regions().all_regions(false).send()).await?;
        let names = answer.regions().iter().map(|region| parse_required("regionName", region.region_name()));
        let regions: Result<BTreeSet<Region>, _> = names.collect();
        let regions = regions.map_err(|unusable| unusable.into_error(OPERATION, resource))?;
        Ok(regions.into_iter().collect())
    }
}
