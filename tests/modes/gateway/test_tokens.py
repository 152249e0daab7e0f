import pytest

from harness.modes.gateway.tokens import BadToken, PublishedKeys, Tokens

from .world import POOL, Clock, Issuer


def test_keys_are_fetched_once() -> None:
    """Tokens of one issuer cost one request for its keys."""
    issuer = Issuer("key-1")
    tokens = Tokens(PublishedKeys(issuer, clock=Clock()))

    for user in ("a", "b"):
        tokens.read(issuer.token(sub=user), issuers=(POOL,))

    assert issuer.asked == 1


def test_a_good_token_is_checked_once() -> None:
    """The same token is the same object, until too many are remembered."""
    issuer = Issuer("key-1")
    tokens = Tokens(PublishedKeys(issuer, clock=Clock()))

    first, second = (tokens.read(issuer.token(), issuers=(POOL,)) for _ in range(2))

    assert first is second


def test_only_so_many_tokens_are_remembered() -> None:
    """A long run does not keep every token that it ever saw."""
    issuer = Issuer("key-1")
    tokens = Tokens(PublishedKeys(issuer, clock=Clock()), remembered=1)
    first = tokens.read(issuer.token(sub="a"), issuers=(POOL,))

    tokens.read(issuer.token(sub="b"), issuers=(POOL,))

    assert tokens.read(issuer.token(sub="a"), issuers=(POOL,)) is not first


def test_an_unknown_key_is_asked_for_once_a_minute() -> None:
    """A pool may have new keys, but a flood of bad tokens does not become a flood of requests."""
    issuer, clock = Issuer("key-2"), Clock()
    issuer.published = []
    keys = PublishedKeys(issuer, clock=clock)

    found = [keys.find(POOL, "key-2") for _ in range(2)]
    issuer.publish()
    clock.now += 60

    assert (found, issuer.asked) == ([None, None], 1)
    assert keys.find(POOL, "key-2") is not None
    assert issuer.asked == 2


def test_a_token_by_an_unknown_key_is_bad() -> None:
    """No key, no proof."""
    issuer = Issuer("key-2")
    issuer.published = []
    tokens = Tokens(PublishedKeys(issuer, clock=Clock()))

    with pytest.raises(BadToken) as failure:
        tokens.read(issuer.token(), issuers=(POOL,))

    assert str(failure.value) == "the token is not signed by a published key"


def test_other_keys_of_an_issuer_do_no_harm() -> None:
    """An issuer may publish keys of other kinds besides; API Gateway takes only RSA signatures."""
    issuer = Issuer("key-1")
    encryption = {**issuer.published[0], "kid": "key-2", "alg": "RSA-OAEP"}
    issuer.published += [{"kty": "EC", "kid": "key-3"}, encryption]
    keys = PublishedKeys(issuer, clock=Clock())

    assert keys.find(POOL, "key-1") is not None
    assert [keys.find(POOL, kid) for kid in ("key-2", "key-3")] == [None, None]
