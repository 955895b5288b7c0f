//! Raw logs of agents as operations.
//!
//! A [`Reader`] is fed the bytes of one file in pieces of any size and gives back operations with
//! the line they came from. What it cannot use it counts by reason.

mod agbenchmark;
mod claude_code;
mod compose;
mod corrections;
mod detect;
mod framing;
mod langfuse;
pub mod otlp;
mod swe_agent;
mod tau_bench;
mod telemetry;
mod text;
mod tool_bench;
mod who_and_when;

use std::{collections::BTreeMap, path::Path};

use types::{Timestamp, event::Operation};

use framing::{Framing, Splitter};

pub use corrections::{OVERSEER_ENDPOINT, OVERSEER_SOURCE};
pub use framing::Place;

/// What wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Session transcripts of Claude Code.
    ClaudeCode,
    /// OpenTelemetry traces and logs as JSON, also as Tempo and Jaeger export them.
    Otlp,
    /// What docker compose prints, or the log of one service, such as AGiXT's.
    Compose,
    /// Corrections of an overseer, one a line.
    Corrections,
    /// Traces, observations and scores as Langfuse exports them.
    Langfuse,
    /// Telemetry events, or events as `POST /event` takes them, one a line.
    Telemetry,
    /// tau-bench result files.
    TauBench,
    /// ToolBench answer trees.
    ToolBench,
    /// SWE-agent trajectories.
    SweAgent,
    /// Reports of agbenchmark, one a line.
    AgBenchmark,
    /// Failure logs of the Who&When collection.
    WhoAndWhen,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::ClaudeCode,
        Self::Compose,
        Self::Corrections,
        Self::Langfuse,
        Self::Otlp,
        Self::Telemetry,
        Self::TauBench,
        Self::ToolBench,
        Self::SweAgent,
        Self::AgBenchmark,
        Self::WhoAndWhen,
    ];

    /// How many bytes of a file's start [`Format::detect`] wants to see.
    pub const DETECTION_BYTES: usize = 64 * 1024;

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Compose => "compose",
            Self::Corrections => "corrections",
            Self::Langfuse => "langfuse",
            Self::Otlp => "otlp",
            Self::Telemetry => "telemetry",
            Self::TauBench => "tau-bench",
            Self::ToolBench => "toolbench",
            Self::SweAgent => "swe-agent",
            Self::AgBenchmark => "agbenchmark",
            Self::WhoAndWhen => "who-and-when",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of a file, by its path and its first bytes.
    pub fn detect(path: &Path, head: &[u8]) -> Option<Self> {
        detect::detect(path, head)
    }

    /// What it is, for people.
    pub fn description(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code session transcripts (~/.claude/projects)",
            Self::Compose => {
                "docker compose output, or one service's own log, such as AGiXT's; \
                 tracebacks are joined"
            }
            Self::Corrections => "corrections of an overseer, one JSON object a line",
            Self::Langfuse => "Langfuse export: traces, observations, scores as JSON or JSONL",
            Self::Otlp => "OpenTelemetry JSON: OTLP, Jaeger, Tempo",
            Self::Telemetry => "telemetry events, one JSON object a line",
            Self::TauBench => "tau-bench result files",
            Self::ToolBench => "ToolBench answer trees",
            Self::SweAgent => "SWE-agent trajectories (.traj)",
            Self::AgBenchmark => "agbenchmark reports, one a line",
            Self::WhoAndWhen => "Who&When failure logs",
        }
    }

    /// Whether reading may begin at any record: what came before does not change what it means.
    pub fn stands_alone(self) -> bool {
        match self {
            Self::Compose
            | Self::Corrections
            | Self::Otlp
            | Self::Telemetry
            | Self::AgBenchmark => true,
            Self::ClaudeCode
            | Self::Langfuse
            | Self::TauBench
            | Self::ToolBench
            | Self::SweAgent
            | Self::WhoAndWhen => false,
        }
    }

    fn framing(self) -> Framing {
        match self {
            Self::ClaudeCode
            | Self::Compose
            | Self::Corrections
            | Self::Telemetry
            | Self::AgBenchmark => Framing::Lines,
            Self::Langfuse
            | Self::Otlp
            | Self::TauBench
            | Self::ToolBench
            | Self::SweAgent
            | Self::WhoAndWhen => Framing::Values,
        }
    }

    fn decoder(self, path: &Path, origin: Origin) -> Box<dyn Decode + Send> {
        let clock = text::AssumedClock::starting(origin.assumed_start);
        match self {
            Self::ClaudeCode => Box::new(claude_code::Transcript::default()),
            Self::Compose => Box::new(compose::Output::new(path, clock, origin.generation)),
            Self::Corrections => Box::new(corrections::Corrections::new(
                origin.assumed_start,
                origin.generation,
            )),
            Self::Langfuse => Box::new(langfuse::Export::default()),
            Self::Otlp => Box::new(otlp::OtlpFile),
            Self::Telemetry => Box::new(telemetry::TelemetryFile),
            Self::AgBenchmark => Box::new(agbenchmark::Reports),
            Self::TauBench => Box::new(tau_bench::Episodes::new(path, clock)),
            Self::ToolBench => Box::new(tool_bench::AnswerTree::new(path, clock)),
            Self::SweAgent => Box::new(swe_agent::Trajectory::new(path, clock)),
            Self::WhoAndWhen => Box::new(who_and_when::FailureLog::new(path, clock)),
        }
    }
}

/// One operation and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The operation, not redacted yet.
    pub operation: Operation,
    /// The line, counted from 1, on which its record starts.
    pub line: u64,
    /// Which event of that record, counted from 0.
    pub index: u32,
}

