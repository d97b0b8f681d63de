"""How the figures of docs/performance.md are taken, in words."""

from __future__ import annotations

METHOD = """\
`make bench` takes all of them again, in about half an hour, and writes this page, the picture and
`bench/results/latest.json`, which has every number: percentiles, and how many cores each process
kept busy. `python -m bench --only burst,accept` takes some of them, `--quick` tries them out.

## How it is measured

Everything runs on one machine: real processes, started as `python -m bot up` starts them with
`RELAIS_WORKERS=1` (the gateway accepts, a worker takes the turns and sends) unless another number is
asked for, and real HTTP between them. Where the machine has a newer Python than Rasa allows, gateway,
worker and the bare handler run on that (`RELAIS_EDGE_PYTHON`), as the image of the edge does. Where
nothing else is said the database is SQLite. People and their platform live in the process of the
benchmark: it posts webhooks as Telegram does, with the secret header, and takes what python-telegram-bot
sends, in a Bot API server that enforces Telegram's limits. It shares the cores with the product, against
which all of this counts. Messages are the held-out sets of `tests/nlu`, shuffled by a seed, the same for
all. Before a measure the processes come to rest after their start, and somebody greets every bot: nothing
is done for the first time while it counts.

**Platform limits.** Telegram lets a bot send 30 messages a second. To acknowledge 200 people within
a second, as the burst asks, takes several bots; the benchmark's brand has twelve, four for each of
its markets. With fewer, the product keeps to Telegram's pace, and people wait for that.

**Turns a second.** Twelve messages are under way at any time. (With twenty, on this machine, some wait for
longer than the 0.35 s after which the product acknowledges people first while turns wait: that is what
the burst measures.) A person goes on writing 1.1 s after an answer, because Telegram takes one message a
second in a chat; meanwhile others write. A conversation ends where a human takes over, because then no
assistant is asked any more. The product and the two below take turns at 200 messages each, because a
machine that others share is a third slower some minutes later. What counts is the rate in the middle four
fifths of a slice, and of the slices the middling one.

- *Stock Rasa project*: Rasa's own default pipeline and policies, which `rasa init` leaves in force
  (DIET, ResponseSelector, TED, UnexpecTED …), for the intents of this product, over the REST channel. It
  is trained on some of the examples for a few epochs, which changes what it says and not what a turn
  costs.
- *Model in process*: Rasa's `Agent` with the product's model and nothing else in a process, reading and
  answering one message after the other, without HTTP; it may use both cores.

**First response.** Messages arrive at random moments, 20 a second on average, whether those before are
answered or not. The time runs from the moment when the webhook is due to the first text that arrives
on the platform. The *bare call of the model* is the same model in a stock Rasa server, asked over its
REST channel under the same stream: what one has who puts the model on the network and nothing around
it. Product and bare model take turns at ten seconds each, both of them started all the while.

**Burst.** 2,000 messages from 1,000 people arrive at random moments of 10 seconds. The *bare handler* is
an aiohttp server in a process of its own that writes each body as one row, waits for the commit and
answers; it has the machine to itself, and of three streams to it the middling one counts. A message is
*acknowledged* when any text arrives in its chat within a second. Who wrote on after he had been told (an
acknowledgement that is not answered yet, or a handover) is owed nothing at once and counts apart. In the
end the database and the platform are reconciled: every accepted message is handled; every text that the
database calls sent has arrived, and none arrived twice; no conversation was answered in more turns than
it had messages. Lost also counts what was not sent in the five minutes that the benchmark waits.

**Accepting.** Gateway (`--accept-only`) and bare handler take turns at some seconds each, 32 requests
under way, no message twice; the middling turn of each counts. Both engines wait for the disk at every
commit.

**Length and size.** Turns in long and short conversations alternate on one product; the long ones are
long in our database and in Rasa's memory. Queue pages of two gateways are fetched in turn; both
show a hundred cases. Medians.

**Memory.** The gateway, and beside it the worker, after so many people have written and been answered;
the larger of what each holds at rest and of what it held at most since the first of them wrote. What
the gateway's start takes for a moment is told beside it. The assistant is a stand-in.

**Two machines** have four cores, which this one lacks. So the model is simulated there: an assistant
for each worker waits 50 ms for a turn, one after the other, instead of computing. Workers, gateway,
PostgreSQL and Redis are real. For each worker twelve people wait for an answer at any time, so that its
assistant is never idle. (Hundreds who write at the same moment are another matter: then acknowledgements
go first, and turns are few for some seconds.)
"""
