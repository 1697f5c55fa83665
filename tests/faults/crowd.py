"""People who keep asking for pictures while the site is killed under them."""

import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from threading import Event

import requests

from tests.site import Visitor


class Crowd:
    """Each asks for two or three jobs, waits for the last, and so on. What was acknowledged is in `acknowledged`;
    where no answer came, the same key is sent until one does, as pages do."""

    def __init__(self, people: list[Visitor], *, seed: int) -> None:
        self.acknowledged: dict[str, str] = {}
        self._enough = Event()
        self._threads = ThreadPoolExecutor(len(people))
        self._lives: list[Future[None]] = [
            self._threads.submit(self._live, person, Random(f"{seed} {number}")) for number, person in enumerate(people)
        ]

    def go_home(self) -> None:
        """Everybody's last submit is answered when this returns; a submit that was refused fails here."""
        self._enough.set()
        self._threads.shutdown()
        for life in self._lives:
            life.result()

    def _live(self, person: Visitor, chance: Random) -> None:
        while not self._enough.is_set():
            jobs = [self._ask(person, chance) for _ in range(chance.randint(2, 3))]
            while not self._enough.wait(0.2) and not self._finished(person, jobs[-1]):
                pass

    def _ask(self, person: Visitor, chance: Random) -> str:
        key, prompt = secrets.token_hex(8), f"a painting of {chance.randint(2, 99)} owls"
        while True:
            try:
                job_id = person.start(prompt, key)
            except requests.RequestException:
                self._enough.wait(0.1)
                continue
            self.acknowledged[key] = job_id
            return job_id

    def _finished(self, person: Visitor, job_id: str) -> bool:
        try:
            return bool(person.state(job_id)["finished"])
        except requests.RequestException:
            return False
