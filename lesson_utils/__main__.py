"""``python -m lesson_utils``: see :mod:`lesson_utils.command_line`."""

from lesson_utils.command_line import main

raise SystemExit(main())
