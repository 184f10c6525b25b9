"""A provider asked over HTTP for what it has taken: a page each, under an id of ours."""

import httpx

ANSWER_SECONDS = 10.0


def client_of(url: str, secret: str) -> httpx.AsyncClient:
    """No proxy of the environment comes between: what goes to a provider goes there alone."""
    head = {"Authorization": f"Bearer {secret}"}
    return httpx.AsyncClient(base_url=url, headers=head, timeout=ANSWER_SECONDS, trust_env=False)


async def has_page(client: httpx.AsyncClient, path: str) -> bool | None:
    """None when it cannot be asked now, or does not say."""
    try:
        answer = await client.get(path)
    except httpx.HTTPError:
        return None
    if answer.status_code == httpx.codes.NOT_FOUND:
        return False
    return True if answer.is_success else None
