import re

import pytest

from tests.fakes.desk import Client, DeskHouse, log_in, token_in


@pytest.fixture
async def sue(house: DeskHouse, visitor: Client) -> Client:
    """The browser of the supervisor Sue."""
    house.let_in(visitor, house.agent("sue", role="supervisor"))
    return visitor


async def post(client: Client, path: str, **data: str) -> tuple[int, str]:
    token = token_in(await (await client.get("/desk/account")).text())
    answer = await client.post(path, data={"csrf": token, **data})
    return answer.status, await answer.text()


@pytest.mark.parametrize("path", ["/desk/people", "/desk/people/1", "/desk/people/1/password"])
async def test_agents_cannot_manage_people(house: DeskHouse, ann: Client, path: str) -> None:
    assert (await post(ann, path, login="evil", name="Evil", role="supervisor"))[0] == 403
    assert (await ann.get("/desk/people")).status == 403


async def test_a_supervisor_adds_somebody_who_can_log_in(house: DeskHouse, sue: Client) -> None:
    status, page = await post(sue, "/desk/people", login="bob", name="Bob", role="agent", team="press")
    password = re.search(r'class="secret">([^<]+)<', page)
    assert status == 200
    assert password
    other = await house.client()
    assert (await log_in(other, "bob", password.group(1))).status == 303
    await other.close()


@pytest.mark.parametrize("login", ["", "Upper", "sp ace", "-dash", "<b>"])
async def test_a_bad_login_is_refused(sue: Client, login: str) -> None:
    assert (await post(sue, "/desk/people", login=login, name="Bob"))[0] == 422


async def test_a_login_is_taken_once(house: DeskHouse, sue: Client) -> None:
    assert (await post(sue, "/desk/people", login="sue", name="Another"))[0] == 409


async def test_deactivating_somebody_ends_the_sessions(house: DeskHouse, sue: Client) -> None:
    agent = house.agent("bob")
    other = await house.client()
    await log_in(other, "bob")
    await post(sue, f"/desk/people/{agent.id}", name="Bob", role="agent")
    assert (await other.get("/desk", allow_redirects=False)).status == 303
    await other.close()


async def test_the_last_supervisor_stays(house: DeskHouse, sue: Client) -> None:
    status, page = await post(sue, "/desk/people/1", name="Sue", role="agent", active="1")
    assert status == 409
    assert "There must be an active supervisor" in page
    assert (await sue.get("/desk/people")).status == 200


async def test_a_new_password_replaces_the_old_one(house: DeskHouse, sue: Client) -> None:
    agent = house.agent("bob")
    other = await house.client()
    await log_in(other, "bob")
    _, page = await post(sue, f"/desk/people/{agent.id}/password")
    assert (await other.get("/desk", allow_redirects=False)).status == 303
    password = re.search(r'class="secret">([^<]+)<', page)
    assert password
    assert (await log_in(other, "bob")).status == 401
    assert (await log_in(other, "bob", password.group(1))).status == 303
    await other.close()
