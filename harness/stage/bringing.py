"""What a test brings, and what is taken away afterwards: users, items, secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from harness import data, expired, parameters, people
from harness.people import User
from harness.stage.place import Place

__all__ = ["Bringing"]


class Bringing(Place):
    """A stage to which a test brings what it needs."""

    def user(self, pool: str | None = None, *, client: str | None = None) -> AbstractContextManager[User]:
        """Bring a user who has signed in, and take the user away afterwards.

        Args:
            pool: The logical id of the user pool; the only one when not given.
            client: The logical id of the app client; the one that allows the admin flow when not given.
        """
        __tracebackhide__ = True
        self._writes("user")
        pool, client = people.pool_and_client(self.system, pool=pool, client=client)
        return people.signed_in_user(self.cloud, pool=self.physical_id(pool), client=self.physical_id(client))

    def with_expired_token(self, user: User) -> User:
        """Give the same user with an id token that the pool signed and that has expired.

        Raises:
            StageError: In AWS: none has expired yet; the error says when one will have.
        """
        __tracebackhide__ = True
        self._writes("with_expired_token")
        return expired.with_expired_token(user, cloud=self.cloud)

    def items(self, table: str, items: Iterable[Mapping[str, Any]]) -> AbstractContextManager[None]:
        """Bring items into a table, and afterwards restore what was there before.

        Args:
            table: The logical id of the table.
            items: Any number of items as Python objects; floats become numbers of DynamoDB.
        """
        __tracebackhide__ = True
        self._writes("items", table)
        return data.items(self.cloud, table=self._declared("table", table, "AWS::DynamoDB::Table"), items=items)

    def secret_parameter(self, name: str, value: str, *, key: str) -> AbstractContextManager[None]:
        """Bring an SSM SecureString under a key of the template, and afterwards restore what was there before.

        CloudFormation cannot create one
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ssm-parameter.html).

        Args:
            name: The name of the parameter.
            value: The secret.
            key: The logical id of the KMS key.
        """
        __tracebackhide__ = True
        self._writes("secret_parameter", name)
        return parameters.secret_parameter(self.cloud, name=name, value=value, key=self.physical_id(key))
