"""People who use the network with an ordinary program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fakes.bluesky.accounts import Account
from tests.fakes.bluesky.errors import Json

if TYPE_CHECKING:
    from tests.fakes.bluesky.server import Bluesky

HANDLE = re.compile(r"@([a-z0-9.-]*[a-z0-9])")


class FakePerson:
    """Somebody with an account."""

    def __init__(self, world: Bluesky, account: Account) -> None:
        self.account = account
        self._world = world

    @property
    def did(self) -> str:
        """What the account is under any name."""
        return self.account.did

    def says(self, text: str, *, to: str = "", quotes: str = "", **more: Any) -> str:
        """Post something, in answer to or quoting another post, and tell the address."""
        if to:
            more["reply"] = self._reply(to)
        if quotes:
            more["embed"] = {"$type": "app.bsky.embed.record", "record": self._ref(quotes)}
        facets = list(self._facets(text))
        if facets:
            more.setdefault("facets", facets)
        return str(self._world.network.write(self.account, text, **more)["uri"])

    def deletes(self, uri: str) -> None:
        """Delete a post."""
        self._world.network.delete(uri)

    def replies(self, uri: str) -> list[Json]:
        """What was answered to a post."""
        found = self._world.network.posts.values()
        return [each for each in found if _parent(each) == uri]

    def writes(self, other: FakePerson, text: str) -> str:
        """Say something directly, whatever the other has set."""
        chat = self._world.chat
        convo = chat.between(self.account, other.account)
        chat.accept(self.account, convo.id)
        return str(chat.say(self.account, convo.id, {"text": text})["id"])

    def reads(self, other: FakePerson) -> list[str]:
        """What the other has said directly."""
        said = self._world.chat.between(self.account, other.account).messages
        return [each["text"] for each in said if each["sender"]["did"] == other.did]

    def _reply(self, to: str) -> Json:
        above = self._world.network.posts[to]["record"].get("reply")
        return {"root": above["root"] if above else self._ref(to), "parent": self._ref(to)}

    def _ref(self, uri: str) -> Json:
        return {"uri": uri, "cid": self._world.network.posts[uri]["cid"]}

    def _facets(self, text: str) -> Any:
        by_handle = {each.handle: each.did for each in self._world.accounts.values()}
        for match in HANDLE.finditer(text):
            if match[1] in by_handle:
                start = len(text[: match.start()].encode())
                index = {"byteStart": start, "byteEnd": start + len(match.group().encode())}
                feature = {"$type": "app.bsky.richtext.facet#mention", "did": by_handle[match[1]]}
                yield {"index": index, "features": [feature]}


def _parent(post: Json) -> str:
    return str(post["record"].get("reply", {}).get("parent", {}).get("uri", ""))
