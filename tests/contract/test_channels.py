"""One suite over every registered channel: what the gateway relies on."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.brand import Account
from bot.channels.base import Channel
from bot.channels.registry import CHANNELS
from bot.errors import BadPayload, BrandError, Forged, SettingsError
from bot.messages import Inbound
from tests.contract.subject import Subject
from tests.odd_json import JSON_VALUES, Json, spoiled

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent


def subject(name: str) -> Subject:
    found: Subject = importlib.import_module(f"tests.channels.{name}.contract").SUBJECT
    return found


def payloads(name: str) -> dict[str, bytes]:
    folder = TESTS / "channels" / name / "payloads"
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.json"))}


SUBJECTS = {name: subject(name) for name in CHANNELS}
BUILT = {name: each.build() for name, each in SUBJECTS.items()}
PAYLOADS = {name: payloads(name) for name in CHANNELS}
WITH_WEBHOOK = sorted(name for name, each in SUBJECTS.items() if each.webhook)
WITHOUT_WEBHOOK = sorted(set(SUBJECTS) - set(WITH_WEBHOOK))
PARSING = sorted(name for name, each in SUBJECTS.items() if each.webhook or each.polls)
BATCHES = [(name, str(SUBJECTS[name].batch)) for name in PARSING if SUBJECTS[name].batch]
UNKNOWN = [(name, each) for name in PARSING for each in SUBJECTS[name].unknown]
EVERY_PAYLOAD = [(name, each) for name in PARSING for each in PAYLOADS[name]]

every_channel = pytest.mark.parametrize("name", sorted(CHANNELS))
every_webhook = pytest.mark.parametrize("name", WITH_WEBHOOK)
every_parser = pytest.mark.parametrize("name", PARSING)
every_payload = pytest.mark.parametrize(("name", "payload"), EVERY_PAYLOAD)
# The channel parses; how long hypothesis needs to think of a body is not its fault.
unhurried = settings(suppress_health_check=[HealthCheck.too_slow], deadline=timedelta(seconds=2))


def events_or_refusal(channel: Channel, raw_body: bytes) -> list[Inbound]:
    try:
        return channel.parse(raw_body)
    except BadPayload:
        return []


@every_channel
def test_channel_is_known_by_its_own_name(name: str) -> None:
    assert BUILT[name].name == name
    registered: object = CHANNELS[name]
    assert registered is type(BUILT[name])


@every_channel
def test_channel_has_a_readme(name: str) -> None:
    assert (ROOT / "bot" / "channels" / name / "README.md").read_text(encoding="utf8").startswith("# ")


class Asked(dict[str, str]):
    """Values that remember which of them were asked for, whether they are there or not."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.names: set[object] = set()

    def __contains__(self, name: object) -> bool:
        self.names.add(name)
        return super().__contains__(name)

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
        """Overrides `dict.get`, whose overloads cannot be spelt out in one signature."""
        self.names.add(name)
        return super().get(name, default)


def built_from(name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Account, Mapping[str, str]]:
    """What `contract.py` builds the channel of."""
    given: list[tuple[Account, Mapping[str, str]]] = []
    kind = type(BUILT[name])
    build: Callable[..., None] = kind.__init__

    def remember(self: Channel, account: Account, secrets: Mapping[str, str], **more: object) -> None:
        given.append((account, secrets))
        build(self, account, secrets, **more)

    with monkeypatch.context() as patch:
        patch.setattr(kind, "__init__", remember)
        SUBJECTS[name].build()
    return given[0]


@every_channel
def test_guide_names_every_secret_and_option_that_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    account, secrets = built_from(name, monkeypatch)
    options, asked = Asked(account.options), Asked(secrets)
    CHANNELS[name](msgspec.structs.replace(account, options=options), asked)
    values = CHANNELS[name].guide.values
    assert options.names - {value.name for value in values if not value.secret} == set()
    assert asked.names - {value.name for value in values if value.secret} == set()
    assert len({value.name for value in values}) == len(values)


@every_channel
def test_guide_names_no_option_that_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    account, secrets = built_from(name, monkeypatch)
    for option in (value.name for value in CHANNELS[name].guide.values if not value.secret):
        options, refusal = {option: "1", **account.options}, ""
        try:
            CHANNELS[name](msgspec.structs.replace(account, options=options), secrets)
        except (BrandError, SettingsError) as error:
            refusal = str(error)
        # Its value may be wrong, but not its name.
        assert not re.search(r"no (such )?option", refusal)


@every_channel
def test_features_are_sane(name: str) -> None:
    features = BUILT[name].features
    assert features.longest_text >= 140
    assert features.pace.per_second > 0
    assert 0 <= features.pace.per_chat_seconds <= features.pace.per_group_seconds <= 60


