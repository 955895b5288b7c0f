//! `attune doctor`: looks for what is missing or wrong, and says how to mend it.

use std::{fs, path::Path};

use clients::{ClientError, Shared as SharedRoutes};
use serde::Serialize;
use types::Service;

use super::config;
use crate::{
    cli::Shared,
    connection::{Connection, endpoints_file, without_key},
    failure::Failure,
    git::git,
    output::{Output, Table},
};

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Mark {
    Ok,
    Warn,
    Fail,
}

/// One check: what was looked at, what was found, and what to do.
#[derive(Debug, Serialize)]
struct Check {
    mark: Mark,
    what: String,
    found: String,
    mend: Option<String>,
}

impl Check {
    fn ok(what: &str, found: impl Into<String>) -> Self {
        Self {
            mark: Mark::Ok,
            what: what.to_owned(),
            found: found.into(),
            mend: None,
        }
    }

    fn fail(what: &str, found: impl Into<String>, mend: &str) -> Self {
        Self {
            mark: Mark::Fail,
            mend: Some(mend.to_owned()),
            ..Self::ok(what, found)
        }
    }

    fn warn(what: &str, found: impl Into<String>, mend: &str) -> Self {
        Self {
            mark: Mark::Warn,
            ..Self::fail(what, found, mend)
        }
    }
}

/// Runs the command.
pub(super) async fn run(shared: &Shared, output: Output) -> Result<(), Failure> {
    let mut checks = vec![settings(), git_program()];
    checks.extend(data_folder(shared));
    services(shared, &mut checks).await;
    output.list(&checks, "nothing was looked at", || table(&checks))?;
    let failed = checks.iter().any(|check| check.mark == Mark::Fail);
    if failed {
        Err(Failure::Shown(1))
    } else {
        Ok(())
    }
}

fn table(checks: &[Check]) -> Table {
    let mut table = Table::new(&["", "what", "found", "what to do"]);
    for check in checks {
        let mark = match check.mark {
            Mark::Ok => "OK",
            Mark::Warn => "WARN",
            Mark::Fail => "FAIL",
        };
        table.row(vec![
            mark.to_owned(),
            check.what.clone(),
            check.found.clone(),
            check.mend.clone().unwrap_or_default(),
        ]);
    }
    table
}

fn settings() -> Check {
    match config::checked(None) {
        Ok(_) => Check::ok("settings", "can be used"),
        Err(error) => Check::fail(
            "settings",
            error.to_string(),
            "correct attune.toml or the ATTUNE__… variable; `attune config check` looks again",
        ),
    }
}

fn git_program() -> Check {
    match git(Path::new("/"), &["--version"]) {
        Ok(version) => Check::ok("git", version),
        Err(error) => Check::fail(
            "git",
            error.to_string(),
            "install git; patch-apply needs it",
        ),
    }
}

fn data_folder(shared: &Shared) -> Option<Check> {
    let file = endpoints_file(shared).ok()?;
    let folder = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())?;
    let shown = folder.display().to_string();
    Some(match fs::metadata(folder) {
        Ok(about) if about.is_dir() && !about.permissions().readonly() => {
            Check::ok("data folder", shown)
        }
        Ok(_) => Check::fail(
            "data folder",
            format!("{shown} cannot be written"),
            "make it yours",
        ),
        Err(error) => Check::fail(
            "data folder",
            format!("{shown}: {error}"),
            "start `attune up`, or name the folder with --data DIR",
        ),
    })
}

async fn services(shared: &Shared, checks: &mut Vec<Check>) {
    let (endpoints, caller) = match without_key(shared) {
        Ok(known) => known,
        Err(error) => {
            checks.push(Check::fail(
                "services",
                error.to_string(),
                "start `attune up`",
            ));
            return;
        }
    };
    for service in Service::ALL {
        if endpoints.contains_key(&service) {
            checks.push(one_service(&SharedRoutes::new(caller.clone(), service), service).await);
        } else {
            let found = "has no address";
            checks.push(Check::fail(
                service.name(),
                found,
                "add it to endpoints.json",
            ));
        }
    }
    match Connection::open(shared) {
        Ok(connection) => {
            checks.push(key(&connection).await);
            checks.push(target(&connection).await);
            checks.push(breakers(&connection).await);
        }
        Err(error) => checks.push(Check::fail(
            "key",
            error.to_string(),
            "set ATTUNE_KEY, or make one with `attune keys create`",
        )),
    }
}

async fn one_service(routes: &SharedRoutes, service: Service) -> Check {
    let name = service.name();
    let health = match routes.health().await {
        Ok(health) => health,
        Err(error) => return Check::fail(name, error.to_string(), "start it; look at its log"),
    };
    if let Err(missing) = routes.ready().await {
        return Check::fail(name, missing, "look at its log");
    }
    match health["clock"]["scale"].as_f64() {
        Some(scale) => Check::warn(
            name,
            format!("ready, on a trial clock: time runs {scale} times as fast"),
            "for real work start without --test-clock",
        ),
        None => Check::ok(name, "ready"),
    }
}

async fn key(to: &Connection) -> Check {
    match to.shared(Service::ProposalService).keys().await {
        Ok(_) => Check::ok("key", format!("{} may do everything", to.key_id)),
        Err(ClientError::Refused(problem)) if problem.status == 403 => {
            Check::ok("key", format!("{} is known and no admin's", to.key_id))
        }
        Err(error) => Check::fail(
            "key",
            error.to_string(),
            "use a key that these services know",
        ),
    }
}

async fn target(to: &Connection) -> Check {
    match to.patches().head(None).await {
        Ok(head) => Check::ok(
            "target repository",
            format!("{} is at {}", head.branch, head.commit),
        ),
        Err(error) => Check::warn(
            "target repository",
            error.to_string(),
            "set target.repository to a path or URL that git can fetch from and push to",
        ),
    }
}

async fn breakers(to: &Connection) -> Check {
    let open: Vec<String> = match to.proposals().breakers().await {
        Ok(breakers) => breakers
            .data
            .into_iter()
            .filter(|one| one.open)
            .map(|one| one.name)
            .collect(),
        Err(error) => return Check::warn("breakers", error.to_string(), "look at its log"),
    };
    if open.is_empty() {
        return Check::ok("breakers", "all are closed");
    }
    Check::warn(
        "breakers",
        format!("open: {}", open.join(", ")),
        "see why with `attune breakers`; close with `attune breakers reset NAME`",
    )
}
