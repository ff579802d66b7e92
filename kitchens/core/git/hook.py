"""The hook of the mesh repository: asks the hub, in the process that serves the push, and tells git its answer.

Copied into `mesh.git/hooks` and run there by git, so it uses nothing but `os` and `sys`: it starts in 9 ms. It asks on a
socket it has inherited. Question: check or take, folder of the pushed objects, a line `<old> <new> <ref>` for
each branch, an empty line. Answer: lines `say <text>`, `ok <ref>` or `no <ref> <reason>`, and an empty line.
"""

import os
import sys


def ask(hook: str, commands: list[str]) -> list[str]:
    """Return the lines of the hub's answer, up to the empty one; a hub that has gone away answers nothing."""
    place = int(os.environ["HUB_HOOK_FD"])
    objects = os.environ.get("GIT_OBJECT_DIRECTORY") or "-"
    question = "\n".join([hook, objects, *commands, "", ""]).encode()
    while question:
        question = question[os.write(place, question) :]
    answer = b""
    while not answer.endswith(b"\n\n") and answer != b"\n":
        got = os.read(place, 65536)
        if not got:
            return []
        answer += got
    return answer.decode("utf-8", "replace").splitlines()[:-1]


def before() -> int:
    """pre-receive: all that was pushed is taken in, or nothing is. What the hub says reaches the terminal."""
    commands = sys.stdin.read().splitlines()
    answer = ask("check", commands)
    for line in answer:
        if line.startswith("say "):
            sys.stderr.write(line[4:] + "\n")
    return 0 if sum(line.startswith("ok ") for line in answer) == len(commands) else 1


def move() -> int:
    """proc-receive: the hub moves the branches itself; git is told which."""
    if not read_lines():
        return 1
    write_line("version=1")
    flush()
    commands = read_lines()
    told = {}
    for line in ask("take", commands):
        word, _, rest = line.partition(" ")
        ref, _, reason = rest.partition(" ")
        if word == "say":
            sys.stderr.write(rest + "\n")
        else:
            told[ref] = f"ok {ref}" if word == "ok" else f"ng {ref} {reason}"
    for command in commands:
        ref = command.split(" ", 2)[2]
        write_line(told.get(ref, f"ng {ref} the hub has gone away; look at the branch and push again"))
    flush()
    return 0


def read_lines() -> list[str]:
    """Return packet lines up to the next flush."""
    found: list[str] = []
    while True:
        length = sys.stdin.buffer.read(4)
        if len(length) < 4 or int(length, 16) == 0:
            return found
        found.append(sys.stdin.buffer.read(int(length, 16) - 4).decode("utf-8", "replace").rstrip("\n"))


def write_line(text: str) -> None:
    raw = text.encode()[:60_000]
    sys.stdout.buffer.write(b"%04x" % (len(raw) + 4) + raw)


def flush() -> None:
    sys.stdout.buffer.write(b"0000")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(before() if sys.argv[1] == "pre-receive" else move())
