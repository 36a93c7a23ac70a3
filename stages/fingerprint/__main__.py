"""Entry point of ``python -m stages.fingerprint``, which runs the command of that name."""

from stages.commands.fingerprint import main
from stages.common.command_line import report_errors

if __name__ == "__main__":
    with report_errors():
        main()
