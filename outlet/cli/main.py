"""The `outlet` command: finds its subcommands by entry point and turns errors into one message and an exit code."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
import traceback
from types import FrameType

import click

from outlet.cli.options import command_of
from outlet.stage import Stage, load_command, load_commands
from outlet.terminal import tell

EXIT_BUG = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

# A command makes long-lived objects by the hundred thousand, modules and tables, and few cycles: looking for cycles as
# often as Python does took a tenth of its time.
_COLLECT_AFTER = 250_000

# What the machine refuses; anything else the system reports would be a bug of ours.
_REFUSED = frozenset(
    (
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOMEM),
        *(errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EMFILE, errno.ENFILE, errno.EBUSY),
    )
)


class _Commands(click.Group):
    """A group whose subcommands are whatever the installed packages declare, in the order of the work."""

    def list_commands(self, context: click.Context) -> list[str]:
        from outlet.stage import in_order

        found = load_commands()
        stages = in_order([command for command in found.values() if isinstance(command, Stage)])
        first, last = ["new", "check"], ["compare", "run"]
        middle = [stage.name for stage in stages if stage.name not in (*first, *last)]
        beside = sorted(found.keys() - {*first, *middle, *last})
        return [*first, *middle, *beside, *(name for name in last if name in found)]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        command = load_command(name)
        return command_of(command) if isinstance(command, Stage) else command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="outlet-planner", prog_name="outlet")
def cli() -> None:
    """Plan outlets from files to decision: where to open, how the hall looks, who stands where and when."""


def main() -> None:
    """Run the command; exit 0 done, 1 a bug, 2 bad input, 3 no plan, 130 interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    gc.set_threshold(_COLLECT_AFTER)
    sys.exit(run_command(sys.argv[1:]))


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run_command(arguments: list[str]) -> int:
    """Run the command with these arguments and return its exit code."""
    try:
        result = cli.main(args=arguments, prog_name="outlet", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort):
        tell("interrupted; what was in out/ before is intact")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read our table wanted no more of it
        return 0
    except Exception as error:  # noqa: BLE001 - whatever is not for the planner is a bug of ours
        return _tell(error)


def _tell(error: Exception) -> int:
    """Tell on stderr what went wrong and return the exit code."""
    from outlet.errors import PlanningError

    if isinstance(error, PlanningError):
        tell(f"error: {error}")
        return error.exit_code
    if isinstance(error, OSError) and error.errno in _REFUSED:
        where = f"{error.filename}: " if error.filename else ""
        tell(f"error: {where}{error.strerror}; what was in out/ before is intact")
        return EXIT_BAD_INPUT
    if isinstance(error, MemoryError):
        tell("error: the memory of this machine is not enough; what was in out/ before is intact")
        return EXIT_BAD_INPUT
    traceback.print_exception(error)
    tell("this is a bug of Outlet Planner, not of your data; please report the lines above")
    return EXIT_BUG
