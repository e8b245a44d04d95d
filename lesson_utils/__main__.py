"""``python -m lesson_utils``: see :mod:`lesson_utils.commands`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036, whoever did not install it meets the rest unwarned
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(f"error: Python {found} is too old; the course needs 3.11 or newer")

from lesson_utils.commands import main  # noqa: E402

sys.exit(main())
