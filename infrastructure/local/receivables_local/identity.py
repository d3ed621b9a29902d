"""People of the stack on one machine, and their Cognito tokens."""

import secrets
from collections.abc import Mapping

from receivables_local.engine import Engine

PEOPLE = {"admin": "admin", "finance": "finance", "finance-2": "finance", "read-only": "read-only"}
"""Each person's group. Two of finance: who asks for an approval may not give it."""


def address(person: str) -> str:
    """The e-mail address that is the person's user name."""
    return f"{person}@receivables.example"


def create_people(engine: Engine, outputs: Mapping[str, str]) -> dict[str, str]:
    """Create `PEOPLE` in the user pool; their passwords."""
    cognito, pool = engine.client("cognito-idp"), outputs["UserPoolId"]
    passwords = {}
    for person, group in PEOPLE.items():
        passwords[person] = f"Aa1-{secrets.token_urlsafe(18)}"
        name = address(person)
        verified = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=name,
            UserAttributes=verified,
            TemporaryPassword=passwords[person],
            MessageAction="SUPPRESS",
        )
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=name, Password=passwords[person], Permanent=True
        )
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)
    return passwords


def token(engine: Engine, outputs: Mapping[str, str], person: str, password: str) -> str:
    """An ID token as the person gets by signing in; valid for an hour."""
    answer = engine.client("cognito-idp").admin_initiate_auth(
        UserPoolId=outputs["UserPoolId"],
        ClientId=outputs["ConsoleClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": address(person), "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["IdToken"])
