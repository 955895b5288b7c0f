"""Prints a new key for one agent, and the digest that the gateway stores."""

import argparse
import hashlib
import secrets

KEY_BYTES = 32


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("agent", help="the agent the key is for")
    agent = parser.parse_args().agent
    key = secrets.token_urlsafe(KEY_BYTES)
    digest = hashlib.sha256(key.encode("ascii")).hexdigest()
    print(f"key for {agent}, shown once: {key}")
    print(f"digest for the gateway: {agent}:{digest}")


if __name__ == "__main__":
    main()
