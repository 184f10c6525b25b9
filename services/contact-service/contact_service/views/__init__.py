"""Read models of contact-service; one MetaData holds their tables."""

from sqlalchemy import MetaData

metadata = MetaData()
