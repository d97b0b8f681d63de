import pytest
from sqlalchemy import select, update

from bot.store import logins
from bot.store.logins import MOST_PER_LOGIN, MOST_PER_REMOTE
from bot.store.tables import agents, desk_sessions
from tests.fakes.desk import PASSWORD, Client, DeskHouse, log_in, token_in

COOKIE = "relais_desk"


def cookie_of(client: Client) -> str:
    return next((c.value for c in client.session.cookie_jar if c.key == COOKIE), "")


@pytest.mark.parametrize("path", ["/desk", "/desk/people", "/desk/account", "/desk/cases/NB-1", "/desk/nope"])
async def test_every_page_needs_a_session(visitor: Client, path: str) -> None:
    answer = await visitor.get(path, allow_redirects=False)
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/desk/login")


@pytest.mark.parametrize("path", ["/desk/events", "/desk/cases/NB-1/events"])
async def test_every_stream_needs_a_session(visitor: Client, path: str) -> None:
    answer = await visitor.get(path, headers={"Accept": "text/event-stream"}, allow_redirects=False)
    assert answer.status == 401


async def test_the_right_password_opens_the_desk(house: DeskHouse, visitor: Client) -> None:
    house.agent("ann")
    answer = await log_in(visitor)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk")
    assert (await visitor.get("/desk", allow_redirects=False)).status == 200


async def test_a_wrong_password_and_an_unknown_login_look_the_same(house: DeskHouse, visitor: Client) -> None:
    house.agent("ann")
    wrong, unknown = await log_in(visitor, password="wrong"), await log_in(visitor, "nobody")
    assert (wrong.status, unknown.status) == (401, 401)
    assert "Login or password is wrong" in await wrong.text()
    assert "Login or password is wrong" in await unknown.text()


