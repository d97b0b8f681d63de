"""Scripts, styles and pictures, served under an address that changes when they do."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import web

from bot.chat.guard import ASSET, PRIVATE

_FOLDER = Path(__file__).parent / "assets"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class Assets:
    """The files of a folder, read once."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
        self._version = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:12]

    @property
    def url(self) -> str:
        """The folder's address: a browser may keep for ever what it finds there."""
        return f"/chat/assets/{self._version}"

    async def get(self, request: web.Request) -> web.Response:
        """One file; a page of an older release gets the present one, to be asked for again."""
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        headers = ASSET if request.match_info["version"] == self._version else PRIVATE
        kind = _TYPES[Path(name).suffix]
        return web.Response(body=self._files[name], content_type=kind, charset="utf-8", headers=headers)
