"""Encryption of the sessions with a server."""

from __future__ import annotations

import functools
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

OFF, PREFERRED, ENCRYPTED, VERIFIED_CA, VERIFIED = "off", "preferred", "skip-verify", "verify-ca", "required"


@dataclass(frozen=True)
class Tls:
    """How sessions are encrypted.

    Attributes:
        mode: `off`; `preferred`: where the server offers it, without a look at its certificate; `skip-verify`: always,
            without such a look; `verify-ca`: the certificate has to be signed by the CA; `required`: ... and to be the
            host's.
        ca: A file with the trusted CAs; None for the system's.
        cert: A file with the client's own certificate.
        key: A file with its key, if that is a separate one.
    """

    mode: str = PREFERRED
    ca: str | None = None
    cert: str | None = None
    key: str | None = None

    @property
    def is_tried(self) -> bool:
        """Whether a session is encrypted if the server offers it."""
        return self.mode != OFF

    @property
    def is_required(self) -> bool:
        """Whether an unencrypted session is refused."""
        return self.mode not in (OFF, PREFERRED)

    @property
    def is_verified(self) -> bool:
        """Whether the server has to show a certificate of a CA that is trusted."""
        return self.mode in (VERIFIED_CA, VERIFIED)

    def context(self) -> ssl.SSLContext:
        """Return the settings for Python's ssl.

        Raises:
            ConfigError: A file cannot be read, or is no certificate or key.
        """
        try:
            # Files may be replaced while the program runs.
            return _new_context(self) if self.ca or self.cert else _kept_context(self)
        except (OSError, ValueError) as error:  # an SSLError is an OSError
            files = ", ".join(file for file in (self.ca, self.cert, self.key) if file)
            hint = "Pass PEM files: ssl_ca, ssl_cert, ssl_key."
            raise ConfigError(f"the files for TLS, {files}, cannot be used: {error}", hint=hint) from error


def _new_context(tls: Tls) -> ssl.SSLContext:
    if tls.is_verified:
        context = ssl.create_default_context(cafile=tls.ca)
        # As pymysql does: many CAs that people make themselves lack what the strict check of Python 3.13 asks for.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.check_hostname = tls.mode == VERIFIED
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if tls.cert is not None:
        context.load_cert_chain(tls.cert, tls.key)
    return context


_kept_context = functools.lru_cache(maxsize=16)(_new_context)  # reading the system's CAs takes 20 ms

_TLS = {
    OFF: (OFF, "false", "disabled", "0", "no"),
    PREFERRED: (PREFERRED, "prefer"),
    ENCRYPTED: (ENCRYPTED, "insecure"),
    VERIFIED_CA: (VERIFIED_CA,),
    VERIFIED: (VERIFIED, "true", "verify", "verify-full", "verify-identity", "1", "yes"),
}
_SSL_MODE = {
    OFF: ("disabled",),
    PREFERRED: (PREFERRED,),
    ENCRYPTED: ("required",),
    VERIFIED_CA: (VERIFIED_CA,),
    VERIFIED: ("verify-identity",),
}
"""MySQL's names, which mean what they mean to MySQL's clients: `REQUIRED` looks at no certificate."""

_FLAGS = ("ssl_disabled", "ssl_verify_cert", "ssl_verify_identity")
OPTIONS = ("tls", "ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", *_FLAGS)
"""The options of a URL that are about encryption; `-` may stand for `_`."""


def tls_from_options(options: Mapping[str, str]) -> Tls:
    """Parse the options of a URL: `tls`, or the names that MySQL's clients and PyMySQL use.

    Raises:
        ConfigError: An option has an unknown value, or two contradict each other.

    Example:
        >>> tls_from_options({"ssl_ca": "ca.pem"})
        Tls(mode='required', ca='ca.pem', cert=None, key=None)
    """
    ca, cert, key = (options.get(name) or None for name in ("ssl_ca", "ssl_cert", "ssl_key"))
    if key and not cert:
        raise ConfigError("ssl_key is set, but ssl_cert is not", hint="Set ssl_cert to the client's certificate.")
    found = {mode for mode in (_tls(options), _ssl_mode(options, ca), _flagged(options)) if mode is not None}
    if len(found) > 1 or (found == {OFF} and (ca or cert)):
        given = ", ".join(name for name in OPTIONS if name in options)
        raise ConfigError(f"the options {given} contradict each other", hint="Use `tls` alone, or `tls` with files.")
    return Tls(found.pop() if found else VERIFIED if ca or cert else PREFERRED, ca, cert, key)


def _tls(options: Mapping[str, str]) -> str | None:
    return _mode(options, "tls", _TLS)


def _ssl_mode(options: Mapping[str, str], ca: str | None) -> str | None:
    mode = _mode(options, "ssl_mode", _SSL_MODE)
    return VERIFIED_CA if mode == ENCRYPTED and ca else mode


def _mode(options: Mapping[str, str], name: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    if name not in options:
        return None
    text = options[name].lower().replace("_", "-")
    for mode, texts in names.items():
        if text in texts:
            return mode
    choice = ", ".join(texts[0] for texts in names.values())
    raise ConfigError(f"{name} has no value {text!r}", hint=f"Use one of {choice}.")


def _flagged(options: Mapping[str, str]) -> str | None:
    """Translate PyMySQL's flags."""
    flags = {name: _flag(options, name) for name in _FLAGS if name in options}
    if flags.get("ssl_disabled"):
        return OFF
    if flags.get("ssl_verify_identity"):
        return VERIFIED
    if "ssl_verify_cert" in flags:
        return VERIFIED_CA if flags["ssl_verify_cert"] else ENCRYPTED
    return None


def _flag(options: Mapping[str, str], name: str) -> bool:
    text = options[name].lower()
    if text not in ("true", "false", "1", "0"):
        raise ConfigError(f"{name} has no value {text!r}", hint="Use true or false.")
    return text in ("true", "1")
