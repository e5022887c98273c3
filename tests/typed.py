"""What a process does that a test has forked: becomes the command that a person types.

Run through ``runpy`` with the names ``folder``, ``output`` and ``words`` set, in a process that has
loaded the libraries already.
"""

import os
import runpy
import sys

os.chdir(folder)  # noqa: F821
handle = os.open(output, os.O_WRONLY | os.O_APPEND)  # noqa: F821
os.dup2(handle, 1)
os.dup2(handle, 2)
sys.path.insert(0, folder)  # noqa: F821
if words[0] == "-m":  # noqa: F821
    sys.argv = words[1:]  # noqa: F821
    runpy.run_module(words[1], run_name="__main__", alter_sys=True)  # noqa: F821
else:
    sys.argv = words  # noqa: F821
    runpy.run_path(words[0], run_name="__main__")  # noqa: F821
