"""contact-service, put together."""

from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.contact import CONTACT, CONTACT_SETTINGS
from arrears_runtime.run import run
from arrears_runtime.service import Service

from contact_service.api import customers
from contact_service.settings import ContactSettings
from contact_service.views import accounts, cases, metadata, profiles

SERVICE = Service(
    name="contact",
    topic=CONTACT,
    settings_topic=CONTACT_SETTINGS,
    reads=(BANK, CASE),
    metadata=metadata,
    views=(accounts.fold, profiles.fold, cases.fold),
)
ROUTERS = (customers.router,)

if __name__ == "__main__":
    run(SERVICE, ContactSettings(), routers=ROUTERS)  # pyright: ignore[reportCallIssue]
