"""Ingest with a language model, beside LightRAG and nano-graphrag: calls, tokens, seconds, memory: `make bench-llm`.

Usage: python benchmarks/llm_throughput.py --data FOLDER --venv FOLDER [--passages N] [--sides hoptrace,lightrag,nano].

No model is asked. One scripted server says to each side, in its own form, what gpt-3.5 once said of the same passages
(`tests/recorded.py`), after the same seconds; it counts calls and tokens. Each side is a process of its own that embeds with
the same MiniLM; peers run in environments of their own, made in ``--venv`` from `llm_peers/requirements-*.txt` when they are
not there.
"""

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(__file__).resolve().parent / "llm_peers"
DATA = ROOT.parent / "shared/data/musique_train100"
SIDES = ("hoptrace", "lightrag", "nano")
ENCODING = "o200k_base"
GOAL = 1.15
_MODEL = "gpt-4o-mini"
_VOCABULARIES = "llama_index/core/_static/tiktoken_cache"

Measures = dict[str, Any]


def main() -> None:
    """Run the sides one after the other and print the tables."""
    asked = _arguments()
    sides = asked.sides.split(",")
    vocabularies = _install(asked.venv, sides)
    measured: dict[str, Measures] = {}
    with tempfile.TemporaryDirectory() as folder:
        passages = Path(folder) / "corpus.jsonl"
        count = _first_passages(asked.data / passages.name, passages, asked.passages)
        for side in sides:
            print(f"{time.strftime('%H:%M:%S')} {side} …", file=sys.stderr, flush=True)
            measured[side] = _measure(side, asked, passages, vocabularies)
    _print_sides(measured, count, asked)
    _print_kinds(measured)
    if "hoptrace" in measured:
        _print_goal(measured["hoptrace"], count, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of corpus.jsonl and openie_gpt35.jsonl")
    parser.add_argument("--venv", type=Path, required=True, help="folder for the peers' environments")
    parser.add_argument("--passages", type=int, help="the first so many only")
    parser.add_argument("--sides", default=",".join(SIDES))
    parser.add_argument("--latency", type=float, default=1.0, help="seconds of an answer, median")
    parser.add_argument("--spread", type=float, default=0.0, help="sigma of the log-normal latency")
    parser.add_argument("--at-once", type=int, default=32, help="calls in flight, for each side")
    parser.add_argument("--logs", type=Path, help="folder for what the sides print; else it is dropped")
    return parser.parse_args()


def _install(folder: Path, sides: Sequence[str]) -> Path:
    """Make the environments that are missing; the folder of the tokeniser's vocabularies."""
    for side in sides:
        made = folder / side
        if side != "hoptrace" and not (made / "bin/python").exists():
            subprocess.run([sys.executable, "-m", "venv", str(made)], check=True)
            _pip(made / "bin/python", "--requirement", str(PEERS / f"requirements-{side}.txt"))
    tokens = folder / "tokens"
    if not tokens.exists():
        wanted = str(PEERS / "requirements-tokens.txt")
        _pip(Path(sys.executable), "--no-deps", "--target", str(tokens), "--requirement", wanted)
    return tokens / _VOCABULARIES


def _pip(python: Path, *arguments: str) -> None:
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *arguments], check=True)


def _first_passages(source: Path, target: Path, count: int | None) -> int:
    lines = source.read_text("utf-8").splitlines()[:count]
    target.write_text("\n".join(lines) + "\n", "utf-8")
    return len(lines)


def _measure(side: str, asked: argparse.Namespace, passages: Path, vocabularies: Path) -> Measures:
    """What a side reports and what its server counted."""
    with _server(asked, vocabularies) as url, tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        python = sys.executable if side == "hoptrace" else str(asked.venv / side / "bin/python")
        command = [python, str(PEERS / f"run_{side}.py"), str(passages), f"{folder}/graph", str(report)]
        (Path(folder) / "graph").mkdir()
        log = (asked.logs / f"{side}.log").open("w") if asked.logs else subprocess.DEVNULL
        subprocess.run(command, check=True, cwd=folder, env=_environment(url, asked, vocabularies), stdout=log, stderr=log)
        with urllib.request.urlopen(url.removesuffix("/v1") + "/counters") as counters:  # noqa: S310  # our own address
            found = json.load(counters)
            return {**found, "server_processor": found["processor"], **json.loads(report.read_text("utf-8"))}


