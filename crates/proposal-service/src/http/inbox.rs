//! The inbox: notices whose time has come.

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use service_kit::{Problem, http::Fields};
use types::{ProposalId, Timestamp, analysis::Severity};
use utoipa::{IntoParams, ToSchema};

use super::proposal::checked_limit;
use crate::{
    app::{App, cursor, place},
    store::notice::{self, Shown},
};

/// What kind of thing a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// Something waits for a person's review or merge.
    Review,
    /// Something went on as it should.
    News,
    /// Something stopped, or a person must act.
    Alert,
    /// Stands for many that wait for review.
    Summary,
}

impl NoticeKind {
    fn named(name: &str) -> Self {
        match name {
            "review" => Self::Review,
            "news" => Self::News,
            "summary" => Self::Summary,
            _ => Self::Alert,
        }
    }
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// What kind of thing it tells.
    pub kind: NoticeKind,
    /// How bad, and so how soon it was shown.
    pub severity: Severity,
    /// The proposal it is about, if it is about one.
    pub proposal_id: Option<ProposalId>,
    /// What it says.
    pub text: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it was shown.
    pub shown_at: Timestamp,
}

/// The notices that were shown, the newest first, and how many are to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Inbox {
    /// The notices.
    pub data: Vec<Notice>,
    /// Pass as `cursor` for the next page; absent on the last.
    pub next_cursor: Option<String>,
    /// How many wait for their hour.
    pub waiting: u64,
    /// When the first of them is shown.
    pub next_at: Option<Timestamp>,
}

impl From<Shown> for Notice {
    fn from(shown: Shown) -> Self {
        Self {
            id: shown.id,
            kind: NoticeKind::named(&shown.kind),
            severity: shown.severity,
            proposal_id: shown.proposal_id,
            text: shown.text,
            at: shown.at,
            shown_at: shown.shown_at,
        }
    }
}

/// Which part of the inbox.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InboxQuery {
    /// The `next_cursor` of the page before.
    #[serde(default)]
    #[param(pattern = "^[0-9a-f]{1,15}[.][0-9a-f-]{36}$")]
    cursor: Option<String>,
    /// How many: 50 when absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// What people should know: critical at once, high every hour, the rest once a day.
#[utoipa::path(get, path = "/inbox", tag = "inbox", params(InboxQuery),
    responses((status = 200, body = Inbox)))]
pub(super) async fn list(
    app: Data<App>,
    Fields(query): Fields<InboxQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = checked_limit(query.limit)?;
    let after = query.cursor.as_deref().map(place).transpose();
    let after = after.map_err(|error| Problem::invalid_field("cursor", error))?;
    let after = after
        .as_ref()
        .map(|place| (place.created_at, place.id.as_str()));
    let mut shown = notice::page(&app.db, after, limit + 1).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let goes_on = most < shown.len();
    shown.truncate(most);
    let last = shown.last().filter(|_| goes_on);
    let next_cursor = last.map(|last| cursor(last.shown_at, &last.id));
    let (waiting, next_at) = notice::waiting(&app.db).await?;
    let data = shown.into_iter().map(Notice::from).collect();
    Ok(HttpResponse::Ok().json(Inbox {
        data,
        next_cursor,
        waiting,
        next_at,
    }))
}
