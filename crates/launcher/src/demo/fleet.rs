//! A simulated fleet of agents, whose failures depend on what their personas tell them.
//!
//! Sessions arrive by chance, one Poisson process per agent. When they do, counted from the start of
//! the fleet, follows from the seed; how they go, from the seed and the text that is deployed; only
//! the ids also from the moment of the start. How the time is cut into calls of
//! [`Fleet::operations_between`] changes nothing.

mod accident;
mod clause;
mod cue;
mod draws;
mod habit;
mod roster;
mod session;
mod work;

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use types::{Timestamp, event::Operation};

pub use habit::{Habit, Habits, Stance};

use draws::Draws;
use roster::FLEET;
use session::Ids;
use work::Work;

/// The seed of the demo. For it, the tests check the course of the demo for every moment at which
/// a change may be deployed.
pub const SEED: u64 = 7;

/// How many sessions the whole fleet of the demo has in an hour; six in ten are ResearchAgent's.
pub const SESSIONS_PER_HOUR: f64 = 480.0;

/// How much of the past the demo sends first, as the baseline.
pub const BASELINE: Duration = Duration::from_hours(24);

/// A text that is no agents.yaml.
#[derive(Debug, thiserror::Error)]
#[error("the deployed agents.yaml cannot be read")]
pub struct InvalidAgents(#[source] Box<serde_saphyr::Error>);

/// The simulator.
#[derive(Debug)]
pub struct Fleet {
    seed: u64,
    sessions_per_hour: f64,
    arrivals: Vec<Arrivals>,
    /// What has been decided already but lies ahead.
    ahead: Vec<Operation>,
    deployed: Option<Deployed>,
}

/// The sessions of one agent, as they start.
#[derive(Debug)]
struct Arrivals {
    work: &'static Work,
    /// What its accidents come from, and when it arrives.
    keys: [u64; 2],
    draws: Draws,
    /// When the fleet started: part of every id, so that two runs never share one.
    origin: Timestamp,
    next: Timestamp,
    count: u64,
}

#[derive(Debug)]
struct Deployed {
    text: String,
    habits: BTreeMap<String, Habits>,
}

impl Fleet {
    /// A fleet with this many sessions an hour in all, held between one in ten thousand hours and
    /// ten million an hour.
    pub fn new(seed: u64, sessions_per_hour: f64) -> Self {
        Self {
            seed,
            sessions_per_hour: sessions_per_hour.clamp(1e-4, 1e7),
            arrivals: Vec::new(),
            ahead: Vec::new(),
            deployed: None,
        }
    }

    /// The names of the agents that work.
    pub fn agents() -> impl Iterator<Item = &'static str> {
        FLEET.iter().map(|work| work.agent)
    }

    /// What happens from `from` up to, not including, `to`, in order of time. A session works by
    /// the text that is deployed when it starts, and an agent that is not in it does not work.
    /// Each call starts where the one before ended; time that is left out is time without work.
    pub fn operations_between(
        &mut self,
        from: Timestamp,
        to: Timestamp,
        deployed_agents_yaml: &str,
    ) -> Result<Vec<Operation>, InvalidAgents> {
        self.deploy(deployed_agents_yaml)?;
        if self.arrivals.is_empty() {
            self.arrivals = self.first_arrivals(from);
        }
        let mut operations = std::mem::take(&mut self.ahead);
        let habits = self.deployed.as_ref().map(|deployed| &deployed.habits);
        for arrivals in &mut self.arrivals {
            let mean = mean_wait(self.sessions_per_hour, arrivals.work);
            while arrivals.next < to {
                let agent = arrivals.work.agent;
                let present = habits.and_then(|habits| habits.get(agent));
                if let (true, Some(habits)) = (arrivals.next >= from, present) {
                    operations.extend(arrivals.session(habits));
                }
                arrivals.advance(mean);
            }
        }
        operations.sort_by(|one, other| in_time(one).cmp(&in_time(other)));
        let past = operations.partition_point(|operation| operation.timestamp < to);
        self.ahead = operations.split_off(past);
        Ok(operations)
    }

    fn deploy(&mut self, text: &str) -> Result<(), InvalidAgents> {
        if self
            .deployed
            .as_ref()
            .is_none_or(|known| known.text != text)
        {
            self.deployed = Some(Deployed {
                text: text.to_owned(),
                habits: habits_by_agent(text)?,
            });
        }
        Ok(())
    }

    fn first_arrivals(&self, origin: Timestamp) -> Vec<Arrivals> {
        (0..)
            .zip(FLEET)
            .map(|(number, work)| {
                let keys = [self.seed, number];
                let mut arrivals = Arrivals {
                    work,
                    keys,
                    draws: Draws::keyed(&keys),
                    origin,
                    next: origin,
                    count: 0,
                };
                arrivals.advance(mean_wait(self.sessions_per_hour, work));
                arrivals
            })
            .collect()
    }
}

impl Arrivals {
    fn session(&self, habits: &Habits) -> Vec<Operation> {
        let [seed, agent] = self.keys;
        let draws = Draws::keyed(&[seed, agent, self.count]);
        let origin = self.origin.as_micros().unsigned_abs();
        let ids = Ids::drawn(Draws::keyed(&[seed, agent, self.count, origin]));
        session::operations(self.work, habits, self.next, draws, ids)
    }

    fn advance(&mut self, mean: Duration) {
        self.next = self.next.plus(mean.mul_f64(self.draws.waiting_time()));
        self.count += 1;
    }
}

fn mean_wait(sessions_per_hour: f64, work: &Work) -> Duration {
    Duration::from_secs_f64(3_600.0 / (sessions_per_hour * work.share))
}

fn in_time(operation: &Operation) -> (Timestamp, &str) {
    (operation.timestamp, &operation.event_id)
}

#[derive(Deserialize)]
struct AgentsFile {
    agents: BTreeMap<String, AgentEntry>,
}

#[derive(Deserialize)]
struct AgentEntry {
    #[serde(default)]
    prompt: String,
    #[serde(default)]
    persona: String,
}

/// What each agent's persona, and before it its prompt, makes it do.
fn habits_by_agent(agents_yaml: &str) -> Result<BTreeMap<String, Habits>, InvalidAgents> {
    let file: AgentsFile =
        serde_saphyr::from_str(agents_yaml).map_err(|cause| InvalidAgents(Box::new(cause)))?;
    let habits = |entry: &AgentEntry| Habits::of(&format!("{}\n\n{}", entry.prompt, entry.persona));
    let named = file.agents.iter();
    Ok(named
        .map(|(name, entry)| (name.clone(), habits(entry)))
        .collect())
}

#[cfg(test)]
mod tests;
