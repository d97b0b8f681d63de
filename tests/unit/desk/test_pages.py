from tests.fakes.desk import Client, DeskHouse


async def test_the_queue_and_a_case_are_shown(house: DeskHouse, ann: Client) -> None:
    house.case("My bag is lost")
    queue = await (await ann.get("/desk")).text()
    case = await (await ann.get("/desk/cases/NB-7K2QX4")).text()
    assert "My bag is lost" in queue
    assert "My bag is lost" in case


async def test_hostile_names_and_texts_are_escaped(house: DeskHouse, ann: Client) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    house.case(evil, person=evil)
    for page in ("/desk", "/desk/cases/NB-7K2QX4", "/desk?q=%3Cscript%3E"):
        text = await (await ann.get(page)).text()
        assert "<script>alert" not in text
        assert "<img src=x" not in text


async def test_all_pages_are_shown_in_every_language(house: DeskHouse, visitor: Client) -> None:
    house.let_in(visitor, house.agent("ann", role="supervisor"))
    house.case()
    for language in ("en", "fr", "es"):
        for page in ("/desk", "/desk/cases/NB-7K2QX4", "/desk/people", "/desk/accounts", "/desk/account"):
            answer = await visitor.get(page, headers={"Accept-Language": language})
            assert answer.status == 200
            assert f'lang="{language}"' in await answer.text()


async def test_an_unknown_case_is_a_clear_404(ann: Client) -> None:
    answer = await ann.get("/desk/cases/NB-NOPE")
    assert answer.status == 404
    assert "There is no such page" in await answer.text()
