"""Brings the process of a first load down when it opens a model: as a fault in a parser would. Python imports it by its name.

FIRST_LOAD_FAULT says how; FIRST_LOAD_EVENTS is a file for what of interest the process did.
"""

import ctypes
import os
import sys
import time


def fault() -> None:
    """Crash, be killed, hang, or want more memory than there may be."""
    match os.environ.get("FIRST_LOAD_FAULT"):
        case "crash":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "hang":
            time.sleep(600)
        case "swell":
            bytearray(64 << 30)
        case "exit":
            os._exit(7)


def hook(event: str, arguments: tuple) -> None:
    """See every model that is opened, and every object that a pickle names."""
    if event == "open" and str(arguments[0]).endswith("model.npz"):
        fault()
    if event == "pickle.find_class" and "FIRST_LOAD_EVENTS" in os.environ:
        with open(os.environ["FIRST_LOAD_EVENTS"], "a") as file:  # noqa: PTH123 - nothing more is imported here
            file.write(f"{event} {arguments}\n")


if "willbuy.registry.trial" in sys.orig_argv:
    sys.addaudithook(hook)
