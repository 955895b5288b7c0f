//! What was found in a body: operations, and how many records are not kept, by reason.

use types::event::Operation;

use super::{Attributes, Log, Span, log::map_log, names::Field, span::map_span};
use crate::domain::event::UNKNOWN_AGENT;

/// Why a record is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Its trace id or span id is not one.
    InvalidId,
    /// It does not say when it happened.
    MissingTime,
    /// Its fields are of other types than they should be.
    Unreadable,
    /// It is a span among log records, or the other way round.
    WrongSignal,
    /// Nothing is wrong with it, but no agent did anything that is recorded.
    NotAnOperation,
}

impl Rejection {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::InvalidId,
        Self::MissingTime,
        Self::Unreadable,
        Self::WrongSignal,
        Self::NotAnOperation,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidId => "INVALID_ID",
            Self::MissingTime => "MISSING_TIME",
            Self::Unreadable => "UNREADABLE",
            Self::WrongSignal => "WRONG_SIGNAL",
            Self::NotAnOperation => "NOT_AN_OPERATION",
        }
    }

    /// The same in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::InvalidId => "trace id of 16 bytes or span id of 8 bytes is missing",
            Self::MissingTime => "record without a time",
            Self::Unreadable => "record whose fields have other types than OTLP's",
            Self::WrongSignal => "span among log records, or log record among spans",
            Self::NotAnOperation => "record that is no operation of an agent",
        }
    }
}

/// How many records are not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rejected([u64; Rejection::ALL.len()]);

impl Rejected {
    /// How many for this reason.
    pub fn count(&self, rejection: Rejection) -> u64 {
        self.0[rejection as usize]
    }

    /// How many in all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The reasons that occurred, and how often.
    pub fn reasons(&self) -> impl Iterator<Item = (Rejection, u64)> + '_ {
        let all = Rejection::ALL.into_iter().zip(self.0);
        all.filter(|(_, count)| *count != 0)
    }
}

/// What was found in a body.
#[derive(Debug, Default)]
pub struct Found {
    /// The operations, not redacted yet.
    pub operations: Vec<Operation>,
    /// What is not kept.
    pub rejected: Rejected,
}

impl Found {
    pub(super) fn reject(&mut self, rejection: Rejection) {
        self.rejected.0[rejection as usize] += 1;
    }

    /// Takes a span, or why it is none.
    pub(super) fn span(&mut self, span: Result<Span<'_>, Rejection>) {
        self.record(|operations| {
            map_span(&span?, operations);
            Ok(())
        });
    }

    /// Takes a log record, or why it is none.
    pub(super) fn log(&mut self, log: Result<Log<'_>, Rejection>) {
        self.record(|operations| {
            operations.extend(map_log(&log?));
            Ok(())
        });
    }

    fn record(&mut self, map: impl FnOnce(&mut Vec<Operation>) -> Result<(), Rejection>) {
        let before = self.operations.len();
        match map(&mut self.operations) {
            Err(rejection) => self.reject(rejection),
            Ok(()) if self.operations.len() == before => self.reject(Rejection::NotAnOperation),
            Ok(()) => {}
        }
    }

    /// Says whose the operations from `first` on are, and of which session, where they do not say
    /// it themselves.
    pub(super) fn sent_by(&mut self, first: usize, resource: &Attributes<'_>) {
        let agent = resource.text(Field::Agent);
        let agent = agent.or_else(|| resource.text(Field::Service));
        let session = resource.shown(Field::Session);
        for operation in &mut self.operations[first..] {
            if let Some(agent) = agent
                && operation.agent == UNKNOWN_AGENT
            {
                agent.clone_into(&mut operation.agent);
            }
            if operation.session_id.is_none() {
                operation.session_id.clone_from(&session);
            }
        }
    }
}
