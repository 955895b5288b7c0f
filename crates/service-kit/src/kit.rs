//! What every service is made of.

use std::path::PathBuf;

use anyhow::Context;
use redact::{Options, Redactor};
use types::{Digest, Service};

use crate::{
    act::Act,
    auth::{Keyring, first_keys},
    caller::Caller,
    clock::Clock,
    db::{Db, Durability, Schema},
    redaction::CountingRedactor,
    settings::CommonSettings,
    tasks::Tasks,
    telemetry,
};

use secrecy::{ExposeSecret, SecretString};

/// The shared parts of a service, open and ready to be served.
#[derive(Clone, Debug)]
pub struct Kit {
    /// Which service it is.
    pub service: Service,
    /// The shared settings.
    pub settings: CommonSettings,
    /// The time.
    pub clock: Clock,
    /// Its database.
    pub db: Db,
    /// The keys it knows.
    pub keys: Keyring,
    /// How it calls the others.
    pub caller: Caller,
    /// What takes secrets out of text.
    pub redactor: CountingRedactor,
    /// Its background tasks.
    pub tasks: Tasks,
}

impl Kit {
    /// Opens the database, reads or makes the keys, and prepares the rest.
    ///
    /// # Errors
    /// Says which file, address or setting stands in the way.
    pub async fn open(
        service: Service,
        settings: CommonSettings,
        clock: Clock,
        schema: Schema,
        durability: Durability,
    ) -> anyhow::Result<Self> {
        telemetry::start_metrics();
        let data_dir = settings.server.data_dir.clone();
        std::fs::create_dir_all(&data_dir)
            .with_context(|| format!("the data folder {} cannot be made", data_dir.display()))?;
        let keys_dir = settings
            .auth
            .keys_dir
            .clone()
            .unwrap_or_else(|| data_dir.clone());
        let files = first_keys(&keys_dir)?;
        // The keys are there now, and are among the secrets that it knows.
        let seal = Digest::of(format!("seal:{}", files.service.expose()));
        let redactor = CountingRedactor::new(redactor(&settings)?, service, &seal);
        let db = match &settings.database.url {
            Some(url) => Db::postgres(url.expose_secret(), schema)
                .await
                .context("the PostgreSQL database cannot be opened")?,
            None => {
                let file: PathBuf = data_dir.join(format!("{service}.db"));
                Db::sqlite(&file, schema, durability)
                    .await
                    .with_context(|| format!("the database {} cannot be opened", file.display()))?
            }
        };
        let keys = Keyring::open(db.clone(), &files, &Act::of_service(service, &clock)).await?;
        let caller = Caller::new(
            Some(service),
            settings.peers.addresses(),
            SecretString::from(files.service.expose()),
            clock.clone(),
        )?;
        Ok(Self {
            service,
            settings,
            clock,
            db,
            keys,
            caller,
            redactor,
            tasks: Tasks::default(),
        })
    }
}

/// Shorter secrets would be found inside ordinary words.
const MIN_KNOWN_SECRET_BYTES: usize = 6;

/// The redactor that the settings ask for. It knows the deployment's own secrets.
///
/// # Errors
/// Says which pattern or secret cannot be used.
pub fn redactor(settings: &CommonSettings) -> anyhow::Result<Redactor> {
    let wanted = settings.redact.clone();
    let is_short = |secret: &String| secret.trim().len() < MIN_KNOWN_SECRET_BYTES;
    if let Some(index) = wanted.known_secrets.iter().position(is_short) {
        anyhow::bail!(
            "setting redact.known_secrets: entry {} is shorter than {MIN_KNOWN_SECRET_BYTES} bytes, \
             and would be found inside ordinary words",
            index + 1
        );
    }
    let mut own = settings.own_secrets.clone();
    let folder = settings.auth.keys_dir.as_ref();
    own.add_key_files(folder.unwrap_or(&settings.server.data_dir));
    Redactor::new(Options {
        allowed_path_prefixes: wanted.allowed_path_prefixes,
        allowed_url_hosts: wanted.allowed_url_hosts,
        patterns: wanted.patterns,
        known_secrets: wanted
            .known_secrets
            .into_iter()
            .chain(own.expose())
            .collect(),
    })
    .context("setting redact")
}
