//! `attune config`: the settings as the services would read them.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use redact::{Kind, Redactor};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;
use service_kit::{
    kit,
    redaction::presentable,
    settings::{CommonSettings, Layers},
};

use crate::{failure::Failure, output::Output, up::ServiceSettings};

/// Arguments of `attune config`.
#[derive(Args, Debug)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say whether the settings can be used
    Check {
        /// The file; attune.toml in this folder when absent
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Show the settings in force, defaults included, without secrets
    Show {
        /// The file; attune.toml in this folder when absent
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// All settings, by section. Secrets are not among what is written.
#[derive(Serialize)]
struct Sections {
    #[serde(flatten)]
    common: CommonSettings,
    tune_gateway: tune_gateway::settings::TuneGatewaySettings,
    observer: observer::settings::ObserverSettings,
    proposal_service: proposal_service::ProposalSettings,
    patch_apply: patch_apply::PatchApplySettings,
}

/// Runs the command.
pub(super) fn run(args: ConfigArgs, output: Output) -> Result<(), Failure> {
    match args.action {
        Action::Check { config } => {
            checked(config.as_deref())?;
            let answer = serde_json::json!({ "usable": true });
            output.show(&answer, || "the settings can be used\n".to_owned())
        }
        Action::Show { config } => show(checked(config.as_deref())?, output),
    }
}

/// Reads the settings and asks each service whether it can work with them.
pub(super) fn checked(file: Option<&Path>) -> Result<ServiceSettings, Failure> {
    let settings = ServiceSettings::read(&Layers::read(file)?)?;
    judge(&settings).map_err(|error| Failure::Usage(format!("{error:#}")))?;
    Ok(settings)
}

fn judge(settings: &ServiceSettings) -> anyhow::Result<()> {
    kit::redactor(&settings.common)?;
    settings.tune_gateway.rules()?;
    settings.observer.check()?;
    settings.patch_apply.checked_policy()?;
    if let Some(database) = &settings.common.database.url {
        let url = database.expose_secret().parse::<url::Url>();
        let is_postgres = url.is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql"));
        anyhow::ensure!(is_postgres, "setting database.url: expected postgres://…");
    }
    Ok(())
}

fn show(settings: ServiceSettings, output: Output) -> Result<(), Failure> {
    let mut hidden = Vec::new();
    if settings.common.database.url.is_some() {
        hidden.push("database.url");
    }
    if !settings.common.redact.known_secrets.is_empty() {
        hidden.push("redact.known_secrets");
    }
    let redactor = kit::redactor(&settings.common)?;
    let sections = Sections {
        common: settings.common,
        tune_gateway: settings.tune_gateway,
        observer: settings.observer,
        proposal_service: settings.proposal_service,
        patch_apply: settings.patch_apply,
    };
    let mut sections = serde_json::to_value(&sections).context("the settings cannot be written")?;
    conceal("", &mut sections, &redactor);
    if output.json {
        return output.json(&sections);
    }
    remove_nulls(&mut sections);
    let text = toml::to_string(&sections).context("the settings cannot be written as TOML")?;
    let hidden: String = hidden
        .iter()
        .map(|name| format!("# {name} is set and not shown\n"))
        .collect();
    output.text(&format!("{text}{hidden}"))
}

/// Takes out passwords and tokens that stand inside other values, such as addresses.
fn conceal(name: &str, value: &mut Value, redactor: &Redactor) {
    match value {
        Value::String(text) => {
            let shown = presentable(redactor, text);
            let is_secret = redactor.redact_field(name, text) == Kind::Key.marker();
            if is_secret {
                *text = Kind::Key.marker().to_owned();
            } else if shown != *text {
                *text = shown.into_owned();
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| conceal(name, item, redactor)),
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(name, field)| conceal(name, field, redactor)),
        Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

/// TOML has no null: what is not set is not there.
fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_a_service_refuses_is_found_before_it_starts() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("attune.toml");
        for (text, name) in [
            ("[observer]\ncycle_seconds = 0\n", "observer.cycle_seconds"),
            (
                "[tune_gateway]\nbaseline_days = 0\n",
                "tune_gateway.baseline_days",
            ),
            (
                "[patch_apply]\nmonitor_minutes = 0\n",
                "patch_apply.monitor_minutes",
            ),
            ("[proposal_service]\ndigest_hour = 24\n", "digest_hour"),
            ("[redact]\npatterns = ['(']\n", "redact"),
            ("[nonsense]\n", "nonsense"),
        ] {
            std::fs::write(&file, text).unwrap();
            let refusal = checked(Some(&file)).unwrap_err();
            assert_eq!(refusal.exit_code(), 2, "{refusal}");
            assert!(refusal.to_string().contains(name), "{refusal}");
        }
    }
}
