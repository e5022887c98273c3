"""How work ends early: the person at the keyboard can put something right, or wants to stop."""


class UserError(Exception):
    """Bad input, told in one sentence that names the thing and the fix.

    Every command prints the sentence and ends with exit code 1; no stack is shown unless
    ``JETCAR_DEBUG=1``. Anything else that is raised is a fault of the program.
    """


class Interrupted(BaseException):
    """A signal asked to stop, and what was half done is cleared away.

    Not an ``Exception``, so that nothing on the way takes it for an error.

    Args:
        signum: The signal.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum
