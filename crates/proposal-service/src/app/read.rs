//! Reads proposals.

use service_kit::db::DbError;
use types::{
    ProposalId, Timestamp,
    proposal::{ProposalPage, ProposalStatus},
};

use super::App;
use crate::{
    domain::{case::Case, markdown},
    store::proposal::{self, Place},
};

/// How many proposals the index names.
const INDEX_LINES: u32 = 2_000;

/// A text that is no cursor of ours.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("expected the next_cursor of a page")]
pub(crate) struct NoCursor;

/// A place in a list as text: a moment and an id.
pub(crate) fn cursor(at: Timestamp, id: &str) -> String {
    format!("{:x}.{id}", at.as_micros().max(0))
}

/// The place that a cursor names.
pub(crate) fn place(cursor: &str) -> Result<Place, NoCursor> {
    let (micros, id) = cursor.split_once('.').ok_or(NoCursor)?;
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_moment = (1..=15).contains(&micros.len()) && micros.bytes().all(is_hex);
    let is_id = id.len() == 36 && id.bytes().all(|byte| is_hex(byte) || byte == b'-');
    if !is_moment || !is_id {
        return Err(NoCursor);
    }
    let micros = i64::from_str_radix(micros, 16).map_err(|_| NoCursor)?;
    Ok(Place {
        created_at: Timestamp::from_micros(micros),
        id: id.to_owned(),
    })
}

impl App {
    /// One proposal.
    pub(crate) async fn proposal(&self, id: ProposalId) -> Result<Option<Case>, DbError> {
        proposal::find(&mut &self.db, id).await
    }

    /// Some proposals, the newest first.
    pub(crate) async fn proposals(
        &self,
        status: Option<ProposalStatus>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<ProposalPage, DbError> {
        let mut data = proposal::page(&self.db, status, after.as_ref(), limit + 1).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let goes_on = most < data.len();
        data.truncate(most);
        let last = data.last().filter(|_| goes_on);
        let next_cursor = last.map(|last| cursor(last.created_at, &last.id.to_string()));
        Ok(ProposalPage { data, next_cursor })
    }

    /// The index of all proposals as markdown.
    pub(crate) async fn index(&self) -> Result<String, DbError> {
        let lines = proposal::index_lines(&self.db, INDEX_LINES).await?;
        let all = proposal::count(&self.db).await?;
        let older = all.saturating_sub(u64::try_from(lines.len()).unwrap_or(u64::MAX));
        Ok(markdown::index(&lines, older))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place_and_nothing_else_is_one() {
        let id = "a1b2c3d4-0000-4000-8000-000000000001";
        let at = Timestamp::from_micros(1_768_046_400_123_456);
        let found = place(&cursor(at, id)).unwrap();
        assert_eq!(
            found,
            Place {
                created_at: at,
                id: id.to_owned()
            }
        );
        for wrong in [
            "",
            ".",
            "1.",
            "x.y",
            "1.' OR 1=1 --",
            &"9".repeat(400),
            "ffffffffffffffffff.x",
            "+1.a1b2c3d4-0000-4000-8000-000000000001",
            "A.a1b2c3d4-0000-4000-8000-000000000001",
        ] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }
}
