"""The command ``python -m stages.signature``, as ``stages.commands.signature`` has it."""

import sys

from stages.commands.signature import ERROR, main
from stages.common.command_line import report_errors

if __name__ == "__main__":
    with report_errors(ERROR):
        sys.exit(main())
