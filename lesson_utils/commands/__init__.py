"""The commands of ``python -m lesson_utils``: one module each, which ``COMMANDS`` lists.

A module has its ``HELP``, its ``add_arguments`` and its ``run``; what is slow to import, it imports
in ``run``. Results go to stdout, everything else to stderr. What a person can mend is one line and
exit code 2.
"""

import argparse
import os
import re
import shlex
import sys
import warnings

from lesson_utils.commands import (
    doctor,
    export,
    fetch,
    finetune,
    frequencies,
    perplexity,
    progress,
    train,
)

COMMANDS = {
    "perplexity": perplexity,
    "train": train,
    "finetune": finetune,
    "export": export,
    "fetch": fetch,
    "frequencies": frequencies,
    "progress": progress,
    "doctor": doctor,
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message):
        self.exit(2, f"error: {message}; see `python -m lesson_utils --help`\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code.

    0, 1 if doctor finds a fault, 2 on bad input, 130 after Ctrl-C, 141 when who reads the output
    has gone. Without a command, say which there are.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = build_parser()
    if not arguments:
        parser.print_help()
        return 0
    options = parser.parse_args(join_negative_values(arguments))
    options.command = "python -m lesson_utils " + shlex.join(arguments)
    warnings.showwarning = lambda message, *_: print(f"note: {message}", file=sys.stderr)
    try:
        return options.run(options) or 0
    except BrokenPipeError:  # `| head -1` has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, RuntimeError, OSError) as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def build_parser() -> Parser:
    parser = Parser(prog="python -m lesson_utils", description="Stretching RoPE, from a shell.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.HELP)
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    return parser


def join_negative_values(arguments: list[str]) -> list[str]:
    """Write ``--lengths -5,512`` as ``--lengths=-5,512``.

    argparse takes the first for two options and says so. In the second it sees a value, which can
    then be refused by its name.
    """
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1].startswith("--") and re.match(r"-(\d|\.|inf|nan)", argument):
            joined[-1] += "=" + argument
        else:
            joined.append(argument)
    return joined


def one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__
