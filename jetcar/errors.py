"""The one exception that means: the person at the keyboard can put this right."""


class UserError(Exception):
    """Bad input, told in one sentence that names the thing and the fix.

    Every command prints the sentence and ends with exit code 1; no stack is shown unless
    ``JETCAR_DEBUG=1``. Anything else that is raised is a fault of the program.
    """
