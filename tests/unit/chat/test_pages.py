"""The page, the widget and what browsers are told about them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from bot.chat.colours import contrast, on, style_sheet
from tests.fakes.chat import ChatServer, example_brand
from tests.unit.chat.conftest import VisitorClient


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split("; ")]
    return {part[0]: part[1:] for part in parts}


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "assistant automatique"), ("en", "automated"), ("es", "automático")],
)
async def test_page_speaks_the_language_asked_for(ann: VisitorClient, language: str, words: str) -> None:
    page = await (await ann.get(f"/chat?lang={language}")).text()
    assert f'<html lang="{language}"' in page
    assert words in page


async def test_page_speaks_the_browsers_language_else_the_markets(ann: VisitorClient) -> None:
    page = await (await ann.get("/chat", headers={"Accept-Language": "es-AR"})).text()
    assert '<html lang="es"' in page
    page = await (await ann.get("/chat", headers={"Accept-Language": "ja"})).text()
    assert '<html lang="fr"' in page


@pytest.mark.parametrize("path", ["/chat", "/chat/demo"])
async def test_pages_run_no_inline_code_and_load_nothing_foreign(ann: VisitorClient, path: str) -> None:
    response = await ann.get(path)
    page = await response.text()
    policy = directives(response.headers["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all(" src=" in script or "application/json" in script for script in scripts)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert not re.search(r"(src|href)=\"(https?:)?//(?!www\.nimbea\.example)", page)


async def test_only_the_widgets_frame_is_embedded_and_only_by_the_brands_sites(
    ann: VisitorClient,
) -> None:
    for path, ancestors in (
        ("/chat", ["'none'"]),
        ("/chat/demo", ["'none'"]),
        ("/chat?embedded=1", ["'self'", "https://www.nimbea.example"]),
    ):
        policy = directives((await ann.get(path)).headers["Content-Security-Policy"])
        assert policy["frame-ancestors"] == ancestors


async def test_answers_carry_security_headers(ann: VisitorClient) -> None:
    for path in ("/chat", "/chat/demo", "/chat/widget.js", "/chat/brand.css"):
        headers = (await ann.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


async def test_page_escapes_what_it_is_given(ann: VisitorClient, server: ChatServer) -> None:
    await server.stop()
    hostile = msgspec.structs.replace(example_brand(), name="<b>&\"'</script>")
    server.brand = hostile
    await server.start()
    page = await (await ann.get("/chat?lang=<script>")).text()
    assert "<b>" not in page
    assert page.count("</script>") == 2
    widget = await (await ann.get("/chat/widget.js")).text()
    assert '</script>"' not in widget


async def test_settings_of_the_page_are_data(ann: VisitorClient) -> None:
    page = await (await ann.get("/chat?embedded=1&lang=en")).text()
    found = re.search(r'id="settings">(.*?)</script>', page, re.DOTALL)
    assert found
    settings = json.loads(found[1])
    assert (settings["account"], settings["embedded"], settings["language"]) == ("nimbea", True, "en")


async def test_links_to_other_languages_keep_the_frame(ann: VisitorClient) -> None:
    page = await (await ann.get("/chat?embedded=1&lang=en")).text()
    assert 'href="/chat?embedded=1&amp;lang=es"' in page


async def test_files_of_the_page_are_there_and_kept_for_ever(ann: VisitorClient) -> None:
    page = await (await ann.get("/chat")).text()
    files = re.findall(r'(?:src|href)="(/chat/assets/[^"]+)"', page)
    assert {file.rpartition(".")[2] for file in files} == {"js", "css", "svg"}
    for file in files:
        response = await ann.get(file)
        assert response.status == 200
        assert "immutable" in response.headers["Cache-Control"]


async def test_file_of_an_older_release_is_answered_and_not_kept(ann: VisitorClient) -> None:
    response = await ann.get("/chat/assets/000000000000/main.js")
    assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fwords.yml", "%2e%2e%2froutes.py"])
async def test_nothing_but_the_pages_files_is_served(ann: VisitorClient, name: str) -> None:
    assert (await ann.get(f"/chat/assets/x/{name}")).status == 404


async def test_widget_may_be_loaded_by_other_sites(ann: VisitorClient) -> None:
    response = await ann.get("/chat/widget.js")
    assert response.content_type == "text/javascript"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in response.headers


async def test_brand_without_web_chat_has_no_page(tmp_path: Path) -> None:
    server = ChatServer(tmp_path)
    server.brand = msgspec.structs.replace(server.brand, accounts=())
    await server.start()
    async with VisitorClient(server) as visitor:
        assert (await visitor.get("/chat")).status == 404
    await server.close()


@pytest.mark.parametrize("colour", ["#000000", "#0b5cad", "#ffffff", "#ffd500", "#7a7a7a", "#e4002b"])
def test_text_on_the_brands_colour_can_be_read(colour: str) -> None:
    assert contrast(colour, on(colour)) >= 4.2
    assert f"--brand: {colour};" in style_sheet(colour)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
