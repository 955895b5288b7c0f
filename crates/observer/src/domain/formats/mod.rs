//! Raw logs of agents as operations.
//!
//! A [`Reader`] is fed the bytes of one file in pieces of any size and gives back operations with
//! the line they came from. What it cannot use it counts by reason.

mod agbenchmark;
mod claude_code;
mod detect;
mod framing;
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

/// What wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Session transcripts of Claude Code.
    ClaudeCode,
    /// OpenTelemetry traces and logs as JSON, also as Tempo and Jaeger export them.
    Otlp,
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
    pub const ALL: [Self; 8] = [
        Self::ClaudeCode,
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

    /// Whether the source records when things happened.
    pub fn records_time(self) -> bool {
        match self {
            Self::ClaudeCode | Self::Otlp | Self::Telemetry | Self::AgBenchmark => true,
            Self::TauBench | Self::ToolBench | Self::SweAgent | Self::WhoAndWhen => false,
        }
    }

    fn framing(self) -> Framing {
        match self {
            Self::ClaudeCode | Self::Telemetry | Self::AgBenchmark => Framing::Lines,
            Self::Otlp | Self::TauBench | Self::ToolBench | Self::SweAgent | Self::WhoAndWhen => {
                Framing::Values
            }
        }
    }

    fn decoder(self, path: &Path, assumed_start: Timestamp) -> Box<dyn Decode + Send> {
        let clock = text::AssumedClock::starting(assumed_start);
        match self {
            Self::ClaudeCode => Box::new(claude_code::Transcript::default()),
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

/// Reads one file.
pub struct Reader {
    splitter: Splitter,
    decoder: Box<dyn Decode + Send>,
    skipped: Skipped,
}

impl Reader {
    /// A reader for the file at `path`. Where the source records no times, its events are laid out
    /// a minute apart from `assumed_start`.
    pub fn new(format: Format, path: &Path, assumed_start: Timestamp) -> Self {
        Self {
            splitter: Splitter::new(format.framing()),
            decoder: format.decoder(path, assumed_start),
            skipped: Skipped::new(),
        }
    }

    /// Takes the next bytes and appends the operations that are complete.
    pub fn feed(&mut self, bytes: &[u8], parsed: &mut Vec<Parsed>) {
        let Self {
            splitter,
            decoder,
            skipped,
        } = self;
        splitter.feed(bytes, &mut |line, unit| {
            decode_unit(decoder.as_mut(), line, unit, parsed, skipped);
        });
    }

    /// Takes the end of the file: what is left without a line end counts as complete.
    pub fn finish(&mut self, parsed: &mut Vec<Parsed>) {
        let Self {
            splitter,
            decoder,
            skipped,
        } = self;
        splitter.finish(&mut |line, unit| {
            decode_unit(decoder.as_mut(), line, unit, parsed, skipped);
        });
    }

    /// How many bytes belong to records that are complete; reading may resume there.
    pub fn consumed_bytes(&self) -> u64 {
        self.splitter.consumed_bytes()
    }

    /// What could not be used so far.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }
}

fn decode_unit(
    decoder: &mut dyn Decode,
    line: u64,
    unit: Result<&[u8], framing::TooLong>,
    parsed: &mut Vec<Parsed>,
    skipped: &mut Skipped,
) {
    let mut output = Output {
        line,
        index: 0,
        parsed,
        skipped,
    };
    match unit {
        Ok(unit) => decoder.decode(unit, &mut output),
        Err(framing::TooLong) => output.skip("too long"),
    }
}

/// Understands the records of one format.
trait Decode {
    fn decode(&mut self, unit: &[u8], output: &mut Output<'_>);
}

/// Where a decoder puts what it found in one record.
struct Output<'a> {
    line: u64,
    index: u32,
    parsed: &'a mut Vec<Parsed>,
    skipped: &'a mut Skipped,
}

impl Output<'_> {
    fn emit(&mut self, operation: Operation) {
        self.parsed.push(Parsed {
            operation,
            line: self.line,
            index: self.index,
        });
        self.index += 1;
    }

    fn skip(&mut self, reason: &'static str) {
        self.skip_many(reason, 1);
    }

    fn skip_many(&mut self, reason: &'static str, count: u64) {
        *self.skipped.entry(reason).or_default() += count;
    }
}
