//! The services' HTTP APIs as typed calls: one file per service.

mod error;
mod observed;
mod observer;
mod patch_apply;
mod proposal_service;
mod shared;
mod tune_gateway;

pub use error::ClientError;
pub use observed::{About, Observed, Outcome};
pub use observer::{FindingFilter, Observer, OperationFilter};
pub use patch_apply::PatchApply;
pub use proposal_service::{ProposalFilter, ProposalService};
pub use shared::Shared;
pub use tune_gateway::{TuneGateway, WindowFilter};
