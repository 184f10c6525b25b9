"""A command as this service's endpoints see it: with its settings."""

from arrears_runtime.http.commands import CommandRequest

from case_service.settings import CaseSettings


class CaseCommand(CommandRequest):
    @property
    def settings(self) -> CaseSettings:
        settings = super().settings
        assert isinstance(settings, CaseSettings)
        return settings
