"""A person whom the bank erased."""

from arrears_events.catalogue.contact import PersonErased
from arrears_runtime.testing.specification import Specification
from contact_service.domain.person import ErasePerson, decide, evolve

given = Specification(decide, evolve).given
ERASED = PersonErased(customer_id="C-1", reason="erased_by_bank")


def test_a_person_is_erased():
    given().when(ErasePerson("C-1")).then(ERASED)


def test_a_person_is_erased_once():
    given(ERASED).when(ErasePerson("C-1")).then()
