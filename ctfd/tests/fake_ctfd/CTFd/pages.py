from flask import Blueprint, abort, render_template

from CTFd.models import Challenges
from CTFd.plugins.challenges import get_chal_class
from CTFd.utils.decorators import admins_only

admin = Blueprint("admin", __name__)


@admin.get("/admin/challenges/<int:challenge_id>")
@admins_only
def challenges_detail(challenge_id):
    challenge = Challenges.query.filter_by(id=challenge_id).first() or abort(404)
    template = get_chal_class(challenge.type).templates["update"].lstrip("/")
    return render_template(template, challenge=challenge)


@admin.app_context_processor
def _globals():
    """What core's own templates offer to those that extend them."""
    from flask import session

    return {"Session": {"nonce": session.get("nonce")}}
