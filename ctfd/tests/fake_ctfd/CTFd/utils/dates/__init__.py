import time

from CTFd.utils import get_config


def ctftime():
    start, end = int(get_config("start") or 0), int(get_config("end") or 0)
    return start < time.time() and (not end or time.time() < end)


def ctf_paused():
    return bool(get_config("paused"))


def ctf_started():
    return time.time() > int(get_config("start") or 0)


def ctf_ended():
    end = int(get_config("end") or 0)
    return bool(end) and time.time() > end


def view_after_ctf():
    return bool(get_config("view_after_ctf"))
