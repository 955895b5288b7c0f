"""The only door to tools: checks that an agent may do what it asks for."""

import fnmatch
import json
import posixpath
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

ACTIONS_FILE = Path(__file__).with_name("actions.yaml")
LARGEST_BODY_BYTES = 1_000_000


def load_actions():
    """Returns the allowed actions by name."""
    return yaml.safe_load(ACTIONS_FILE.read_text(encoding="utf-8"))["actions"]


def refusal(actions, agent, action, path):
    """Says why a request is refused, or returns None."""
    rule = actions.get(action)
    if rule is None:
        return f"there is no action {action}"
    if agent not in rule["agents"]:
        return f"{agent} may not use {action}"
    patterns = rule.get("paths")
    if patterns is None:
        return None
    clean = posixpath.normpath(path or "")
    if any(fnmatch.fnmatch(clean, pattern) for pattern in patterns):
        return None
    return f"{clean} is outside the paths of {action}"


class Gateway(BaseHTTPRequestHandler):
    """Answers POST /actions/<name>."""

    actions = load_actions()

    def do_POST(self):
        size = int(self.headers.get("Content-Length", "0"))
        if size > LARGEST_BODY_BYTES:
            self.answer(413, {"error": "body too large"})
            return
        body = json.loads(self.rfile.read(size) or b"{}")
        action = self.path.removeprefix("/actions/")
        why = refusal(self.actions, body.get("agent"), action, body.get("path"))
        if why:
            self.answer(403, {"error": why})
        else:
            self.answer(202, {"accepted": action})

    def answer(self, status, body):
        """Writes one JSON reply."""
        data = json.dumps(body).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 8700), Gateway).serve_forever()
