"""``predict.py`` with a second for each picture, and processes that are forked.

A test then has the time to do something to it, and need not wait for the libraries again.
"""

import runpy
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    from jetcar.prediction import several

    real = several.outcome_of

    def slow(*args):
        """Looks at a picture, and takes its time."""
        time.sleep(1)
        return real(*args)

    several.outcome_of = slow
    several.START_METHOD = "fork"
    sys.argv[0] = str(Path(__file__).parent.parent.parent / "predict.py")
    runpy.run_path(sys.argv[0], run_name="__main__")
