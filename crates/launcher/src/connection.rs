//! Finding the services and the key to talk to them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clients::{Observer, PatchApply, ProposalService, Shared as SharedRoutes, TuneGateway};
use secrecy::SecretString;
use service_kit::{Clock, auth::KeyText, caller::Caller, settings::variable};
use types::Service;

use crate::{
    cli::Shared,
    failure::Failure,
    up::{ENDPOINTS_FILE, Endpoints, read_json},
};

/// The data folder when none is named.
pub(crate) const DEFAULT_FOLDER: &str = ".attune";

/// Where the services are, and what to show them.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Where the services are.
    pub(crate) endpoints: Endpoints,
    /// Names the key, and so whose it is.
    pub(crate) key_id: String,
    /// The folder for what the command line remembers.
    pub(crate) folder: PathBuf,
    caller: Caller,
}

impl Connection {
    /// Looks for addresses and key where the arguments, the environment and the data folder say.
    pub(crate) fn open(shared: &Shared) -> Result<Self, Failure> {
        let place = endpoints_file(shared)?;
        let endpoints = read_endpoints(&place)?;
        let folder = data_folder(shared, &place);
        let key = key(&folder)?;
        let parsed = key
            .parse::<KeyText>()
            .map_err(|error| Failure::Unauthorised(format!("the key cannot be used: {error}")))?;
        let caller = caller(endpoints.clone(), SecretString::from(key))?;
        Ok(Self {
            endpoints,
            key_id: parsed.id,
            folder,
            caller,
        })
    }

    /// The observer's routes.
    pub(crate) fn observer(&self) -> Observer {
        Observer::new(self.caller.clone())
    }

    /// The proposal service's routes.
    pub(crate) fn proposals(&self) -> ProposalService {
        ProposalService::new(self.caller.clone())
    }

    /// Patch-apply's routes.
    pub(crate) fn patches(&self) -> PatchApply {
        PatchApply::new(self.caller.clone())
    }

    /// The tune gateway's routes.
    pub(crate) fn gateway(&self) -> TuneGateway {
        TuneGateway::new(self.caller.clone())
    }

    /// The routes that every service has.
    pub(crate) fn shared(&self, service: Service) -> SharedRoutes {
        SharedRoutes::new(self.caller.clone(), service)
    }
}

/// Calls without a key, for the routes that need none.
pub(crate) fn without_key(shared: &Shared) -> Result<(Endpoints, Caller), Failure> {
    let endpoints = read_endpoints(&endpoints_file(shared)?)?;
    let caller = caller(endpoints.clone(), SecretString::from("none"))?;
    Ok((endpoints, caller))
}

fn caller(endpoints: Endpoints, key: SecretString) -> Result<Caller, Failure> {
    let caller = Caller::new(None, endpoints, key, Clock::system());
    caller.map_err(|error| Failure::failed(error.to_string()))
}

/// The file with the addresses.
pub(crate) fn endpoints_file(shared: &Shared) -> Result<PathBuf, Failure> {
    if let Some(file) = &shared.endpoints {
        return Ok(file.clone());
    }
    if shared.data.is_none()
        && let Some(file) = variable("ATTUNE_ENDPOINTS")?
    {
        return Ok(PathBuf::from(file));
    }
    let folder = shared.data.as_deref().unwrap_or(Path::new(DEFAULT_FOLDER));
    Ok(folder.join(ENDPOINTS_FILE))
}

fn read_endpoints(file: &Path) -> Result<Endpoints, Failure> {
    let endpoints: Option<Endpoints> =
        read_json(file).map_err(|error| Failure::Usage(format!("{error:#}")))?;
    endpoints.ok_or_else(|| {
        Failure::Unreachable(format!(
            "{} is not there, so the services are not known; start them with `attune up`, or name \
             the file with --endpoints FILE or the folder with --data DIR",
            file.display()
        ))
    })
}

/// Where the key is and things are remembered: the folder asked for, else that of the addresses.
fn data_folder(shared: &Shared, endpoints: &Path) -> PathBuf {
    match (&shared.data, endpoints.parent()) {
        (Some(folder), _) => folder.clone(),
        (None, Some(parent)) if !parent.as_os_str().is_empty() => parent.to_owned(),
        (None, _) => PathBuf::from("."),
    }
}

fn key(folder: &Path) -> Result<String, Failure> {
    if let Some(key) = variable("ATTUNE_KEY")? {
        return Ok(key.trim().to_owned());
    }
    let file = folder.join("admin.key");
    match fs::read_to_string(&file) {
        Ok(key) => Ok(key.trim().to_owned()),
        Err(error) => Err(Failure::Unauthorised(format!(
            "no key: ATTUNE_KEY and ATTUNE_KEY_FILE are not set, and {} cannot be read: {error}",
            file.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(folder: &Path) -> Shared {
        Shared {
            data: Some(folder.to_owned()),
            ..Shared::default()
        }
    }

    #[test]
    fn the_folder_holds_addresses_and_key() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        assert_eq!(
            Connection::open(&shared(folder)).unwrap_err().exit_code(),
            5
        );

        let text = r#"{"observer": "http://127.0.0.1:1"}"#;
        fs::write(folder.join(ENDPOINTS_FILE), text).unwrap();
        let refusal = Connection::open(&shared(folder)).unwrap_err();
        assert_eq!(refusal.exit_code(), 4, "{refusal}");

        fs::write(folder.join("admin.key"), "not a key\n").unwrap();
        assert_eq!(
            Connection::open(&shared(folder)).unwrap_err().exit_code(),
            4
        );

        fs::remove_file(folder.join("admin.key")).unwrap();
        let keys = service_kit::auth::first_keys(folder).unwrap();
        let connection = Connection::open(&shared(folder)).unwrap();
        assert_eq!(connection.key_id, keys.admin.id);
        assert_eq!(connection.endpoints.len(), 1);
    }

    #[test]
    fn addresses_that_are_none_are_a_usage_error() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("elsewhere.json");
        let named = Shared {
            endpoints: Some(file.clone()),
            ..Shared::default()
        };
        assert_eq!(without_key(&named).unwrap_err().exit_code(), 5);
        for text in [
            "[]",
            r#"{"nobody": "http://127.0.0.1:1"}"#,
            r#"{"observer": 3}"#,
        ] {
            fs::write(&file, text).unwrap();
            assert_eq!(without_key(&named).unwrap_err().exit_code(), 2, "{text}");
        }
    }
}
