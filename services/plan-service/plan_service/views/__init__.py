"""Read models of plan-service; one MetaData holds their tables."""

from sqlalchemy import MetaData

metadata = MetaData()
