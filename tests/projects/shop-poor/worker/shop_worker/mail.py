"""Sends the mails of the shop."""

import smtplib
import ssl
from email.message import EmailMessage

from shop_worker.settings import settings
from shop_worker.store import Order

SMTP_TIMEOUT_SECONDS = 10


def confirmation(order: Order) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings().mail_from
    message["To"] = order.email
    message["Subject"] = f"Your order {order.id[:8]}"
    message.set_content(
        f"Thank you. We received {order.total_cents / 100:.2f} EUR and pack your order."
    )
    return message


def send(message: EmailMessage) -> None:
    given = settings()
    with smtplib.SMTP(given.smtp_host, given.smtp_port, timeout=SMTP_TIMEOUT_SECONDS) as server:
        server.starttls(context=ssl.create_default_context())
        server.login(given.smtp_user, given.smtp_password.get_secret_value())
        server.send_message(message)
