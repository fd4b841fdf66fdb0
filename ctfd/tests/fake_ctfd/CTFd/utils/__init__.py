from CTFd.models import Configs, db


def get_config(key, default=None):
    """Digits come back as a number, true and false as such: that is core's way."""
    row = Configs.query.filter_by(key=key).first()
    if row is None or not row.value:
        return default
    if row.value.isdigit():
        return int(row.value)
    return {"true": True, "false": False}.get(row.value.lower(), row.value)


def set_config(key, value):
    row = Configs.query.filter_by(key=key).first() or Configs(key=key)
    row.value = None if value is None else str(value)
    db.session.add(row)
    db.session.commit()
    return row
