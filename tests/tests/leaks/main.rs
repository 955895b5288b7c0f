//! Nothing secret gets in: secrets are pushed through every entrance of the running product, and
//! afterwards nobody can find them.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say so at once"
)]

mod course;
mod files;
mod places;
mod requests;

use std::collections::BTreeMap;

use stack_tests::{
    leaks::{Finder, Shape, Vault},
    stack::{Options, Stack},
};

/// What the environment of the services holds: nothing that a rule would know by its form.
const OWN_SECRET: &str = "tangerine-harbour-9";

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_that_is_pushed_in_anywhere_can_be_found_afterwards() {
    let mut vault = Vault::seeded(20_260_110);
    let stack = Stack::start(&options(&mut vault)).await;
    let mut replies = requests::Replies::default();
    replies.keep(course::run(&stack, &mut vault).await);
    let outputs = files::push(&stack, &mut vault);
    requests::push(&stack, &mut vault, &mut replies).await;
    requests::push_raw(&stack, &mut vault, &mut replies);
    let pushed = vault.secrets.len();
    assert!(500 <= pushed, "{pushed} secrets are too few");

    let mut finder = Finder::new(&vault);
    for (place, bytes) in replies.all.iter().chain(&outputs) {
        finder.look(place, bytes);
    }
    for (place, bytes) in places::everything_shown(&stack).await {
        finder.look(&place, &bytes);
    }
    places::look_at_rest(&stack, &mut finder);
    println!(
        "{pushed} secrets, {} replies, {} MB looked through",
        replies.all.len(),
        finder.bytes / 1_000_000
    );
    assert_canaries_were_seen(&vault, &finder);
    assert_nothing_was_found(&vault, &finder);
    assert_own_secret_is_gone(&stack).await;
}

fn options(vault: &mut Vault) -> Options {
    Options {
        environment: vec![
            ("FORGE_TOKEN".to_owned(), OWN_SECRET.to_owned()),
            ("ATTUNE__LOG__LEVEL".to_owned(), "trace".to_owned()),
        ],
        settings: course::talkative_deployment(vault),
        ..Options::default()
    }
}

/// The search would have found a secret wherever a harmless word was found.
fn assert_canaries_were_seen(vault: &Vault, finder: &Finder) {
    let mut places: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (canary, place) in &finder.birds {
        places.entry(*canary).or_default().push(place);
    }
    let unseen: Vec<&str> = (0..vault.canaries.len())
        .filter(|canary| !places.contains_key(canary))
        .map(|canary| vault.canaries[canary].entrance.as_str())
        .collect();
    assert!(unseen.is_empty(), "nothing of this was kept: {unseen:#?}");
    let kinds = ["data/", "git objects", "GET "];
    for kind in kinds {
        let seen = finder.birds.iter().any(|(_, place)| place.contains(kind));
        assert!(seen, "no canary was seen in {kind}");
    }
}

fn assert_nothing_was_found(vault: &Vault, finder: &Finder) {
    let leaks: Vec<String> = finder
        .sightings
        .iter()
        .map(|sighting| {
            let secret = &vault.secrets[sighting.secret];
            let shape: Shape = secret.shape;
            format!("{shape:?} by {} is in {}", secret.entrance, sighting.place)
        })
        .collect();
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

/// A value that the environment names a secret goes wherever it stands, in any dress.
async fn assert_own_secret_is_gone(stack: &Stack) {
    let mut own = Vault::seeded(1);
    own.secrets.push(stack_tests::leaks::Secret {
        entrance: "the environment".to_owned(),
        shape: Shape::Unlabelled,
        needle: OWN_SECRET.to_owned(),
    });
    let mut finder = Finder::new(&own);
    for (place, bytes) in places::everything_shown(stack).await {
        finder.look(&place, &bytes);
    }
    places::look_at_rest(stack, &mut finder);
    assert_nothing_was_found(&own, &finder);
}
