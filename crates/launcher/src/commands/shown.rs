//! Which diff a person was last shown here: what `approve ID` without a digest stands for.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use types::{Digest, ProposalId, Service};

use crate::{connection::Connection, failure::Failure, up::read_json};

const FILE: &str = "shown.json";

/// By channel and person, then by proposal.
type Seen = BTreeMap<String, BTreeMap<ProposalId, Digest>>;

/// What one person was shown through one installation's command line.
#[derive(Debug)]
pub(super) struct Shown {
    file: PathBuf,
    reader: String,
}

impl Shown {
    /// What the holder of this key was shown of these services.
    pub(super) fn to_reader(to: &Connection) -> Self {
        let address = to.endpoints.get(&Service::ProposalService);
        let address = address.map_or("", |address| address.as_str());
        Self::of(&to.folder, &format!("{address} {}", to.key_id))
    }

    fn of(folder: &Path, reader: &str) -> Self {
        Self {
            file: folder.join(FILE),
            reader: reader.to_owned(),
        }
    }

    /// The digest that was last shown for a proposal. What cannot be read was not shown.
    pub(super) fn digest(&self, id: ProposalId) -> Option<Digest> {
        self.seen().remove(&self.reader)?.remove(&id)
    }

    /// Remembers that a diff was shown.
    pub(super) fn remember(&self, id: ProposalId, digest: &Digest) -> Result<(), Failure> {
        let mut seen = self.seen();
        let of_reader = seen.entry(self.reader.clone()).or_default();
        of_reader.insert(id, digest.clone());
        let text =
            serde_json::to_vec_pretty(&seen).map_err(|error| Failure::failed(error.to_string()))?;
        let aside = self.file.with_extension("json.new");
        let written = fs::write(&aside, text).and_then(|()| fs::rename(&aside, &self.file));
        if let Err(error) = written {
            // Approving with the digest still works, so this is no reason to fail.
            eprintln!(
                "attune: {} cannot be written ({error}); approve with ID @DIGEST",
                self.file.display()
            );
        }
        Ok(())
    }

    fn seen(&self) -> Seen {
        read_json(&self.file).ok().flatten().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_person_was_shown_is_not_shown_to_another() {
        let place = tempfile::tempdir().unwrap();
        let id: ProposalId = "8c3f1a52-9d0e-4b7a-a1c6-2f4d5e6b7a80".parse().unwrap();
        let mira = Shown::of(place.path(), "http://here mira");
        let noor = Shown::of(place.path(), "http://here noor");
        assert_eq!(mira.digest(id), None);
        for text in ["one", "two"] {
            mira.remember(id, &Digest::of(text)).unwrap();
        }
        assert_eq!(mira.digest(id), Some(Digest::of("two")));
        assert_eq!(noor.digest(id), None);
        noor.remember(id, &Digest::of("one")).unwrap();
        assert_eq!(mira.digest(id), Some(Digest::of("two")));
    }
}
