"""`python -m twin` is the command `twin`, for where that is not found."""

from __future__ import annotations

from twin.cli import main

if __name__ == "__main__":
    main()
