//! The target repository over HTTP.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    Problem,
    http::{Authorised, Body, Fields},
};
use types::patch::{CommitFiles, Committed, GitFile, GitHead, GitTree, HeadQuery, PathQuery};

use crate::app::App;

/// The most files of one commit.
const MOST_FILES: usize = 1_000;

/// The tip of a branch; the target branch when none is named.
#[utoipa::path(get, path = "/git/head", tag = "git", params(HeadQuery), responses(
    (status = 200, body = GitHead),
    (status = 409, description = "TARGET_NOT_CONFIGURED", content_type = "application/problem+json", body = types::problem::Problem)
))]
pub(super) async fn head(
    app: Data<App>,
    Fields(query): Fields<HeadQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.head(query.branch.as_deref()).await?))
}

/// A file at a commit or branch.
#[utoipa::path(get, path = "/git/files", tag = "git", params(PathQuery), responses(
    (status = 200, body = GitFile),
    (status = 409, description = "TARGET_NOT_CONFIGURED", content_type = "application/problem+json", body = types::problem::Problem)
))]
pub(super) async fn file(
    app: Data<App>,
    Fields(query): Fields<PathQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.file(query).await?))
}

/// A folder at a commit or branch.
#[utoipa::path(get, path = "/git/tree", tag = "git", params(PathQuery), responses(
    (status = 200, body = GitTree),
    (status = 409, description = "TARGET_NOT_CONFIGURED", content_type = "application/problem+json", body = types::problem::Problem)
))]
pub(super) async fn folder(
    app: Data<App>,
    Fields(query): Fields<PathQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(app.folder(query).await?))
}

/// Commits whole files onto the proposals branch or the journal branch.
#[utoipa::path(post, path = "/git/commits", tag = "git", request_body = CommitFiles, responses(
    (status = 200, body = Committed),
    (status = 409, description = "HEAD_MOVED: `context.head` is where the branch is; \
        BRANCH_NOT_OPEN; TARGET_NOT_CONFIGURED", content_type = "application/problem+json",
        body = types::problem::Problem)
))]
pub(super) async fn commit(
    app: Data<App>,
    act: Authorised,
    Body(request): Body<CommitFiles>,
) -> Result<HttpResponse, Problem> {
    for (field, text) in [("/message", &request.message), ("/author", &request.author)] {
        if text.trim().is_empty() || text.contains('\0') {
            return Err(Problem::invalid_field(field, "expected text without NUL"));
        }
    }
    if MOST_FILES < request.files.len() {
        return Err(Problem::invalid_field(
            "/files",
            "expected at most 1000 files",
        ));
    }
    Ok(HttpResponse::Ok().json(app.commit_files(&act, request).await?))
}
