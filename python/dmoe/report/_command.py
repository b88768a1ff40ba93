"""The command ``dmoe-report``, which the command line runs as ``dmoe report``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .. import _engine
from .._texts import LANGUAGES
from ._sources import GivenFile

_USAGE, _DATA, _NO_INPUT, _UNAVAILABLE, _NOT_WRITTEN = 64, 65, 66, 69, 74


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        self.exit(_USAGE, f"Error: {message}\n")


def parser() -> argparse.ArgumentParser:
    result = _Parser(
        prog="dmoe report", description="Make one page on a model, with pictures, for a person who was not there.",
        epilog="Example: dmoe report global.json clinic-*.json --data test.csv -o report.html",
    )
    result.add_argument("model", metavar="global.json", help="model file, as dmoe aggregate, learn or fit writes it")
    result.add_argument("local", metavar="local.json", nargs="*", help="the local models that it was made from: how the sites differ")
    result.add_argument("--data", metavar="table.csv", help="rows with responses, to see how well the model predicts them")
    result.add_argument("-o", "--output", metavar="report.html", required=True, help="the page to write")
    result.add_argument("--language", choices=LANGUAGES, default="en", help="of the texts (default: en)")
    result.add_argument("--level", type=float, default=0.95, help="of the intervals (default: 0.95)")
    result.add_argument("--quiet", action="store_true", help="no summary")
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code, one of sysexits."""
    options = parser().parse_args(arguments)
    try:
        # A level that is none is refused before a file is read.
        _engine.answer(_engine.library().dmoe_interval_quantile(options.level, 0.0))
        from ._page import make_report

        model = GivenFile.of_model(options.model)
        local = [GivenFile.of_model(path) for path in options.local]
        data = GivenFile.of_table(options.data, model.content) if options.data else None
        page = make_report(model, local, data, language=options.language, level=options.level)
        encoded = page.encode()
        _engine.answer(_engine.library().dmoe_file_write(encoded, len(encoded), options.output.encode()))
    except FileNotFoundError as error:
        return _failed(f"{error.filename}: there is no such file", _NO_INPUT)
    except IsADirectoryError as error:
        return _failed(f"{error.filename}: it is a folder", _NO_INPUT)
    except PermissionError as error:
        return _failed(f"{error.filename}: it may not be read", _NO_INPUT)
    except ImportError as error:
        return _failed(str(error), _UNAVAILABLE)
    except _engine.Refusal as error:
        parser().error(str(error))
    except ValueError as error:
        return _failed(str(error), _DATA)
    except OSError as error:
        return _failed(str(error), _NOT_WRITTEN)
    if not options.quiet:
        print(f"{options.output} written ({len(encoded):,} bytes)")
    return 0


def _failed(message: str, code: int) -> int:
    print(f"dmoe-report: {message}", file=sys.stderr)
    return code
