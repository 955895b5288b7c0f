//! The routes of patch-apply.

mod actions;
mod git;
mod policy;
mod problem;
mod pulls;
mod runs;
mod windows;

pub use runs::RunPage;

use service_kit::http::{Access, Endpoint};
use utoipa::OpenApi;

/// Whole files of the proposals branch may be larger than other bodies.
const COMMIT_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Every route of this service's own.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/git/head", Access::Read, git::head),
        Endpoint::get("/git/files", Access::Read, git::file),
        Endpoint::get("/git/tree", Access::Read, git::folder),
        Endpoint::post("/git/commits", Access::Serve, git::commit)
            .with_body_limit(COMMIT_BODY_BYTES),
        Endpoint::post("/policy/check", Access::Act, policy::check),
        Endpoint::post("/actions/write_patch", Access::Serve, actions::write_patch),
        Endpoint::post(
            "/actions/validate_branch",
            Access::Serve,
            actions::validate_branch,
        ),
        Endpoint::post("/actions/open_pr", Access::Serve, actions::open_pull),
        Endpoint::post("/actions/revert", Access::Serve, actions::revert),
        Endpoint::get("/pulls", Access::Read, pulls::list),
        Endpoint::get("/pulls/{number:[0-9]+}", Access::Read, pulls::detail),
        Endpoint::get("/pulls/{number:[0-9]+}.diff", Access::Read, pulls::diff),
        Endpoint::post("/pulls/{number:[0-9]+}/merge", Access::Decide, pulls::merge),
        Endpoint::get("/runs", Access::Read, runs::list),
        Endpoint::get("/runs/{id}", Access::Read, runs::detail),
        Endpoint::post("/windows/closed", Access::Serve, windows::closed),
    ]
}

/// The documentation of those routes.
#[derive(OpenApi)]
#[openapi(paths(
    git::head,
    git::file,
    git::folder,
    git::commit,
    policy::check,
    actions::write_patch,
    actions::validate_branch,
    actions::open_pull,
    actions::revert,
    pulls::list,
    pulls::detail,
    pulls::diff,
    pulls::merge,
    runs::list,
    runs::detail,
    windows::closed
))]
pub struct Api;
