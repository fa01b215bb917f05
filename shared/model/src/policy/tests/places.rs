//! Overrides: what applies where, in which order, and what remains where several services meet.

use std::time::Duration;

use super::*;

const WEB: PolicySubject<'static> =
    PolicySubject { cluster: Some("prod-eu"), service: Some("web"), target_group: Some("web-1") };

#[test]
fn all_that_match_apply_and_later_ones_win() {
    let policy = parse(
        r#"
        [registration]
        grace = "5m"
        exclude_targets = ["10.1.0.0/16"]
        [[override]]
        cluster = "prod-*"
        registration.mode = "repair"
        registration.grace = "1m"
        [[override]]
        service = "web"
        registration.grace = "3m"
        registration.exclude_targets = ["10.2.0.0/16"]
        [[override]]
        cluster = "dev-*"
        service = "web"
        registration.mode = "observe"
        "#,
    );
    let web = policy.registration(&WEB);
    assert_eq!((web.mode, web.grace), (Mode::Repair, Duration::from_mins(3)));
    assert!(web.excludes("10.2.3.4".parse().expect("address")), "the list given last applies");
    assert!(!web.excludes("10.1.3.4".parse().expect("address")), "and replaces the one before");

    let api = policy.registration(&PolicySubject { service: Some("api"), ..WEB });
    assert_eq!((api.mode, api.grace), (Mode::Repair, Duration::from_mins(1)));
    let dev = policy.registration(&PolicySubject { cluster: Some("dev-eu"), ..WEB });
    assert_eq!((dev.mode, dev.grace), (Mode::Observe, Duration::from_mins(3)));
    assert_eq!(policy.registration(&PolicySubject::default()).grace, Duration::from_mins(5));
}

#[test]
fn an_override_that_names_what_the_place_has_not_does_not_match() {
    let policy = parse("[[override]]\ncluster = \"*\"\nservice = \"*\"\nregistration.mode = \"repair\"");
    assert_eq!(policy.registration(&WEB).mode, Mode::Repair);
    for place in
        [PolicySubject { service: None, ..WEB }, PolicySubject { cluster: None, ..WEB }, PolicySubject::default()]
    {
        assert_eq!(policy.registration(&place).mode, Mode::Observe, "{place:?}");
    }
}

#[test]
fn security_groups_have_overrides_too() {
    let policy = parse(
        r#"
        [security_groups]
        required = ["sg-0aaa"]
        [[override]]
        cluster = "prod-*"
        security_groups.forbidden = ["sg-0bbb", "default"]
        [[override]]
        service = "web"
        security_groups.required = ["sg-0bbb"]
        "#,
    );
    let id = |id: &str| SecurityGroupRef::Id(id.parse().expect("id"));
    let web = policy.security_groups(&WEB);
    assert_eq!(web.required, [id("sg-0bbb")].into());
    assert_eq!(web.forbidden, [SecurityGroupRef::vpc_default()].into(), "what is required isn't forbidden");
    assert_eq!(policy.security_groups(&PolicySubject { service: None, ..WEB }).required, [id("sg-0aaa")].into());
}

#[test]
fn where_services_meet_the_most_cautious_of_all_holds() {
    let policy = parse(
        r#"
        [registration]
        mode = "repair"
        managed = "exclusive"
        exclude_targets = ["10.1.0.0/16"]
        balancers = ["network", "application"]
        [[override]]
        service = "web"
        registration.max_removals = 3
        registration.grace = "5m"
        registration.exclude_targets = ["10.2.0.0/16"]
        registration.balancers = ["network"]
        [[override]]
        cluster = "dev"
        service = "web"
        registration.mode = "observe"
        registration.managed = "shared"
        registration.confirm_after = "2m"
        registration.confirm_within = "10m"
        registration.window = "1h"
        "#,
    );
    let shared = policy.registration_shared("group", &[("prod", "web"), ("dev", "web"), ("prod", "api")]);
    insta::assert_debug_snapshot!(shared, @r#"
        RegistrationPolicy {
            mode: Observe,
            grace: 300s,
            confirm_after: 120s,
            confirm_within: 600s,
            managed: Shared,
            max_removals: Least {
                percent: 20,
                count: 3,
            },
            window: 3600s,
            exclude_targets: {
                10.1.0.0/16,
                10.2.0.0/16,
            },
            balancers: {
                Network,
            },
        }
        "#);
    let order = policy.registration_shared("group", &[("prod", "api"), ("dev", "web"), ("prod", "web")]);
    assert_eq!(order, shared, "whatever the order");
    let place = PolicySubject { cluster: Some("dev"), service: Some("web"), target_group: Some("group") };
    assert_eq!(policy.registration_shared("group", &[("dev", "web")]), policy.registration(&place));
}

#[test]
fn a_group_no_service_uses_has_what_is_said_of_the_group() {
    let policy = parse(
        r#"
        [[override]]
        target_group = "legacy-*"
        registration.managed = "exclusive"
        [[override]]
        cluster = "*"
        registration.mode = "repair"
        "#,
    );
    let legacy = policy.registration_shared("legacy-1", &[]);
    assert_eq!((legacy.managed, legacy.mode), (Managed::Exclusive, Mode::Observe));
}

#[test]
fn a_cap_lowers_every_mode_and_raises_none() {
    let policy = parse(
        r#"
        registration.mode = "repair"
        [[override]]
        cluster = "prod-*"
        security_groups.mode = "repair"
        security_groups.required = ["name:base"]
        [[override]]
        service = "web"
        registration.mode = "observe"
        "#,
    );
    assert_eq!(policy.may_repair(), MayRepair { registration: true, security_groups: true });
    let no_group = parse("security_groups.mode = \"repair\"");
    assert_eq!(no_group.may_repair(), MayRepair { registration: false, security_groups: false });
    assert_eq!(policy.clone().capped(Mode::Repair), policy);
    assert_eq!(policy.registration(&WEB).mode, Mode::Observe);

    let capped = policy.clone().capped(Mode::Observe);
    assert_eq!(capped.may_repair(), MayRepair { registration: false, security_groups: false });
    for place in [WEB, PolicySubject { service: None, ..WEB }, PolicySubject::default()] {
        assert_eq!(capped.registration(&place).mode, Mode::Observe);
        assert_eq!(capped.security_groups(&place).mode, Mode::Observe);
    }
}
