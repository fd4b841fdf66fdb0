import math
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from CTFd.exceptions.challenges import (
    ChallengeCreateException,
    ChallengeSolveException,
    ChallengeUpdateException,
)
from CTFd.models import Challenges, Fails, Flags, Solves, db

DECAYS = ("linear", "logarithmic")
DECAY_COLUMNS = ("initial", "minimum", "decay")


@dataclass
class ChallengeResponse:
    status: str
    message: str


def calculate_value(challenge):
    solves = max(Solves.query.filter_by(challenge_id=challenge.id).count() - 1, 0)
    if challenge.function == "linear":
        value = challenge.initial - challenge.decay * solves
    else:
        slope = (challenge.minimum - challenge.initial) / challenge.decay**2
        value = math.ceil(slope * solves**2 + challenge.initial)
    challenge.value = max(value, challenge.minimum)
    db.session.commit()
    return challenge


def _check_decay(challenge, kind):
    if challenge.function not in DECAYS:
        return
    for name in DECAY_COLUMNS:
        if getattr(challenge, name) is None:
            db.session.rollback()
            raise kind(f"Missing '{name}' but function is {challenge.function}")


class BaseChallenge:
    id = None
    name = None
    templates = {}
    scripts = {}
    challenge_model = Challenges

    @classmethod
    def create(cls, request):
        """An unknown key is a TypeError, and so a 500."""
        data = dict(request.form or request.get_json() or {})
        challenge = cls.challenge_model(**data)
        _check_decay(challenge, ChallengeCreateException)
        db.session.add(challenge)
        db.session.commit()
        decays = challenge.function in DECAYS
        return calculate_value(challenge) if decays else challenge

    @classmethod
    def read(cls, challenge):
        names = "id name value description category state connection_info type".split()
        data = {name: getattr(challenge, name) for name in names}
        data["function"] = challenge.function
        data["type_data"] = {
            "id": cls.id,
            "name": cls.name,
            "templates": cls.templates,
            "scripts": cls.scripts,
        }
        return data

    @classmethod
    def update(cls, challenge, request):
        """Sets whatever it is given; a part of the fields is fine."""
        data = dict(request.form or request.get_json() or {})
        for name, value in data.items():
            if name in DECAY_COLUMNS and value is not None:
                try:
                    value = float(value)
                except ValueError:
                    db.session.rollback()
                    raise ChallengeUpdateException(f"Invalid input for '{name}'")
            setattr(challenge, name, value)
        _check_decay(challenge, ChallengeUpdateException)
        db.session.commit()
        decays = challenge.function in DECAYS
        return calculate_value(challenge) if decays else challenge

    @classmethod
    def delete(cls, challenge):
        """Bulk deletions: no ORM event of the challenge fires."""
        Fails.query.filter_by(challenge_id=challenge.id).delete()
        Solves.query.filter_by(challenge_id=challenge.id).delete()
        Flags.query.filter_by(challenge_id=challenge.id).delete()
        Challenges.query.filter_by(id=challenge.id).delete()
        cls.challenge_model.query.filter_by(id=challenge.id).delete()
        db.session.commit()

    @classmethod
    def attempt(cls, challenge, request):
        submission = request.get_json()["submission"].strip()
        flags = Flags.query.filter_by(challenge_id=challenge.id).all()
        if any(flag.content == submission for flag in flags):
            return ChallengeResponse("correct", "Correct")
        return ChallengeResponse("incorrect", "Incorrect")

    @classmethod
    def solve(cls, user, team, challenge, request):
        db.session.add(_submission(Solves, user, team, challenge, request))
        try:
            db.session.commit()
        except IntegrityError as fault:
            db.session.rollback()
            raise ChallengeSolveException("Duplicate solve") from fault
        if challenge.function in DECAYS:
            calculate_value(challenge)

    @classmethod
    def fail(cls, user, team, challenge, request):
        db.session.add(_submission(Fails, user, team, challenge, request))
        db.session.commit()


def _submission(kind, user, team, challenge, request):
    return kind(
        user_id=user.id,
        team_id=team.id if team else None,
        challenge_id=challenge.id,
        ip="127.0.0.1",
        provided=request.get_json()["submission"],
    )


class CTFdStandardChallenge(BaseChallenge):
    id = "standard"
    name = "standard"
    templates = {
        "create": "/admin/challenges/create.html",
        "update": "/admin/challenges/update.html",
        "view": "/challenge.html",
    }


CHALLENGE_CLASSES = {"standard": CTFdStandardChallenge}


def get_chal_class(class_id):
    return CHALLENGE_CLASSES[class_id]
