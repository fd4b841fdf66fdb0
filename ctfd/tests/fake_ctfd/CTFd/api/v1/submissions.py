from flask import abort, request

from CTFd.api import api
from CTFd.models import Solves, Submissions, db
from CTFd.utils.decorators import admins_only


@api.patch("/submissions/<int:submission_id>")
@admins_only
def submissions_submission(submission_id):
    """Marking as correct inserts a solve; the challenge type is not asked."""
    submission = Submissions.query.filter_by(id=submission_id).first() or abort(404)
    assert request.get_json() == {"type": "correct"}
    solve = Solves(
        user_id=submission.user_id,
        team_id=submission.team_id,
        challenge_id=submission.challenge_id,
        ip=submission.ip,
        provided=submission.provided,
        date=submission.date,
    )
    db.session.add(solve)
    submission.type = "discard"
    db.session.commit()
    return {"success": True, "data": {"id": solve.id}}
