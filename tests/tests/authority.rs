//! Who may call what: every route of the running binaries, with every kind of key and with none.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so at once"
)]

use std::{collections::BTreeSet, time::Duration};

use reqwest::Method;
use serde_json::json;
use stack_tests::{
    document::{Operation, operations},
    site::{Holder, Site},
    stack::{Options, Stack},
    wait::until,
};
use testkit::{Answer, Api};
use types::{Service, key::Role, problem::Problem};

/// What LOOP.md lists: probes, the OpenAPI document and the page that shows it.
const OPEN: [&str; 6] = [
    "/docs",
    "/docs/{file}",
    "/health",
    "/livez",
    "/openapi.json",
    "/readyz",
];

/// Keys that let nobody in.
struct Useless {
    garbage: String,
    forged: String,
    expired: String,
    revoked: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_the_roles_it_documents_and_nobody_else() {
    let stack = Stack::start(&Options::default()).await;
    let site = &stack.site;
    let useless = useless_keys(site).await;
    let mut holders = Vec::new();
    for role in Role::ALL {
        let name = format!("the {role}");
        holders.push((role, site.register(role, &name, None).await));
    }
    let mut checked = 0;
    for service in Service::ALL {
        let document = site.shared(service).openapi().await.unwrap();
        let all = operations(&document);
        let open: BTreeSet<&str> = all
            .iter()
            .filter(|operation| operation.is_open())
            .map(|operation| operation.path.as_str())
            .collect();
        assert_eq!(open, OPEN.into_iter().collect(), "{service} without a key");
        for operation in &all {
            assert_kept_out(&site.api(service), operation, &useless).await;
            assert_roles(site, service, operation, &holders).await;
            checked += 1;
        }
        assert_unlisted_needs_a_key(&site.api(service)).await;
    }
    println!("{checked} operations, each with none, four useless and five good keys");
}

async fn useless_keys(site: &Site) -> Useless {
    let revoked = site.register(Role::Admin, "who left", None).await;
    for service in Service::ALL {
        site.shared(service).revoke_key(&revoked.id).await.unwrap();
    }
    let soon = site.clock.now().plus(Duration::from_secs(1_800));
    let expired = site
        .register(Role::Admin, "who came late", Some(soon))
        .await;
    let limit = Duration::from_secs(30);
    until("the key expires", limit, || async {
        (soon < site.clock.now()).then_some(())
    })
    .await;
    // The right form and check sum, but nobody registered it.
    let forged = service_kit::auth::KeyText::generate(Role::Admin).unwrap();
    Useless {
        garbage: "garbage".to_owned(),
        forged: forged.expose().to_owned(),
        expired: expired.key,
        revoked: revoked.key,
    }
}

async fn assert_kept_out(api: &Api, operation: &Operation, useless: &Useless) {
    let nobody = call(&api.without_key(), operation).await;
    if operation.is_open() {
        assert!(nobody.status < 400, "{operation:?}: {}", nobody.text());
        return;
    }
    assert_refused(&nobody, 401, operation, "no key");
    for (name, key) in [
        ("garbage", &useless.garbage),
        ("a forged key", &useless.forged),
        ("an expired key", &useless.expired),
        ("a revoked key", &useless.revoked),
    ] {
        let answer = call(&api.with_key(key), operation).await;
        assert_refused(&answer, 401, operation, name);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
}

async fn assert_roles(
    site: &Site,
    service: Service,
    operation: &Operation,
    holders: &[(Role, Holder)],
) {
    let allowed = operation.roles();
    for (role, holder) in holders {
        let answer = call(&site.api_of(service, holder), operation).await;
        if operation.is_open() || allowed.contains(role) {
            assert!(
                !matches!(answer.status, 401 | 403),
                "{service} keeps the {role} out of {} {}: {}",
                operation.method,
                operation.path,
                answer.text()
            );
            assert!(
                answer.status < 500 || answer.status == 503,
                "{}",
                answer.text()
            );
        } else {
            assert_refused(&answer, 403, operation, role.name());
        }
    }
}

async fn assert_unlisted_needs_a_key(api: &Api) {
    for path in ["/", "/admin", "/keys/", "/docs/../keys", "/metrics/x"] {
        let nobody = api.without_key().get(path).await;
        assert_eq!(nobody.status, 401, "{path}: {}", nobody.text());
    }
}

/// Calls an operation about something that is not there, with an empty body where it takes one.
async fn call(api: &Api, operation: &Operation) -> Answer {
    let method: Method = operation.method.parse().unwrap();
    let mut request = api.request(method, &operation.filled_path());
    if operation.method != "GET" {
        request = request.header("idempotency-key", fresh_key());
    }
    if operation.takes_body() {
        request = request.json(&json!({}));
    }
    api.send(request).await
}

fn fresh_key() -> String {
    service_kit::Clock::system().random_id().to_string()
}

fn assert_refused(answer: &Answer, status: u16, operation: &Operation, who: &str) {
    let Operation { method, path, .. } = operation;
    assert_eq!(
        answer.status,
        status,
        "{method} {path} with {who}: {}",
        answer.text()
    );
    let problem: Problem = answer.expect(status);
    assert_eq!(problem.status, status);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert!(operation.documents(status), "{method} {path}: {status}");
}
