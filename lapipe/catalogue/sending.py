"""Tell a catalogue what it is still to be told: in order, at least once, and never at the expense of a run."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lapipe.errors import LapipeError, UsageFault
from lapipe.project import Catalogue
from lapipe.register import Entry, Outbox, Register
from lapipe.register.outbox import Place
from lapipe.register.runs import ENDS, LIFE

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

    from lapipe.catalogue.events import Teller

#: The entries that a catalogue is told of: how runs go, and what is deleted or written anew.
KINDS = (*LIFE, "rewritten", "retained")

#: The environment variable with the catalogue's key, where it wants one.
KEY = "LAPIPE_OPENLINEAGE_KEY"

#: How long a catalogue may take for one event, in seconds, whatever it does meanwhile.
PATIENCE = 5.0

#: How long the end of a run waits for what is being sent. Past that it is left to the next run, or to `lapipe register flush`.
GRACE = 2.0

_EXTRA = "Telling a catalogue needs openlineage-python: pip install 'lapipe-privacy[openlineage]'."


@dataclass(frozen=True)
class Flushed:
    """How many events were sent, how many wait, and why they do; `entry` is the number of the first that the catalogue did not take."""

    sent: int = 0
    waiting: int = 0
    problem: str = ""
    entry: int = 0


def flush(register: Register, catalogue: Catalogue, now: Callable[[], datetime], *, stopped: Callable[[], bool] = lambda: False) -> Flushed:
    """Send what waits, until nothing does, something is not taken or `stopped` says so.

    Raises:
        UsageFault: openlineage-python is not there, or the catalogue's key would travel unencrypted.
        RegisterFault: the register cannot be read, or what was told cannot be kept.
    """
    outbox = register.outbox(catalogue.url)
    with _Post(catalogue) as post, outbox.mine() as mine:
        if not mine:
            return Flushed(0, outbox.waiting(KINDS), "another process is sending")
        sent, place = 0, outbox.place()
        for entry, event, after in _waiting(register, outbox, place, post.teller(register), now):
            if stopped():
                return Flushed(sent, outbox.waiting(KINDS), "there was no more time")
            problem = post.send(event) if event is not None else ""
            if problem:
                return Flushed(sent, outbox.waiting(KINDS), problem, entry)
            outbox.move(after)
            sent += event is not None
    return Flushed(sent)


def skip(register: Register, catalogue: Catalogue, entry: int) -> None:
    """Leave out the event that the catalogue does not take, and say so in the register.

    Raises:
        UsageFault: it is not the one that waits first.
        RegisterFault: the register cannot be written.
    """
    outbox = register.outbox(catalogue.url)
    with outbox.mine() as mine:
        place = outbox.place()
        first = next((each.seq for each in outbox.after(place, KINDS)), 0)
        if not mine or first != entry:
            raise UsageFault(f"Entry {entry} is not the one that waits first ({f'that is {first}' if first else 'nothing waits'}), or another process is "
                             "sending; only the first can be left out.")
        register.append("event-skipped", {"entry": entry})
        outbox.move(Place(entry, place.going))


def _waiting(register: Register, outbox: Outbox, place: Place, teller: Teller, now: Callable[[], datetime]) -> Iterator[tuple[int, RunEvent | None, Place]]:
    """Give what is to be sent in order: the number of its entry, the event (None where there is nothing to tell), and the place after it."""
    going = dict(place.going)
    for entry in outbox.after(place, KINDS):
        if entry.kind == "started" and entry.run in going:
            # Its last attempt died without a word, or it could not have started again.
            started = going.pop(entry.run)
            yield started, _dead(register, teller, entry.run, started, now), Place(entry.seq - 1, dict(going))
        event: RunEvent | None
        if entry.kind in LIFE:
            attempt = _attempt(register, entry)
            event = teller.of_run(entry, attempt) if attempt else None
            if entry.kind == "started":
                going[entry.run] = entry.seq
            elif entry.kind in ENDS:
                going.pop(entry.run, None)
        else:
            event = teller.of_deletion(entry, last=_is_last(register, entry))
        place = Place(entry.seq, dict(going))
        yield entry.seq, event, place
    for run, started in list(going.items()):
        if outbox.died(run, started):
            del going[run]
            yield started, _dead(register, teller, run, started, now), Place(place.entry, dict(going))


def _attempt(register: Register, last: Entry) -> list[Entry]:
    """Give the entries of the attempt that an entry belongs to, up to it; none where a closed period removed its start."""
    entries = [entry for entry in register.entries(run=last.run) if entry.seq <= last.seq]
    starts = [index for index, entry in enumerate(entries) if entry.kind == "started"]
    return entries[starts[-1]:] if starts else []


def _is_last(register: Register, gone: Entry) -> bool:
    """Say whether of the release whose folder an entry says was deleted, no other folder is left."""
    name = str(gone.body.get("item")).partition("/")[0]
    if gone.kind != "retained" or gone.body.get("what") != "release":
        return False
    completed = {run.id for run in register.runs() if run.state == "completed"}
    left: set[str] = set()
    for entry in register.entries():
        if entry.seq > gone.seq:
            break
        if entry.kind == "release" and entry.body.get("release") == name and entry.run in completed:
            left.add(str(entry.body.get("folder")))
        elif entry.kind == "retained" and entry.body.get("what") == "release" and entry.body.get("whole"):
            left.discard(str(entry.body.get("item")))
    return not left


def _dead(register: Register, teller: Teller, run: str, started: int, now: Callable[[], datetime]) -> RunEvent | None:
    found = next((entry for entry in register.entries(run=run) if entry.seq == started), None)
    return teller.of_dead_run(found, now()) if found else None


class _Post:
    """The way to a catalogue: openlineage-python's HTTP transport, with an end to its patience."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._transport: Any = None

    def __enter__(self) -> _Post:
        there = True
        try:
            from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport, TokenProvider
        except ImportError:
            there = False
        if not there:
            raise UsageFault(_EXTRA)
        key = os.environ.get(KEY, "")
        parts = urlsplit(self._catalogue.url)
        if key and parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise UsageFault(f"The key in {KEY} would travel to {parts.hostname} unencrypted; give an https:// URL in lapipe.toml.")
        # `endpoint` is taken from the URL's root; ours may lie below a path.
        self._transport = HttpTransport(HttpConfig(
            url=self._catalogue.url + "/", timeout=PATIENCE, auth=ApiKeyTokenProvider({"api_key": key}) if key else TokenProvider({}),
            retry={"total": 0, "redirect": 0}))
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def teller(self, register: Register) -> Teller:
        from lapipe.catalogue.events import Teller

        return Teller(register.identity(), self._catalogue.namespace)

    def send(self, event: RunEvent) -> str:
        """Send one event, and say what was wrong; empty where the catalogue took it."""
        told: list[str] = []
        # A catalogue that sends a byte every second outlives every time limit of a socket.
        thread = threading.Thread(target=lambda: told.append(self._emit(event)), daemon=True)
        thread.start()
        thread.join(PATIENCE)
        return told[0] if told else f"it did not answer within {PATIENCE:g} seconds"

    def _emit(self, event: RunEvent) -> str:
        import requests

        problem, answered = "", 200
        try:
            answered = self._transport.emit(event).status_code
        except requests.HTTPError as error:
            answered = error.response.status_code if error.response is not None else 0
        except requests.Timeout:
            problem = f"it did not answer within {PATIENCE:g} seconds"
        except requests.RequestException:
            problem = "it cannot be reached"
        except Exception as error:
            # Of an error that nobody foresaw, the text may hold anything.
            problem = f"it could not be told ({type(error).__name__})"
        if answered // 100 != 2:
            problem = f"it answered {answered}"
        return problem


