"""Raw files to the pyramid, and the upkeep of a store: the command line of Ziggurat."""

from __future__ import annotations

import os
import sys

import typer

from commands.alerts import alerts
from commands.exits import EXIT_SOURCES, EXIT_STORE, EXIT_USAGE, stop
from commands.forecasts import forecast, train
from commands.plans import plan, rooms
from commands.store import build, demo, export
from commands.upkeep import status, verify
from core.errors import ConfigError, QueryError, SourceError, StoreError, ZigguratError

# As --help lists them.
COMMANDS = (build, status, verify, export, plan, rooms, demo, alerts, train, forecast)

app = typer.Typer(
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""Build and look after a store of Parquet pyramids.

    Without a command, build is run. Exit codes: 0 all good, 1 some sources could not be read
    (the rest is in the store), 2 wrong use, 3 the store is missing, damaged, locked or of another
    format, 4 verify found differences.
    """,
)
for one in COMMANDS:
    app.command()(one)


def main() -> None:
    """Run the command line; the bare command builds."""
    names = {one.__name__ for one in COMMANDS}
    # No command multiplies matrices; starting the threads for it costs more than a run finding
    # nothing new.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = sys.argv[1:]
    if not arguments or (arguments[0] not in names and arguments[0] not in ("--help", "-h")):
        arguments = ["build", *arguments]
    try:
        app(arguments, prog_name="preprocess.py")
    except (ConfigError, QueryError) as error:
        stop(EXIT_USAGE, str(error))
    except SourceError as error:
        stop(EXIT_SOURCES, str(error))
    except StoreError as error:
        stop(EXIT_STORE, str(error))
    except ZigguratError as error:
        stop(EXIT_SOURCES, str(error))
    except OSError as error:
        # A full disk, a folder without permission: what was committed before stands.
        stop(EXIT_STORE, f"{error}")


if __name__ == "__main__":
    main()