async def test_a_deactivated_agent_cannot_log_in(house: DeskHouse, visitor: Client) -> None:
    agent = house.agent("ann")
    house.store.run_now(
        lambda c: c.execute(update(agents).where(agents.c.id == agent.id).values(active=False))
    )
    assert (await log_in(visitor)).status == 401


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    house: DeskHouse, visitor: Client
) -> None:
    house.agent("ann")
    cookie = next(
        v for v in (await log_in(visitor)).headers.getall("Set-Cookie") if v.startswith(COOKIE + "=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/desk" in cookie


async def test_the_database_does_not_hold_the_cookie(house: DeskHouse, ann: Client) -> None:
    stored = house.store.run_now(lambda c: c.execute(select(desk_sessions.c.token_hash)).scalars().all())
    assert len(stored) == 1
    assert cookie_of(ann) not in stored


async def test_a_planted_session_is_not_adopted(house: DeskHouse, visitor: Client) -> None:
    house.agent("ann")
    visitor.session.cookie_jar.update_cookies({COOKIE: "planted"}, visitor.make_url("/desk"))
    answer = await log_in(visitor)
    assert answer.cookies[COOKIE].value not in ("", "planted")


async def test_logging_in_again_ends_the_session_before(house: DeskHouse, ann: Client) -> None:
    before = cookie_of(ann)
    ann.session.cookie_jar.clear()
    form = await (await ann.get("/desk/login")).text()
    data = {"csrf": token_in(form), "login": "ann", "password": PASSWORD}
    seed = next(c.value for c in ann.session.cookie_jar if c.key == "relais_desk_login")
    ann.session.cookie_jar.clear()
    cookies = {COOKIE: before, "relais_desk_login": seed}
    await ann.post("/desk/login", data=data, cookies=cookies, allow_redirects=False)
    ann.session.cookie_jar.clear()
    assert (await ann.get("/desk", cookies={COOKIE: before}, allow_redirects=False)).status == 303


async def test_logging_out_ends_the_session_on_the_server(house: DeskHouse, ann: Client) -> None:
    stolen = cookie_of(ann)
    token = token_in(await (await ann.get("/desk")).text())
    answer = await ann.post("/desk/logout", data={"csrf": token}, allow_redirects=False)
    assert answer.headers["Location"] == "/desk/login?out"
    assert (await ann.get("/desk", cookies={COOKIE: stolen}, allow_redirects=False)).status == 303


async def test_a_session_ends_after_twelve_hours(house: DeskHouse, ann: Client) -> None:
    house.clock.forward(hours=11, minutes=59)
    assert (await ann.get("/desk", allow_redirects=False)).status == 200
    house.clock.forward(minutes=2)
    assert (await ann.get("/desk", allow_redirects=False)).status == 303


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/desk/../evil", "/desk/cases/../../x"]
)
async def test_nobody_is_sent_out_of_the_desk(house: DeskHouse, visitor: Client, path: str) -> None:
    house.agent("ann")
    assert (await log_in(visitor, next=path)).headers["Location"] == "/desk"


async def test_one_is_sent_to_the_case_that_one_wanted(house: DeskHouse, visitor: Client) -> None:
    house.agent("ann")
    answer = await visitor.get("/desk/cases/NB-7K2QX4", allow_redirects=False)
    assert answer.headers["Location"] == "/desk/login?next=/desk/cases/NB-7K2QX4"
    assert (await log_in(visitor, next="/desk/cases/NB-7K2QX4")).headers["Location"].endswith("NB-7K2QX4")


async def test_a_login_form_without_its_token_is_refused(house: DeskHouse, visitor: Client) -> None:
    house.agent("ann")
    answer = await visitor.post("/desk/login", data={"login": "ann", "password": PASSWORD})
    assert answer.status == 403
    assert cookie_of(visitor) == ""


async def test_too_many_attempts_are_told_to_wait(house: DeskHouse, visitor: Client) -> None:
    house.agent("ann")
    for _ in range(MOST_PER_LOGIN):
        assert (await log_in(visitor, password="wrong")).status == 401
    answer = await log_in(visitor)
    assert answer.status == 429
    assert answer.headers["Retry-After"] == str(15 * 60)
    assert "Please wait 15 min" in await answer.text()


async def test_the_wait_survives_a_restart_and_ends(house: DeskHouse, visitor: Client) -> None:
    house.agent("ann")
    for _ in range(MOST_PER_LOGIN):
        await log_in(visitor, password="wrong")
    restarted = await house.client()
    assert (await log_in(restarted)).status == 429
    house.clock.forward(minutes=15)
    assert (await log_in(restarted)).status == 303
    await restarted.close()


async def test_success_forgets_earlier_mistakes(house: DeskHouse, visitor: Client) -> None:
    house.agent("ann")
    for _ in range(MOST_PER_LOGIN - 1):
        await log_in(visitor, password="wrong")
    await log_in(visitor)
    await visitor.post("/desk/logout", data={"csrf": token_in(await (await visitor.get("/desk")).text())})
    assert (await log_in(visitor, password="wrong")).status == 401


def test_one_address_cannot_try_many_logins(house: DeskHouse) -> None:
    now = house.clock()
    for number in range(MOST_PER_REMOTE):
        assert house.store.run_now(logins.attempt, f"login{number}", "192.0.2.1", now) is None
    assert house.store.run_now(logins.attempt, "another", "192.0.2.1", now) is not None
    assert house.store.run_now(logins.attempt, "another", "192.0.2.2", now) is None


@pytest.mark.parametrize("path", ["/desk/login", "/desk", "/desk/nope", "/desk/static/desk.css"])
async def test_every_answer_carries_the_protecting_headers(ann: Client, path: str) -> None:
    headers = (await ann.get(path, allow_redirects=False)).headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


async def test_pages_with_customers_words_are_not_kept_by_browsers(ann: Client) -> None:
    assert (await ann.get("/desk")).headers["Cache-Control"] == "no-store"
    assert "immutable" in (await ann.get("/desk/static/desk.css?v=1")).headers["Cache-Control"]


async def change_password(client: Client, **fields: str) -> int:
    token = token_in(await (await client.get("/desk/account")).text())
    data = {"csrf": token, "current": PASSWORD, "new": "another long one", "again": "another long one"}
    answer = await client.post("/desk/account", data={**data, **fields}, allow_redirects=False)
    return answer.status


@pytest.mark.parametrize("fields", [{"current": "wrong"}, {"new": "short", "again": "short"}, {"again": "x"}])
async def test_a_faulty_change_of_password_changes_nothing(
    house: DeskHouse, ann: Client, fields: dict[str, str]
) -> None:
    assert await change_password(ann, **fields) == 422
    other = await house.client()
    assert (await log_in(other)).status == 303
    await other.close()


async def test_a_new_password_ends_all_other_sessions(house: DeskHouse, ann: Client) -> None:
    other = await house.client()
    await log_in(other)
    assert await change_password(ann) == 303
    assert (await ann.get("/desk", allow_redirects=False)).status == 200
    assert (await other.get("/desk", allow_redirects=False)).status == 303
    assert (await log_in(other, password="another long one")).status == 303
    await other.close()
