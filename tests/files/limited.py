"""Runs a command where files cannot be written: ``python limited.py full|bound COMMAND…``.

``full``: no file of this process can get any larger, as on a full disk (EFBIG in the place of ENOSPC); pipes can.
``bound``: root is bound to the rights of files like everybody else, so that a read-only folder is one.
"""

import ctypes
import os
import resource
import sys

# https://man7.org/linux/man-pages/man2/PR_CAPBSET_DROP.2const.html
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1

kind, *command = sys.argv[1:]
if kind == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
if kind == "bound" and os.geteuid() == 0:
    assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) == 0
os.execvp(command[0], command)
