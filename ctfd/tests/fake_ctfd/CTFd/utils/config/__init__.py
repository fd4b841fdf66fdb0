from CTFd.utils import get_config


def is_teams_mode():
    return get_config("user_mode") == "teams"
