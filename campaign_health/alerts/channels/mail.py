"""Delivers a digest by e-mail."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid

from campaign_health.alerts.channels.delivery import DeliveryFailed, Receipt, ReportMessage
from campaign_health.alerts.channels.mail_server import mail_server
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.alerts.forms.report_html import report_html
from campaign_health.alerts.forms.report_plain import report_plain
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
        self._send(mail_message(digest, self._settings))
        return {}

    def deliver_report(self, message: ReportMessage) -> None:
        """Hands a monthly report to the mail server."""
        self._send(report_mail(message, self._settings))

    def _send(self, message: EmailMessage) -> None:
        try:
            with mail_server(self._settings, self._timeout) as server:
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


def mail_message(digest: Digest, settings: SmtpSettings) -> EmailMessage:
    """The e-mail that says the digest."""
    message = _addressed(whole_clauses(visible(digest.headline), SUBJECT_LENGTH)[0], digest.announcement_id, settings)
    message.set_content(plain_text(digest))
    return message


def report_mail(of: ReportMessage, settings: SmtpSettings) -> EmailMessage:
    """The e-mail that says a monthly report: as HTML with its pictures, and as text for those who read that."""
    message = _addressed(of.text.title, of.announcement_id, settings)
    message.set_content(f"{report_plain(of.text, of.link)}{of.identity}\n")
    message.add_alternative(report_html(of.text, of.link, of.identity), subtype="html")
    return message


def _addressed(subject: str, announcement_id: str, settings: SmtpSettings) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = f"[campaign-health] {visible(subject)}"
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.recipients)
    message["Message-ID"] = make_msgid(announcement_id, "campaign-health.invalid")
    return message
