"""What a forked process does: becomes ``python train.py ...`` in the folder it is told.

Run by ``conftest.Running`` through ``runpy`` with the names ``folder``, ``output``, ``program`` and
``arguments`` set, in a process that has loaded the libraries already.
"""

import os
import runpy
import sys

os.chdir(folder)  # noqa: F821
handle = os.open(output, os.O_WRONLY | os.O_APPEND)  # noqa: F821
os.dup2(handle, 1)
os.dup2(handle, 2)
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(line_buffering=True)
sys.argv = [program, *arguments]  # noqa: F821
runpy.run_path(program, run_name="__main__")  # noqa: F821
