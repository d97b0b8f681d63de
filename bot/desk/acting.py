"""Agents' actions over HTTP: a form comes in, a transaction runs, everybody is told.

A script gets JSON, a browser without one gets the page of the case.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from sqlalchemy.engine import Connection

from bot.brand import PRIORITIES
from bot.desk import actions, consent, replies, targets
from bot.desk.actions import Act, Written
from bot.desk.case import case_page
from bot.desk.context import Desk, agent_of, desk_of, speech_of
from bot.desk.forms import Form, text_of
from bot.desk.pages import wants_json
from bot.desk.replies import Filled
from bot.desk.targets import LONGEST_TEXT, TooLong
from bot.desk.words import Speech
from bot.errors import AlreadyClaimed, NotFound, ReplyRefused, TransitionError
from bot.store import cases, viewers
from bot.store.rows import Case

_WORDS: Mapping[type[TransitionError], str] = {
    NotFound: "refused.gone",
    replies.OnItsWay: "told.on_its_way",
    actions.NewerCase: "told.newer",
    actions.NeverTheBots: "told.never_the_bots",
}

# What is done with a form, and the name of the text that says so.
Performing = Callable[[Desk, Act, Form], Awaitable[str]]


async def act(request: web.Request) -> web.StreamResponse:
    """Do what a form of the case's page asks for."""
    perform = ACTS.get(request.match_info["act"])
    if perform is None:
        raise web.HTTPNotFound
    desk, speech, form = desk_of(request), speech_of(request), await request.post()
    case = await case_of(request)
    try:
        told = await perform(desk, _act(request, case), form)
    except (TransitionError, ReplyRefused) as error:
        status = 422 if isinstance(error, ReplyRefused) else 409
        return await _refuse(request, status, await _why(desk, speech, case, error), form)
    desk.ring(await desk.store.read(cases.conversations_of, case))
    team = desk.brand.teams.get(text_of(form, "team"), "")
    if wants_json(request):
        return web.json_response({"told": speech(told, team=team)})
    raise web.HTTPSeeOther(f"/desk/cases/{case.reference}")


async def see(request: web.Request) -> web.StreamResponse:
    """A page says that it is open, that somebody types in it, or that it is closed."""
    desk, form, case = desk_of(request), await request.post(), await case_of(request)
    if await desk.store.run(_see, _act(request, case), text_of(form, "doing")):
        desk.ring(await desk.store.read(cases.conversations_of, case))
    return web.Response(status=204)


async def measure(request: web.Request) -> web.StreamResponse:
    """How much of what its platform takes a text fills; only that counts as the platform does."""
    desk, speech, form = desk_of(request), speech_of(request), await request.post()
    case = await case_of(request)
    try:
        target = await desk.store.read(_target, case, text_of(form, "conversation"), desk)
    except NotFound as error:
        raise web.HTTPNotFound from error
    length = target.length(text_of(form, "text")[:LONGEST_TEXT])
    told = speech("compose.length", n=length, most=target.most)
    return web.json_response({"told": told, "over": length > target.most})


async def case_of(request: web.Request) -> Case:
    """The case that an address names; 404 if there is none."""
    reference = request.match_info["reference"]
    case = await desk_of(request).store.read(cases.by_reference, reference)
    if case is None:
        raise web.HTTPNotFound
    return case


def _act(request: web.Request, case: Case) -> Act:
    return Act(case_id=case.id, agent=agent_of(request), at=desk_of(request).now())


def _see(connection: Connection, act: Act, doing: str) -> bool:
    """Note who looks; tells whether others see a difference."""
    before = viewers.of_cases(connection, [act.case_id], act.at)
    if doing == "leaving":
        viewers.leave(connection, act.case_id, act.agent.id)
    else:
        typing = doing == "typing"
        viewers.see(connection, act.case_id, act.agent.id, typing=typing, now=act.at)
    return viewers.of_cases(connection, [act.case_id], act.at) != before


def _target(connection: Connection, case: Case, key: str, desk: Desk) -> targets.Target:
    conversation_id, in_private = targets.named(key)
    talk = actions.conversation_of(connection, case, conversation_id)
    return targets.find(connection, talk, desk.platforms, desk.now(), in_private=in_private)


async def _why(desk: Desk, speech: Speech, case: Case, error: TransitionError | ReplyRefused) -> str:
    """Why nothing was done, in words that help."""
    if isinstance(error, TooLong):
        return speech("refused.too_long_here", n=error.length, most=error.most)
    if isinstance(error, ReplyRefused):
        kinds = ", ".join(speech.of("detail", kind) for kind in error.details)
        return speech(f"refused.{error.reason}", details=kinds, n=LONGEST_TEXT)
    if isinstance(error, AlreadyClaimed):
        return speech("told.claimed_by", name=error.owner)
    for kind, name in _WORDS.items():
        if isinstance(error, kind):
            return speech(name)
    now = await desk.store.read(cases.load, case.id)
    return speech("told.is_now", status=speech.of("status", now.status))


async def _refuse(request: web.Request, status: int, error: str, form: Form) -> web.StreamResponse:
    if wants_json(request):
        return web.json_response({"error": error}, status=status)
    return await case_page(request, status=status, error=error, text=text_of(form, "text"))


