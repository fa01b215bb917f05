//! What Lambda tells a function: Region, credentials and perhaps endpoints, all of it in environment variables.
//!
//! The SDK's own loader looks in profiles too, asks for single sign-on and for the machine's metadata, and brings a client for
//! each of these. A function has none of them, and without them it is smaller and starts sooner.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::sdk_config::Builder;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// What a variable says; nothing if it is empty.
type Variable = fn(&str) -> Option<String>;

/// Region, endpoints and credentials as the process's environment says.
#[expect(clippy::disallowed_methods, reason = "these are the SDK's settings, which its loader reads itself")]
pub(super) fn config() -> Builder {
    let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    told_by(|name| std::env::var(name).ok().filter(|value| !value.is_empty())).credentials_provider(credentials)
}

fn told_by(variable: Variable) -> Builder {
    let says = |name| variable(name).is_some_and(|value| is_true(name, &value));
    let endpoints = Endpoints { variable, ignored: says("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") };
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).map(Region::new))
        .use_fips(says("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(says("AWS_USE_DUALSTACK_ENDPOINT"));
    config.set_endpoint_url(endpoints.of_all());
    config.service_config(endpoints)
}

fn is_true(name: &str, value: &str) -> bool {
    let is_true = value.eq_ignore_ascii_case("true");
    if !is_true && !value.eq_ignore_ascii_case("false") {
        tracing::warn!("{name} is {value:?}, which is neither true nor false, and is taken for false");
    }
    is_true
}

/// Where the services are, all of them or one (`AWS_ENDPOINT_URL_ECS`), if not where AWS has them.
#[derive(Debug)]
struct Endpoints {
    variable: Variable,
    ignored: bool,
}

impl Endpoints {
    fn of_all(&self) -> Option<String> {
        (self.variable)(ENDPOINT).filter(|_| !self.ignored)
    }
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        if key.env() == ENDPOINT && self.ignored {
            return None;
        }
        let service = key.service_id().to_ascii_uppercase().replace(' ', "_");
        (self.variable)(&format!("{}_{service}", key.env())).or_else(|| (self.variable)(key.env()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint_of(config: &SdkConfig, service: &str) -> Option<String> {
        let key = ServiceConfigKey::builder().service_id(service).profile("endpoint_url").env(ENDPOINT).build();
        config.service_config()?.load_config(key.ok()?)
    }

    #[test]
    fn lambda_tells_the_region_and_nothing_else() {
        let config = told_by(|name| (name == "AWS_REGION").then(|| "eu-central-1".to_owned())).build();
        assert_eq!(config.region(), Some(&Region::new("eu-central-1")));
        assert_eq!((config.endpoint_url(), endpoint_of(&config, "ECS")), (None, None));
        assert_eq!((config.use_fips(), config.use_dual_stack()), (Some(false), Some(false)));
    }

    #[test]
    fn the_default_region_counts_where_there_is_no_other() {
        let config = told_by(|name| (name == "AWS_DEFAULT_REGION").then(|| "eu-west-1".to_owned())).build();
        assert_eq!(config.region(), Some(&Region::new("eu-west-1")));
    }

    #[test]
    fn a_services_own_endpoint_counts_before_the_one_of_all() {
        let variable = |name: &str| match name {
            "AWS_ENDPOINT_URL" => Some("http://all".to_owned()),
            "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2" => Some("http://elb".to_owned()),
            _ => None,
        };
        let config = told_by(variable).build();
        assert_eq!(config.endpoint_url(), Some("http://all"));
        assert_eq!(endpoint_of(&config, "ECS").as_deref(), Some("http://all"));
        assert_eq!(endpoint_of(&config, "Elastic Load Balancing v2").as_deref(), Some("http://elb"));
    }

    #[test]
    fn endpoints_are_ignored_where_that_is_said() {
        let config = told_by(|name| match name {
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" => Some("true".to_owned()),
            name if name.starts_with("AWS_ENDPOINT_URL") => Some("http://all".to_owned()),
            _ => None,
        });
        let config = config.build();
        assert_eq!((config.endpoint_url(), endpoint_of(&config, "ECS")), (None, None));
    }

    #[test]
    fn validated_and_dual_stack_endpoints_are_used_where_that_is_said() {
        let config = told_by(|name| name.starts_with("AWS_USE_").then(|| "TRUE".to_owned())).build();
        assert_eq!((config.use_fips(), config.use_dual_stack()), (Some(true), Some(true)));
    }
}
