//! Which services there are.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Invalid;

/// One of Attune's services.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Windows, verdicts, truth rules.
    TuneGateway,
    /// Operations, findings, playbooks.
    Observer,
    /// Proposals, decisions, notices, breakers.
    ProposalService,
    /// Branches, policy, pull requests, deployments, reverts.
    PatchApply,
}

impl Service {
    /// All of them, in the order of their ports.
    pub const ALL: [Self; 4] = [
        Self::TuneGateway,
        Self::Observer,
        Self::ProposalService,
        Self::PatchApply,
    ];

    /// The name used in settings, keys, logs and containers.
    pub fn name(self) -> &'static str {
        match self {
            Self::TuneGateway => "tune-gateway",
            Self::Observer => "observer",
            Self::ProposalService => "proposal-service",
            Self::PatchApply => "patch-apply",
        }
    }

    /// The port it listens on unless told otherwise.
    pub fn default_port(self) -> u16 {
        match self {
            Self::TuneGateway => 3700,
            Self::Observer => 3800,
            Self::ProposalService => 3810,
            Self::PatchApply => 3820,
        }
    }

    /// Its place when all services listen on consecutive ports.
    pub fn port_offset(self) -> u16 {
        match self {
            Self::TuneGateway => 0,
            Self::Observer => 1,
            Self::ProposalService => 2,
            Self::PatchApply => 3,
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Service {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|service| service.name() == text)
            .ok_or_else(|| Invalid::expected("the name of a service, such as observer"))
    }
}
