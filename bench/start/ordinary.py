"""A program of an ordinary kind: it reads records, sums them up by groups, and prints a report.

    python ordinary.py [--records N] [--format text|json|csv]
"""

import argparse
import collections
import csv
import dataclasses
import datetime
import hashlib
import io
import itertools
import json
import pathlib
import re
import statistics
import sys
import textwrap
import typing

LINE = re.compile(r"(?P<when>\S+) (?P<host>[\w.-]+) (?P<path>/\S*) (?P<status>\d{3}) (?P<seconds>\d+\.\d+)s")

HOSTS = ["alpha.example", "beta.example", "gamma.example"]
PATHS = ["/", "/about", "/search", "/static/style.css", "/api/v1/items"]
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@dataclasses.dataclass(frozen=True)
class Request:
    when: datetime.datetime
    host: str
    path: str
    status: int
    seconds: float

    @classmethod
    def parse(cls, line: str) -> typing.Self:
        match = LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not a request: {line!r}")
        when = datetime.datetime.fromisoformat(match["when"])
        return cls(when, match["host"], match["path"], int(match["status"]), float(match["seconds"]))


@dataclasses.dataclass
class Summary:
    path: pathlib.PurePosixPath
    count: int = 0
    errors: int = 0
    times: list[float] = dataclasses.field(default_factory=list)

    def add(self, request: Request) -> None:
        self.count += 1
        self.errors += request.status >= 500
        self.times.append(request.seconds)

    def row(self) -> dict[str, typing.Any]:
        median = round(statistics.median(self.times), 4)
        return {"path": str(self.path), "count": self.count, "errors": self.errors, "median": median}


def lines(count: int) -> typing.Iterator[str]:
    for number, host, path in zip(range(count), itertools.cycle(HOSTS), itertools.cycle(PATHS)):
        digest = hashlib.sha256(f"{number} {host} {path}".encode()).digest()
        when = START + datetime.timedelta(seconds=37 * number)
        status = 503 if digest[0] < 4 else 404 if digest[0] < 16 else 200
        yield f"{when.isoformat()} {host} {path} {status} {digest[1] / 1000 + 0.001:.4f}s"


def summarize(requests: typing.Iterable[Request]) -> list[dict[str, typing.Any]]:
    summaries: dict[str, Summary] = {}
    for request in requests:
        path = pathlib.PurePosixPath(request.path)
        summaries.setdefault(request.path, Summary(path)).add(request)
    return [summaries[path].row() for path in sorted(summaries)]


def report(rows: list[dict[str, typing.Any]], style: str) -> str:
    if style == "json":
        return json.dumps(rows, indent=2)
    if style == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()
    total = collections.Counter()
    for row in rows:
        total.update(count=row["count"], errors=row["errors"])
    table = "\n".join(f"{row['path']:<20}{row['count']:>6}{row['errors']:>6}{row['median']:>9}" for row in rows)
    return textwrap.indent(table, "  ") + f"\n{total['count']} requests, {total['errors']} errors"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=300)
    parser.add_argument("--format", choices=["text", "json", "csv"], default="text")
    arguments = parser.parse_args(sys.argv[1:])
    rows = summarize(map(Request.parse, lines(arguments.records)))
    print(report(rows, arguments.format))
    return 0


if __name__ == "__main__" and main():
    sys.exit(1)
