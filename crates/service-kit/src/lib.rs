//! What Attune's services do alike: settings, logs, keys, problem+json, the HTTP shell, one way to
//! talk to SQLite and PostgreSQL, durable steps, the clock, and the way to stop.

pub mod act;
pub mod auth;
pub mod caller;
pub mod clock;
pub mod db;
pub mod http;
pub mod jobs;
pub mod kit;
pub mod main_loop;
pub mod problem;
pub mod protobuf;
pub mod redaction;
pub mod settings;
pub mod steps;
pub mod tasks;
pub mod telemetry;
pub mod trace;

pub use act::Act;
pub use clock::Clock;
pub use kit::Kit;
pub use problem::Problem;
