"""The tests can be started on Windows: those that need what only Unix has are skipped there."""

import ast
import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MODULES = sorted(TESTS.rglob("*.py"))

UNIX_ONLY = {
    "os": {
        "fork",
        "forkpty",
        "killpg",
        "getpgid",
        "setsid",
        "mkfifo",
        "mknod",
        "geteuid",
        "getuid",
        "chown",
        "statvfs",
        "uname",
        "sched_getaffinity",
        "sched_setaffinity",
        "wait3",
        "wait4",
        "openpty",
    },
    "signal": {
        "SIGKILL",
        "SIGSTOP",
        "SIGCONT",
        "SIGHUP",
        "SIGPIPE",
        "SIGALRM",
        "SIGQUIT",
        "SIGUSR1",
        "SIGUSR2",
        "alarm",
        "setitimer",
        "pthread_kill",
        "sigwait",
    },
}
MODULES_OF_UNIX = {"fcntl", "pty", "pwd", "resource", "termios", "grp"}


def reached(node):
    """Parts of a piece of a module, without those that a condition before them keeps away."""
    yield node
    if isinstance(node, ast.BoolOp):
        yield from reached(node.values[0])
    elif not (isinstance(node, ast.If) and "hasattr(" in ast.unparse(node.test)):
        for part in ast.iter_child_nodes(node):
            yield from reached(part)


def unix_in(node):
    """What a piece of a module needs that Windows does not have."""
    for one in reached(node):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            if one.attr in UNIX_ONLY.get(one.value.id, ()):
                yield f"{one.value.id}.{one.attr}"
        elif isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names if alias.name in MODULES_OF_UNIX)
        elif isinstance(one, ast.ImportFrom) and one.module in MODULES_OF_UNIX:
            yield one.module


def skips(node, names):
    """Whether an expression is a mark that skips, or a name for one."""
    text = ast.unparse(node)
    return "mark.skipif(" in text or any(name in text for name in names)


def needs_at_import(statement):
    """What a statement of a module needs while the module is loaded."""
    if isinstance(statement, ast.FunctionDef):
        parts = [*statement.decorator_list, statement.args]
    elif isinstance(statement, ast.ClassDef):
        parts = [*statement.decorator_list, *statement.bases]
    else:
        parts = [statement]
    for part in parts:
        yield from unix_in(part)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_no_test_asks_windows_for_what_it_does_not_have(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wrong = []
    marks = set()
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and skips(statement.value, marks):
            marks |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        wrong += [f"{path.name}:{statement.lineno} {one}" for one in needs_at_import(statement)]
    for statement in tree.body:
        if not isinstance(statement, ast.FunctionDef) or not statement.name.startswith("test_"):
            continue
        if "pytestmark" in marks or any(skips(one, marks) for one in statement.decorator_list):
            continue
        wrong += [f"{path.name}:{statement.lineno} {one}" for one in unix_in(statement)]
    assert wrong == []


def test_the_rule_finds_what_it_is_for():
    (bad, good) = ast.parse("def test_a():\n    os.fork()\ndef test_b():\n    os.kill(1, 2)").body
    assert list(unix_in(bad)) == ["os.fork"]
    assert list(unix_in(good)) == []
    (safe,) = ast.parse("if hasattr(os, 'fork'):\n    os.fork()").body
    assert list(unix_in(safe)) == []
    (also,) = ast.parse("root = not hasattr(os, 'getuid') or os.getuid() != 0").body
    assert list(unix_in(also)) == []
    (loop,) = ast.parse("@parametrize('x', [signal.SIGHUP])\ndef test_c(x):\n    pass").body
    assert list(needs_at_import(loop)) == ["signal.SIGHUP"]


def test_a_test_that_needs_a_link_is_skipped_where_none_may_be_made(tmp_path, monkeypatch):
    from tests.links import link_or_skip

    def forbidden(path, target, target_is_directory=False):
        error = OSError(22, "A required privilege is not held by the client")
        error.winerror = 1314
        raise error

    with pytest.raises(pytest.skip.Exception, match="Windows lets only administrators make links"):
        link_or_skip(forbidden)(tmp_path / "a", tmp_path)
    link_or_skip(os.symlink)(tmp_path, tmp_path / "a")
    assert (tmp_path / "a").is_dir()
