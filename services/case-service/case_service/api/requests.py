"""A command as this service's endpoints see it: with its settings and the business date."""

from datetime import date
from zoneinfo import ZoneInfo

from arrears_runtime.http.commands import CommandRequest

from case_service.settings import CaseSettings


class CaseCommand(CommandRequest):
    @property
    def settings(self) -> CaseSettings:
        settings = super().settings
        assert isinstance(settings, CaseSettings)
        return settings

    def today(self, customer_id: str) -> date:
        """The business date, in the bank's zone."""
        return self.service.now(customer_id).astimezone(ZoneInfo(self.settings.zone)).date()
