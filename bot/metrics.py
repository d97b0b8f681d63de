"""What is counted, in Prometheus' terms.

Each process counts what it does itself: over all processes the figures add up. What waits is read
from the database by each of them and is the same everywhere: of these figures the highest is taken.
Labels have few values each: accounts of brand.yml, kinds of errors, reasons; never a conversation.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SAME_EVERYWHERE = " Read from the database, the same in every process: take max(), not sum()."
# In seconds. A promise is one second: around it the steps are small.
_SOON = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0)
_FAST = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)

# --- What comes in -------------------------------------------------------------------------------
PAYLOADS = Counter(
    "relais_payloads",
    "Requests of platforms, by result: accepted, forged, bad, too_large, unknown_account, failed,"
    " set_aside, unavailable.",
    ["channel", "account", "result"],
)
EVENTS = Counter(
    "relais_events",
    "Events in accepted requests, by result: new, known, ignored.",
    ["channel", "account", "result"],
)
ACCEPTED = Counter(
    "relais_accepted_messages",
    "Messages of customers that were written down.",
    ["channel", "account"],
)
MISSED = Counter(
    "relais_missed_messages",
    "Messages of customers that no webhook brought and the platform's history did.",
    ["channel", "account"],
)
SEARCHES = Counter(
    "relais_searches",
    "Looks for mentions, by result: done, failed (the platform did not answer), stopped (it refuses"
    " our credentials), stumbled (our own code or the database failed).",
    ["channel", "account", "result"],
)
RATED_MENTIONS = Counter(
    "relais_rated_mentions",
    "Attempts to read a mention, by outcome: rated, away (no assistant), failed, given_up.",
    ["outcome"],
)

# --- Turns ---------------------------------------------------------------------------------------
HANDLED = Counter(
    "relais_handled_messages",
    "Messages of customers that a turn took care of, by outcome: what the reply was for (answer,"
    " thank, clarify, handover, notice), silent, passed_on to the human who has the conversation,"
    " or set_aside.",
    ["channel", "account", "outcome"],
)
FIRST_RESPONSE = Histogram(
    "relais_first_response_seconds",
    "From the moment when a customer's message was accepted until the first text to him was sent.",
    ["channel", "purpose"],
    buckets=_SOON,
)
TURN = Histogram(
    "relais_turn_seconds",
    "What a turn took from its start to its outcome; the outcomes of relais_handled_messages_total,"
    " and nothing, again, lost, failed where it handled none.",
    ["outcome"],
    buckets=_SOON,
)
HANDOVERS = Counter(
    "relais_handovers",
    "Cases that were opened for agents, by reason.",
    ["reason"],
)
LEASES_LOST = Counter(
    "relais_leases_lost",
    "Turns whose lease went to another process before they ended.",
)
TRIAGE_ACKNOWLEDGEMENTS = Counter(
    "relais_triage_acknowledgements",
    "Customers who were told to wait a moment before their turn began.",
)
TRIAGE_CRISES = Counter(
    "relais_triage_crises",
    "Conversations whose turn was put first because of a sign of a crisis.",
)

# --- The assistant -------------------------------------------------------------------------------
READING = Histogram(
    "relais_assistant_seconds",
    "What the assistant took to read a turn and to answer.",
    ["server"],
    buckets=_FAST,
)
ASSISTANT_ERRORS = Counter(
    "relais_assistant_errors",
    "Turns that the assistant did not read, by kind: timeout, unreachable, hangs, loading,"
    " status, unreadable.",
    ["server", "kind"],
)

# --- What goes out -------------------------------------------------------------------------------
SENT = Counter(
    "relais_sends",
    "Attempts to send, by result: sent, or the name of the error.",
    ["channel", "account", "result"],
)
SENDING = Histogram(
    "relais_send_seconds",
    "What a platform took to accept a message.",
    ["channel"],
    buckets=_FAST,
)

# --- What waits, from the database ---------------------------------------------------------------
WAITING_MESSAGES = Gauge(
    "relais_waiting_messages",
    "Messages of customers that no turn has taken care of yet." + _SAME_EVERYWHERE,
)
WAITING_MESSAGE_AGE = Gauge(
    "relais_waiting_message_age_seconds",
    "How long the oldest of these messages has waited; 0 if none does." + _SAME_EVERYWHERE,
)
WAITING_TURNS = Gauge(
    "relais_waiting_turns",
    "Conversations whose turn is due or under way." + _SAME_EVERYWHERE,
)
OUTBOX = Gauge(
    "relais_outbox_messages",
    "Messages to be sent, by state: due, or later (to be tried again then)." + _SAME_EVERYWHERE,
    ["state"],
)
OUTBOX_AGE = Gauge(
    "relais_outbox_age_seconds",
    "How long the oldest message to be sent has waited; 0 if none does." + _SAME_EVERYWHERE,
)
CASES = Gauge(
    "relais_cases",
    "Open cases by status (waiting, claimed) and priority." + _SAME_EVERYWHERE,
    ["status", "priority"],
)
OVERDUE_CASES = Gauge(
    "relais_overdue_cases",
    "Open cases whose promised answer is late, by priority." + _SAME_EVERYWHERE,
    ["priority"],
)
WAITING_CASE_AGE = Gauge(
    "relais_waiting_case_age_seconds",
    "How long the oldest case that nobody has claimed has waited; 0 if none does." + _SAME_EVERYWHERE,
)
SET_ASIDE = Gauge(
    "relais_set_aside",
    "What our own code failed on again and again and a supervisor has not settled, by kind: turn,"
    " request." + _SAME_EVERYWHERE,
    ["kind"],
)
MENTIONS = Gauge(
    "relais_mentions",
    "Mentions that no agent has seen to, by priority." + _SAME_EVERYWHERE,
    ["priority"],
)
UNRATED_MENTIONS = Gauge(
    "relais_unrated_mentions",
    "Those of them that wait to be read." + _SAME_EVERYWHERE,
)
ACCOUNT_STOPPED = Gauge(
    "relais_account_stopped",
    "1 while an account cannot send because its platform refuses our credentials." + _SAME_EVERYWHERE,
    ["channel", "account"],
)
ACCOUNT_SILENT = Gauge(
    "relais_account_silent",
    "1 while an account hears nothing although it should by the weeks before." + _SAME_EVERYWHERE,
    ["channel", "account"],
)

# --- What this process reaches -------------------------------------------------------------------
DATABASE_UP = Gauge(
    "relais_database_up",
    "1 if this process could read the figures above from the database: take min().",
)
REDIS_CONNECTED = Gauge(
    "relais_redis_connected",
    "1 while this process reaches Redis, 0 while it does without; absent where none is configured:"
    " take min().",
    ["use"],
)


def server_label(address: str) -> str:
    """A server's address as a label: without its scheme, or the password of who calls it."""
    return address.rpartition("//")[2].rpartition("@")[2].rstrip("/")
