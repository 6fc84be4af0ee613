"""A digest by e-mail: handed over once, in private where that is set, and to no server for ever."""

from __future__ import annotations

import datetime as dt
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from campaign_health.alerts.channels.delivery import DeliveryFailed
from campaign_health.alerts.channels.mail import Mail
from tests.digest_receivers_cast import DIGEST
from tests.mail_cast import MailServer, mailing

SILENCE = 0.4
# Of a socket's own buffers, which nobody has read.
BUFFERS = 16 * 1024 * 1024


def deliver(server: MailServer, silence: float = 2.0, **settings: object) -> None:
    Mail(server.settings(**settings), silence).deliver(DIGEST, None)  # type: ignore[arg-type]


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server needs to speak in private, with a certificate that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    both = tmp_path / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    both.write_bytes(private + public)
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(public)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(both)
    return context


def test_a_digest_is_handed_over() -> None:
    with mailing() as server:
        deliver(server)
        assert server.told == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    [message] = server.messages
    assert b"Subject: [campaign-health] Nothing new" in message


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_it_is_handed_over_in_private_and_signed_in(secure: ssl.SSLContext, security: str) -> None:
    with mailing(secure=secure, at_once=security == "tls") as server:
        deliver(server, security=security, signs_in=True)
        assert server.told.count("STARTTLS") == (security == "starttls")
        assert server.told[-5:] == ["AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
    assert len(server.messages) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts_is_refused(
    secure: ssl.SSLContext, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        mailing(secure=secure, at_once=security == "tls") as server,
        pytest.raises(DeliveryFailed, match="could not be reached"),
    ):
        deliver(server, security=security)
    assert server.messages == []


@pytest.mark.slow("ends")
@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "message"])
def test_a_server_that_drips_is_given_up_whatever_it_is_answering(step: str) -> None:
    began = time.monotonic()
    with (
        mailing(slow_at=step, answers={step: b"250-" + b"x" * 500}) as server,
        pytest.raises(DeliveryFailed) as failed,
    ):
        deliver(server, SILENCE)
    assert failed.value.reason == "the mail server was given up (it was not done within 2 seconds)"
    assert not failed.value.final
    assert 1.9 < time.monotonic() - began < 5


@pytest.mark.slow("ends")
def test_a_server_that_drips_in_private_is_given_up(secure: ssl.SSLContext) -> None:
    with (
        mailing(secure=secure, slow_at="MAIL", answers={"MAIL": b"250-" + b"x" * 500}) as server,
        pytest.raises(DeliveryFailed, match="was not done within 2 seconds"),
    ):
        deliver(server, SILENCE, security="starttls")


def test_a_server_that_falls_silent_is_given_up() -> None:
    with (
        mailing(slow_at="RCPT", pause=1.0) as server,
        pytest.raises(DeliveryFailed, match=r"given up \(not a byte came for 0\.4 seconds\)"),
    ):
        deliver(server, SILENCE)


@pytest.mark.parametrize("step", ["greeting", "EHLO", "message"])
def test_a_server_that_never_stops_talking_floods_nobody(step: str) -> None:
    began = time.monotonic()
    with mailing(endless_at=step) as server, pytest.raises(DeliveryFailed, match="it said more than 64 KB"):
        deliver(server)
    assert server.sent < BUFFERS
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("goodbye", [b"421 busy\r\n", b"", b"nonsense\r\n"])
def test_what_was_taken_is_delivered_however_it_says_goodbye(goodbye: bytes) -> None:
    with mailing(answers={"QUIT": goodbye}) as server:
        deliver(server, SILENCE)
    assert len(server.messages) == 1
