"""Runs the embedded AWS with our adaptations, on the engine's own interpreter.

Started as a script (`launcher.py [--plain]`), never imported by the rest: this interpreter has no other package of
the project. `--plain` leaves every adaptation out, for the tests that show which of them can go.
"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from receivables_local import adaptations  # noqa: E402


def main() -> None:
    """Serve until SIGTERM. Where, and how strictly, is said by the environment (see `engine.Engine.start`)."""
    from ministack import app

    if "--plain" not in sys.argv:
        adaptations.apply_all()
    sys.argv = sys.argv[:1]
    app.main()


if __name__ == "__main__":
    main()
