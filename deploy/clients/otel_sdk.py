"""Sends spans, events and metrics by the official OpenTelemetry SDK and looks whether all arrived.

usage: otel_sdk.py OBSERVER KEY

Between the SDK and the observer stands a door that does what networks and busy servers do: it
refuses the first request of each kind with 503, and loses the answer to the second after it was
given. The SDK must send again, and nothing may be missing or counted twice.
"""

import json
import os
import sys
import threading
import urllib.request
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OBSERVER, KEY = sys.argv[1:3]
CALLS = 600
SESSION = "otel-sdk"


class Door(BaseHTTPRequestHandler):
    seen = Counter()
    forms = set()
    lock = threading.Lock()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with self.lock:
            self.seen[self.path] += 1
            number = self.seen[self.path]
            self.forms.add((self.headers["content-type"], self.headers["content-encoding"]))
        if number == 1:
            self.send_response(503)
            self.send_header("retry-after", "1")
            self.send_header("content-length", "0")
            self.end_headers()
            return
        headers = {
            name: self.headers[name]
            for name in ("content-type", "content-encoding", "authorization")
        }
        request = urllib.request.Request(OBSERVER + self.path, body, headers)
        with urllib.request.urlopen(request) as reply:
            status, answer = reply.status, reply.read()
            content_type = reply.headers["content-type"]
        if number == 2:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def make_spans():
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource({"service.name": "otel-sdk-agent"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), max_export_batch_size=100))
    tracer = provider.get_tracer("attune")
    expected = {}
    for number in range(CALLS):
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "search" if number % 3 else "fetch",
            "gen_ai.conversation.id": SESSION,
            "gen_ai.tool.call.arguments": "a very private argument",
        }
        with tracer.start_as_current_span("execute_tool", attributes=attributes) as span:
            if number % 10 == 0:
                span.record_exception(TimeoutError("no answer after 30 s"))
                span.set_status(trace.StatusCode.ERROR, "no answer")
        context = span.get_span_context()
        event_id = f"{context.trace_id:032x}-{context.span_id:016x}"
        expected[event_id] = (attributes["gen_ai.tool.name"], number % 10 != 0)
    assert provider.force_flush()
    provider.shutdown()
    return expected


def make_events():
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.resources import Resource

    provider = LoggerProvider(resource=Resource({"service.name": "otel-sdk-events"}))
    provider.add_log_record_processor(
        BatchLogRecordProcessor(OTLPLogExporter(), max_export_batch_size=100)
    )
    logger = provider.get_logger("attune")
    for number in range(CALLS):
        attributes = {
            "event.name": "tool_result",
            "event.sequence": number,
            "session.id": SESSION,
            "tool_name": "Bash",
            "success": "false" if number % 10 == 0 else "true",
            "duration_ms": "12",
            "tool_parameters": "a very private argument",
        }
        logger.emit(timestamp=1768046400000000000, body="claude_code.tool_result",
                    attributes=attributes)
    assert provider.force_flush()
    provider.shutdown()


def send_metrics():
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    provider = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
    provider.get_meter("attune").create_counter("calls").add(1)
    assert provider.force_flush()
    provider.shutdown()


def operations():
    found, cursor = [], ""
    while cursor is not None:
        query = f"/ops?session_id={SESSION}&limit=1000" + (f"&cursor={cursor}" if cursor else "")
        request = urllib.request.Request(
            OBSERVER + query, headers={"authorization": f"Bearer {KEY}"}
        )
        with urllib.request.urlopen(request) as reply:
            page = json.load(reply)
        found += page["data"]
        cursor = page["next_cursor"]
    return found


def main():
    door = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    # What docs/CONNECT.md tells its readers to set.
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{door.server_port}"
    os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf"
    os.environ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip"
    os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = f"authorization=Bearer%20{KEY}"

    expected = make_spans()
    make_events()
    send_metrics()

    found = operations()
    spans = [it for it in found if it["agent"] == "otel-sdk-agent"]
    events = [it for it in found if it["agent"] == "otel-sdk-events"]
    arrived = {it["event_id"]: (it["tool"], it["success"]) for it in spans}
    assert arrived == expected, f"{len(arrived)} of {len(expected)} spans are right"
    assert len(spans) == CALLS, f"{len(spans)} spans, not {CALLS}"
    assert len(events) == CALLS, f"{len(events)} events, not {CALLS}"
    assert sum(not it["success"] for it in events) == CALLS // 10
    failed = next(it for it in spans if not it["success"])
    assert failed["error_code"] == "TimeoutError" and failed["error_message"] == "no answer", failed
    assert "very private" not in json.dumps(found)
    assert Door.forms == {("application/x-protobuf", "gzip")}, Door.forms
    assert min(Door.seen.values()) >= 3, Door.seen
    print(f"otel-sdk: {len(spans)} spans and {len(events)} events arrived once each, in "
          f"{sum(Door.seen.values())} requests of which 3 were refused and 3 lost their answer")


main()
