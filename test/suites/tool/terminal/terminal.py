"""Runs a command in a pseudo-terminal: terminal.py COLUMNS ROWS COMMAND...

What it shows goes to the standard output, and what comes from the standard input is typed. Ends with the command's exit code.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios

columns, rows = int(sys.argv[1]), int(sys.argv[2])

pid, terminal = pty.fork()
if pid == 0:
    # The size has to be there before the command looks at it.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(sys.argv[3], sys.argv[3:])

watched = [terminal, 0]
while terminal in watched:
    ready, _, _ = select.select(watched, [], [])
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # Linux says so when the command has ended.
            shown = b""
        if not shown:
            watched.remove(terminal)
        while shown:
            shown = shown[os.write(1, shown) :]
    if 0 in ready:
        typed = os.read(0, 65536)
        if typed:
            os.write(terminal, typed)
        else:
            watched.remove(0)

_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
