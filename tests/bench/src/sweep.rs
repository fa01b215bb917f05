//! The calls of a sweep by the SDK alone. Of the answers only what the next call must name is kept.

use aws_config::SdkConfig;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_ec2::types::Filter;
use aws_sdk_ecs::types::{ServiceField, TaskField};
use futures::future::BoxFuture;
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};
use futures::{FutureExt as _, join};

use crate::pages::Pages;

/// What goes wrong ends the measurement, whatever it is.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Requests under way at once.
const AT_ONCE: usize = 16;

/// The services this needs of AWS.
#[derive(Debug)]
pub struct Sweep {
    ecs: aws_sdk_ecs::Client,
    elb: aws_sdk_elasticloadbalancingv2::Client,
    ec2: aws_sdk_ec2::Client,
    scaling: aws_sdk_applicationautoscaling::Client,
    ledger: Option<(aws_sdk_dynamodb::Client, String)>,
}

/// Names of things in one cluster.
struct Found {
    cluster: String,
    services: Vec<String>,
    tasks: Vec<String>,
}

/// A call, or several that depend on each other.
enum Call<'a> {
    Services(&'a str, &'a [String]),
    Tasks(&'a str, &'a [String]),
    Scaled(&'a str, &'a [String]),
    Health(&'a str),
    Attributes(&'a str),
    Owners(&'a str),
    Networks(&'a [String]),
}

impl Sweep {
    /// A sweep that asks this ledger too, if there is one.
    #[must_use]
    pub fn new(config: &SdkConfig, ledger: Option<String>) -> Self {
        Self {
            ecs: aws_sdk_ecs::Client::new(config),
            elb: aws_sdk_elasticloadbalancingv2::Client::new(config),
            ec2: aws_sdk_ec2::Client::new(config),
            scaling: aws_sdk_applicationautoscaling::Client::new(config),
            ledger: ledger.map(|table| (aws_sdk_dynamodb::Client::new(config), table)),
        }
    }

    /// One that keeps the pages it gets from the services that have quotas.
    #[must_use]
    pub fn keeping(pages: &Pages, config: &SdkConfig) -> Self {
        let ecs = aws_sdk_ecs::config::Builder::from(config).interceptor(pages.clone()).build();
        let elb = aws_sdk_elasticloadbalancingv2::config::Builder::from(config).interceptor(pages.clone()).build();
        let ec2 = aws_sdk_ec2::config::Builder::from(config).interceptor(pages.clone()).build();
        Self {
            ecs: aws_sdk_ecs::Client::from_conf(ecs),
            elb: aws_sdk_elasticloadbalancingv2::Client::from_conf(elb),
            ec2: aws_sdk_ec2::Client::from_conf(ec2),
            ..Self::new(config, None)
        }
    }

    /// Makes every call.
    ///
    /// # Errors
    /// When one fails.
    pub async fn run(&self) -> Result<(), Failure> {
        let (groups, found, balancers) = join!(self.groups(), self.clusters(), self.balancers());
        let (groups, found, ()) = (groups?, found?, balancers?);
        let (groups, mut vpcs): (Vec<_>, Vec<_>) = groups.into_iter().unzip();
        vpcs.sort();
        vpcs.dedup();

        // A call is set up when its turn comes.
        let mut calls: Vec<Call<'_>> = Vec::new();
        for Found { cluster, services, tasks } in &found {
            calls.extend(services.chunks(10).map(|names| Call::Services(cluster, names)));
            calls.extend(tasks.chunks(100).map(|names| Call::Tasks(cluster, names)));
            calls.extend(services.chunks(50).map(|names| Call::Scaled(cluster, names)));
        }
        for group in &groups {
            calls.extend([Call::Health(group), Call::Attributes(group), Call::Owners(group)]);
        }
        calls.push(Call::Networks(&vpcs));
        iter(calls).map(|call| self.make(call)).buffer_unordered(AT_ONCE).try_collect().await
    }

    fn make<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<(), Failure>> {
        match call {
            Call::Services(cluster, names) => self.services(cluster, names).boxed(),
            Call::Tasks(cluster, names) => self.tasks(cluster, names).boxed(),
            Call::Scaled(cluster, names) => self.scaled(cluster, names).boxed(),
            Call::Health(group) => self.health(group).boxed(),
            Call::Attributes(group) => self.attributes(group).boxed(),
            Call::Owners(group) => self.owners(group).boxed(),
            Call::Networks(vpcs) => self.networks(vpcs).boxed(),
        }
    }

    async fn groups(&self) -> Result<Vec<(String, String)>, Failure> {
        let pages = self.elb.describe_target_groups().page_size(400).into_paginator().items().send();
        let groups = pages.collect::<Result<Vec<_>, _>>().await?;
        let named = groups.into_iter().filter_map(|group| Some((group.target_group_arn?, group.vpc_id?)));
        Ok(named.collect())
    }

    async fn balancers(&self) -> Result<(), Failure> {
        let pages = self.elb.describe_load_balancers().page_size(400).into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await?;
        Ok(())
    }

    async fn clusters(&self) -> Result<Vec<Found>, Failure> {
        let clusters: Vec<String> =
            self.ecs.list_clusters().into_paginator().items().send().collect::<Result<_, _>>().await?;
        iter(clusters).then(|cluster| self.found(cluster)).try_collect().await
    }

    async fn found(&self, cluster: String) -> Result<Found, Failure> {
        let services = self.ecs.list_services().cluster(&cluster).into_paginator().page_size(100).items().send();
        let tasks = self.ecs.list_tasks().cluster(&cluster).into_paginator().page_size(100).items().send();
        let (services, tasks) = join!(services.collect::<Result<_, _>>(), tasks.collect::<Result<_, _>>());
        Ok(Found { cluster, services: services?, tasks: tasks? })
    }

    async fn services(&self, cluster: &str, names: &[String]) -> Result<(), Failure> {
        let request = self.ecs.describe_services().cluster(cluster).set_services(Some(names.to_vec()));
        let answer = request.include(ServiceField::Tags).send().await?;
        for definition in answer.services().iter().filter_map(|service| service.task_definition()) {
            self.ecs.describe_task_definition().task_definition(definition).send().await?;
        }
        Ok(())
    }

    async fn tasks(&self, cluster: &str, names: &[String]) -> Result<(), Failure> {
        let request = self.ecs.describe_tasks().cluster(cluster).set_tasks(Some(names.to_vec()));
        request.include(TaskField::Tags).send().await?;
        Ok(())
    }

    async fn scaled(&self, cluster: &str, services: &[String]) -> Result<(), Failure> {
        let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
        let ids = services.iter().map(|service| format!("service/{}/{}", name(cluster), name(service))).collect();
        let request = self.scaling.describe_scalable_targets().service_namespace(ServiceNamespace::Ecs);
        let request = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        request.set_resource_ids(Some(ids)).send().await?;
        Ok(())
    }

    async fn health(&self, group: &str) -> Result<(), Failure> {
        self.elb.describe_target_health().target_group_arn(group).send().await?;
        Ok(())
    }

    async fn attributes(&self, group: &str) -> Result<(), Failure> {
        self.elb.describe_target_group_attributes().target_group_arn(group).send().await?;
        Ok(())
    }

    async fn owners(&self, group: &str) -> Result<(), Failure> {
        let Some((ledger, table)) = &self.ledger else { return Ok(()) };
        let request = ledger.query().table_name(table).consistent_read(true).key_condition_expression("pk = :group");
        request.expression_attribute_values(":group", AttributeValue::S(group.to_owned())).send().await?;
        Ok(())
    }

    /// Subnets, the interfaces in them, and security groups.
    async fn networks(&self, vpcs: &[String]) -> Result<(), Failure> {
        let of_vpcs = filter("vpc-id", vpcs);
        let subnets = self.ec2.describe_subnets().filters(of_vpcs.clone()).into_paginator().page_size(1000).items();
        let groups = self.ec2.describe_security_groups().filters(of_vpcs).into_paginator().page_size(1000).items();
        let (subnets, groups) =
            join!(subnets.send().collect::<Result<Vec<_>, _>>(), groups.send().collect::<Result<Vec<_>, _>>());
        groups?;
        let subnets: Vec<String> = subnets?.into_iter().filter_map(|subnet| subnet.subnet_id).collect();
        for subnets in subnets.chunks(200) {
            let request = self.ec2.describe_network_interfaces().filters(filter("subnet-id", subnets));
            let mut pages = request.include_managed_resources(true).into_paginator().page_size(1000).send();
            while let Some(page) = pages.next().await {
                page?;
            }
        }
        Ok(())
    }
}

fn filter(name: &str, values: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(values.to_vec())).build()
}
