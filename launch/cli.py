"""The command line of run.py: what there is to say, and which part does it."""

import argparse
import sys
from collections.abc import Sequence

from launch.bench import run_bench
from launch.checks import run_checks
from launch.children import Stopped, stoppable
from launch.demo import run_demo
from launch.halves import run_tests
from launch.manage import exec_manage
from launch.notices import LaunchError, notice
from launch.relock import relock
from launch.serve import run_serve

DESCRIPTION = "分分 Fenfen: sorting household waste in a district, from the smart bin to the indicator."
USAGE_ERROR = 2
EPILOG = "`python3 run.py COMMAND --help` says more. The first start makes .venv from the locked requirements."


def main(*, arguments: Sequence[str]) -> int:
    """Run one command; its exit code: 0 clean, 1 something failed, 2 wrong usage."""
    parser = _parser()
    if not arguments:
        parser.print_help(sys.stderr)
        return USAGE_ERROR
    options, extra = parser.parse_known_args(arguments)
    if extra and not options.takes_more:
        parser.error(f"unknown arguments: {' '.join(extra)}")
    try:
        with stoppable():
            return _run(parser=parser, options=options, extra=extra)
    except LaunchError as error:
        notice(str(error))
        return 1
    except Stopped as stopped:
        return stopped.exit_code


def _run(*, parser: argparse.ArgumentParser, options: argparse.Namespace, extra: list[str]) -> int:
    match options.command:
        case "manage":
            if not options.arguments:
                parser.error("manage needs a command, for example: python3 run.py manage help")
            exec_manage(arguments=options.arguments)
        case "demo":
            return run_demo(is_once=options.once, is_json=options.json)
        case "serve":
            return run_serve(port=options.port)
        case "test":
            return run_tests(arguments=extra, only=options.only, is_strict=options.strict_halves)
        case "check":
            return run_checks(is_offline=options.offline)
        case "bench":
            return run_bench(name=options.name, arguments=options.arguments)
    return relock(is_upgrading=options.upgrade)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py", description=DESCRIPTION, epilog=EPILOG)
    parser.set_defaults(takes_more=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="a simulated day in a district of 10,000 households, everything embedded")
    demo.add_argument("--once", action="store_true", help="end with the summary instead of serving until Ctrl-C")
    demo.add_argument("--json", action="store_true", help="print the summary as one JSON document (and end)")

    serve = commands.add_parser("serve", help="the same set-up for real use on one machine, its state under var/")
    serve.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (default 8000)")

    test = commands.add_parser(
        "test", allow_abbrev=False, help="the test suite on SQLite, then on PostgreSQL; pytest's arguments follow"
    )
    test.add_argument("--only", choices=("sqlite", "postgresql"), help="run one half")
    test.add_argument("--strict-halves", action="store_true", help="fail if a half cannot run (always so with CI=true)")
    test.set_defaults(takes_more=True)

    check = commands.add_parser("check", help="formatting, lint, types, layers, migrations, compose file, known holes")
    check.add_argument("--offline", action="store_true", help="leave out the check that needs the network (pip-audit)")

    bench = commands.add_parser("bench", help="a benchmark on a throw-away PostgreSQL; without a name, the list")
    bench.add_argument("name", nargs="?", metavar="NAME")
    bench.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…")

    manage = commands.add_parser("manage", help="a management command in the project's environment", add_help=False)
    manage.add_argument("arguments", nargs=argparse.REMAINDER, metavar="COMMAND …")

    lock = commands.add_parser("lock", help="remake requirements*.txt from requirements*.in (needs uv)")
    lock.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    return parser
