"""E-mail by SMTP. The Message-ID is made of the key, so that a mail sent twice is one mail for those who look at it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from monitoring.core.delivery import SECONDS, DeliveryError, Parcel


def send(settings: Mapping[str, Any], secret: str, parcel: Parcel, allow_private: bool) -> None:
    """Send one mail to all addresses. The host is one that an operator gave, as for connections: it may be private."""
    people = list(parcel.to or settings.get("to", ()))
    if not people:
        raise DeliveryError("The channel has no address to write to.")
    try:
        with _connected(settings) as server:
            if settings["user"]:
                server.login(settings["user"], secret)
            refused = server.send_message(_mail(settings, parcel, people), settings["sender"], people)
    except smtplib.SMTPRecipientsRefused as wrong:
        raise DeliveryError(f"The mail server takes none of the {len(people)} addresses.") from wrong
    except smtplib.SMTPResponseException as wrong:
        raise DeliveryError(
            f"The mail server answered {wrong.smtp_code}: {_text(wrong.smtp_error)}"
        ) from wrong
    except (smtplib.SMTPException, OSError, ValueError) as wrong:
        raise DeliveryError(f"The mail server could not be used: {wrong or type(wrong).__name__}.") from wrong
    if refused:
        raise DeliveryError(f"The mail server refused {len(refused)} of {len(people)} addresses.")


def _connected(settings: Mapping[str, Any]) -> smtplib.SMTP:
    where = {"host": settings["host"], "port": settings["port"], "timeout": SECONDS}
    if settings["security"] == "tls":
        return smtplib.SMTP_SSL(**where, context=ssl.create_default_context())
    server = smtplib.SMTP(**where)
    if settings["security"] == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _mail(settings: Mapping[str, Any], parcel: Parcel, people: list[str]) -> EmailMessage:
    sender = str(settings["sender"])
    host = sender.rpartition("@")[2]
    mail = EmailMessage()
    mail["Subject"] = " ".join(parcel.title.split())
    mail["From"] = sender
    mail["To"] = ", ".join(people)
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = f"<{parcel.key}@{host}>"
    if parcel.thread:
        mail["References"] = f"<{parcel.thread}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{parcel.text}\n\n{parcel.url}\n")
    return mail


def _text(answer: Any) -> str:
    said = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(said.split())[:200]
