"""Cuts the documents of a folder into passages and writes them as JSON lines."""

import json
import sys
from pathlib import Path

LONGEST_PASSAGE = 1200


def passages(text):
    """Yields paragraphs, joined while they stay short enough."""
    passage = ""
    for paragraph in text.split("\n\n"):
        if passage and len(passage) + len(paragraph) > LONGEST_PASSAGE:
            yield passage
            passage = ""
        passage = f"{passage}\n\n{paragraph}".strip()
    if passage:
        yield passage


def main(folder):
    files = sorted(Path(folder).rglob("*.md"))
    if not files:
        print(f"no document in {folder}", file=sys.stderr)
        return 1
    for file in files:
        text = file.read_text(encoding="utf-8")
        for number, passage in enumerate(passages(text)):
            line = {"file": str(file), "passage": number, "text": passage}
            print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