def _written(form: Form) -> Written:
    return Written(text=text_of(form, "text"), token=text_of(form, "token")[:64])


async def _claim(desk: Desk, act: Act, form: Form) -> str:
    await desk.store.run(actions.claim, act)
    return "told.claimed"


async def _take_over(desk: Desk, act: Act, form: Form) -> str:
    await desk.store.run(actions.take_over, act)
    return "told.taken_over"


async def _reopen(desk: Desk, act: Act, form: Form) -> str:
    await desk.store.run(actions.reopen, act, brand=desk.brand)
    return "told.reopened"


async def _reply(desk: Desk, act: Act, form: Form) -> str:
    line = await desk.store.run(
        replies.reply,
        act,
        _written(form),
        where=text_of(form, "conversation"),
        brand=desk.brand,
        platforms=desk.platforms,
    )
    return "told.sent" if line else "told.twice"


async def _approved(desk: Desk, act: Act, form: Form) -> str:
    filled = Filled(
        name=text_of(form, "name"),
        language=text_of(form, "language"),
        parameters=_blanks(form),
        token=text_of(form, "token")[:64],
    )
    line = await desk.store.run(
        replies.send_approved,
        act,
        filled,
        where=text_of(form, "conversation"),
        platforms=desk.platforms,
    )
    return "told.sent" if line else "told.twice"


def _blanks(form: Form) -> tuple[str, ...]:
    """What fills an approved text: the fields `blank1`, `blank2` and so on."""
    count = sum(name.startswith("blank") for name in form)
    return tuple(text_of(form, f"blank{number}") for number in range(1, count + 1))


async def _link(desk: Desk, act: Act, form: Form) -> str:
    line = await desk.store.run(
        replies.send_link,
        act,
        token=text_of(form, "token")[:64],
        where=text_of(form, "conversation"),
        brand=desk.brand,
        platforms=desk.platforms,
    )
    return "told.link_sent" if line else "told.twice"


async def _ask_consent(desk: Desk, act: Act, form: Form) -> str:
    token = text_of(form, "token")[:64]
    line = await desk.store.run(consent.ask, act, token=token, brand=desk.brand, platforms=desk.platforms)
    return "told.consent_asked" if line else "told.twice"


async def _agree(desk: Desk, act: Act, form: Form) -> str:
    if not text_of(form, "agreed"):
        raise ReplyRefused("no_consent")
    await desk.store.run(consent.agree, act, brand=desk.brand)
    return "told.consent_given"


async def _say_so(desk: Desk, act: Act, form: Form) -> str:
    await desk.store.run(consent.say_so, act, brand=desk.brand)
    return "told.sent"


async def _note(desk: Desk, act: Act, form: Form) -> str:
    line = await desk.store.run(actions.note, act, _written(form))
    return "told.noted" if line else "told.twice"


async def _transfer(desk: Desk, act: Act, form: Form) -> str:
    team, text = text_of(form, "team"), text_of(form, "text")
    await desk.store.run(actions.transfer, act, team=team, text=text, brand=desk.brand)
    return "told.transferred"


async def _prioritise(desk: Desk, act: Act, form: Form) -> str:
    wished = text_of(form, "priority")
    priority = next((known for known in PRIORITIES if known == wished), None)
    if priority is None:
        raise NotFound(f"there is no priority {wished!r}")
    await desk.store.run(actions.prioritise, act, priority=priority, brand=desk.brand)
    return "told.prioritised"


async def _hand_back(desk: Desk, act: Act, form: Form) -> str:
    await desk.store.run(actions.hand_back, act, brand=desk.brand, platforms=desk.platforms)
    return "told.handed_back"


async def _resolve(desk: Desk, act: Act, form: Form) -> str:
    tell = bool(text_of(form, "tell"))
    await desk.store.run(actions.resolve, act, tell=tell, brand=desk.brand, platforms=desk.platforms)
    return "told.resolved"


async def _flag(desk: Desk, act: Act, form: Form) -> str:
    name, on = text_of(form, "name"), text_of(form, "on") == "1"
    if name not in ("abusive", "stopped"):
        raise NotFound(f"there is no mark {name!r}")
    await desk.store.run(actions.flag, act, name=name, on=on)
    return "told.flagged"


async def _retry(desk: Desk, act: Act, form: Form) -> str:
    message = text_of(form, "message")
    await desk.store.run(
        replies.retry,
        act,
        message_id=int(message) if message.isdecimal() else 0,
        platforms=desk.platforms,
    )
    return "told.retried"


ACTS: Mapping[str, Performing] = {
    "claim": _claim,
    "take-over": _take_over,
    "reopen": _reopen,
    "reply": _reply,
    "approved": _approved,
    "link": _link,
    "ask-consent": _ask_consent,
    "agree": _agree,
    "say-so": _say_so,
    "note": _note,
    "transfer": _transfer,
    "prioritise": _prioritise,
    "hand-back": _hand_back,
    "resolve": _resolve,
    "flag": _flag,
    "retry": _retry,
}
