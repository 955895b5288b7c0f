"""Makes the running agents match agents.yaml. Started after each deployment."""

import json
import os
import sys
import urllib.request
from pathlib import Path

import yaml

AGENTS_FILE = Path(__file__).with_name("agents.yaml")
TIME_LIMIT_SECONDS = 20


def load_agents(path):
    """Returns the agents with the defaults filled in, by name."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    defaults = document.get("defaults", {})
    return {name: {**defaults, **agent} for name, agent in document["agents"].items()}


def provision(name, agent, base_url, key):
    """Replaces the definition of one agent."""
    request = urllib.request.Request(
        f"{base_url}/agents/{name}",
        data=json.dumps(agent).encode("utf-8"),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=TIME_LIMIT_SECONDS) as reply:
        return reply.status


def main():
    base_url = os.environ["HARBOUR_AGENTS_URL"]
    key = os.environ["HARBOUR_AGENTS_KEY"]
    failed = []
    for name, agent in load_agents(AGENTS_FILE).items():
        try:
            print(f"{name}: {provision(name, agent, base_url, key)}")
        except OSError as error:
            failed.append(name)
            print(f"{name}: {error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