def _environment(url: str, asked: argparse.Namespace, vocabularies: Path) -> Mapping[str, str]:
    """The variables of a side: only these and the system's, so that no key and no setting of the caller slips in."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return kept | {
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": url,
        "OPENAI_API_BASE": url,  # LightRAG's name for it
        "LLM_MODEL": f"openai:{_MODEL}",
        "LLM_AT_ONCE": str(asked.at_once),
        "TIKTOKEN_CACHE_DIR": str(vocabularies),
        "HOPTRACE_PATHS": os.pathsep.join([str(ROOT), sysconfig.get_paths()["purelib"]]),
        "DO_NOT_TRACK": "1",
    }


@contextmanager
def _server(asked: argparse.Namespace, vocabularies: Path) -> Iterator[str]:
    """The scripted server as a process of its own; its URL."""
    options = {"--recorded": asked.data, "--latency": asked.latency, "--spread": asked.spread, "--tokens": ENCODING}
    command = [sys.executable, "-m", "tests.openai_server", *(str(part) for pair in options.items() for part in pair)]
    environment = os.environ | {"TIKTOKEN_CACHE_DIR": str(vocabularies)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = server.stdout.readline().strip() if server.stdout else ""
            if not url:
                raise SystemExit("the scripted server did not start")
            yield url
        finally:
            server.terminate()


def _print_sides(measured: Mapping[str, Measures], passages: int, asked: argparse.Namespace) -> None:
    print(f"\n{passages} passages, {asked.at_once} calls at once, {asked.latency:g} s an answer, tokens of {ENCODING}\n")
    _row("", "calls", "tokens in", "tokens out", "tokens a passage", "seconds", "ideal s", "ratio", "peak MB",
         "entities", "relations", "most in flight", "embedding alone s", "processor s")  # fmt: skip
    _row("---", *["---:"] * 13)
    for side, m in measured.items():
        ideal = _ideal(m["billed"], asked)
        _row(side, m["billed"], m["read"], m["written"], round((m["read"] + m["written"]) / passages), f"{m['seconds']:.1f}",
             f"{ideal:.1f}", f"{m['seconds'] / ideal:.2f}", round(m["memory"] / 1e6), m["entities"], m["relations"], m["peak"],
             f"{m['embedding_seconds']:.1f}", f"{m['processor']:.1f}")  # fmt: skip


def _print_kinds(measured: Mapping[str, Measures]) -> None:
    print("\nCalls by kind: a text's first answer, what was missed, a summary of descriptions, a report on a community\n")
    _row("", "kind", "calls", "tokens in", "tokens out")
    _row("---", "---", "---:", "---:", "---:")
    for side, m in measured.items():
        for kind, counted in sorted(m["kinds"].items()):
            _row(side, kind, counted["billed"], counted["read"], counted["written"])


def _print_goal(hoptrace: Measures, passages: int, asked: argparse.Namespace) -> None:
    """Seconds against those that a call for each passage takes, and the embedding after it."""
    bound = _ideal(passages, asked) + hoptrace["embedding_seconds"]
    print(
        f"\nHoptrace: {hoptrace['seconds']:.1f} s against {bound:.1f} s ({passages}/{asked.at_once} × {asked.latency:g} s"
        f" + {hoptrace['embedding_seconds']:.1f} s of embedding alone): ratio {hoptrace['seconds'] / bound:.3f}, goal {GOAL};"
        f" {hoptrace['quarantined']} in quarantine, {hoptrace['failed']} failed; {hoptrace['cached']} tokens from a prompt cache"
    )


def _ideal(calls: int, asked: argparse.Namespace) -> float:
    return float(calls / asked.at_once * asked.latency)


def _row(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()
