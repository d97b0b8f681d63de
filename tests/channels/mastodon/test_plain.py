"""Statuses, which are HTML, as text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.mastodon.plain import plain_text, without_name

LINK = "https://example.org/a/long/address"
HIDDEN = f'<span class="invisible">https://</span><span class="ellipsis">{LINK[8:20]}</span>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br>two<br />three</p>", "one\ntwo\nthree"),
        ("<p>R&amp;D &lt;b&gt; &#233;&nbsp;!</p>", "R&D <b> é\xa0!"),
        ("no tags at all", "no tags at all"),
        ("<p>broken\n  in   the source</p>", "broken in the source"),
        ("<ul><li>one</li><li>two</li></ul>", "• one\n• two"),
        ("<pre><code>a\n  b</code></pre>", "a\n  b"),
        ("<blockquote><p>said</p></blockquote><p>I</p>", "said\n\nI"),
        ("<p>a</p><p></p><p><br></p><p>b</p>", "a\n\nb"),
        ('<p><img alt=":heart:" src="x"> you</p>', ":heart: you"),
        ("", ""),
    ],
)
def test_layout_is_kept(html: str, text: str) -> None:
    assert plain_text(html, {}) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f'<a href="{LINK}">{HIDDEN}<span class="invisible">{LINK[20:]}</span></a>', LINK),
        (f'<a href="{LINK}/">{LINK}</a>', f"{LINK}/"),
        (f'<a href="{LINK}"></a>', LINK),
        (f'<a href="{LINK}">our page</a>', f"our page ({LINK})"),
        (
            '<a href="https://evil.example/">https://bank.example</a>',
            "https://bank.example (https://evil.example/)",
        ),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ('<a href="https://m.example/tags/x" class="mention hashtag">#<span>x</span></a>', "#x"),
        ('<a href="https://m.example/@bob" class="u-url mention">@<span>bob</span></a>', "@bob"),
        (f'<a href="{LINK}">never closed', f"never closed ({LINK})"),
        (f'<a href="{LINK}">a<a href="{LINK}">b</a>', f"a ({LINK})b ({LINK})"),
    ],
)
def test_links_show_where_they_lead(html: str, text: str) -> None:
    assert plain_text(html, {}) == text


def test_known_names_are_shown_as_asked() -> None:
    html = '<a href="https://m.example/users/5">@<span>nobody</span></a> hi'
    assert plain_text(html, {"https://m.example/users/5": "@ann"}) == "@ann hi"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<script>alert(1)</script>hi", "hi"),
        ("<style>p {}</style>hi", "hi"),
        ("<!-- no --><!doctype html><p>hi", "hi"),
        ("</p></a></script></pre>hi", "hi"),
        ("<p onclick='x>y'>hi</p>", "hi"),
        ("<p onclick='x' <b>hi</p>", "<p onclick='x' hi"),
        ("<SCRIPT>alert(1)</SCRIPT>hi", "hi"),
        ("&lt;script&gt;", "<script>"),
        ("<a href=https://e.org>hi</a>", "hi (https://e.org)"),
        ("<a href='https://e.org/?a=1&amp;b=2'>hi</a>", "hi (https://e.org/?a=1&b=2)"),
        ("<a href>hi</a>", "hi"),
        ("a < b & c > d", "a < b & c > d"),
    ],
)
def test_odd_html_is_text_all_the_same(html: str, text: str) -> None:
    assert plain_text(html, {}) == text


PIECES = ("<", "<!", "<!--", "<a href='", "<p>", "</", "&", "<a>", "@a ", "<pre>", "<![", "<?")


@pytest.mark.parametrize("piece", PIECES)
def test_no_html_takes_long(piece: str) -> None:
    began = time.process_time()
    without_name(plain_text(piece * 500_000, {}), {"b"})
    assert time.process_time() - began < 1


@given(st.text(alphabet="<>&/!-ap@ \"'=;#x1[]?"))
def test_nothing_breaks_it(html: str) -> None:
    without_name(plain_text(html, {}), {"a"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("@shop where is it?", "where is it?"),
        ("@Shop@m.example: where is it?", "where is it?"),
        ("@shop @bob where is it?", "@bob where is it?"),
        ("@bob @shop\nwhere is it?", "@bob where is it?"),
        ("where is it, @shop?", "where is it, @shop?"),
        ("@bob where is it?", "@bob where is it?"),
        ("@shopping is fun", "@shopping is fun"),
        ("@shop@far.example hi", "@shop@far.example hi"),
        ("@shop", "@shop"),
        ("@shop @bob", "@bob"),
    ],
)
def test_our_name_at_the_head_is_dropped(text: str, left: str) -> None:
    assert without_name(text, {"shop", "shop@m.example"}) == left