/// How many records could not be used, by reason.
pub type Skipped = BTreeMap<&'static str, u64>;

/// Where and when a reading begins.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Where the source records no times, its events are laid out a minute apart from here.
    pub assumed_start: Timestamp,
    /// How often the file had been begun anew: tells equal lines without a time apart.
    pub generation: u64,
    /// From where on.
    pub place: Place,
}

impl Origin {
    /// The start of a file that is read for the first time.
    pub fn first(assumed_start: Timestamp) -> Self {
        Self {
            assumed_start,
            generation: 0,
            place: Place::START,
        }
    }
}

/// Reads one file.
pub struct Reader {
    splitter: Splitter,
    decoder: Box<dyn Decode + Send>,
    skipped: Skipped,
    first_skipped: BTreeMap<&'static str, u64>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Reader")
            .field("place", &self.place())
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader for the file at `path` from its start. Where the source records no times, its
    /// events are laid out a minute apart from `assumed_start`.
    pub fn new(format: Format, path: &Path, assumed_start: Timestamp) -> Self {
        Self::from(format, path, Origin::first(assumed_start))
    }

    /// A reader for the rest of the file at `path`.
    pub fn from(format: Format, path: &Path, origin: Origin) -> Self {
        Self {
            splitter: Splitter::new(format.framing(), origin.place),
            decoder: format.decoder(path, origin),
            skipped: Skipped::new(),
            first_skipped: BTreeMap::new(),
        }
    }

    /// Takes the next bytes and appends the operations that are complete.
    pub fn feed(&mut self, bytes: &[u8], parsed: &mut Vec<Parsed>) {
        let Self {
            splitter,
            decoder,
            skipped,
            first_skipped,
        } = self;
        splitter.feed(bytes, &mut |place, unit| {
            let mut output = Output::at(place, parsed, skipped, first_skipped);
            decode_unit(decoder.as_mut(), unit, &mut output);
        });
    }

    /// Takes the end of the file: what is left without a line end counts as complete.
    pub fn finish(&mut self, parsed: &mut Vec<Parsed>) {
        let Self {
            splitter,
            decoder,
            skipped,
            first_skipped,
        } = self;
        splitter.finish(&mut |place, unit| {
            let mut output = Output::at(place, parsed, skipped, first_skipped);
            decode_unit(decoder.as_mut(), unit, &mut output);
        });
        self.settle(parsed);
    }

    /// Nothing has come for a while: what could go on is taken to be complete, except a record
    /// that is half written.
    pub fn settle(&mut self, parsed: &mut Vec<Parsed>) {
        let place = self.splitter.place();
        let mut output = Output::at(place, parsed, &mut self.skipped, &mut self.first_skipped);
        self.decoder.settle(&mut output);
    }

    /// What comes next without a time of its own happened now.
    pub fn happening(&mut self, now: Timestamp) {
        self.decoder.happening(now);
    }

    /// Reading may resume there: what is before is complete and was given back.
    pub fn place(&self) -> Place {
        let complete = self.splitter.place();
        self.decoder
            .open_from()
            .map_or(complete, |open| open.min(complete))
    }

    /// How many bytes were fed, from the start of the file.
    pub fn fed_bytes(&self) -> u64 {
        self.splitter.place().offset + self.splitter.pending_bytes()
    }

    /// What could not be used so far.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// The line of the first record that could not be used, by reason.
    pub fn first_skipped(&self) -> &BTreeMap<&'static str, u64> {
        &self.first_skipped
    }
}

fn decode_unit(
    decoder: &mut dyn Decode,
    unit: Result<&[u8], framing::TooLong>,
    output: &mut Output<'_>,
) {
    match unit {
        Ok(unit) => decoder.decode(unit, output),
        Err(framing::TooLong) => output.skip("too long"),
    }
}

/// Understands the records of one format.
trait Decode {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>);

    /// What could go on is complete.
    fn settle(&mut self, _output: &mut Output<'_>) {}

    /// Where the first record starts that could go on.
    fn open_from(&self) -> Option<Place> {
        None
    }

    /// What comes next without a time of its own happened then.
    fn happening(&mut self, _now: Timestamp) {}
}

/// Where a decoder puts what it found in one record.
struct Output<'a> {
    line: u64,
    offset: u64,
    index: u32,
    parsed: &'a mut Vec<Parsed>,
    skipped: &'a mut Skipped,
    first_skipped: &'a mut BTreeMap<&'static str, u64>,
}

impl<'a> Output<'a> {
    fn at(
        place: Place,
        parsed: &'a mut Vec<Parsed>,
        skipped: &'a mut Skipped,
        first_skipped: &'a mut BTreeMap<&'static str, u64>,
    ) -> Self {
        Self {
            line: place.line,
            offset: place.offset,
            index: 0,
            parsed,
            skipped,
            first_skipped,
        }
    }

    fn place(&self) -> Place {
        Place {
            offset: self.offset,
            line: self.line,
        }
    }

    fn emit(&mut self, operation: Operation) {
        self.parsed.push(Parsed {
            operation,
            line: self.line,
            index: self.index,
        });
        self.index += 1;
    }

    /// Gives back the operation of a record that began earlier.
    fn emit_from(&mut self, place: Place, operation: Operation) {
        self.parsed.push(Parsed {
            operation,
            line: place.line,
            index: 0,
        });
    }

    fn skip(&mut self, reason: &'static str) {
        self.skip_many(reason, 1);
    }

    fn skip_many(&mut self, reason: &'static str, count: u64) {
        *self.skipped.entry(reason).or_default() += count;
        self.first_skipped.entry(reason).or_insert(self.line);
    }
}
