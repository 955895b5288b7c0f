//! The append-only, hash-chained record of every change.

use serde::Serialize;
use serde_json::{Value, json};
use types::{
    Digest,
    journal::{JournalCheck, JournalEntry, JournalPage},
};

use crate::{
    args,
    db::{Db, DbError, FromRow, Row, Tx},
};

pub(crate) struct Change<'a> {
    pub(crate) action: &'static str,
    pub(crate) subject: &'a str,
    pub(crate) before: Option<Digest>,
    pub(crate) after: Option<Digest>,
}

/// Digest of a value's canonical JSON: keys sorted, no white space.
pub(crate) fn fingerprint(value: &impl Serialize) -> Result<Digest, DbError> {
    let value = serde_json::to_value(value).map_err(|error| DbError::Value(error.to_string()))?;
    Ok(Digest::of(value.to_string()))
}

struct Head {
    sequence: i64,
    hash: Digest,
}

impl FromRow for Head {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            sequence: row.get("sequence")?,
            hash: row.get("hash")?,
        })
    }
}

/// Appends an entry. The head row is locked until the change commits, so the chain has no forks.
pub(crate) async fn append(tx: &mut Tx, change: Change<'_>) -> Result<(), DbError> {
    let head: Head = tx
        .fetch_one(
            "UPDATE journal_head SET sequence = sequence + 1 RETURNING sequence, hash",
            vec![],
        )
        .await?;
    let mut entry = JournalEntry {
        sequence: head.sequence,
        at: tx.now(),
        actor: tx.act().actor.clone(),
        action: change.action.to_owned(),
        subject: change.subject.to_owned(),
        before: change.before,
        after: change.after,
        previous: head.hash.clone(),
        hash: head.hash,
    };
    entry.hash = link(&entry);
    tx.execute("UPDATE journal_head SET hash = $1", args![&entry.hash])
        .await?;
    tx.execute(
        "INSERT INTO journal (sequence, at, actor, action, subject, before, after, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            entry.sequence,
            entry.at,
            entry.actor,
            entry.action,
            entry.subject,
            entry.before,
            entry.after,
            entry.previous,
            entry.hash
        ],
    )
    .await
    .map(drop)
}

/// SHA-256 of the previous hash and the entry's canonical JSON without its hashes.
fn link(entry: &JournalEntry) -> Digest {
    let content: Value = json!({
        "sequence": entry.sequence,
        "at": entry.at.as_micros(),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
    });
    Digest::of(format!("{}{content}", entry.previous))
}

impl FromRow for JournalEntry {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            sequence: row.get("sequence")?,
            at: row.get("at")?,
            actor: row.get("actor")?,
            action: row.get("action")?,
            subject: row.get("subject")?,
            before: row.get("before")?,
            after: row.get("after")?,
            previous: row.get("previous")?,
            hash: row.get("hash")?,
        })
    }
}

/// A page of entries after the given number, oldest first.
pub(crate) async fn page(db: &Db, after: i64, limit: i64) -> Result<JournalPage, DbError> {
    let data: Vec<JournalEntry> = db
        .fetch_all(
            "SELECT * FROM journal WHERE sequence > $1 ORDER BY sequence LIMIT $2",
            args![after, limit],
        )
        .await?;
    let full = i64::try_from(data.len()).is_ok_and(|count| count == limit);
    let next_cursor = data
        .last()
        .filter(|_| full)
        .map(|entry| entry.sequence.to_string());
    Ok(JournalPage { data, next_cursor })
}

/// Walks the whole chain and says whether it is intact.
pub async fn verify(db: &Db) -> Result<JournalCheck, DbError> {
    const PAGE: i64 = 1_000;
    // Others go on writing: what was there at first must be there, and no more than at last.
    let first = head(db).await?;
    let genesis = genesis()?;
    let (mut previous, mut sequence, mut fault) = (genesis.clone(), 0_i64, None);
    'chain: loop {
        let entries = page(db, sequence, PAGE).await?.data;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            fault = misfit(&entry, sequence, &previous);
            let is_head = entry.sequence == first.sequence;
            if fault.is_none() && is_head && entry.hash != first.hash {
                fault = Some(format!(
                    "entry {} is not the one that the head names",
                    first.sequence
                ));
            }
            if fault.is_some() {
                break 'chain;
            }
            (sequence, previous) = (entry.sequence, entry.hash);
        }
    }
    if fault.is_none() {
        fault = misplaced(sequence, first.sequence, head(db).await?.sequence);
    }
    Ok(JournalCheck {
        intact: fault.is_none(),
        entries: sequence,
        head: (previous != genesis).then_some(previous),
        fault,
    })
}

async fn head(db: &Db) -> Result<Head, DbError> {
    db.fetch_one("SELECT sequence, hash FROM journal_head", vec![])
        .await
}

/// What is wrong with where the chain ends, given the head before and after it was read.
fn misplaced(end: i64, before: i64, after: i64) -> Option<String> {
    if end < before {
        return Some(format!(
            "the head names entry {before}, the last entry is {end}: entries are missing at the end"
        ));
    }
    (after < end).then(|| {
        format!("the head names entry {after}, the last entry is {end}: entries were added")
    })
}

fn misfit(entry: &JournalEntry, last: i64, previous: &Digest) -> Option<String> {
    let number = entry.sequence;
    if number != last + 1 {
        return Some(format!("entry {} is missing", last + 1));
    }
    if entry.previous != *previous {
        return Some(format!("entry {number} does not follow from entry {last}"));
    }
    (entry.hash != link(entry)).then(|| format!("entry {number} was changed after it was written"))
}

fn genesis() -> Result<Digest, DbError> {
    "0".repeat(64)
        .parse()
        .map_err(|error: types::Invalid| DbError::Value(error.to_string()))
}
