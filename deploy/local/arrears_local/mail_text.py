"""The text of a mail, as its reader would see it."""

from email.message import Message


def text_of(message: Message) -> str:
    """Of its first part that is text, without the end of the last line."""
    part = next((part for part in message.walk() if part.get_content_maintype() == "text"), None)
    if part is None:
        return ""
    text = part.get_payload(decode=True)
    assert isinstance(text, bytes), "a part that is text has no parts of its own"
    return "\n".join(_decoded(text, part.get_content_charset("utf-8")).splitlines())


def _decoded(text: bytes, charset: str) -> str:
    """Whoever writes says what they like of their letters."""
    try:
        return text.decode(charset, "replace")
    except (LookupError, UnicodeError):
        return text.decode("utf-8", "replace")
