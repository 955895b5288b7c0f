//! Decisions: plain functions over plain values.

pub(crate) mod approval;
pub(crate) mod breaker;
pub(crate) mod case;
pub(crate) mod draft;
pub(crate) mod event;
pub(crate) mod markdown;
pub(crate) mod notice;
pub(crate) mod path;
pub(crate) mod standing;
pub(crate) mod window;
