"""Days of lawful work, by dice: what a small model of the law allows, with all that may happen beside it."""

from random import Random

from arrears_events.catalogue.contact import AuthorisationExpired, NightConsent, OptedOut

from .past import Past
from .person import Person

UNANSWERED = ("no_answer", "busy", "voicemail")
NOTHING = ("not_in_service", "rejected")


class Worked:
    """A person, and what the model remembers of them: it keeps one below every cap."""

    def __init__(self, person: Person, dice: Random) -> None:
        self.person, self._dice = person, dice
        self._talked = self._unanswered = self._paid = 0
        self._failed, self._no_sms = 0, False

    def new_day(self) -> None:
        self._talked = self._unanswered = 0

    def step(self) -> None:
        """One thing that may be done or may happen."""
        steps = (self._call, self._call, self._call, self._write, self._pay, self._wish, self._let_expire, self._plan)
        self._dice.choice(steps)()

    def night(self) -> None:
        """By consent alone, which is given and taken back."""
        self.person.says(NightConsent(customer_id=self.person.name, given=True))
        self.person.contact("sent", channel="email")
        self.person.says(NightConsent(customer_id=self.person.name, given=False))

    def _call(self) -> None:
        if self._talked < 3 and self._unanswered < 4:
            outcome = self._dice.choice(("conversation", *UNANSWERED, *NOTHING))
            self.person.contact(outcome)
            self._talked += outcome == "conversation"
            self._unanswered += outcome in UNANSWERED
            self._failed = 0 if outcome == "conversation" else self._failed + 1
        if self._failed >= 3 and self._dice.random() < 0.3:
            self.person.contact("conversation", party_id="P-1", purpose="service_answer")
            self._failed = 0  # the test's customer answers at the wife's: her call counts as theirs

    def _write(self) -> None:
        channel = "email" if self._no_sms else self._dice.choice(("sms", "email"))
        self.person.contact("sent", channel=channel)

    def _pay(self) -> None:
        if self._paid < 6:
            self._paid += 1
            self.person.pays("10.00")

    def _wish(self) -> None:
        self._no_sms = True
        self.person.says(OptedOut(customer_id=self.person.name, channel="sms", on=self.person.past.now.date()))

    def _let_expire(self) -> None:
        asked = self.person.asked()
        self.person.allowed(asked)
        over = {"customer_id": self.person.name, "contact_id": asked.contact_id}
        self.person.says(AuthorisationExpired(**over, reason="too_late"))

    def _plan(self) -> None:
        """What is broken at once; or a status that has ended."""
        if self._dice.random() < 0.5:
            self.person.breaks(self.person.agrees())
        else:
            self.person.becomes("insolvent", since="03-01")
            self.person.is_no_more("insolvent", until="03-31")


def lawful_day(past: Past, written: str, people: list[Worked], dice: Random) -> None:
    """From nine on, everybody some steps, in turns; and in the evening it is ten past six."""
    past.at(f"{written} 09:00")
    for worked in people:
        worked.new_day()
    for _ in range(3):
        for worked in people:
            worked.step()
            past.later(seconds=dice.random())
    assert past.now.hour < 18, "the day is too short for them"
    past.at(f"{written} 18:10")


def lawful_night(past: Past, written: str, people: list[Worked], dice: Random) -> None:
    assert past.now.hour < 22, "the day is too short"
    past.at(f"{written} 22:30")
    for worked in dice.sample(people, len(people) // 4):
        worked.night()
