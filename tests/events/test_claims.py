from harness.events.claims import cognito_claims, jwt_claims

CLAIMS = {
    "sub": "u",
    "exp": 1680633579,
    "iat": 1680629979,
    "auth_time": 1680629979,
    "email_verified": True,
    "cognito:groups": ["admin", "staff"],
    "identities": [{"userId": "1"}],
    "address": {"formatted": "Elm Street"},
}


def test_a_cognito_authorizer_writes_dates_and_commas() -> None:
    """``exp`` and ``iat`` are dates, ``auth_time`` is not, lists are joined by commas."""
    assert cognito_claims(CLAIMS) == {
        "sub": "u",
        "exp": "Tue Apr 04 18:39:39 UTC 2023",
        "iat": "Tue Apr 04 17:39:39 UTC 2023",
        "auth_time": "1680629979",
        "email_verified": "true",
        "cognito:groups": "admin,staff",
        "identities": '{"userId":"1"}',
        "address": '{"formatted":"Elm Street"}',
    }


def test_a_jwt_authorizer_writes_numbers_and_brackets() -> None:
    """Moments stay numbers as text, lists are in brackets."""
    assert jwt_claims(CLAIMS) == {
        "sub": "u",
        "exp": "1680633579",
        "iat": "1680629979",
        "auth_time": "1680629979",
        "email_verified": "true",
        "cognito:groups": "[admin staff]",
        "identities": '[{"userId":"1"}]',
        "address": '{"formatted":"Elm Street"}',
    }