class Telling:
    """Tells a catalogue beside a run, in a thread with a connection of its own; the run waits for it a moment at its end, and never fails of it.

    The library takes a second to load and a catalogue may take long to answer, and the run goes on meanwhile.
    """

    def __init__(self, url: str, catalogue: Catalogue, now: Callable[[], datetime]) -> None:
        self._url, self._catalogue, self._now = url, catalogue, now
        self._started, self._ended = threading.Event(), threading.Event()
        self._late = False
        self._problem = ""
        self._thread = threading.Thread(target=self._tell, name="lapipe openlineage", daemon=True)
        self._thread.start()

    def begun(self) -> None:
        """Say that the run's start is in the register."""
        self._started.set()

    def end(self) -> str:
        """Say that the run's end is in the register, wait a moment, and give why something is still to be told; empty where nothing is."""
        if not self._started.is_set():
            # Refused before it began, so there is nothing to tell.
            self._late = True
            self._started.set()
            return ""
        self._ended.set()
        self._thread.join(GRACE)
        if self._thread.is_alive():
            self._late = True
            return "it takes its time"
        return self._problem

    def _tell(self) -> None:
        try:
            # Loaded while the run goes on; where it is not there, `flush` says so.
            with suppress(ImportError):
                import lapipe.catalogue.events  # noqa: F401
            self._started.wait()
            if self._late:
                return
            with Register.open(self._url, clock=self._now, create=False) as register:
                while True:
                    last = self._ended.is_set()
                    done = flush(register, self._catalogue, self._now, stopped=lambda: self._late)
                    self._problem = done.problem
                    # Who did not answer at the start is not waited for at the end.
                    if last or done.problem:
                        return
                    self._ended.wait()
        except LapipeError as error:
            self._problem = str(error)
        except Exception as error:
            self._problem = f"it could not be told ({type(error).__name__})"
