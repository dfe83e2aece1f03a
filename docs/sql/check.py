#!/usr/bin/env python3
"""Runs every SQL of this folder on tables of `slopnexus facts`, as Parquet and as NDJSON,
and compares what it finds with the report's own figures, to 1e-9.

    python3 docs/sql/check.py SLOPNEXUS [REPOSITORY...]

Without a repository, one is made up. Needs the package `duckdb`, and git to make it up.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

import duckdb

HERE = pathlib.Path(__file__).resolve().parent
SETUP = ["tables.sql", "lives.sql"]
TOLERANCE = Fraction(1, 10**9)


def make_up(folder):
    """A repository of eight people in which lines of all ages die, by a fixed seed."""
    chance = random.Random(8)
    files = {f"src/part{number}.py": [] for number in range(12)}
    stream, second, word = [], 1_600_000_000, 0
    for number in range(1, 241):
        second += chance.randrange(3_600, 400_000)
        changed = chance.sample(sorted(files), 3)
        for path in changed:
            lines = files[path]
            for _ in range(min(len(lines), chance.randrange(9))):
                del lines[chance.randrange(max(1, len(lines) - 20), len(lines) + 1) - 1]
            for _ in range(chance.randrange(4, 16)):
                word += 1
                text = f"value_{word} = {chance.choice(['read', 'make', 'look'])}({word})"
                lines.insert(chance.randrange(len(lines) + 1), text)
        if number % 60 == 0:
            files[changed[0]].clear()
        who = f"Person {number % 8} <person{number % 8}@example.com> {second} +0000"
        stream.append(f"commit refs/heads/main\ncommitter {who}\ndata 6\nchange\n")
        for path in changed:
            text = "".join(f"{line}\n" for line in files[path])
            stream.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    command = ["git", "-C", folder, "fast-import", "--quiet"]
    subprocess.run(command, input="".join(stream).encode(), check=True)
    return folder


def figure_of(answer, figure):
    """The figure at a path of a JSON answer; `key=value` finds a row of a list."""
    for step in figure.split("."):
        if answer is None:
            return None
        if isinstance(answer, list):
            key, value = step.split("=")
            answer = next(row for row in answer if str(row[key]) == value)
        else:
            answer = answer[step]
    return answer


def compare(rows, answer, name):
    """How many figures are the same; stops at one that is not."""
    same = 0
    repositories = {row["path"]: row for row in answer.get("repositories", [])}
    for repo, figure, value in rows:
        wanted = figure_of(answer if repo is None else repositories[repo], figure)
        if wanted is None:
            continue  # The report gives no number where too few stand behind it.
        if isinstance(value, float):
            value = Fraction(value)
        wanted = Fraction(str(wanted))
        if value is None or abs(Fraction(value) - wanted) > TOLERANCE:
            sys.exit(f"{name}: {repo}: {figure} is {value}, not {wanted}")
        same += 1
    return same


def database(tables, ending):
    """A database whose views are the tables of one format."""
    os.chdir(tables)
    base = duckdb.connect()
    for name in SETUP:
        text = (HERE / name).read_text()
        if ending == "ndjson":
            for table in [path.stem for path in pathlib.Path().glob("*.ndjson")]:
                read = f"read_ndjson_auto('{table}.ndjson', sample_size = -1)"
                text = text.replace(f"'{table}.parquet'", read)
        base.execute(text)
    return base


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)

        def run(*arguments):
            common = dict(os.environ, SLOPNEXUS_CACHE_DIR=str(place / "cache"))
            done = subprocess.run(
                [program, *map(str, arguments)], env=common, check=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            )
            return done.stdout

        repositories = [str(pathlib.Path(path).resolve()) for path in sys.argv[2:]]
        repositories = repositories or [make_up(str(place / "made-up"))]
        report = json.loads(run("report", *repositories, "--format", "json"))
        fixtures = HERE.parent.parent / "fixtures/usage"
        names = ["cursor.usage_csv", "litellm.spend_logs"]
        exports = [path for name in names for path in (fixtures / name).glob("plain*")]
        exports.sort()
        owner = ["--owner", "someone@example.com"]
        usage = json.loads(run("usage", *exports, *owner, "--format", "json"))
        for ending in ["parquet", "ndjson"]:
            tables = place / ending
            key = ["--pseudonym-key", place / "key"]
            run("facts", *repositories, "--output", tables, "--format", ending, *key)
            rows = run("usage", *exports, *owner, "--format", "ndjson")
            (tables / "usage.ndjson").write_bytes(rows)
            base = database(tables, ending)
            for path in sorted(HERE.glob("*.sql")):
                if path.name in SETUP:
                    continue
                answer = usage if path.name == "ledger.sql" else report
                rows = base.execute(path.read_text()).fetchall()
                same = compare(rows, answer, f"{path.name} on {ending}")
                # The repository that is made up has figures of every kind.
                if same == 0 and len(sys.argv) == 2:
                    sys.exit(f"{path.name} on {ending}: nothing to compare")
                print(f"{path.name} on {ending}: {same} of {len(rows)} figures the same")
            os.chdir(HERE)


main()
