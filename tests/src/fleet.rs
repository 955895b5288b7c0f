//! A small fleet whose failures follow the personas that are deployed.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use clients::{Observer, PatchApply};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{task::JoinHandle, time::sleep};
use types::{
    Timestamp,
    event::{EventType, Operation},
};

use crate::{
    site::Site,
    target::{AGENTS_FILE, BYSTANDER, Worker, personas},
};

/// How long a session takes.
const SESSION: Duration = Duration::from_secs(20);
/// Between two sessions of a worker.
const WAIT: Duration = Duration::from_secs(12);
/// Between two sessions in the past that a worker has when it begins.
const PAST_WAIT: Duration = Duration::from_secs(180);
/// How far that past reaches.
const PAST: Duration = Duration::from_secs(24 * 3_600);
/// How often the fleet sends what happened, in real time.
const SEND_EVERY: Duration = Duration::from_millis(150);
/// How many operations are sent at once.
const BATCH: usize = 1_000;

/// Where the fleet reads what is deployed.
#[derive(Clone, Debug)]
pub enum Deployed {
    /// A folder that the deploy steps write.
    Folder(PathBuf),
    /// The target branch itself, for an installation without deploy steps.
    Branch(PatchApply),
}

impl Deployed {
    async fn agents_yaml(&self) -> Option<String> {
        match self {
            Self::Folder(folder) => fs::read_to_string(folder.join(AGENTS_FILE)).ok(),
            Self::Branch(patches) => patches.file("main", AGENTS_FILE).await.ok()?.text,
        }
    }
}

/// A fleet at work; it stops when it is dropped.
#[derive(Debug)]
pub struct Fleet {
    at_work: Arc<Mutex<Vec<Worker>>>,
    task: JoinHandle<()>,
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Fleet {
    /// Starts to send; at first only the bystander works.
    pub fn start(site: &Site, deployed: Deployed, seed: u64) -> Self {
        let at_work = Arc::new(Mutex::new(vec![BYSTANDER]));
        let shift = Shift {
            observer: site.observer(),
            clock: site.clock.clone(),
            deployed,
            personas: BTreeMap::new(),
            draws: StdRng::seed_from_u64(seed),
            until: BTreeMap::new(),
            sessions: 0,
            seed,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the fleet is outside the services and ends with the test"
        )]
        let task = tokio::spawn(shift.run(Arc::clone(&at_work)));
        Self { at_work, task }
    }

    /// Lets a worker begin, with a day of work behind it.
    pub fn begin(&self, worker: Worker) {
        let mut at_work = self.at_work.lock().unwrap();
        if !at_work.contains(&worker) {
            at_work.push(worker);
        }
    }
}

struct Shift {
    observer: Observer,
    clock: service_kit::Clock,
    deployed: Deployed,
    personas: BTreeMap<String, String>,
    draws: StdRng,
    /// Until when each worker's sessions are sent.
    until: BTreeMap<&'static str, Timestamp>,
    sessions: u64,
    seed: u64,
}

impl Shift {
    async fn run(mut self, at_work: Arc<Mutex<Vec<Worker>>>) {
        loop {
            if let Some(personas) = self
                .deployed
                .agents_yaml()
                .await
                .as_deref()
                .and_then(personas)
            {
                self.personas = personas;
            }
            let workers = at_work.lock().unwrap().clone();
            let now = self.clock.now();
            let mut operations: Vec<Operation> = Vec::new();
            for worker in workers {
                operations.extend(self.work(worker, now));
            }
            for batch in operations.chunks(BATCH) {
                self.send(batch).await;
            }
            sleep(SEND_EVERY).await;
        }
    }

    /// What a worker did since it was last asked.
    fn work(&mut self, worker: Worker, now: Timestamp) -> Vec<Operation> {
        let mut operations = Vec::new();
        let mut start = match self.until.get(worker.agent) {
            Some(until) => *until,
            None => {
                let begun = now.minus(SESSION);
                let mut past = begun.minus(PAST);
                while past < begun {
                    operations.extend(self.session(worker, past));
                    past = past.plus(PAST_WAIT);
                }
                begun
            }
        };
        while start.plus(SESSION) <= now {
            operations.extend(self.session(worker, start));
            start = start.plus(WAIT);
        }
        self.until.insert(worker.agent, start);
        operations
    }

    fn session(&mut self, worker: Worker, start: Timestamp) -> Vec<Operation> {
        self.sessions += 1;
        let session = format!("{:x}-{:08x}", self.seed, self.sessions);
        let persona = self.personas.get(worker.agent).map_or("", String::as_str);
        let fails = self.draws.random_bool(failure_rate(worker, persona));
        let happening = |number: u32, event_type| Operation {
            event_id: format!("{session}-{number}"),
            session_id: Some(session.clone()),
            ..operation(worker, start.plus(SESSION / 4 * number), event_type)
        };
        let mut operations = vec![happening(1, EventType::ToolCall)];
        if fails {
            operations[0] = failed(operations[0].clone(), worker);
            operations.push(failed(happening(2, EventType::TaskFailure), worker));
        }
        operations.push(Operation {
            tool: None,
            ..happening(3, EventType::SessionEnd)
        });
        operations
    }

    /// Sends until the observer says that it is on disk.
    async fn send(&self, batch: &[Operation]) {
        loop {
            match self.observer.send(batch).await {
                Ok(outcome) => {
                    assert_eq!(outcome.rejected, 0, "{:?}", outcome.errors);
                    return;
                }
                Err(_) => sleep(SEND_EVERY).await,
            }
        }
    }
}

/// How often a session fails for an agent that is told this.
fn failure_rate(worker: Worker, persona: &str) -> f64 {
    if worker == BYSTANDER {
        0.05
    } else if persona.contains("never retry") {
        0.75
    } else if persona.contains("retry it once") {
        0.06
    } else {
        0.3
    }
}

fn failed(operation: Operation, worker: Worker) -> Operation {
    Operation {
        success: false,
        error_code: Some("TIMEOUT".to_owned()),
        error_message: Some(format!("the call of {} timed out after 30 s", worker.tool)),
        error_category: Some("timeout".to_owned()),
        ..operation
    }
}

fn operation(worker: Worker, timestamp: Timestamp, event_type: EventType) -> Operation {
    Operation {
        event_id: String::new(),
        timestamp,
        event_type,
        agent: worker.agent.to_owned(),
        tool: Some(worker.tool.to_owned()),
        success: true,
        error_code: None,
        error_message: None,
        latency_ms: Some(1_200.0),
        session_id: None,
        source: "fleet".to_owned(),
        endpoint: None,
        input_summary: None,
        output_summary: None,
        task_name: None,
        error_category: None,
        retry_count: None,
        correction_type: None,
        reason_category: None,
        feedback: None,
        model: None,
        tokens: None,
        task_class: None,
        scenario: None,
    }
}
