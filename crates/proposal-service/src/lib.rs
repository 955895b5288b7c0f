//! Keeps proposals: what is proposed, who decided what on exactly which diff, how far each has
//! come, and when proposing has to pause. Every change of status is a commit on the proposals
//! branch.

mod app;
mod domain;
mod http;
mod jobs;
mod service;
mod settings;
mod store;

pub use http::{Inbox, Notice, NoticeKind};
pub use service::start;
pub use settings::ProposalSettings;
