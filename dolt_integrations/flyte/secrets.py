"""`secret_connect_args`: user and password from Flyte secrets, looked up in the pod that connects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dolt_integrations.adapters import Credentials, nearest
from dolt_integrations.errors import ConfigError, with_article
from dolt_integrations.flyte.runtime import current_runtime

_NAMES = {"user": "user", "username": "user", "password": "password", "passwd": "password"}
"""The connection arguments that may be secrets, with PyMySQL's names."""


@dataclass(frozen=True)
class SecretName:
    """The group, key and version of a Flyte `Secret`."""

    group: str | None
    key: str | None
    version: str | None = None

    def __str__(self) -> str:
        """Return the name for messages."""
        return "/".join(part for part in (self.group, self.version, self.key) if part)

    @property
    def variable(self) -> str:
        """The environment variable in which Flyte 1 looks it up, also outside of tasks (`SecretsManager.get`)."""
        return "_".join(part for part in ("_FSEC", self.group, self.version, self.key) if part).upper()


@dataclass(frozen=True)
class SecretCredentials:
    """Looks up user and password in secrets.

    Attributes:
        names: The secrets for `user` and `password`.
    """

    names: tuple[tuple[str, SecretName], ...]

    def __call__(self) -> Credentials:
        """Return user and password.

        Raises:
            ConfigError: A secret is missing or empty.
        """
        return Credentials(**{name: _value(secret) for name, secret in self.names})


def secret_credentials(value: Any) -> SecretCredentials | None:
    """Parse `secret_connect_args`.

    Args:
        value: A dict with `Secret` objects or `{"group": ..., "key": ...}` as values, or None.

    Raises:
        ConfigError: The value has another type, or another argument is named.

    Example:
        >>> secret_credentials({"password": {"group": "dolt", "key": "password"}})
        SecretCredentials(names=(('password', SecretName(group='dolt', key='password', version=None)),))
    """
    if not value:
        return None
    if not isinstance(value, Mapping):
        hint = 'Pass {"password": Secret(group="dolt", key="password")}.'
        raise ConfigError(f"secret_connect_args is {with_article(type(value).__name__)}, not a dict", hint=hint)
    for name in value:
        if name not in _NAMES:
            near = nearest(str(name), ["user", "password"])
            raise ConfigError(f"secret_connect_args has an unknown argument {str(name)[:50]!r}", hint=near)
    return SecretCredentials(tuple((_NAMES[name], _secret_name(name, secret)) for name, secret in value.items()))


def _secret_name(name: str, secret: Any) -> SecretName:
    fields = secret if isinstance(secret, Mapping) else getattr(secret, "__dict__", {})
    group, key, version = (fields.get(each) for each in ("group", "key", "group_version"))
    if not isinstance(group or key, str):
        hint = f'Pass {{"{name}": Secret(group="dolt", key="{name}")}}, which names the secret, and not its value.'
        raise ConfigError(f"secret_connect_args has no Secret for {name}", hint=hint)
    return SecretName(group, key, version)


def _value(secret: SecretName) -> str:
    try:
        value = current_runtime().secret(secret.group, secret.key, secret.version)
    except LookupError as error:
        hint = 'Only Flyte 1 looks them up. In Flyte 2, use flyte.Secret(key=..., as_env_var="DOLT_CLI_PASSWORD").'
        raise ConfigError(f"secret {secret} is not available", hint=hint) from error
    except (ValueError, OSError, AssertionError) as error:
        hint = (
            f"In a local run, set the environment variable {secret.variable}. On a cluster, check that it has the "
            "secret, and request it in every task that connects: "
            f'@task(secret_requests=[Secret(group="{secret.group}", key="{secret.key}")]).'
        )
        raise ConfigError(f"secret {secret} is not available in this task", hint=hint) from error
    if not value:
        raise ConfigError(f"secret {secret} is empty", hint="Set its value, then run the task again.")
    return value
