"""Delivers a digest by e-mail."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid

from campaign_health.alerts.channels.delivery import DeliveryFailed, Receipt
from campaign_health.alerts.channels.mail_server import mail_server
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.settings import SmtpSettings
from campaign_health.words.shortened import whole_clauses
from campaign_health.words.visible import visible
from collectors.http.answer_limits import Late

SUBJECT_LENGTH = 150


class Mail:
    """Sends each digest as a plain-text message; its Message-ID carries the announcement's id."""

    name = "mail"
    editable = False

    def __init__(self, settings: SmtpSettings, timeout_seconds: float) -> None:
        self._settings = settings
        self._timeout = timeout_seconds

    def deliver(self, digest: Digest, today: Receipt | None) -> Receipt:
        """Hands the message to the mail server."""
        settings = self._settings
        message = mail_message(digest, settings)
        try:
            with mail_server(settings, self._timeout) as server:
                server.send_message(message)
        except smtplib.SMTPAuthenticationError:
            raise DeliveryFailed(
                "the mail server refused the password: check SMTP_USER and SMTP_PASSWORD", final=True
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise DeliveryFailed(
                "the mail server does not offer what SMTP_SECURITY or the sign-in asks for: check SMTP_SECURITY and "
                "SMTP_PORT",
                final=True,
            ) from None
        except smtplib.SMTPResponseException as failure:
            final = 500 <= failure.smtp_code < 600
            raise DeliveryFailed(f"the mail server answered {failure.smtp_code}", final=final) from None
        except smtplib.SMTPRecipientsRefused:
            raise DeliveryFailed("the mail server refused every recipient: check SMTP_TO", final=True) from None
        except Late as failure:
            raise DeliveryFailed(f"the mail server was given up ({failure})") from None
        except (OSError, smtplib.SMTPException) as failure:
            raise DeliveryFailed(f"the mail server could not be reached ({type(failure).__name__})") from None
        except ValueError as failure:
            raise DeliveryFailed(
                f"the mail server cannot be asked with these settings ({type(failure).__name__}): check SMTP_HOST, "
                "SMTP_USER and SMTP_PASSWORD",
                final=True,
            ) from None
        return {}


def mail_message(digest: Digest, settings: SmtpSettings) -> EmailMessage:
    """The e-mail that says the digest."""
    message = EmailMessage()
    message["Subject"] = f"[campaign-health] {whole_clauses(visible(digest.headline), SUBJECT_LENGTH)[0]}"
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.recipients)
    message["Message-ID"] = make_msgid(digest.announcement_id, "campaign-health.invalid")
    message.set_content(plain_text(digest))
    return message
