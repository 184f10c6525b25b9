"""contact-service, put together."""

from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.contact import CONTACT, CONTACT_KEYS, CONTACT_SETTINGS, PersonErased
from arrears_events.catalogue.plan import PLAN
from arrears_runtime.decider import Decider
from arrears_runtime.policies import Need
from arrears_runtime.run import run
from arrears_runtime.service import Service
from arrears_runtime.settings import from_environment

from contact_service.api import callbacks, customers, mail_replies, permissions, wishes, wrap_ups
from contact_service.api import contacts as contacts_api
from contact_service.api import notes as notes_api
from contact_service.api import replies as replies_api
from contact_service.domain import person
from contact_service.domain.contacts import TELLING, decide
from contact_service.domain.errors import CALL_NOT_MADE
from contact_service.domain.history import Contacts, evolve
from contact_service.domain.policies import pack_faults, template_faults
from contact_service.effects.messages import TEMPLATES, Bank
from contact_service.effects.providers import Providers
from contact_service.effects.sending import Sending
from contact_service.reactions.call_back_requested import call_back
from contact_service.reactions.plan_reminder_due import remind_of_the_instalment
from contact_service.reactions.treatment_step_due import request_the_step
from contact_service.settings import ContactSettings
from contact_service.views import (
    accounts,
    arrears,
    barred,
    cases,
    contacts,
    disputes,
    hardships,
    metadata,
    notes,
    parties,
    payments,
    persons,
    plans,
    profiles,
    replies,
    statuses,
    stopped,
    words,
)

SERVICE = Service(
    name="contact",
    topic=CONTACT,
    settings_topic=CONTACT_SETTINGS,
    reads=(BANK, CASE, PLAN, CONTACT),
    metadata=metadata,
    deciders=(
        Decider("contacts", Contacts, decide, evolve, past_stops=TELLING),
        Decider("person", person.Erased, person.decide, person.evolve, heeds_stops=False),
    ),
    views=(
        *(accounts.fold, profiles.fold, parties.fold, payments.fold, words.fold, statuses.fold),
        *(cases.fold, arrears.fold, disputes.fold, stopped.by_case),
        *(plans.fold, stopped.by_plan),
        *(contacts.fold, barred.fold, notes.fold, hardships.fold, replies.fold),
    ),
    reactions=(request_the_step, call_back, remind_of_the_instalment),
    policies={
        **dict.fromkeys(("base", "cn", "tw"), Need("rule-pack", pack_faults)),
        **{name: Need("template", template_faults(*asked)) for asked, name in TEMPLATES.items()},
    },
    keys_topic=CONTACT_KEYS,
    shreds_on=(PersonErased,),
    latest=persons.latest,
)
ROUTERS = (
    *(customers.router, contacts_api.router, permissions.router, wrap_ups.router),
    *(notes_api.router, wishes.router, replies_api.router),
)
REFUSALS = {CALL_NOT_MADE: 409}


def main(settings: ContactSettings) -> None:
    sending = Sending(Providers(settings), Bank(settings.bank_name, settings.bank_phone))
    hooks = {callbacks.PATH: callbacks.call_ended, mail_replies.PATH: mail_replies.mail_came}
    run(SERVICE, settings, routers=ROUTERS, refusals=REFUSALS, effects=(sending,), hooks=hooks)


if __name__ == "__main__":
    main(from_environment(ContactSettings))
