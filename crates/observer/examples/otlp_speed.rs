//! Says what a span costs on one core: read, mapped, redacted and written as a line, from protobuf
//! and from JSON, beside the official types decoding the same bodies in the same run.

use std::{
    hint::black_box,
    io::Write,
    time::{Duration, Instant},
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use observer::domain::{
    formats::otlp::{Found, Signal, read_json, read_traces},
    sanitise::sanitise,
};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use redact::Redactor;
use service_kit::redaction::CountingRedactor;
use testkit::otlp::calls;

const SPANS: u64 = 100;
/// Each way is tried so often, in turn with the others; the fastest try counts.
const TRIES: usize = 400;

/// What is measured, and what does it; the result keeps it from being left out.
type Way<'a> = (&'static str, Box<dyn FnMut() -> usize + 'a>);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let request = calls(0, SPANS);
    let protobuf = request.encode_to_vec();
    let json = serde_json::to_vec(&request)?;
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&protobuf)?;
    let packed = packer.finish()?;
    let redactor = CountingRedactor::uncounted(Redactor::standard());
    println!(
        "{SPANS} spans a body: {} bytes of protobuf ({} packed), {} of JSON",
        protobuf.len(),
        packed.len(),
        json.len()
    );

    let mut ways: Vec<Way<'_>> = vec![
        ("unpack", Box::new(|| unpacked(&packed).len())),
        ("protobuf: read and map", {
            Box::new(|| from_protobuf(&protobuf).operations.len())
        }),
        ("protobuf: read, map, line", {
            Box::new(|| lines(&from_protobuf(&protobuf)))
        }),
        ("protobuf: read, map, redact, line", {
            Box::new(|| lines(&redacted(&redactor, from_protobuf(&protobuf))))
        }),
        ("protobuf: official types, decode only", {
            Box::new(|| decoded(&protobuf))
        }),
        ("JSON: read and map", {
            Box::new(|| from_json(&json).operations.len())
        }),
        ("JSON: read, map, line", {
            Box::new(|| lines(&from_json(&json)))
        }),
        ("JSON: official types, decode only", {
            Box::new(|| decoded_json(&json))
        }),
    ];
    let mut fastest = vec![Duration::MAX; ways.len()];
    for _ in 0..TRIES {
        for ((_, work), fastest) in ways.iter_mut().zip(&mut fastest) {
            let started = Instant::now();
            black_box(work());
            *fastest = started.elapsed().min(*fastest);
        }
    }
    let micros: Vec<f64> = fastest
        .iter()
        .map(|time| time.as_secs_f64() * 1e6 / SPANS as f64)
        .collect();
    for ((name, _), micros) in ways.iter().zip(&micros) {
        println!("{micros:6.2} µs a span  {name}");
    }
    println!(
        "reading and mapping takes {:.2} of what the official types take to decode protobuf, \
         {:.2} of what they take to decode JSON",
        micros[1] / micros[4],
        micros[5] / micros[7]
    );
    Ok(())
}

fn from_protobuf(body: &[u8]) -> Found {
    let mut found = Found::default();
    let read = read_traces(black_box(body), &mut found);
    assert!(read.is_ok() && found.operations.len() as u64 == SPANS);
    found
}

fn from_json(body: &[u8]) -> Found {
    let mut found = Found::default();
    let read = read_json(black_box(body), Some(Signal::Traces), &mut found);
    assert!(read.is_ok() && found.operations.len() as u64 == SPANS);
    found
}

fn redacted(redactor: &CountingRedactor, found: Found) -> Found {
    let operations = found.operations.into_iter();
    Found {
        operations: operations
            .map(|operation| sanitise(redactor, operation))
            .collect(),
        rejected: found.rejected,
    }
}

fn lines(found: &Found) -> usize {
    let mut lines = Vec::with_capacity(64 * 1024);
    for operation in &found.operations {
        if serde_json::to_writer(&mut lines, operation).is_ok() {
            lines.push(b'\n');
        }
    }
    lines.len()
}

fn decoded(body: &[u8]) -> usize {
    ExportTraceServiceRequest::decode(black_box(body)).map_or(0, |it| it.resource_spans.len())
}

fn decoded_json(body: &[u8]) -> usize {
    serde_json::from_slice::<ExportTraceServiceRequest>(black_box(body))
        .map_or(0, |it| it.resource_spans.len())
}

fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let read = std::io::Read::read_to_end(&mut GzDecoder::new(black_box(packed)), &mut body);
    assert!(read.is_ok());
    body
}