@every_channel
def test_handshake_with_nothing_to_verify_is_refused(name: str) -> None:
    assert BUILT[name].handshake({}) is None
    assert BUILT[name].handshake({"hub.mode": "subscribe", "hub.challenge": "1"}) is None


@every_channel
def test_unsigned_body_is_forged(name: str) -> None:
    with pytest.raises(Forged):
        BUILT[name].authenticate({}, b"{}")


@every_channel
async def test_channel_that_was_never_opened_can_be_closed(name: str) -> None:
    await SUBJECTS[name].build().close()


@pytest.mark.parametrize("name", WITHOUT_WEBHOOK)
def test_channel_without_webhook_takes_nothing(name: str) -> None:
    with pytest.raises(Forged):
        BUILT[name].sign(b"{}")
    with pytest.raises(BadPayload):
        BUILT[name].parse(b"{}")


@every_webhook
def test_signed_body_is_authentic_whatever_the_case_of_headers(name: str) -> None:
    headers = BUILT[name].sign(b'{"a": 1}')
    BUILT[name].authenticate(headers, b'{"a": 1}')
    BUILT[name].authenticate({key.lower(): value for key, value in headers.items()}, b'{"a": 1}')


@pytest.mark.parametrize(
    ("name", "number"), [(name, n) for name in WITH_WEBHOOK for n in range(len(SUBJECTS[name].forged))]
)
def test_forged_signature_is_refused(name: str, number: int) -> None:
    with pytest.raises(Forged):
        BUILT[name].authenticate(SUBJECTS[name].forged[number], b"{}")


@every_webhook
def test_signature_holds_for_its_own_body_only_where_the_platform_signs_bodies(name: str) -> None:
    channel = BUILT[name]
    if not SUBJECTS[name].signs_body:
        channel.authenticate(channel.sign(b"{}"), b"{ }")
        return
    with pytest.raises(Forged):
        channel.authenticate(channel.sign(b"{}"), b"{ }")


@every_webhook
def test_channel_brings_forgeries(name: str) -> None:
    assert SUBJECTS[name].forged


@every_parser
def test_channel_brings_payloads(name: str) -> None:
    assert len(PAYLOADS[name]) >= 5
    assert SUBJECTS[name].unknown


@every_payload
def test_payload_gives_events_of_this_account_that_travel(name: str, payload: str) -> None:
    for event in BUILT[name].parse(PAYLOADS[name][payload]):
        assert (event.address.channel, event.address.account) == (name, BUILT[name].account)
        assert event.event_id
        assert event.message_id or event.until
        assert event.address.chat
        # A colleague may write to all who are in a public thread.
        assert event.address.person or (event.kind, event.address.surface) == ("colleague", "public")
        assert event.sent_at is None or event.sent_at.utcoffset() == timedelta(0)
        assert msgspec.json.decode(msgspec.json.encode(event), type=Inbound) == event


@every_payload
def test_payload_delivered_twice_has_the_same_events(name: str, payload: str) -> None:
    first, second = (BUILT[name].parse(PAYLOADS[name][payload]) for _ in range(2))
    assert [event.event_id for event in first] == [event.event_id for event in second]


@pytest.mark.parametrize(("name", "payload"), BATCHES)
def test_batch_gives_every_event_under_an_id_of_its_own(name: str, payload: str) -> None:
    ids = [event.event_id for event in BUILT[name].parse(PAYLOADS[name][payload])]
    assert len(ids) > 1
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("name", "payload"), UNKNOWN)
def test_unknown_kind_is_no_event_and_no_error(name: str, payload: str) -> None:
    assert BUILT[name].parse(PAYLOADS[name][payload]) == []


@every_parser
@given(data=st.data())
@unhurried
def test_truncated_body_is_refused(name: str, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(list(PAYLOADS[name].values()))).rstrip()
    end = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(BadPayload):
        BUILT[name].parse(whole[:end])


@every_parser
@given(odd=JSON_VALUES)
@unhurried
def test_any_other_json_is_refused_or_holds_nothing(name: str, odd: Json) -> None:
    assert events_or_refusal(BUILT[name], json.dumps(odd).encode()) == []


@every_parser
@given(data=st.data())
@unhurried
def test_wrong_type_anywhere_is_refused_or_gives_events_that_travel(name: str, data: st.DataObject) -> None:
    whole = json.loads(data.draw(st.sampled_from(list(PAYLOADS[name].values()))))
    for event in events_or_refusal(BUILT[name], json.dumps(data.draw(spoiled(whole))).encode()):
        assert msgspec.json.decode(msgspec.json.encode(event), type=Inbound) == event


@every_parser
@pytest.mark.parametrize("raw_body", [b"", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000])
def test_bytes_that_are_no_document_are_refused(name: str, raw_body: bytes) -> None:
    with pytest.raises(BadPayload):
        BUILT[name].parse(raw_body)
