//! Which keys a service knows.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use subtle::ConstantTimeEq;
use types::{
    Digest, Timestamp,
    key::{KeyRecord, NewKey, Role},
};

use super::{FileKeys, KeyText};
use crate::{
    act::Act,
    args,
    db::{Db, DbError, FromRow, Row},
};

/// How long a key works unless it says otherwise.
const LIFE: Duration = Duration::from_secs(90 * 24 * 3_600);

/// Whose key a request shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The id of the key.
    pub key_id: String,
    /// The person or service.
    pub name: String,
    /// What the key allows.
    pub role: Role,
}

/// The keys of one service: stored in its database, held in memory.
#[derive(Clone, Debug)]
pub struct Keyring {
    db: Db,
    known: Arc<RwLock<HashMap<String, Known>>>,
}

#[derive(Clone, Debug)]
struct Known {
    record: KeyRecord,
    hash: Digest,
}

impl FromRow for Known {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            record: KeyRecord::from_row(row)?,
            hash: row.get("hash")?,
        })
    }
}

impl FromRow for KeyRecord {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get("id")?,
            role: row.name("role")?,
            person: row.get("person")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
            revoked_at: row.get("revoked_at")?,
        })
    }
}

impl Keyring {
    /// Loads the keys, after registering those of the installation's key files.
    pub async fn open(db: Db, files: &FileKeys, act: &Act) -> Result<Self, DbError> {
        let ring = Self {
            db,
            known: Arc::default(),
        };
        for (key, person) in [(&files.admin, "owner"), (&files.service, "service")] {
            ring.register_file_key(key, person, act).await?;
        }
        ring.reload().await?;
        Ok(ring)
    }

    async fn register_file_key(
        &self,
        key: &KeyText,
        person: &str,
        act: &Act,
    ) -> Result<(), DbError> {
        let mut tx = self.db.begin(act).await?;
        let new = tx
            .execute(
                "INSERT INTO api_key (id, hash, role, person, created_at)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                args![&key.id, key.hash(), key.role.name(), person, act.at],
            )
            .await?;
        if new == 1 {
            let facts = serde_json::json!({ "role": key.role, "person": person });
            tx.journal(
                "key.create",
                &format!("key/{}", key.id),
                None::<&()>,
                Some(&facts),
            )
            .await?;
        }
        tx.commit().await
    }

    /// Reads the keys again, for changes that another replica made.
    pub async fn reload(&self) -> Result<(), DbError> {
        let all: Vec<Known> = self
            .db
            .fetch_all(
                "SELECT id, hash, role, person, created_at, expires_at, revoked_at FROM api_key",
                vec![],
            )
            .await?;
        let map = all
            .into_iter()
            .map(|known| (known.record.id.clone(), known))
            .collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = map;
        Ok(())
    }

    /// Whose key this is, if it is one that works at `now`.
    pub fn principal(&self, text: &str, now: Timestamp) -> Option<Principal> {
        let id = text.split('_').nth(2)?;
        let known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()?;
        let hash = Digest::of(text);
        let same: bool = hash
            .as_str()
            .as_bytes()
            .ct_eq(known.hash.as_str().as_bytes())
            .into();
        let record = known.record;
        let live =
            record.revoked_at.is_none() && record.expires_at.is_none_or(|expiry| now < expiry);
        (same && live).then_some(Principal {
            key_id: record.id,
            name: record.person,
            role: record.role,
        })
    }

    /// All keys, oldest first, without their texts.
    pub async fn list(&self) -> Result<Vec<KeyRecord>, DbError> {
        self.db
            .fetch_all(
                "SELECT id, role, person, created_at, expires_at, revoked_at
                 FROM api_key ORDER BY created_at, id",
                vec![],
            )
            .await
    }

    /// Registers a key; `None` if the id or the text is taken by another.
    pub async fn create(&self, new: &NewKey, act: &Act) -> Result<Option<KeyRecord>, DbError> {
        let record = KeyRecord {
            id: new.id.clone(),
            role: new.role,
            person: new.person.clone(),
            created_at: act.at,
            expires_at: Some(new.expires_at.unwrap_or_else(|| act.at.plus(LIFE))),
            revoked_at: None,
        };
        let mut tx = self.db.begin(act).await?;
        let inserted = tx
            .execute(
                "INSERT INTO api_key (id, hash, role, person, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                args![
                    &record.id,
                    &new.hash,
                    record.role.name(),
                    &record.person,
                    record.created_at,
                    record.expires_at
                ],
            )
            .await?;
        if inserted == 0 {
            return Ok(None);
        }
        tx.journal(
            "key.create",
            &format!("key/{}", record.id),
            None::<&()>,
            Some(&record),
        )
        .await?;
        tx.commit_with(201, &record).await?;
        self.reload().await?;
        Ok(Some(record))
    }

    /// Ends a key for good; `None` if there is no such key. Doing it twice changes nothing.
    pub async fn revoke(&self, id: &str, act: &Act) -> Result<Option<KeyRecord>, DbError> {
        const FIND: &str = "SELECT id, role, person, created_at, expires_at, revoked_at
                            FROM api_key WHERE id = $1";
        let mut tx = self.db.begin(act).await?;
        let Some(before) = tx.fetch_optional::<KeyRecord>(FIND, args![id]).await? else {
            return Ok(None);
        };
        if before.revoked_at.is_some() {
            return Ok(Some(before));
        }
        tx.execute(
            "UPDATE api_key SET revoked_at = $1 WHERE id = $2",
            args![act.at, id],
        )
        .await?;
        let after: KeyRecord = tx.fetch_one(FIND, args![id]).await?;
        tx.journal(
            "key.revoke",
            &format!("key/{id}"),
            Some(&before),
            Some(&after),
        )
        .await?;
        tx.commit_with(200, &after).await?;
        self.reload().await?;
        Ok(Some(after))
    }
}
