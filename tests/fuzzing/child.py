"""One target in a process of its own, which libFuzzer ends: `python -m tests.fuzzing.child TARGET SCRATCH OPTION...`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import atheris

# What is imported only when it is needed has to be watched too.
_LATE = (
    *(f"spec.{part}" for part in ("fleet", "resolve", "rules", "validate", "variables", "wanted")),
    *(f"documents.{part}" for part in ("files", "yaml", "places", "scalars", "tree", "schema_words")),
)

with atheris.instrument_imports(include=["ackplan"]):
    for part in _LATE:
        importlib.import_module(f"ackplan.{part}")
    from tests.fuzzing.targets import TARGETS


def main() -> None:
    name, scratch, *options = sys.argv[1:]
    target, corpus = TARGETS[name], Path(scratch) / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(target.seeds()):
        (corpus / f"{number:04}").write_bytes(seed)
    tokens = Path(scratch) / "tokens"
    tokens.write_text("".join(f'"{_escaped(token)}"\n' for token in target.tokens), "ascii")
    atheris.Setup([sys.argv[0], *options, f"-dict={tokens}", str(corpus)], target.run)
    atheris.Fuzz()


def _escaped(token: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    main()
