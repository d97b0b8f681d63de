"""How an account on a forum is connected."""

from __future__ import annotations

from bot.channels.guide import Guide, Value

ACCOUNT = (
    "On the forum, make an account for the brand. Say in its profile that it is automated and who stands"
    " behind it. It must be no administrator: to those a forum shows everybody's private messages. As a"
    " moderator it may write more often than every five seconds."
)
KEY = (
    "/admin/api/keys, New API Key, User Level: Single User, the account; Scope: Granular, of global read"
    " and of topics write"
)
WEBHOOK = (
    "/admin/api/web_hooks, New Webhook: Payload URL {url}, Content Type application/json, the same secret,"
    " and of the events only those of posts (created, edited, deleted, recovered). In /admin/site_settings"
    " tick retry_web_hook_events."
)

GUIDE = Guide(
    before=(ACCOUNT,),
    values=(
        Value(name="token", where=KEY, secret=True),
        Value(name="webhook", where="the webhook's secret, 12 characters or more", secret=True, ours=True),
        Value(name="base_url", where="the forum's address, as https://forum.example"),
        Value(name="username", where="the account's name, without @"),
        Value(
            name="categories",
            where="the numbers at the end of the addresses of categories in which every topic is ours,"
            " with commas between them; elsewhere only who mentions or answers the account is answered",
            optional=True,
        ),
        Value(
            name="colleagues",
            where="who of the brand's writes there too: names, primary groups, or admins, moderators, staff,"
            " with commas between them",
            optional=True,
        ),
        Value(
            name="search",
            where="words by which posts about the brand are found, as in the forum's own search",
            optional=True,
        ),
    ),
    after=(WEBHOOK,),
    recipient="somebody's name on the forum",
)
