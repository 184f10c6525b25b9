"""Read models of case-service; one MetaData holds their tables."""

from sqlalchemy import MetaData

metadata = MetaData()
