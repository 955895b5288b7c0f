//! `attune keys`: keys are made here; the services learn only their digests.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use serde::Serialize;
use service_kit::auth::KeyText;
use types::{
    Service, Timestamp,
    key::{KeyRecord, NewKey, Role},
};

use super::ids;
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table},
};

/// Arguments of `attune keys`.
#[derive(Args, Debug)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the keys, without their texts
    List,
    /// Make a key and register it at all services; it is shown once
    Create {
        /// Whose it is; decisions record this name
        #[arg(long)]
        person: String,
        /// What it allows: agent, auditor, operator, service or admin
        #[arg(long)]
        role: Role,
        /// When it stops working; 90 days from now when absent
        #[arg(long, value_name = "MOMENT")]
        expires_at: Option<Timestamp>,
    },
    /// End a key for good, at all services
    Revoke {
        /// Its id, or the first digits
        id: String,
    },
}

/// Runs the command.
pub(crate) async fn run(args: KeysArgs, to: &Connection, output: Output) -> Result<(), Failure> {
    match args.action {
        None | Some(Action::List) => list(to, output).await,
        Some(Action::Create {
            person,
            role,
            expires_at,
        }) => create(to, &person, role, expires_at, output).await,
        Some(Action::Revoke { id }) => revoke(to, &id, output).await,
    }
}

/// A key and the services that know it.
#[derive(Serialize)]
struct Registered {
    #[serde(flatten)]
    record: KeyRecord,
    services: Vec<Service>,
}

async fn registered(to: &Connection) -> Result<Vec<Registered>, Failure> {
    let mut all: BTreeMap<String, Registered> = BTreeMap::new();
    for service in Service::ALL {
        for record in to.shared(service).keys().await? {
            let known = all.entry(record.id.clone()).or_insert_with(|| Registered {
                record: record.clone(),
                services: Vec::new(),
            });
            // Ended at one service and not at another would be worth seeing as not ended.
            if record.revoked_at.is_none() {
                known.record.revoked_at = None;
            }
            known.services.push(service);
        }
    }
    let mut all: Vec<Registered> = all.into_values().collect();
    all.sort_by_key(|one| one.record.created_at);
    Ok(all)
}

async fn list(to: &Connection, output: Output) -> Result<(), Failure> {
    let all = registered(to).await?;
    output.list(&all, "no keys", || {
        let mut table = Table::new(&[
            "id", "person", "role", "created", "expires", "revoked", "services",
        ]);
        for Registered { record, services } in &all {
            let services: Vec<&str> = services.iter().map(|service| service.name()).collect();
            table.row(vec![
                record.id.clone(),
                record.person.clone(),
                record.role.to_string(),
                record.created_at.to_string(),
                ids::or_dash(record.expires_at),
                ids::or_dash(record.revoked_at),
                services.join(", "),
            ]);
        }
        table
    })
}

#[derive(Serialize)]
struct Created<'key> {
    id: &'key str,
    person: &'key str,
    role: Role,
    key: &'key str,
}

async fn create(
    to: &Connection,
    person: &str,
    role: Role,
    expires_at: Option<Timestamp>,
    output: Output,
) -> Result<(), Failure> {
    let key = KeyText::generate(role)
        .map_err(|error| Failure::failed(format!("a key cannot be made: {error}")))?;
    let new = NewKey {
        id: key.id.clone(),
        hash: key.hash(),
        role,
        person: person.to_owned(),
        expires_at,
    };
    for (position, service) in Service::ALL.into_iter().enumerate() {
        let Err(error) = to.shared(service).create_key(&new).await else {
            continue;
        };
        let left = undo(to, &new.id, &Service::ALL[..position]).await;
        eprintln!("attune: the key could not be registered at {service}{left}");
        return Err(error.into());
    }
    let created = Created {
        id: &key.id,
        person,
        role,
        key: key.expose(),
    };
    if output.terminal {
        eprintln!("The key of {person}, role {role}; it is not shown again:");
    }
    output.show(&created, || format!("{}\n", key.expose()))
}

/// Ends a key where it was registered already; says where that failed too.
async fn undo(to: &Connection, id: &str, done: &[Service]) -> String {
    let mut left = Vec::new();
    for service in done {
        if to.shared(*service).revoke_key(id).await.is_err() {
            left.push(service.name());
        }
    }
    if left.is_empty() {
        "; it works nowhere".to_owned()
    } else {
        let left = left.join(", ");
        format!("; it still works at {left}: end it with `attune keys revoke {id}`")
    }
}

async fn revoke(to: &Connection, typed: &str, output: Output) -> Result<(), Failure> {
    let known = registered(to).await?;
    let names: Vec<String> = known.iter().map(|one| one.record.id.clone()).collect();
    let id = ids::key(typed, &names)?;
    let holders = known.iter().filter(|one| one.record.id == id);
    let mut ended = Vec::new();
    let mut fault = None;
    for service in holders.flat_map(|one| &one.services) {
        match to.shared(*service).revoke_key(&id).await {
            Ok(record) => ended.push(Registered {
                record,
                services: vec![*service],
            }),
            Err(error) => {
                eprintln!("attune: the key is not ended at {service}: {error}");
                fault = fault.or(Some(error));
            }
        }
    }
    if let Some(error) = fault {
        return Err(error.into());
    }
    output.show(&ended, || {
        format!("key {id} is ended at {} services\n", ended.len())
    })
}
